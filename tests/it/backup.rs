//! A backup taken while people work holds what was there at one moment, and all of it comes back.

use std::fs;
use std::path::Path;

use scenarios::{Installation, Server, order};
use serde_json::Value;
use testkit::Caller;

/// The demo with one order and its photo, and a backup of it beside the data.
struct World {
    installation: Installation,
    server: Server,
    requester: Caller,
    order: Value,
}

impl World {
    async fn start() -> Self {
        let installation = Installation::new();
        let server = installation.start().await;
        let requester = server.sign_in(&installation.account("resident")).await;
        let order = order::open(&requester, &order::five_order("楼道照明灯不亮")).await;
        let photo = order::upload(&requester, &order, "light.png", order::photo()).await;
        photo.expect(201);
        server.settled().await;
        Self {
            installation,
            server,
            requester,
            order,
        }
    }
}

/// A place next to the data.
fn beside(installation: &Installation, name: &str) -> String {
    let place = installation.folder().join(name);
    place.to_str().expect("a path").to_owned()
}

#[tokio::test]
async fn everything_comes_back_as_it_was_at_one_moment() {
    let world = World::start().await;
    let backup = beside(&world.installation, "backup");
    let taken = world.installation.run(&["backup", &backup, "--json"]).await;
    let report: Value = serde_json::from_str(&taken.expect(0)).expect("it is JSON");
    assert!(
        report["files"]
            .as_array()
            .is_some_and(|files| files.len() > 6)
    );
    let later = order::open(&world.requester, &order::five_order("之后的事项")).await;
    let shown = order::shown(&world.requester, &world.order).await;
    assert!(world.server.interrupt().await.success());

    let other = Installation::new();
    other.run(&["restore", &backup]).await.expect(0);
    let server = other.start_with(&["--empty"]).await;
    // with the password of before, and with every field as it was
    let account = world.installation.account("resident");
    let requester = server.sign_in(&account).await;
    assert_eq!(order::shown(&requester, &world.order).await, shown);
    let photos = format!("{}/attachments", order::path(&world.order));
    let photos = requester.get(&photos).await.expect(200);
    let photo = format!(
        "{}/attachments/{}",
        order::path(&world.order),
        order::text(&order::items(&photos)[0], "id")
    );
    requester.get(&photo).await.expect(200);
    requester.get(&order::path(&later)).await.expect(404);
    server.settled().await;
    assert!(server.interrupt().await.success());
    other.run(&["audit"]).await.expect(0);
}

#[tokio::test]
async fn nothing_is_written_over_and_nothing_damaged_is_brought_back() {
    let world = World::start().await;
    assert!(world.server.interrupt().await.success());
    let run = async |arguments: &[&str]| world.installation.run(arguments).await;
    let backup = beside(&world.installation, "backup");
    run(&["backup", &backup]).await.expect(0);
    run(&["backup", &backup]).await.expect(2);
    // the folder of the installation has its data
    run(&["restore", &backup]).await.expect(2);
    let other = Installation::new();
    other
        .run(&["restore", &beside(&world.installation, "nothing")])
        .await
        .expect(2);
    other
        .run(&["backup", &beside(&world.installation, "empty")])
        .await
        .expect(2);

    let database = Path::new(&backup).join("registry.sqlite");
    let mut bytes = fs::read(&database).expect("it is in the backup");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&database, bytes).expect("it writes");
    let refused = other.run(&["restore", &backup]).await;
    assert!(refused.said().contains("registry.sqlite"), "{refused:?}");
    refused.expect(1);
    assert!(!other.data().join("ticketing.sqlite").exists());

    let manifest = Path::new(&backup).join("backup.json");
    let text = fs::read_to_string(&manifest).expect("it is in the backup");
    let outside = text.replace("\"registry.sqlite\"", "\"../registry.sqlite\"");
    fs::write(&manifest, outside).expect("it writes");
    other.run(&["restore", &backup]).await.expect(2);
    assert!(!other.folder().join("registry.sqlite").exists());
}

#[tokio::test]
async fn a_restore_that_was_killed_is_finished_before_anything_starts() {
    let world = World::start().await;
    assert!(world.server.interrupt().await.success());
    let backup = beside(&world.installation, "backup");
    let taken = world.installation.run(&["backup", &backup]).await;
    taken.expect(0);
    let other = Installation::new();
    let data = other.data();
    // as it lies there after the first of five databases got its name
    fs::create_dir(&data).expect("a new folder");
    fs::write(data.join("restore.unfinished"), "").expect("it writes");
    let copy = |name: &str, place: &str| {
        fs::copy(Path::new(&backup).join(name), data.join(place)).expect("it copies");
    };
    copy("identity.sqlite", "identity.sqlite");
    copy("registry.sqlite", "registry.sqlite.restoring");
    for command in [
        &["run", "--empty"][..],
        &["migrate"],
        &["doctor"],
        &["audit"],
    ] {
        let refused = other.run(command).await;
        assert!(refused.said().contains("linli restore"), "{refused:?}");
        refused.expect(2);
    }
    assert!(!data.join("ticketing.sqlite").exists(), "nothing was made");

    other.run(&["restore", &backup]).await.expect(0);
    let left = fs::read_dir(&data).expect("it is there");
    let left = left.map(|entry| entry.expect("an entry").file_name());
    let left: Vec<_> = left
        .map(|name| name.into_string().expect("text"))
        .filter(|name| name.contains("restor"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    let server = other.start_with(&["--empty"]).await;
    let requester = server
        .sign_in(&world.installation.account("resident"))
        .await;
    order::shown(&requester, &world.order).await;
    assert!(server.interrupt().await.success());
    other.run(&["audit"]).await.expect(0);
}

#[tokio::test]
async fn data_of_others_are_never_taken_for_those_of_a_restore() {
    let world = World::start().await;
    assert!(world.server.interrupt().await.success());
    let backup = beside(&world.installation, "backup");
    let taken = world.installation.run(&["backup", &backup]).await;
    taken.expect(0);
    // a database with other contents than the backup's, although a restore began here
    let changed = Installation::new();
    fs::create_dir(changed.data()).expect("a new folder");
    fs::write(changed.data().join("restore.unfinished"), "").expect("it writes");
    fs::write(changed.data().join("identity.sqlite"), "theirs").expect("it writes");
    changed.run(&["restore", &backup]).await.expect(2);
    let kept = fs::read(changed.data().join("identity.sqlite"));
    assert_eq!(kept.expect("it is there"), b"theirs");
    // the log of a process that was killed would be played into the database that comes to its place
    let killed = Installation::new();
    fs::create_dir(killed.data()).expect("a new folder");
    fs::write(killed.data().join("registry.sqlite-wal"), "log").expect("it writes");
    let refused = killed.run(&["restore", &backup]).await;
    assert!(
        refused.said().contains("registry.sqlite-wal"),
        "{refused:?}"
    );
    refused.expect(2);
    assert!(!killed.data().join("identity.sqlite").exists());
}

#[tokio::test]
async fn a_server_has_backups_of_its_own() {
    let installation = Installation::new();
    let variables = [("LINLI_DATABASE__URL", "postgres://nobody@127.0.0.1:1/none")];
    let to = beside(&installation, "backup");
    let refused = installation.run_with(&variables, &["backup", &to]).await;
    refused.expect(2);
}
