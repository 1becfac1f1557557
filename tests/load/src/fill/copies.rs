//! Orders in bulk: real ones went through the API, the others are copies of all their rows.
//!
//! What a copy has, the schema says and not a list kept here: every table with rows of an order is
//! copied, with ids, people, numbers and times of its own. Photos' bytes are not, nor what waits in
//! outboxes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use indicatif::ProgressBar;
use kernel::{Clock, OrderId, SystemClock, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::catalogue::{Belongs, OURS, Table, tables};
use super::dialect::Dialect;
use crate::installation::connect;

/// Services that keep something of an order.
pub(crate) const KEEPERS: [&str; 3] = ["ticketing", "volunteering", "notifications"];

/// Copies made by one statement of each table.
const CHUNK: u64 = 10_000;

/// How far back copies reach.
const PAST: Duration = Duration::from_hours(360 * 24);

/// Handled events are forgotten after a week: older orders have none.
const REMEMBERED: Duration = Duration::from_hours(6 * 24);

/// Real orders to copy.
#[derive(Debug, Clone)]
pub(crate) struct Models {
    pub(crate) orders: Vec<OrderId>,
    /// From before they were opened.
    pub(crate) since: Timestamp,
}

/// Databases to fill.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Schemas on a server.
    Server(&'a str),
    /// Files in a folder.
    Files(&'a Path),
}

impl Place<'_> {
    fn url(self, service: &str) -> String {
        match self {
            Self::Server(url) => url.to_owned(),
            Self::Files(folder) => {
                let file = folder.join(format!("{service}.sqlite"));
                format!("sqlite://{}", file.display())
            }
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::Server(_) => Dialect::Postgres,
            Self::Files(_) => Dialect::Sqlite,
        }
    }
}

/// Makes the copies numbered above `from` up to `to`, spread over the past year, in these services.
pub(crate) async fn fill(
    place: Place<'_>,
    services: &[&str],
    models: &Models,
    from: u64,
    to: u64,
) -> anyhow::Result<()> {
    if to <= from {
        return Ok(());
    }
    let share = u64::try_from(services.len())?;
    let bar = ProgressBar::new((to - from) * share);
    let now = SystemClock.now();
    let filling = services.iter().map(async |service| {
        let filler = Filler {
            db: connect(&place.url(service)).await?,
            dialect: place.dialect(),
            schema: service,
            models,
            now,
        };
        filler.fill(from, to, &bar).await
    });
    try_join_all(filling).await?;
    bar.finish_and_clear();
    Ok(())
}

/// Fills one service's database.
struct Filler<'a> {
    db: DatabaseConnection,
    dialect: Dialect,
    schema: &'a str,
    models: &'a Models,
    now: Timestamp,
}

impl Filler<'_> {
    async fn fill(self, from: u64, to: u64, bar: &ProgressBar) -> anyhow::Result<()> {
        let tables = tables(&self.db, self.dialect, self.schema).await?;
        ensure!(!tables.is_empty(), "{} keeps no orders", self.schema);
        if self.dialect == Dialect::Postgres {
            self.run("SET synchronous_commit = off").await?;
        }
        for table in &tables {
            self.run(&format!("DROP TABLE IF EXISTS {}", self.models_of(table)))
                .await?;
            self.run(&self.keep_models(table)).await?;
        }
        let step = (u64::try_from(PAST.as_micros())? / (to - from)).max(1);
        let mut done = from;
        while done < to {
            let end = to.min(done + CHUNK);
            let nearest = (to - end) * step;
            for table in &tables {
                let copies = self.dialect.copies(done, end, nearest, step);
                self.run(&self.copy(table, &copies)).await?;
            }
            bar.inc(end - done);
            done = end;
        }
        for table in &tables {
            self.run(&format!("DROP TABLE {}", self.models_of(table)))
                .await?;
        }
        for statement in self.dialect.settle() {
            self.run(statement).await?;
        }
        Ok(self.db.close().await?)
    }

    async fn run(&self, statement: &str) -> anyhow::Result<()> {
        let done = self.db.execute_unprepared(statement).await;
        done.with_context(|| statement.to_owned())?;
        Ok(())
    }

    fn models_of(&self, table: &Table) -> String {
        let name = format!("{OURS}{}", table.name);
        self.dialect.table(self.schema, &name)
    }

    /// Keeps the models' rows apart: finding them must not become slower as the table grows.
    fn keep_models(&self, table: &Table) -> String {
        let count = self.models.orders.len();
        let name = self.dialect.table(self.schema, &table.name);
        let orders = self.models.orders.iter().enumerate();
        let orders = orders.map(|(place, order)| format!("({place}, {})", self.dialect.id(*order)));
        let orders = orders.collect::<Vec<_>>().join(", ");
        let rows = match table.belongs {
            Belongs::Order(column) => {
                format!("SELECT m.place, t.* FROM {name} t JOIN model m ON m.id = t.{column}")
            }
            Belongs::Through(column, other) => {
                let other = self.dialect.table(self.schema, other);
                format!(
                    "SELECT m.place, t.* FROM {name} t JOIN {other} o ON o.id = t.{column}
                    JOIN model m ON m.id = o.order_id"
                )
            }
            Belongs::Inbox => format!(
                "SELECT row_number() OVER (ORDER BY t.handled_at) % {count} AS place, t.* FROM {name} t
                WHERE t.handled_at >= {}",
                self.models.since.micros()
            ),
        };
        format!(
            "CREATE TABLE {} AS WITH model(place, id) AS (VALUES {orders}) {rows}",
            self.models_of(table)
        )
    }

    fn copy(&self, table: &Table, copies: &str) -> String {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let cells: Vec<String> = table
            .columns
            .iter()
            .map(|(name, kind)| self.dialect.cell(name, *kind, self.now.micros()))
            .collect();
        let recent = match table.belongs {
            Belongs::Inbox => format!("WHERE k.back < {}", REMEMBERED.as_micros()),
            _ => String::new(),
        };
        let recursive = match self.dialect {
            Dialect::Sqlite => "RECURSIVE ",
            Dialect::Postgres => "",
        };
        format!(
            "WITH {recursive}{copies} INSERT INTO {} ({}) SELECT {} FROM k JOIN {} s ON s.place = k.n % {} {recent}",
            self.dialect.table(self.schema, &table.name),
            names.join(", "),
            cells.join(", "),
            self.models_of(table),
            self.models.orders.len(),
        )
    }
}
