use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{Direction, Proxy};

/// Longest wait for what must come.
const SOON: Duration = Duration::from_secs(10);
/// Wait for what must not come.
const SILENCE: Duration = Duration::from_millis(50);

/// Sends back what it gets.
struct Echo {
    address: SocketAddr,
    /// Ends all connections when told.
    close: watch::Sender<bool>,
    /// Hears of each connection that its client ended.
    left: mpsc::UnboundedReceiver<()>,
}

impl Echo {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (close, closing) = watch::channel(false);
        let (leaving, left) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut closing, leaving) = (closing.clone(), leaving.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = closing.wait_for(|now| *now) => {}
                        () = echo(stream) => { leaving.send(()).ok(); }
                    }
                });
            }
        });
        Self {
            address,
            close,
            left,
        }
    }

    async fn behind_proxy() -> (Self, Proxy) {
        let echo = Self::start().await;
        let proxy = Proxy::start(echo.address.to_string(), 7).await;
        (echo, proxy)
    }
}

async fn echo(mut stream: TcpStream) {
    let (mut from, mut to) = stream.split();
    tokio::io::copy(&mut from, &mut to).await.ok();
}

async fn client(proxy: &Proxy) -> TcpStream {
    let connected = timeout(SOON, TcpStream::connect(proxy.address())).await;
    connected.unwrap().unwrap()
}

async fn receive(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let read = timeout(SOON, stream.read_exact(&mut bytes)).await;
    read.expect("it comes soon").expect("it comes");
    bytes
}

async fn assert_silent(stream: &mut TcpStream) {
    let read = timeout(SILENCE, stream.read_u8()).await;
    assert!(read.is_err(), "{read:?} came");
}

async fn assert_reset(stream: &mut TcpStream) {
    let read = timeout(SOON, stream.read_u8()).await.expect("soon");
    assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn fine_weather_lets_everything_through() {
    let (mut echo, proxy) = Echo::behind_proxy().await;
    let mut stream = client(&proxy).await;
    let sent: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
    let (mut from, mut to) = stream.split();
    let mut got = Vec::new();
    let sending = async {
        to.write_all(&sent).await.unwrap();
        to.shutdown().await.unwrap();
    };
    let both = async { tokio::join!(sending, from.read_to_end(&mut got)) };
    let ((), read) = timeout(SOON, both).await.unwrap();
    read.unwrap();
    assert!(got == sent, "{} of {} bytes", got.len(), sent.len());
    timeout(SOON, echo.left.recv())
        .await
        .expect("the server hears of the end");
}

#[tokio::test]
async fn a_cut_resets_connections_and_refuses_new_ones() {
    let (_echo, proxy) = Echo::behind_proxy().await;
    let mut stream = client(&proxy).await;
    stream.write_all(b"a").await.unwrap();
    assert_eq!(receive(&mut stream, 1).await, b"a");
    for _ in 0..3 {
        proxy.cut().await;
        assert_eq!(proxy.connections(), 0);
        assert_reset(&mut stream).await;
        let refused = TcpStream::connect(proxy.address()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        proxy.pass().await;
        stream = client(&proxy).await;
        stream.write_all(b"b").await.unwrap();
        assert_eq!(receive(&mut stream, 1).await, b"b");
    }
}

#[tokio::test]
async fn a_stall_holds_back_and_loses_nothing() {
    let (_echo, proxy) = Echo::behind_proxy().await;
    let mut old = client(&proxy).await;
    for direction in [Direction::Out, Direction::Back, Direction::Both] {
        proxy.stall(direction).await;
        let mut new = client(&proxy).await;
        for stream in [&mut old, &mut new] {
            stream.write_all(b"held").await.unwrap();
            assert_silent(stream).await;
        }
        proxy.pass().await;
        for stream in [&mut old, &mut new] {
            assert_eq!(receive(stream, 4).await, b"held");
        }
    }
    proxy.stall(Direction::Both).await;
    proxy.cut().await;
    assert_reset(&mut old).await;
}

#[tokio::test]
async fn a_half_open_connection_does_not_hear_of_the_others_end() {
    let (echo, proxy) = Echo::behind_proxy().await;
    let mut stream = client(&proxy).await;
    proxy.half_open().await;
    stream.write_all(b"a").await.unwrap();
    assert_eq!(receive(&mut stream, 1).await, b"a", "nobody has gone yet");
    echo.close.send_replace(true);
    assert_silent(&mut stream).await;
    for _ in 0..3 {
        stream.write_all(b"into the void").await.unwrap();
        assert_silent(&mut stream).await;
    }
    proxy.cut().await;
    assert_reset(&mut stream).await;
}

#[tokio::test]
async fn a_half_open_server_does_not_hear_of_its_clients_end() {
    let (mut echo, proxy) = Echo::behind_proxy().await;
    let mut stream = client(&proxy).await;
    stream.write_all(b"a").await.unwrap();
    assert_eq!(receive(&mut stream, 1).await, b"a");
    proxy.half_open().await;
    drop(stream);
    assert!(timeout(SILENCE, echo.left.recv()).await.is_err());
    proxy.cut().await;
    timeout(SOON, echo.left.recv())
        .await
        .expect("a cut ends it");
}

#[tokio::test]
async fn a_delay_comes_on_every_way_and_keeps_order() {
    let (_echo, proxy) = Echo::behind_proxy().await;
    let latency = Duration::from_millis(30);
    proxy.delay(latency, latency).await;
    let mut stream = client(&proxy).await;
    let began = Instant::now();
    for part in [b"one ", b"two ", b"six "] {
        stream.write_all(part).await.unwrap();
    }
    assert_eq!(receive(&mut stream, 12).await, b"one two six ");
    assert!(began.elapsed() >= latency * 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_limit_makes_large_answers_slow() {
    let (_echo, proxy) = Echo::behind_proxy().await;
    proxy.limit(100_000).await;
    let mut stream = client(&proxy).await;
    let began = Instant::now();
    stream.write_all(&vec![1; 20_000]).await.unwrap();
    receive(&mut stream, 20_000).await;
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(190), "{took:?}");
}

#[tokio::test]
async fn a_server_that_is_away_resets() {
    let port = super::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = port.local_addr().unwrap().to_string();
    let proxy = Proxy::start(nobody, 7).await;
    assert_reset(&mut client(&proxy).await).await;
}

#[tokio::test]
async fn a_url_leads_through_the_proxy() {
    let url = "postgres://me:p%40ss@127.0.0.1:5/linli?sslmode=disable";
    let (proxy, through) = Proxy::before(url, 7).await;
    let address = proxy.address();
    assert_eq!(
        through,
        format!("postgres://me:p%40ss@{address}/linli?sslmode=disable")
    );
    let (proxy, through) = Proxy::before("amqp://127.0.0.1:5", 7).await;
    assert_eq!(through, format!("amqp://{}", proxy.address()));
}

#[tokio::test]
async fn a_dropped_proxy_resets_what_is_open() {
    let (_echo, proxy) = Echo::behind_proxy().await;
    let mut stream = client(&proxy).await;
    stream.write_all(b"a").await.unwrap();
    assert_eq!(receive(&mut stream, 1).await, b"a");
    drop(proxy);
    assert_reset(&mut stream).await;
}
