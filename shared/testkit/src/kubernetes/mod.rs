//! An API server of Kubernetes in the test's own process, for tests of the operator.
//!
//! It speaks plain HTTP and JSON and knows no types: whatever group, version and plural a path names is a
//! resource. It keeps what clients rely on: resource versions and conflicts, watches with bookmarks that end
//! with 410 when their past is forgotten, server-side apply with field managers, the `status` sub-resource,
//! finalizers, owners. It checks no schema and no rights.

mod answer;
mod apply;
mod fields;
mod http;
mod objects;
mod selector;
mod store;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use serde_json::{Value, json};

use store::Store;

/// A running API server; it ends with the value.
pub struct FakeCluster {
    address: SocketAddr,
    state: Arc<State>,
    server: ServerHandle,
}

struct State {
    store: Store,
    /// How many requests of users are answered before everything is answered 503; of the others all are.
    cut: Mutex<BTreeMap<String, usize>>,
}

impl State {
    fn is_cut(&self, user: &str) -> bool {
        let cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        cut.get(user) == Some(&0)
    }

    /// Takes one of the requests that a user has left; false where there is none.
    fn spend(&self, user: &str) -> bool {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        match cut.get_mut(user) {
            None => return true,
            Some(0) => return false,
            Some(left) => *left -= 1,
        }
        drop(cut);
        // watches end with the last one
        self.store.wake();
        true
    }
}

impl FakeCluster {
    /// Starts an empty one.
    pub fn start() -> Self {
        let state = Arc::new(State {
            store: Store::default(),
            cut: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let shared = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(3 * 1024 * 1024))
                .default_service(web::to(http::handle))
        });
        let server = server.workers(1).disable_signals().listen(listener);
        let server = server.expect("it listens").run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            state,
            server: handle,
        }
    }

    /// Base address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A kubeconfig for `user`, whose token is the name.
    pub fn kubeconfig(&self, user: &str) -> String {
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "fake", "cluster": {"server": self.url()}}],
            "users": [{"name": user, "user": {"token": user}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": user, "namespace": "default"}}],
            "current-context": "fake",
        })
        .to_string()
    }

    /// Answers 503 to everything that `user` asks from now on, and ends its watches, or no longer.
    pub fn cut(&self, user: &str, cut: bool) {
        let mut users = self
            .state
            .cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if cut {
            users.insert(user.to_owned(), 0);
        } else {
            users.remove(user);
        }
        drop(users);
        self.state.store.wake();
    }

    /// Answers so many requests of `user`, and 503 to everything after them.
    pub fn cut_after(&self, user: &str, requests: usize) {
        let mut users = self
            .state
            .cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        users.insert(user.to_owned(), requests);
    }

    /// Whether `user` is answered 503 now.
    pub fn is_cut(&self, user: &str) -> bool {
        self.state.is_cut(user)
    }

    /// Forgets the past: a watch that would begin there is answered 410.
    pub fn forget(&self) {
        self.state.store.forget();
    }

    /// An object by its path below the server, as it is now.
    pub fn object(&self, path: &str) -> Option<Value> {
        let (place, _) = http::Place::parse(path)?;
        self.state.store.get(&place.key()?).ok()
    }
}

impl Drop for FakeCluster {
    fn drop(&mut self) {
        // what it is told to do is done by its own threads: nobody has to wait
        drop(self.server.stop(false));
    }
}
