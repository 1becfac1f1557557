use auth::Grant;
use identity::Identity;
use identity::bootstrap::{
    BootstrapError, MadeMachine, NewAdministrator, NewMachine, SeedAccount, Seeded,
    create_first_administrator, make_machines, seed_account, seed_accounts,
};
use identity::domain::Password;
use kernel::{OrgPath, Role};
use serde_json::json;
use testkit::TestHost;

use crate::oauth::{App, form, refused};
use crate::world::seed;
use crate::{World, slug};

fn administrator(username: &str, role: Option<Role>) -> NewAdministrator {
    NewAdministrator {
        username: username.parse().unwrap(),
        display_name: "管理员".parse().unwrap(),
        password: None,
        role,
    }
}

#[tokio::test]
async fn the_first_administrator_is_made_once_and_each_role_once() {
    let host = TestHost::start(&[identity::MODULE]).await;
    let app = Identity::new(host.deps("identity")).unwrap();
    let first = create_first_administrator(&app, administrator("root1", None))
        .await
        .unwrap();
    assert_eq!(first.role, Role::SystemAdmin);
    assert_eq!(first.generated.unwrap().reveal().len(), 23);
    let again = create_first_administrator(&app, administrator("root2", None)).await;
    assert!(matches!(again, Err(BootstrapError::AdministratorExists)));
    let role = Some(Role::SecurityAdmin);
    create_first_administrator(&app, administrator("root2", role))
        .await
        .unwrap();
    let again = create_first_administrator(&app, administrator("root3", role)).await;
    assert!(matches!(again, Err(BootstrapError::AdministratorExists)));
    let taken = create_first_administrator(&app, administrator("Root1", Some(Role::AuditAdmin)));
    assert!(matches!(taken.await, Err(BootstrapError::UsernameTaken)));
    let worker = create_first_administrator(&app, administrator("root4", Some(Role::GridWorker)));
    assert!(matches!(
        worker.await,
        Err(BootstrapError::NotAdministrator(Role::GridWorker))
    ));
    let mut weak = administrator("root5", Some(Role::AuditAdmin));
    weak.password = Some(Password::new("admin".to_owned()));
    let weak = create_first_administrator(&app, weak).await;
    assert!(matches!(weak, Err(BootstrapError::Weak(_))));
}

#[tokio::test]
async fn seeding_twice_changes_nothing() {
    let world = World::start().await;
    let seeds: Vec<SeedAccount> = (0..40)
        .map(|number| {
            seed(
                &format!("person{number:02}"),
                Role::Resident,
                "/420105000000/",
            )
        })
        .collect();
    let first = seed_accounts(&world.identity, seeds.clone()).await.unwrap();
    let second = seed_accounts(&world.identity, seeds).await.unwrap();
    for (first, second) in first.iter().zip(&second) {
        let Seeded::Created(account) = *first else {
            panic!("{first:?}")
        };
        assert_eq!(*second, Seeded::Existing(account));
    }
    world.tokens("person39").await;
    let mut other = seed("worker", Role::Resident, "/");
    other.password = Password::new("another password".to_owned());
    let known = seed_account(&world.identity, other).await.unwrap();
    assert_eq!(known.account(), world.account_of("worker").await);
    let refused = world.try_sign_in("worker", "another password").await;
    assert_eq!(slug(&refused, 401), "credentials-invalid");
}

#[tokio::test]
async fn a_seed_that_mixes_administrators_leaves_nothing() {
    let world = World::start().await;
    let mut mixed = seed("mixed", Role::SystemAdmin, "/");
    mixed
        .grants
        .push(Grant::new(Role::AuditAdmin, OrgPath::root()));
    let refused = seed_account(&world.identity, mixed).await;
    assert!(matches!(refused, Err(BootstrapError::Grant(_))));
    let seeded = seed_account(&world.identity, seed("mixed", Role::Resident, "/"))
        .await
        .unwrap();
    assert!(matches!(seeded, Seeded::Created(_)));
}

fn machines() -> [NewMachine; 2] {
    let new = |name: &str, role| NewMachine {
        name: name.parse().unwrap(),
        role,
    };
    [
        new("operator places", Role::PlatformOperator),
        new("operator registrar", Role::SystemAdmin),
    ]
}

/// What a machine may do; none where its secret opens nothing.
async fn roles(world: &World, machine: &MadeMachine) -> Option<serde_json::Value> {
    let app = App {
        id: machine.client.to_string(),
        secret: Some(machine.secret.clone()),
        account: Some(machine.account.to_string()),
    };
    let wanted = [("grant_type", "client_credentials")];
    let reply = form(world, "token", &app, &wanted).await;
    if reply.status == 401 {
        assert_eq!(refused(&reply, 401), "invalid_client");
        return None;
    }
    let caller = world.caller(&reply.expect(200)).await;
    let me = caller.get("/api/identity/v1/me").await.expect(200);
    Some(me["roles"].clone())
}

#[tokio::test]
async fn machines_are_made_once_with_their_grants_and_get_other_secrets_when_asked() {
    let world = World::start().await;
    let wanted = machines();
    let made = make_machines(&world.identity, &wanted, false).await;
    let [places, registrar] = made.unwrap().try_into().ok().unwrap();
    let city = Some(json!(["platform_operator"]));
    assert_eq!(roles(&world, &places).await, city);
    assert_eq!(
        roles(&world, &registrar).await,
        Some(json!(["system_admin"]))
    );
    // all or none: a new one is not made beside one that is there
    let more = [
        NewMachine {
            name: "another".parse().unwrap(),
            role: Role::GridWorker,
        },
        wanted[0].clone(),
    ];
    let again = make_machines(&world.identity, &more, false).await;
    assert!(
        matches!(again, Err(BootstrapError::MachineExists(name)) if name.as_str() == "operator places")
    );
    let system = world.sign_in("system").await;
    let list = system
        .get("/api/identity/v1/oauth/clients")
        .await
        .expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(roles(&world, &places).await, city, "the secret stays good");
    // other secrets for the same accounts, and a grant that was lost
    let security = world.sign_in("security").await;
    let account = format!("/api/identity/v1/accounts/{}", places.account);
    let shown = security.get(&account).await.expect(200);
    let grant = shown["grants"][0]["id"].as_str().unwrap();
    let revoke = security.request(
        reqwest::Method::DELETE,
        &format!("{account}/grants/{grant}"),
    );
    security.send(revoke).await.expect(204);
    assert_eq!(roles(&world, &places).await, Some(json!([])));
    let renewed = make_machines(&world.identity, &wanted, true).await.unwrap();
    assert_eq!(
        (renewed[0].client, renewed[0].account),
        (places.client, places.account)
    );
    assert_eq!(roles(&world, &places).await, None);
    assert_eq!(roles(&world, &renewed[0]).await, city);
    // what is made is on record
    let identity = &world.identity;
    assert!(matches!(
        identity.verify_access_log().await.unwrap(),
        identity::ChainState::Whole(_)
    ));
}
