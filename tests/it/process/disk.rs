//! A data folder that is taken, not writable, or full.

use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use scenarios::order::{self, ORDERS, items, path};
use scenarios::{Installation, Server};
use serde_json::json;

use super::stop;
use crate::world::assert_problem;

#[tokio::test]
async fn a_second_process_on_the_same_data_is_refused() {
    let installation = Installation::new();
    let server = installation.start_with(&["--empty"]).await;
    let second = installation
        .run(&["--empty", "--listen", "127.0.0.1:0"])
        .await;
    assert_eq!(second.code, 1, "{}", second.said());
    assert!(
        second.stderr.contains("in use") && second.stderr.contains("正被另一个进程使用"),
        "{}",
        second.said()
    );
    assert_eq!(
        server.anonymous().get("/livez").await.status,
        200,
        "the first one goes on"
    );
    stop(server).await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let (one, two) = (Installation::new(), Installation::new());
    let server = one.start_with(&["--empty"]).await;
    let address = server.url().trim_start_matches("http://").to_owned();
    let told = two.run(&["--empty", "--listen", &address]).await;
    assert_eq!(told.code, 1, "{}", told.said());
    assert!(told.stderr.contains(&address), "{}", told.said());
    stop(server).await;
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_named() {
    let installation = Installation::new();
    let file = installation.folder().join("file");
    std::fs::write(&file, b"no folder").expect("it writes");
    let folder = file.join("x");
    // the flag that comes last counts: the driver has set one already
    for arguments in [&["--listen", "127.0.0.1:0"][..], &["migrate"], &["doctor"]] {
        let mut command = tokio::process::Command::new(scenarios::program());
        command
            .arg("--data")
            .arg(&folder)
            .args(arguments)
            .current_dir(installation.folder());
        let told = command.output().await.expect("the program runs");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&told.stdout),
            String::from_utf8_lossy(&told.stderr)
        );
        assert_eq!(told.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(
            said.contains("file/x") && !said.contains("panicked"),
            "{arguments:?}: {said}"
        );
    }
}

/// Bytes that files may still grow by.
const ROOM: u64 = 256 * 1024;

/// Size of the largest file in the data folder.
fn largest(installation: &Installation) -> u64 {
    let files = std::fs::read_dir(installation.data()).expect("the folder reads");
    let sizes = files.map(|file| {
        file.expect("it reads")
            .metadata()
            .expect("it is there")
            .len()
    });
    sizes.max().expect("the databases are there")
}

/// Files below a folder that are no databases and have some size.
fn large_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("it reads").path();
        if path.is_dir() {
            found.extend(large_files(&path));
        } else if !path.to_string_lossy().contains(".sqlite") {
            let size = path.metadata().expect("it is there").len();
            found.extend((size > 64 * 1024).then_some(path));
        }
    }
    found
}

#[tokio::test]
async fn on_a_full_disk_writes_are_answered_503_and_reads_go_on() {
    let installation = Installation::new();
    let server = installation.start().await;
    server.settled().await;
    stop(server).await;

    // what would fill the disk is an error of the write, not the end of the process
    // (a block of the limit has 512 bytes in POSIX shells and 1,024 in bash)
    let blocks = (largest(&installation) + ROOM) / 512;
    let full = format!("trap '' XFSZ; ulimit -f {blocks}");
    let command = installation.command_after(&full, &["--listen", "127.0.0.1:0"]);
    let server = Server::launch(command).await;
    let resident = server.sign_in(&installation.account("resident")).await;
    let mut body = order::five_order("楼道照明灯不亮");
    body["content"] = json!("长".repeat(5_000));
    let (mut stored, mut refused) = (Vec::new(), 0);
    // tidying up may make room for one more in between
    while refused < 5 {
        let reply = resident.post(ORDERS, &body).await;
        if reply.status == StatusCode::CREATED {
            stored.push(reply.body);
            assert!(stored.len() < 2_000, "the disk never got full");
            continue;
        }
        refused += 1;
        assert_problem(&reply, 503);
        assert!(
            reply.headers.contains_key("retry-after"),
            "{:#}",
            reply.body
        );
    }
    assert!(!stored.is_empty());
    // a file that does not fit is refused the same way, and no part of it stays
    let photo = order::large_photo(4 << 20);
    let upload = order::upload(&resident, &stored[0], "large.png", photo).await;
    assert_problem(&upload, 503);
    assert_eq!(large_files(&installation.data()), Vec::<PathBuf>::new());
    for order in stored.iter().rev().take(3) {
        resident.get(&path(order)).await.expect(200);
    }
    assert_eq!(server.anonymous().get("/livez").await.status, 200);
    assert!(!server.said().contains("panicked"), "{}", server.said());
    let count = stored.len();
    let mine = resident
        .get(&format!("{ORDERS}?mine=requested&limit=200"))
        .await
        .expect(200);
    assert_eq!(
        items(&mine).len(),
        count.min(200),
        "what was refused left nothing behind"
    );
    server.kill().await;

    // with room again everything acknowledged is there, and told once
    let server = installation.start().await;
    let resident = server.sign_in(&installation.account("resident")).await;
    for order in &stored {
        resident.get(&path(order)).await.expect(200);
    }
    order::open(&resident, &body).await;
    server.settled().await;
    let state = server.readiness().await;
    for service in state["services"].as_array().expect("services") {
        assert_eq!(service["dead_letters"], 0, "{state:#}");
    }
    stop(server).await;
}
