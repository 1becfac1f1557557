use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use auth::KeyRing;
use bus::Handler;
use figment::Figment;
use figment::providers::Serialized;
use figment::value::Value;
use kernel::{Clock, IdSource};
use serde::de::DeserializeOwned;
use store::{Database, Migrations, StoreError};
use tokio_util::sync::CancellationToken;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{Schedule, Tallies};

/// What a service is given to work with.
#[derive(Clone)]
pub struct Deps {
    /// Its own database.
    pub db: Database,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Keys that verify tokens.
    pub keys: Arc<KeyRing>,
    /// The whole configuration; a service reads its own section.
    pub config: Figment,
    /// Folder for the service's files.
    pub data_dir: PathBuf,
    /// Cancelled when the process begins to stop: what would never end by itself ends now.
    pub stop: CancellationToken,
}

impl Deps {
    /// Reads the service's own configuration section, or its defaults where there is none.
    ///
    /// Its `database` is the process's business and not part of what the service reads.
    ///
    /// # Errors
    /// A key is unknown or has the wrong type.
    pub fn section<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, StartError> {
        let Ok(section) = self.config.find_value(name) else {
            return Ok(T::default());
        };
        let read = match section {
            Value::Dict(tag, mut section) if section.contains_key("database") => {
                section.remove("database");
                let rest = Value::Dict(tag, section);
                Figment::from(Serialized::default(name, rest)).extract_inner(name)
            }
            _ => self.config.extract_inner(name),
        };
        read.map_err(|error| StartError::Config(Box::new(error)))
    }
}

/// Why a service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its configuration section is wrong.
    #[error("configuration: {0}")]
    Config(#[source] Box<figment::Error>),
    /// Its store does not answer.
    #[error("store")]
    Store(#[from] StoreError),
    /// Something else it needs is missing or broken.
    #[error("{0}")]
    Other(String),
}

/// Adds a service's routes.
pub(crate) type Routes = Arc<dyn Fn(&mut ServiceConfig<'_>) + Send + Sync>;

/// Work done once before a service is served.
pub(crate) type Prepare = Pin<Box<dyn Future<Output = Result<(), StartError>> + Send>>;

/// A service as a process can host it.
#[derive(Clone, Copy)]
pub struct Module {
    /// Its name: part of its paths, its database's name.
    pub name: &'static str,
    /// Its own migrations.
    pub migrations: Migrations,
    /// Builds it.
    pub build: fn(Deps) -> Result<Service, StartError>,
    /// Tells its side of the facts that others keep as well ([`crate::no_facts`] where there are none).
    pub audit: fn(Database) -> Tallies,
}

/// A built service: what it answers, listens to and does by itself.
#[must_use]
pub struct Service {
    pub(crate) name: &'static str,
    pub(crate) routes: Routes,
    pub(crate) handlers: Vec<Arc<dyn Handler>>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) prepare: Option<Prepare>,
}

impl Service {
    /// Starts the description of a service.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            routes: Arc::new(|_| {}),
            handlers: Vec::new(),
            schedules: Vec::new(),
            prepare: None,
        }
    }

    /// Sets the routes.
    pub fn routes(
        mut self,
        routes: impl Fn(&mut ServiceConfig<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.routes = Arc::new(routes);
        self
    }

    /// Adds a handler of events.
    pub fn handler(mut self, handler: impl Handler + 'static) -> Self {
        self.handlers.push(Arc::new(handler));
        self
    }

    /// Adds a schedule.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(schedule);
        self
    }

    /// Lists the types of events that it listens to, sorted, each once.
    #[must_use]
    pub fn wanted(&self) -> Vec<&'static str> {
        let handlers = self.handlers.iter();
        let mut types: Vec<_> = handlers
            .flat_map(|handler| handler.types())
            .copied()
            .collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// What it does by itself.
    #[must_use]
    pub fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    /// Sets work that is done after the migrations and before anything is served.
    pub fn prepare(
        mut self,
        work: impl Future<Output = Result<(), StartError>> + Send + 'static,
    ) -> Self {
        self.prepare = Some(Box::pin(work));
        self
    }
}
