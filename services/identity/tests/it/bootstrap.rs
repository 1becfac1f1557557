use auth::Grant;
use identity::Identity;
use identity::bootstrap::{
    BootstrapError, NewAdministrator, SeedAccount, Seeded, create_first_administrator,
    seed_account, seed_accounts,
};
use identity::domain::Password;
use kernel::{OrgPath, Role};
use testkit::TestHost;

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
