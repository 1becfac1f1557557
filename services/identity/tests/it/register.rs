//! The register of personal fields names every column that there is (R1).

use testkit::register::Register;

use crate::World;

const REGISTER: &str = include_str!("../../data/personal_fields.toml");

#[tokio::test]
async fn every_column_is_registered_once() {
    let world = World::start().await;
    let register = Register::read(REGISTER);
    let db = &world.host.deps("identity").db;
    register.assert_complete(db).await;
}

#[test]
fn every_personal_field_says_why_on_what_ground_and_for_how_long() {
    Register::read(REGISTER).assert_reasoned();
}
