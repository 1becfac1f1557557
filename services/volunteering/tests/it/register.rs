use testkit::register::Register;

use crate::stage::Stage;

const REGISTER: &str = include_str!("../../data/personal_fields.toml");

#[tokio::test]
async fn every_column_is_registered_once() {
    let stage = Stage::start().await;
    let register = Register::read(REGISTER);
    let deps = stage.host.deps("volunteering");
    register.assert_complete(&deps.db).await;
    stage.host.stop().await;
}

#[test]
fn every_personal_field_says_why_on_what_ground_and_for_how_long() {
    Register::read(REGISTER).assert_reasoned();
}
