use std::env;
use std::path::Path;
use std::thread;

use kernel::{IdSource, SystemIds};
use reqwest::Url;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use store::{Database, Engine, Location, Migrations, StoreConfig};
use tempfile::TempDir;

use crate::servers;

/// A place of one test's own for databases and files; both go away with it.
///
/// `LINLI_TEST_STORE` says which engine: `sqlite` (the default) or `postgres`. On a server it is a database
/// of its own, in which each service has its schema.
pub struct Storage {
    folder: TempDir,
    server: Option<Server>,
    config: StoreConfig,
}

struct Server {
    /// The database in which others are made and dropped.
    home: PgConnectOptions,
    name: String,
    url: String,
}

impl Storage {
    /// Makes a place on the engine that the tests run on.
    ///
    /// # Panics
    /// There is no room, or no server.
    pub async fn new() -> Self {
        let engine = env::var("LINLI_TEST_STORE").unwrap_or_default();
        match engine.as_str() {
            "" | "sqlite" => Self::files(),
            "postgres" => Self::postgres()
                .await
                .expect("LINLI_TEST_STORE=postgres needs LINLI_TEST_POSTGRES (see tests/servers)"),
            other => panic!("LINLI_TEST_STORE={other}: neither sqlite nor postgres"),
        }
    }

    /// Makes a place for SQLite files.
    ///
    /// # Panics
    /// There is no room.
    pub fn files() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            server: None,
            config: StoreConfig::default(),
        }
    }

    /// Makes a place on PostgreSQL, for tests of what only a server does; `None` as in
    /// [`servers::postgres`].
    ///
    /// # Panics
    /// The server refuses.
    pub async fn postgres() -> Option<Self> {
        Some(Self::on_server(&servers::postgres()?).await)
    }

    /// Makes a place on this PostgreSQL server.
    ///
    /// # Panics
    /// The server refuses.
    pub async fn on_server(server: &str) -> Self {
        let home: PgConnectOptions = server.parse().expect("a server's URL");
        let home = home.disable_statement_logging();
        let name = format!("linli_test_{}", SystemIds::default().next_uuid().simple());
        // Sorted as a Chinese city's server would sort: no query may count on the order of bytes.
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'"
        );
        execute(&home, create).await.expect("a database is made");
        let mut url = Url::parse(server).expect("a server's URL");
        url.set_path(&name);
        Self {
            server: Some(Server {
                home,
                name,
                url: url.to_string(),
            }),
            config: StoreConfig::default(),
            ..Self::files()
        }
    }

    /// URL of the database on the server; none for files.
    pub fn url(&self) -> Option<&str> {
        self.server.as_ref().map(|server| server.url.as_str())
    }

    /// Engine of the databases here.
    pub fn engine(&self) -> Engine {
        match self.server {
            Some(_) => Engine::Postgres,
            None => Engine::Sqlite,
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the database `name` is, or would be.
    pub fn location(&self, name: &str) -> Location {
        match &self.server {
            Some(server) => Location::Server {
                url: server.url.clone(),
                schema: name.to_owned(),
            },
            None => Location::File(self.folder().join(format!("{name}.sqlite"))),
        }
    }

    /// Opens the database `name`; a schema is made first if missing.
    ///
    /// # Panics
    /// It does not open.
    pub async fn open(&self, name: &str) -> Database {
        let location = self.location(name);
        store::prepare(&location).await.expect("a schema is made");
        let opened = Database::open(&location, &self.config).await;
        opened.expect("a database opens")
    }

    /// The same for tests of so much that it takes its time.
    #[must_use]
    pub fn unhurried(mut self) -> Self {
        self.config = self.config.clone().unhurried();
        self
    }

    /// Opens the database `name` and brings it up to date.
    ///
    /// # Panics
    /// It does not open or not migrate.
    pub async fn migrated(&self, name: &str, own: Migrations) -> Database {
        let database = self.open(name).await;
        let migrated = store::migrate(&database, own).await;
        migrated.expect("a database migrates");
        database
    }

    /// Cuts the connections to the server whose last statement begins with `statement`; returns how many.
    ///
    /// # Panics
    /// There is no server, or it refuses.
    pub async fn cut(&self, statement: &str) -> usize {
        let server = self.server.as_ref().expect("a server");
        let mut connection = PgConnection::connect_with(&server.home)
            .await
            .expect("the server answers");
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = $1 AND starts_with(query, $2)";
        let rows = sqlx::query(cut)
            .bind(&server.name)
            .bind(statement)
            .fetch_all(&mut connection)
            .await
            .expect("connections are cut");
        rows.len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // connections that are still open are cut
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let home = self.home.clone();
        // The test's runtime may be the one that drops this: it must not be blocked on.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime
                .block_on(execute(&home, statement))
                .map_err(std::io::Error::other)
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("a test's database stays behind: {error}");
        }
    }
}

async fn execute(options: &PgConnectOptions, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await?;
    connection.close().await
}
