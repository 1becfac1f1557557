use chassis::Tally;
use contracts::facts::Fact;
use kernel::Role;
use reqwest::Method;
use serde_json::json;

use crate::World;
use crate::world::COMMUNITY;

async fn told(world: &World) -> Vec<Tally> {
    let db = world.host.deps("identity").db.clone();
    (identity::MODULE.audit)(db).await.unwrap()
}

#[tokio::test]
async fn a_grant_is_told_with_its_place_and_all_above_until_it_is_revoked() {
    let world = World::start().await;
    let before = told(&world).await;
    let security = world.sign_in("security").await;
    let account = world.account_of("resident").await;
    let grants = format!("/api/identity/v1/accounts/{account}/grants");
    let body = json!({"role": "volunteer", "org_path": COMMUNITY});
    let view = security.post(&grants, &body).await.expect(201);
    let grant = view["grants"][1]["id"].as_str().unwrap();

    let mut expected = before.clone();
    for tally in &mut expected {
        let places: &[&str] = match tally.fact() {
            Fact::Grants => &["420105011010"],
            _ => &["/", "420105000000", "420105011000", "420105011010"],
        };
        for place in places {
            tally.add(&[&grant, &account, &Role::Volunteer, place]);
        }
    }
    assert_eq!(told(&world).await, expected);
    let facts: Vec<Fact> = expected.iter().map(Tally::fact).collect();
    assert_eq!(facts, [Fact::Grants, Fact::GrantScopes]);

    let one = format!("{grants}/{grant}");
    let gone = security.send(security.request(Method::DELETE, &one)).await;
    gone.expect(204);
    assert_eq!(told(&world).await, before);
}
