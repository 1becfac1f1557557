//! Photos: who may attach and see them, and what is served.

use kernel::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::loops::{accepted, step};
use crate::photos::{self, SECRET, download, holds, path, upload, upload_raw};
use crate::world::{AT_CITY_MANAGEMENT, AT_COMMUNITY, AT_NEIGHBOUR, ORDERS, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_served_without_metadata_to_those_who_may_see_the_order() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let view = upload(&world.resident, &order, photos::jpeg())
        .await
        .expect(201);
    assert_eq!(
        (
            &view["kind"],
            &view["width"],
            &view["height"],
            &view["round"],
            &view["by_me"]
        ),
        (
            &json!("jpeg"),
            &json!(32),
            &json!(16),
            &json!(1),
            &json!(true)
        )
    );
    let url = view["url"].as_str().unwrap();
    for reader in [&world.resident, &world.dispatcher, &world.operator] {
        let (status, headers, content) = download(reader, url).await;
        assert_eq!(status, 200);
        assert_eq!(headers["content-type"], "image/jpeg");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(
            headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("inline")
        );
        assert!(
            headers["cache-control"]
                .to_str()
                .unwrap()
                .contains("private")
        );
        assert_eq!(view["size"], content.len());
        assert!(holds(&content, b"pixels\xFF\xD9"));
        assert!(!holds(&content, SECRET) && !holds(&content, b"Exif"));
    }
    let list = world.dispatcher.get(&path(&order)).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["by_me"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reader_has_is_not_sent_again() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let view = upload(&world.resident, &order, photos::png())
        .await
        .expect(201);
    let url = view["url"].as_str().unwrap();
    let (_, headers, _) = download(&world.resident, url).await;
    let again = world
        .resident
        .request(Method::GET, url)
        .header("If-None-Match", headers["etag"].clone());
    assert_eq!(world.resident.send(again).await.status.as_u16(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_learn_nothing() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let view = upload(&world.resident, &order, photos::png())
        .await
        .expect(201);
    let url = view["url"].as_str().unwrap();
    let strangers = [
        world.host.caller(&[(Role::Resident, AT_NEIGHBOUR)]),
        world
            .host
            .caller(&[(Role::CompoundDispatcher, AT_NEIGHBOUR)]),
        world
            .host
            .caller(&[(Role::DepartmentLiaison, AT_CITY_MANAGEMENT)]),
        world.host.caller(&[(Role::AuditAdmin, "/")]),
        world.host.caller(&[(Role::SystemAdmin, "/")]),
    ];
    for stranger in &strangers {
        stranger.get(url).await.expect(404);
        stranger.get(&path(&order)).await.expect(404);
        upload(stranger, &order, photos::png()).await.expect(404);
    }
    world.host.anonymous().get(url).await.expect(401);
    // an id of another kind, another order's photo, no id at all
    let other = world.open("five-order").await;
    let id = view["id"].as_str().unwrap();
    for wrong in [
        format!("{ORDERS}/{other}/attachments/{id}"),
        format!("{ORDERS}/{order}/attachments/{order}"),
        format!("{ORDERS}/{order}/attachments/x"),
        format!("{ORDERS}/x/attachments/{id}"),
    ] {
        world.resident.get(&wrong).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_with_a_part_in_the_order_attach() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    upload(&world.dispatcher, &order, photos::png())
        .await
        .expect(201);
    // sees every order of the community and has no step to take on this one
    let grid_worker = world.host.caller(&[(Role::GridWorker, AT_COMMUNITY)]);
    let refusal = upload(&grid_worker, &order, photos::png())
        .await
        .expect(403);
    assert!(
        refusal["type"]
            .as_str()
            .unwrap()
            .ends_with("/attachment-not-allowed")
    );
    step(&world.resident, &order, "withdraw", json!({})).await;
    let refusal = upload(&world.resident, &order, photos::png())
        .await
        .expect(409);
    assert!(refusal["type"].as_str().unwrap().ends_with("/order-ended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handler_needs_a_photo_of_the_round() {
    let world = World::start().await;
    let order = accepted(&world).await;
    let note = json!({"note": "已更换楼道灯"});
    let handle = format!("{ORDERS}/{order}/actions/handle");
    upload(&world.resident, &order, photos::png())
        .await
        .expect(201);
    world.helper.post(&handle, &note).await.expect(422);
    upload(&world.helper, &order, photos::png())
        .await
        .expect(201);
    world.helper.post(&handle, &note).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_has_at_most_twenty_photos_in_a_round_and_a_refused_one_leaves_no_file() {
    let world = World::start().await;
    let order = accepted(&world).await;
    for _ in 0..20 {
        upload(&world.resident, &order, photos::png())
            .await
            .expect(201);
    }
    let refusal = upload(&world.resident, &order, photos::png())
        .await
        .expect(409);
    assert!(
        refusal["type"]
            .as_str()
            .unwrap()
            .ends_with("/too-many-attachments")
    );
    assert_eq!(files(&world), 20);
    // and leaves those who handle the order theirs
    upload(&world.helper, &order, photos::png())
        .await
        .expect(201);
    let note = json!({"note": "已更换楼道灯"});
    let handle = format!("{ORDERS}/{order}/actions/handle");
    world.helper.post(&handle, &note).await.expect(200);
    assert_eq!(files(&world), 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_upload_sent_twice_is_one_photo() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let send = async |content: Vec<u8>| {
        let request = world
            .resident
            .request(Method::POST, &path(&order))
            .header("Idempotency-Key", "photo-1")
            .multipart(photos::form("file", content));
        world.resident.send(request).await
    };
    let first = send(photos::png()).await.expect(201);
    assert_eq!(send(photos::png()).await.expect(201), first);
    send(photos::jpeg()).await.expect(422);
    assert_eq!(files(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_files_are_refused_by_their_content() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    let refusal = upload(&world.resident, &order, zip.clone())
        .await
        .expect(415);
    assert!(refusal["type"].as_str().unwrap().ends_with("/not-an-image"));
    upload_raw(&world.resident, &order, "image/jpeg", zip)
        .await
        .expect(415);
    upload_raw(&world.resident, &order, "image/png", Vec::new())
        .await
        .expect(415);
    let cut = photos::jpeg()[..60].to_vec();
    let refusal = upload(&world.resident, &order, cut).await.expect(422);
    assert!(refusal["type"].as_str().unwrap().ends_with("/image-broken"));
    // the name of the kind does not matter
    upload_raw(&world.resident, &order, "image/webp", photos::jpeg())
        .await
        .expect(201);
    assert_eq!(files(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_has_one_field_named_file() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let send = async |form: reqwest::multipart::Form| {
        let request = world.resident.request(Method::POST, &path(&order));
        world.resident.send(request.multipart(form)).await
    };
    let pointer = |problem: &Value| problem["errors"][0]["pointer"].clone();
    let refusal = send(photos::form("photo", photos::png())).await.expect(422);
    assert_eq!(pointer(&refusal), "/photo");
    let two = photos::form("file", photos::png()).text("note", "x");
    assert_eq!(pointer(&send(two).await.expect(422)), "/note");
    let refusal = send(reqwest::multipart::Form::new()).await;
    assert!(
        matches!(refusal.status.as_u16(), 400 | 422),
        "{:?}",
        refusal.body
    );
    let json = world
        .resident
        .post(&path(&order), &json!({"file": "x"}))
        .await;
    json.expect(415);
    let broken = upload_raw(
        &world.resident,
        &order,
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nab".to_vec(),
    );
    broken.await.expect(400);
    assert_eq!(files(&world), 0);
}

/// Counts the files in the blob folder.
pub(crate) fn files(world: &World) -> usize {
    fn walk(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return 0;
        };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { walk(&path) } else { 1 })
            .sum()
    }
    walk(&world.deps().data_dir.join("blobs"))
}
