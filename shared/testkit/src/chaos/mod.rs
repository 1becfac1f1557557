//! A TCP proxy that stands in front of a server and makes the network misbehave when told.

mod link;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use link::Link;

/// Longest that a change of the weather may take to be in force.
const IN_FORCE: Duration = Duration::from_secs(10);

/// A direction of a connection, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Out,
    /// From the server to the client.
    Back,
    /// Both.
    Both,
}

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Weather {
    Fine,
    Cut,
    Stalled(Direction),
    HalfOpen,
    Delayed { latency: Duration, jitter: Duration },
    Narrow { bytes_per_second: u32 },
}

/// What the proxy has to show for it.
#[derive(Debug, Clone, Copy, Default)]
struct Condition {
    listening: bool,
    links: usize,
}

/// A proxy on a loopback port in front of one server. Dropped, it resets what is still open.
///
/// One kind of weather at a time; it holds for connections that are open and for new ones.
pub struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    condition: watch::Receiver<Condition>,
    listening: JoinHandle<()>,
    /// Keeps the port while nobody listens on it.
    _port: TcpSocket,
}

impl Proxy {
    /// Stands in front of `target` (`host:port`); `seed` decides the jitter.
    ///
    /// # Panics
    /// No loopback port is to be had.
    pub async fn start(target: impl Into<String>, seed: u64) -> Self {
        let port = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a loopback port");
        let address = port.local_addr().expect("it is bound");
        let (weather, told) = watch::channel(Weather::Fine);
        let (report, condition) = watch::channel(Condition::default());
        let listening = tokio::spawn(serve(address, target.into(), seed, told, report));
        let proxy = Self {
            address,
            weather,
            condition,
            listening,
            _port: port,
        };
        proxy.pass().await;
        proxy
    }

    /// Stands in front of the server that a URL names; returns the URL by way of the proxy too.
    ///
    /// # Panics
    /// The URL has no host and port in the form `scheme://[user[:password]@]host:port[/…]`.
    pub async fn before(url: &str, seed: u64) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, target) = match authority.rsplit_once('@') {
            Some((user, target)) => (format!("{user}@"), target),
            None => (String::new(), authority),
        };
        assert!(
            target.contains(':'),
            "no port in the URL of a test's server"
        );
        let proxy = Self::start(target, seed).await;
        let through = format!("{scheme}://{user}{}{path}", proxy.address);
        (proxy, through)
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.condition.borrow().links
    }

    /// Lets everything through, as at the start.
    pub async fn pass(&self) {
        self.set(Weather::Fine).await;
    }

    /// Resets all connections and refuses new ones, until another weather comes.
    pub async fn cut(&self) {
        self.set(Weather::Cut).await;
    }

    /// Takes connections and forwards nothing in a direction; nothing is lost, it waits.
    pub async fn stall(&self, direction: Direction) {
        self.set(Weather::Stalled(direction)).await;
    }

    /// Tells neither side when the other goes away: what it still sends is swallowed. A connection
    /// that is left so stays open until a cut, or is reset when it sends in another weather.
    pub async fn half_open(&self) {
        self.set(Weather::HalfOpen).await;
    }

    /// Forwards everything later by `latency` and up to `jitter` more, in order.
    pub async fn delay(&self, latency: Duration, jitter: Duration) {
        self.set(Weather::Delayed { latency, jitter }).await;
    }

    /// Forwards at most so much in each direction of each connection.
    pub async fn limit(&self, bytes_per_second: u32) {
        let bytes_per_second = bytes_per_second.max(1);
        self.set(Weather::Narrow { bytes_per_second }).await;
    }

    async fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
        let cut = weather == Weather::Cut;
        let mut condition = self.condition.clone();
        let in_force = condition.wait_for(|now| now.listening != cut && !(cut && now.links > 0));
        tokio::time::timeout(IN_FORCE, in_force)
            .await
            .expect("the weather comes into force")
            .expect("the proxy works");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.weather.send_replace(Weather::Cut);
        self.listening.abort();
    }
}

/// Binds a port that may be bound twice: by who keeps it and by who listens on it.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn serve(
    address: SocketAddr,
    target: String,
    seed: u64,
    mut weather: watch::Receiver<Weather>,
    report: watch::Sender<Condition>,
) {
    let told = weather.clone();
    let mut accepted = 0;
    loop {
        if weather.wait_for(|now| *now != Weather::Cut).await.is_err() {
            return;
        }
        let listener = bind(address)
            .and_then(|socket| socket.listen(1_024))
            .expect("the port is kept");
        report.send_modify(|condition| condition.listening = true);
        loop {
            tokio::select! {
                biased;
                _ = weather.wait_for(|now| *now == Weather::Cut) => break,
                Some(client) = accept(&listener) => {
                    accepted += 1;
                    let link = Link::new(told.clone(), seed.wrapping_add(accepted));
                    report.send_modify(|condition| condition.links += 1);
                    let (target, report) = (target.clone(), report.clone());
                    tokio::spawn(async move {
                        link.run(client, &target).await;
                        report.send_modify(|condition| condition.links -= 1);
                    });
                }
            }
        }
        drop(listener);
        report.send_modify(|condition| condition.listening = false);
    }
}

async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    listener.accept().await.ok().map(|(client, _)| client)
}
