//! Keys of another process: waited for, kept, fetched again.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, get, web};
use auth::{Ctx, KeyRing};
use chassis::{Config, Deps, Host, HostError, Module, Parts, Service, StartError};
use figment::Figment;
use kernel::Role;
use testkit::{Caller, Signer, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ME: &str = "/api/identity/v1/me";

const OTHER: Module = Module {
    name: "other",
    migrations: Vec::new,
    build: other,
    audit: chassis::no_facts,
};

/// Stands in the place of an operation that everyone who is signed in may call.
#[utoipa::path(operation_id = "show_me", responses((status = 200)))]
#[get("/api/identity/v1/me")]
async fn show_me(ctx: Ctx) -> HttpResponse {
    HttpResponse::Ok().json(ctx.principal.account)
}

#[expect(clippy::unnecessary_wraps, reason = "a module's builder may fail")]
fn other(_deps: Deps) -> Result<Service, StartError> {
    Ok(Service::new("other").routes(|config| {
        config.app_data(web::Data::new(())).service(show_me);
    }))
}

/// An identity of which there are only the published keys, or not even these.
#[derive(Clone, Default)]
struct Publisher {
    document: Arc<Mutex<Option<String>>>,
    asked: Arc<AtomicU32>,
}

impl Publisher {
    async fn start() -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let publisher = Self::default();
        let answering = publisher.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                answering.asked.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 4096];
                let _received = socket.read(&mut request).await;
                // away: the connection ends without an answer
                let Some(document) = answering.document.lock().unwrap().clone() else {
                    continue;
                };
                let length = document.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                socket.write_all(head.as_bytes()).await.ok();
                socket.write_all(document.as_bytes()).await.ok();
            }
        });
        (publisher, address)
    }

    fn publishes(&self, keys: &KeyRing) {
        *self.document.lock().unwrap() = Some(serde_json::to_string(&keys.jwks()).unwrap());
    }

    fn publishes_nothing(&self) {
        *self.document.lock().unwrap() = Some("{\"keys\": []}".to_owned());
    }

    fn goes_away(&self) {
        *self.document.lock().unwrap() = None;
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn config(folder: &std::path::Path, jwks_url: Option<String>) -> Config {
    let mut config = Config {
        data: folder.join("data"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..Config::default()
    };
    config.auth.jwks_url = jwks_url;
    config.auth.refresh_s = 1;
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_waited_for_kept_and_fetched_again() {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    let (publisher, identity) = Publisher::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path(), Some(format!("http://{identity}/keys")));
    let sources = Figment::new();
    let host = Host::start(&[OTHER], &config, &sources, Parts::default()).await;
    let host = host.unwrap();
    let url = format!("http://{}", host.address());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let keys = KeyRing::new();
    let sign_in = |keys: &KeyRing| {
        let (account, token) = Signer::trusted_by(keys).account(&[(Role::Resident, "/")]);
        Caller::at(url.clone(), account, token, client.clone())
    };

    // nobody is called a stranger before the first key is known, and readiness says why
    let first = sign_in(&keys);
    let early = first.get(ME).await;
    assert_eq!(early.status, 503, "{:#}", early.body);
    assert!(early.headers.contains_key("retry-after"));
    let state = first.get("/readyz").await;
    assert_eq!(
        (state.status.as_u16(), &state.body["keys"]),
        (503, &false.into())
    );

    publisher.publishes(&keys);
    eventually("the keys are known", async || {
        (first.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    first.get(ME).await.expect(200);

    // kept while identity is away, and when it publishes nothing
    for broken in [Publisher::goes_away, Publisher::publishes_nothing] {
        broken(&publisher);
        let before = publisher.asked();
        eventually("it was asked again", async || {
            (publisher.asked() > before + 1).then_some(())
        })
        .await;
        first.get(ME).await.expect(200);
    }

    // a new key is known after the next look, a withdrawn one no longer
    let renewed = KeyRing::new();
    let second = sign_in(&renewed);
    publisher.publishes(&renewed);
    eventually("the new key is known", async || {
        (second.get(ME).await.status == 200).then_some(())
    })
    .await;
    first.get(ME).await.expect(401);
    host.stop().await;

    // made-up keys cause few fetches, a new one comes with the next of them
    config.auth.refresh_s = 3_600;
    let host = Host::start(&[OTHER], &config, &sources, Parts::default()).await;
    let host = host.unwrap();
    let url = format!("http://{}", host.address());
    let sign_in = |keys: &KeyRing| {
        let (account, token) = Signer::trusted_by(keys).account(&[(Role::Resident, "/")]);
        Caller::at(url.clone(), account, token, client.clone())
    };
    let known = sign_in(&renewed);
    publisher.publishes(&renewed);
    eventually("the keys are known", async || {
        let state = known.get("/readyz").await;
        (state.status == 200).then_some(())
    })
    .await;
    let before = publisher.asked();
    for _ in 0..50 {
        sign_in(&KeyRing::new()).get(ME).await.expect(401);
    }
    assert!(publisher.asked() <= before + 1, "{}", publisher.asked());
    let newest = sign_in(&renewed);
    publisher.publishes(&renewed);
    eventually("the newest key is known", async || {
        (newest.get(ME).await.status == 200).then_some(())
    })
    .await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_or_a_place_to_find_them_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), None);
    let started = Host::start(&[OTHER], &config, &Figment::new(), Parts::default()).await;
    assert!(matches!(started.err(), Some(HostError::NoKeys)));
}
