//! One connection through the proxy.

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Direction, Weather};

/// Most bytes of one direction that wait here.
const HELD: usize = 256 * 1024;
/// Most bytes read at once.
const CHUNK: usize = 16 * 1024;

pub(super) struct Link {
    weather: watch::Receiver<Weather>,
    seed: u64,
}

/// A side was reset: so is the other.
struct Reset;

impl Link {
    pub(super) fn new(weather: watch::Receiver<Weather>, seed: u64) -> Self {
        Self { weather, seed }
    }

    /// Forwards until both directions are closed, one is reset, or everything is cut.
    pub(super) async fn run(self, mut client: TcpStream, target: &str) {
        let mut weather = self.weather.clone();
        let cut = async {
            // An error means that the proxy is gone, which is a cut as well.
            weather.wait_for(|now| *now == Weather::Cut).await.ok();
        };
        tokio::pin!(cut);
        let connected = tokio::select! {
            biased;
            () = &mut cut => None,
            connected = TcpStream::connect(target) => connected.ok(),
        };
        let Some(mut server) = connected else {
            client.set_zero_linger().ok();
            return;
        };
        client.set_nodelay(true).ok();
        server.set_nodelay(true).ok();
        let both_closed = {
            let (from_client, to_client) = client.split();
            let (from_server, to_server) = server.split();
            let out = self.way(Direction::Out).forward(from_client, to_server);
            let back = self.way(Direction::Back).forward(from_server, to_client);
            tokio::select! {
                biased;
                () = &mut cut => false,
                ended = async { tokio::try_join!(out, back) } => ended.is_ok(),
            }
        };
        if !both_closed {
            client.set_zero_linger().ok();
            server.set_zero_linger().ok();
        }
    }

    fn way(&self, direction: Direction) -> Way {
        let seed = self.seed << 1 | u64::from(direction == Direction::Out);
        Way {
            direction,
            weather: self.weather.clone(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            queue: VecDeque::new(),
            held: 0,
            free_at: Instant::now(),
        }
    }
}

/// One direction of a connection.
struct Way {
    direction: Direction,
    weather: watch::Receiver<Weather>,
    rng: ChaCha8Rng,
    /// What was read, and when it is to be written.
    queue: VecDeque<(Instant, Vec<u8>)>,
    held: usize,
    /// When the last of it will have been written.
    free_at: Instant,
}

impl Way {
    /// Forwards until the reading side closes and the other was told.
    async fn forward(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Reset> {
        let mut open = true;
        let mut buffer = vec![0; CHUNK];
        loop {
            let weather = *self.weather.borrow_and_update();
            let stalled = matches!(weather, Weather::Stalled(direction)
                if direction == Direction::Both || direction == self.direction);
            let due = self.queue.front().map(|(due, _)| *due);
            if !open && due.is_none() && !stalled {
                if weather == Weather::HalfOpen {
                    return self.swallow(from, false).await;
                }
                return to.shutdown().await.map_err(|_| Reset);
            }
            let most = match weather {
                Weather::Narrow { bytes_per_second } => usize::try_from(bytes_per_second / 20)
                    .map_or(CHUNK, |some| some.clamp(1, CHUNK)),
                _ => CHUNK,
            };
            tokio::select! {
                biased;
                changed = self.weather.changed() => if changed.is_err() {
                    return Err(Reset);
                },
                () = until(due), if due.is_some() && !stalled => {
                    let (_, bytes) = self.queue.pop_front().unwrap_or((Instant::now(), Vec::new()));
                    self.held -= bytes.len();
                    if to.write_all(&bytes).await.is_err() {
                        return self.broken(from).await;
                    }
                }
                read = from.read(&mut buffer[..most]), if open && !stalled && self.held < HELD => match read {
                    Ok(0) => open = false,
                    Ok(length) => self.keep(&buffer[..length], weather),
                    Err(_) => return self.broken(from).await,
                },
            }
        }
    }

    /// Decides when what was read is to be written, after everything before it.
    fn keep(&mut self, bytes: &[u8], weather: Weather) {
        let now = Instant::now();
        let due = match weather {
            Weather::Delayed { latency, jitter } => {
                now + latency + jitter.mul_f64(self.rng.random_range(0.0..=1.0))
            }
            Weather::Narrow { bytes_per_second } => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                self.free_at.max(now) + Duration::from_secs(1) * length / bytes_per_second
            }
            _ => now,
        };
        self.free_at = due.max(self.free_at);
        self.held += bytes.len();
        self.queue.push_back((self.free_at, bytes.to_vec()));
    }

    /// A side was reset: the other hears of it, or does not.
    async fn broken(self, from: ReadHalf<'_>) -> Result<(), Reset> {
        if *self.weather.borrow() == Weather::HalfOpen {
            return self.swallow(from, true).await;
        }
        Err(Reset)
    }

    /// The way on has gone and nobody is told: what still comes is read and thrown away.
    async fn swallow(self, mut from: ReadHalf<'_>, mut open: bool) -> Result<(), Reset> {
        let mut buffer = vec![0; CHUNK];
        while open {
            open = matches!(from.read(&mut buffer).await, Ok(length) if length > 0);
        }
        pending().await
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => pending().await,
    }
}
