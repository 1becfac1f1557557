//! One connection to the broker, kept up: opened in the background, replaced when it is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use lapin::options::ConfirmSelectOptions;
use lapin::tcp::OwnedTLSConfig;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties, Event};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::AmqpConfig;
use super::topology::Topology;
use crate::consumer::chain;

/// Time between two looks at a connection that says nothing of itself.
const LOOK: Duration = Duration::from_secs(1);
/// Longest time to say goodbye to the broker.
const GOODBYE: Duration = Duration::from_secs(1);

/// A connection that works, as far as one knows.
pub(crate) struct Line {
    connection: Connection,
    distrusted: AtomicBool,
}

impl Line {
    /// Opens a channel whose publications are confirmed.
    pub(crate) async fn channel(&self) -> lapin::Result<Channel> {
        let channel = self.connection.create_channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        Ok(channel)
    }

    /// Says whether the broker has asked for no more publications: it is short of memory or disk.
    pub(crate) fn is_blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    fn is_sound(&self) -> bool {
        self.connection.status().connected() && !self.distrusted.load(Ordering::Relaxed)
    }
}

/// Keeps a connection up until it is told to stop.
pub(crate) struct Keeper {
    name: String,
    config: AmqpConfig,
    topology: Arc<Topology>,
    line: watch::Sender<Option<Arc<Line>>>,
    /// Something looks wrong with the line.
    nudge: Notify,
    /// Something that was declared is missing.
    incomplete: AtomicBool,
    trouble: Mutex<Option<String>>,
}

impl Keeper {
    pub(crate) fn new(name: String, config: &AmqpConfig, topology: &Arc<Topology>) -> Arc<Self> {
        Arc::new(Self {
            name,
            config: config.clone(),
            topology: Arc::clone(topology),
            line: watch::Sender::new(None),
            nudge: Notify::new(),
            incomplete: AtomicBool::new(false),
            trouble: Mutex::default(),
        })
    }

    /// Returns the line that works now.
    pub(crate) fn line(&self) -> Option<Arc<Line>> {
        self.line.borrow().clone()
    }

    /// Waits for a line that works.
    pub(crate) async fn connected(&self) -> Arc<Line> {
        let mut lines = self.line.subscribe();
        loop {
            if let Some(line) = lines.borrow_and_update().clone() {
                return line;
            }
            if lines.changed().await.is_err() {
                // the sender is this keeper's own
                std::future::pending::<()>().await;
            }
        }
    }

    /// Returns what went wrong last, unless all is well.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Says why there is no line.
    pub(crate) fn absence(&self) -> String {
        match self.trouble() {
            Some(trouble) => format!("not connected: {trouble}"),
            None => "not connected".to_owned(),
        }
    }

    pub(crate) fn config(&self) -> &AmqpConfig {
        &self.config
    }

    /// Asks for everything to be declared again: somebody has removed a queue.
    pub(crate) fn declare_again(&self) {
        self.incomplete.store(true, Ordering::Relaxed);
        self.nudge.notify_one();
    }

    /// Asks for a look at a line on which something failed.
    pub(crate) fn suspect(&self) {
        self.nudge.notify_one();
    }

    /// Gives up on a line that does not answer, though it looks connected.
    pub(crate) fn distrust(&self, line: &Line, why: &str) {
        self.note(Some(why.to_owned()));
        line.distrusted.store(true, Ordering::Relaxed);
        self.nudge.notify_one();
    }

    /// Connects and reconnects until `stop`, then says goodbye.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let backoff = self.config.backoff();
        let mut failures = 0_u32;
        loop {
            match stop.run_until_cancelled(self.try_open()).await {
                None => return,
                Some(Ok(line)) => {
                    if failures > 0 {
                        tracing::info!(connection = self.name, "broker reached");
                    }
                    failures = 0;
                    self.keep(Arc::new(line), &stop).await;
                    if stop.is_cancelled() {
                        return;
                    }
                    tracing::warn!(
                        connection = self.name,
                        error = self.trouble(),
                        "connection to the broker lost, connecting again"
                    );
                }
                Some(Err(error)) => {
                    if failures == 0 {
                        tracing::warn!(
                            connection = self.name,
                            broker = %self.config.url,
                            error,
                            "broker out of reach, trying again"
                        );
                    }
                    self.note(Some(error));
                }
            }
            failures = failures.saturating_add(1);
            let pause = tokio::time::sleep(backoff.pause(failures));
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// Connects within the time limit: lapin alone may try for ever.
    async fn try_open(&self) -> Result<Line, String> {
        let opening = self.open();
        match tokio::time::timeout(self.config.connect_timeout(), opening).await {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(chain(&error)),
            Err(_) => Err("no answer within the time limit".to_owned()),
        }
    }

    async fn open(&self) -> lapin::Result<Line> {
        let mut uri: AMQPUri = self
            .config
            .url
            .expose()
            .parse()
            .map_err(std::io::Error::other)?;
        uri.query.heartbeat.get_or_insert(self.config.heartbeat_s);
        let properties =
            ConnectionProperties::default().with_connection_name(self.name.as_str().into());
        let trust = match &self.config.ca_file {
            None => None,
            Some(path) => Some(tokio::fs::read_to_string(path).await?),
        };
        let tls = OwnedTLSConfig {
            cert_chain: trust,
            ..OwnedTLSConfig::default()
        };
        let runtime = lapin::runtime::default_runtime()?;
        // Recovery is ours, not lapin's: it would not cover errors of a channel, and would go on
        // with streams whose deliveries can no longer be acknowledged.
        let connection = Connection::connect_uri_with_config(uri, properties, tls, runtime).await?;
        let line = Line {
            connection,
            distrusted: AtomicBool::new(false),
        };
        self.declare(&line).await?;
        Ok(line)
    }

    async fn declare(&self, line: &Line) -> lapin::Result<()> {
        let channel = line.connection.create_channel().await?;
        self.topology.declare(&channel).await?;
        channel.close(200, "declared".into()).await
    }

    /// Offers the line to its users for as long as it is sound.
    async fn keep(&self, line: Arc<Line>, stop: &CancellationToken) {
        let mut events = std::pin::pin!(line.connection.events_listener());
        self.note(None);
        self.line.send_replace(Some(Arc::clone(&line)));
        while line.is_sound() {
            if self.incomplete.swap(false, Ordering::Relaxed) {
                let declaring = self.declare(&line);
                match tokio::time::timeout(self.config.connect_timeout(), declaring).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => self.distrust(&line, &chain(&error)),
                    Err(_) => self.distrust(&line, "no answer within the time limit"),
                }
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.nudge.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                Some(event) = events.next() => match event {
                    Event::Error(error) => self.note(Some(chain(&error))),
                    Event::ConnectionBlocked(reason) => {
                        tracing::warn!(connection = self.name, reason, "broker takes nothing");
                        self.note(Some(format!("broker takes nothing: {reason}")));
                        // What was sent now would wait in between, unanswered.
                        self.line.send_replace(None);
                    }
                    Event::ConnectionUnblocked => {
                        self.note(None);
                        self.line.send_replace(Some(Arc::clone(&line)));
                    }
                    _ => {}
                },
            }
        }
        self.line.send_replace(None);
        // The broker gives back at once what was delivered, and the thread of the connection ends
        // before the runtime does.
        let goodbye = line.connection.close(200, "goodbye".into());
        match tokio::time::timeout(GOODBYE, goodbye).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(connection = self.name, %error, "goodbye failed"),
            Err(_) => tracing::debug!(connection = self.name, "goodbye not answered"),
        }
    }
}
