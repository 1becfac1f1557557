use testkit::register::Register;

use crate::hanyang;

const REGISTER: &str = include_str!("../../data/personal_fields.toml");

#[tokio::test]
async fn every_column_is_registered_once() {
    let host = hanyang().await;
    let register = Register::read(REGISTER);
    register.assert_complete(&host.deps("registry").db).await;
    host.stop().await;
}

#[test]
fn every_personal_field_says_why_on_what_ground_and_for_how_long() {
    Register::read(REGISTER).assert_reasoned();
}
