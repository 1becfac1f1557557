//! How the connections of a database stand: gauges that are read when somebody asks.

use std::sync::{Arc, Weak};

use opentelemetry::KeyValue;
use opentelemetry::metrics::AsyncInstrument;

use crate::{Connections, Engine};

/// The connections of a database; the gauges hold them weakly, so that they end with it.
#[derive(Debug)]
pub(crate) struct Pools {
    pub(crate) engine: Engine,
    pub(crate) writer: Connections,
    pub(crate) reader: Connections,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    idle: u64,
    used: u64,
    /// More are not made: whoever wants one then waits.
    most: u64,
}

impl Pools {
    pub(crate) fn new(engine: Engine, writer: Connections, reader: Connections) -> Arc<Self> {
        Arc::new(Self {
            engine,
            writer,
            reader,
        })
    }

    /// Shows them under the name of the database, by what they are for and whether they are in use.
    pub(crate) fn show(pools: &Arc<Self>, database: &str) {
        let (pools, database) = (Arc::downgrade(pools), database.to_owned());
        opentelemetry::global::meter("linli.store")
            .u64_observable_gauge("linli.store.pool.connections")
            .with_description("connections to a database: idle, used, and the most there may be")
            .with_callback(move |observer| observe(&pools, &database, observer))
            .build();
    }

    fn count(&self, connections: &Connections) -> Count {
        let connection = connections.current();
        let (size, idle, most) = match self.engine {
            Engine::Sqlite => {
                let pool = connection.get_sqlite_connection_pool();
                (
                    pool.size(),
                    pool.num_idle(),
                    pool.options().get_max_connections(),
                )
            }
            Engine::Postgres => {
                let pool = connection.get_postgres_connection_pool();
                (
                    pool.size(),
                    pool.num_idle(),
                    pool.options().get_max_connections(),
                )
            }
        };
        // the two are counted one after the other: more may be idle by now than there were
        let idle = u64::try_from(idle).unwrap_or(u64::MAX);
        Count {
            idle,
            used: u64::from(size).saturating_sub(idle),
            most: u64::from(most),
        }
    }
}

fn observe(pools: &Weak<Pools>, database: &str, observer: &dyn AsyncInstrument<u64>) {
    let Some(pools) = pools.upgrade() else {
        return;
    };
    for (pool, connection) in [("writer", &pools.writer), ("reader", &pools.reader)] {
        let Count { idle, used, most } = pools.count(connection);
        for (state, count) in [("idle", idle), ("used", used), ("max", most)] {
            let labels = [
                KeyValue::new("database", database.to_owned()),
                KeyValue::new("pool", pool),
                KeyValue::new("state", state),
            ];
            observer.observe(count, &labels);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::sync::Arc;

    use super::Count;
    use crate::{Database, StoreConfig, StoreError};

    #[tokio::test]
    async fn a_connection_in_use_is_not_idle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pools.sqlite");
        let db = Database::open_file(&path, &StoreConfig::default())
            .await
            .unwrap();
        let writers = |db: &Database| db.pools().count(&db.pools().writer);
        let of = |idle, used| Count {
            idle,
            used,
            most: 1,
        };
        assert_eq!(writers(&db), of(1, 0));
        let inside = db
            .write("probe", |_tx| async { Ok::<_, StoreError>(writers(&db)) })
            .await
            .unwrap();
        assert_eq!(inside, of(0, 1));
        // the gauges do not keep what they show
        let held = Arc::downgrade(db.pools());
        drop(db);
        assert!(held.upgrade().is_none());
    }
}
