//! Files that are too large, byte by byte over the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::attachments::files;
use crate::photos;
use crate::world::World;

const MIB: usize = 1024 * 1024;
const GIB: usize = 1024 * MIB;

/// Begins a request and sends its head.
async fn begin(world: &World, order: &str, headers: &str) -> TcpStream {
    let address = world.host.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let path = photos::path(order);
    let token = &world.resident.token;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: image/jpeg\r\n{headers}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads the first line of the answer.
async fn status(stream: &mut TcpStream) -> String {
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut answer));
    let length = read.await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..length])
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gigabyte_that_is_announced_is_refused_before_it_is_sent() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let mut stream = begin(&world, &order, &format!("Content-Length: {GIB}")).await;
    assert_eq!(status(&mut stream).await, "HTTP/1.1 413 Payload Too Large");
    assert_eq!(files(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gigabyte_that_is_not_announced_is_refused_on_the_way() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let stream = begin(&world, &order, "Transfer-Encoding: chunked").await;
    let (mut reading, mut writing) = stream.into_split();
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let sending = tokio::spawn(async move {
        let mut block = b"100000\r\n".to_vec();
        block.extend(vec![0xFF; MIB]);
        block.extend(b"\r\n");
        while counter.load(Ordering::SeqCst) < GIB && writing.write_all(&block).await.is_ok() {
            counter.fetch_add(MIB, Ordering::SeqCst);
        }
    });
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(Duration::from_secs(20), reading.read(&mut answer));
    let length = read.await.unwrap().unwrap();
    // the server reads 10 MiB; what lies in the buffers of the system comes on top
    let sent = sent.load(Ordering::SeqCst);
    sending.abort();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(
        sent < 128 * MIB,
        "{sent} bytes were sent before the answer came"
    );
    assert_eq!(files(&world), 0);
    // the service answers as before
    photos::upload(&world.resident, &order, photos::png())
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_just_above_the_limit_is_refused_and_one_at_it_is_read() {
    let world = World::start().await;
    let order = world.open("five-order").await;
    let limit = 10 * MIB;
    let zeros = vec![0; limit + 1];
    photos::upload(&world.resident, &order, zeros)
        .await
        .expect(413);
    // read whole, and then found to be no picture
    photos::upload(&world.resident, &order, vec![0; limit])
        .await
        .expect(415);
    let mut padded = photos::jpeg();
    padded.resize(limit, 0);
    photos::upload(&world.resident, &order, padded)
        .await
        .expect(201);
}
