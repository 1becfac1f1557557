//! Writes that go to the database in one trip.

use std::fmt::{self, Write};
use std::iter::Peekable;
use std::vec;

use sea_orm::sea_query::{
    OnConflict, PostgresQueryBuilder, QueryBuilder, SqlWriter, SqliteQueryBuilder,
    SubQueryStatement, Value, Values,
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryTrait,
    Statement,
};

use crate::{CHUNK, StoreError, Tx};

/// Values beyond which a trip takes no further statement: PostgreSQL counts those of a trip in 16
/// bits, and one more statement may bring [`CHUNK`] rows.
const FULL: usize = 30_000;

/// Writes of one transaction that go to the database together.
///
/// A trip to the database costs more than most statements: on SQLite two switches of thread, on
/// PostgreSQL a round trip, each while the transaction holds its locks. What a use-case writes and
/// asks nothing about belongs in here: new rows and changes whose outcome is certain. What decides
/// whether it may go on (a version check) runs before, by itself.
///
/// No two of them may touch the same row, and none sees what another did: PostgreSQL gets them as one
/// statement, SQLite one after the other.
#[derive(Debug, Default)]
pub struct Writes {
    statements: Vec<Planned>,
}

#[derive(Debug)]
struct Planned {
    statement: SubQueryStatement,
    /// Whether it must not share a trip with those before: PostgreSQL runs the parts of one statement
    /// in no certain order, and rows of one table are numbered in theirs.
    later: bool,
}

impl Writes {
    /// Adds new rows of one table; none is fine.
    pub fn insert<A>(&mut self, rows: impl IntoIterator<Item = A>)
    where
        A: ActiveModelTrait + IntoActiveModel<A>,
    {
        let (mut rows, mut later) = (rows.into_iter().peekable(), false);
        while rows.peek().is_some() {
            let insert = A::Entity::insert_many(rows.by_ref().take(CHUNK));
            self.plan(insert, later);
            later = true;
        }
    }

    /// Adds rows of one table, no two with the same key, some of which may be there already.
    pub fn upsert<A>(&mut self, rows: impl IntoIterator<Item = A>, known: &OnConflict)
    where
        A: ActiveModelTrait + IntoActiveModel<A>,
    {
        let (mut rows, mut later) = (rows.into_iter().peekable(), false);
        while rows.peek().is_some() {
            let insert = A::Entity::insert_many(rows.by_ref().take(CHUNK));
            self.plan(insert.on_conflict(known.clone()), later);
            later = true;
        }
    }

    /// Adds a statement that writes at least one row's worth of values.
    pub fn add<Q>(&mut self, query: Q)
    where
        Q: QueryTrait,
        Q::QueryStatement: Into<SubQueryStatement>,
    {
        self.plan(query, false);
    }

    /// Adds a statement that no entity makes, as one whose rows come of another table.
    pub fn add_statement(&mut self, statement: impl Into<SubQueryStatement>) {
        let statement = statement.into();
        self.statements.push(Planned {
            statement,
            later: false,
        });
    }

    fn plan<Q>(&mut self, query: Q, later: bool)
    where
        Q: QueryTrait,
        Q::QueryStatement: Into<SubQueryStatement>,
    {
        let statement = query.into_query().into();
        self.statements.push(Planned { statement, later });
    }

    /// Sends everything; nothing when there is nothing.
    ///
    /// # Errors
    /// The database refuses one of them, which ends the transaction.
    pub async fn run(self, tx: &Tx) -> Result<(), StoreError> {
        let backend = tx.get_database_backend();
        let mut statements = self.statements.into_iter().peekable();
        while statements.len() > 0 {
            let trip = match backend {
                DbBackend::Postgres => Trip::of(&mut statements, &PostgresQueryBuilder),
                _ => Trip::of(&mut statements, &SqliteQueryBuilder),
            };
            let (sql, values) = trip.into_parts();
            let statement = Statement::from_sql_and_values(backend, sql, values);
            tx.execute_raw(statement).await?;
        }
        Ok(())
    }
}

/// The text of one trip and the values of all its statements in order.
struct Trip {
    sql: String,
    values: Vec<Value>,
    /// Whether places of values are numbered, as on PostgreSQL.
    numbered: bool,
    /// Whether statements become parts of one. PostgreSQL takes several only so, SQLite takes them
    /// side by side.
    woven: bool,
    statements: usize,
}

impl Trip {
    fn of(statements: &mut Peekable<vec::IntoIter<Planned>>, builder: &impl QueryBuilder) -> Self {
        let (_, numbered) = builder.placeholder();
        let mut trip = Self {
            sql: String::with_capacity(512),
            values: Vec::new(),
            numbered,
            woven: numbered && statements.len() > 1,
            statements: 0,
        };
        while trip.values.len() < FULL
            && let Some(planned) =
                statements.next_if(|planned| trip.statements == 0 || !planned.later)
        {
            trip.separate();
            builder.prepare_query_statement(&planned.statement, &mut trip);
            trip.statements += 1;
        }
        trip
    }

    fn separate(&mut self) {
        let number = self.statements;
        let first = number == 0;
        // writing to a String does not fail
        match (self.woven, first) {
            (true, true) => write!(self.sql, "WITH w{number} AS ("),
            (true, false) => write!(self.sql, "), w{number} AS ("),
            (false, true) => Ok(()),
            (false, false) => write!(self.sql, "; "),
        }
        .ok();
    }

    fn into_parts(mut self) -> (String, Values) {
        if self.woven {
            self.sql.push_str(") SELECT 1");
        }
        (self.sql, Values(self.values))
    }
}

impl Write for Trip {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.sql.write_str(text)
    }
}

impl fmt::Display for Trip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sql)
    }
}

impl SqlWriter for Trip {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        self.values.push(value);
        let place = self.values.len();
        if self.numbered {
            write!(self.sql, "${place}").ok();
        } else {
            self.sql.push('?');
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}
