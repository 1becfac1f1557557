//! Stands for the gateway of a provider of short messages.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Head and body of a request.
pub type Handed = (String, Value);

/// Starts a gateway that keeps what it gets and answers with `status`; returns its URL and what it got.
///
/// # Panics
/// No loopback port is to be had.
pub async fn gateway(status: Arc<AtomicU16>) -> (String, Arc<Mutex<Vec<Handed>>>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a loopback port");
    let url = format!(
        "http://{}/messages",
        listener.local_addr().expect("it is bound")
    );
    let got: Arc<Mutex<Vec<Handed>>> = Arc::default();
    let kept = Arc::clone(&got);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            // the body is small, and comes at the latest with the second part
            while !request.ends_with(b"}") {
                let mut part = [0; 4096];
                let length = socket.read(&mut part).await.expect("a request");
                request.extend_from_slice(&part[..length]);
            }
            let request = String::from_utf8(request).expect("text");
            let (head, body) = request.split_once("\r\n\r\n").expect("a body");
            let body = serde_json::from_str(body).expect("JSON");
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((head.to_owned(), body));
            let status = status.load(Ordering::SeqCst);
            let head =
                format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            socket.write_all(head.as_bytes()).await.ok();
        }
    });
    (url, got)
}
