//! Files that are too large, or not what their names say.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream;
use reqwest::{Body, Method};
use scenarios::order::{self, path, upload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Scene, assert_refused};
use crate::world::assert_problem;

/// Longest wait for an answer that must not wait for the whole body.
const SOON: Duration = Duration::from_secs(10);

impl Scene {
    fn attachments(&self) -> String {
        format!("{}/attachments", path(&self.order))
    }

    /// Files below the data folder that are not databases.
    fn blobs(&self) -> usize {
        let mut folders = vec![self.world.host.folder().join("data/ticketing")];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    files += 1;
                }
            }
        }
        files
    }

    /// Announces a body of `length` bytes, sends a few and reads the status line.
    async fn announce(&self, address: &str, kind: &str, length: u64) -> String {
        let url = self.world.host.url(address);
        let host: SocketAddr = url
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let mut socket = TcpStream::connect(host).await.expect("it connects");
        let head = format!(
            "POST {address} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n",
            self.resident.token,
        );
        socket
            .write_all(head.as_bytes())
            .await
            .expect("the head is sent");
        socket
            .write_all(b"\xff\xd8\xff")
            .await
            .expect("a few bytes are sent");
        let mut answer = vec![0; 4_096];
        let read = tokio::time::timeout(SOON, socket.read(&mut answer)).await;
        let read = read
            .expect("the answer does not wait for the body")
            .expect("it reads");
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }
}

#[tokio::test]
async fn a_body_that_claims_a_gigabyte_is_refused_at_once() {
    let scene = Scene::set().await;
    let gigabyte = 1 << 30;
    for (address, kind) in [
        (scene.attachments(), "multipart/form-data; boundary=b"),
        (scene.attachments(), "image/jpeg"),
        (order::ORDERS.to_owned(), "application/json"),
        (
            "/api/registry/v1/organisations".to_owned(),
            "application/json",
        ),
    ] {
        let answer = scene.announce(&address, kind, gigabyte).await;
        // who may not write there is told so first
        let refused = ["HTTP/1.1 413", "HTTP/1.1 403"]
            .iter()
            .any(|status| answer.starts_with(status));
        assert!(
            refused && answer.contains("application/problem+json"),
            "{address}: {answer}"
        );
    }
    assert_eq!(scene.blobs(), 0);
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_stream_of_twelve_megabytes_is_cut_off() {
    let scene = Scene::set().await;
    for kind in ["image/jpeg", "image/png"] {
        let megabyte = vec![0x20_u8; 1 << 20];
        let mut chunks = vec![Ok::<_, std::io::Error>(b"\xff\xd8\xff\xe0".to_vec())];
        chunks.extend((0..12).map(|_| Ok(megabyte.clone())));
        let body = Body::wrap_stream(stream::iter(chunks));
        let request = scene.resident.request(Method::POST, &scene.attachments());
        let reply = scene
            .resident
            .send(request.header("Content-Type", kind).body(body))
            .await;
        assert_problem(&reply, 413);
    }
    let large = vec![0; 12 << 20];
    assert_problem(
        &upload(&scene.resident, &scene.order, "large.jpg", large).await,
        413,
    );
    assert_eq!(scene.blobs(), 0);
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_file_that_is_no_picture_is_refused_whatever_its_name() {
    let scene = Scene::set().await;
    let photo = order::photo();
    let half = photo[..photo.len() / 2].to_vec();
    let files: [(&str, Vec<u8>); 7] = [
        ("photo.jpg", b"PK\x03\x04\x14\0\0\0\x08\0hello.txt".to_vec()),
        (
            "photo.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        ),
        ("photo.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("photo.jpg", b"\xff\xd8\xff".to_vec()),
        ("photo.png", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("photo.png", half),
        ("photo.jpg", Vec::new()),
    ];
    for (name, content) in files {
        let start = content.len().min(8);
        let what = format!("{name} {:?}", &content[..start]);
        assert_refused(
            &what,
            &upload(&scene.resident, &scene.order, name, content).await,
            &[415, 422],
        );
    }
    let request = scene.resident.request(Method::POST, &scene.attachments());
    let other = scene
        .resident
        .send(request.header("Content-Type", "text/plain").body("x"))
        .await;
    assert_refused("text", &other, &[415]);
    assert_eq!(scene.blobs(), 0);
    scene.ends_unchanged().await;
}

#[tokio::test]
async fn a_broken_form_is_refused() {
    let scene = Scene::set().await;
    let kind = "multipart/form-data; boundary=b";
    let bodies: [&[u8]; 5] = [
        b"",
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nabc",
        b"--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nabc\r\n--b--\r\n",
        b"--b--\r\n",
        b"no form at all",
    ];
    for body in bodies {
        let request = scene.resident.request(Method::POST, &scene.attachments());
        let reply = scene
            .resident
            .send(request.header("Content-Type", kind).body(body))
            .await;
        assert_refused(&String::from_utf8_lossy(body), &reply, &[400, 415, 422]);
    }
    assert_eq!(scene.blobs(), 0);
    scene.ends_unchanged().await;
}
