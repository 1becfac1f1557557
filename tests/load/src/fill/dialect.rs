//! The same row again, for another order at another time, as either engine says it.
//!
//! A copy has a number `n` and lies `back` microseconds before the row; `k` holds both.

use kernel::{OrderId, TypedId};

use super::catalogue::Kind;

/// People among whom copies are spread, for each of the row.
const PEOPLE: u32 = 20_000;

/// Spreads the numbers of copies over 32 bits, each to a place of its own.
const SCATTER: u64 = 2_654_435_761;

/// An engine's way to say things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// A query of table, column and type of everything in a schema, partitions apart.
    pub(super) fn columns(self, schema: &str) -> String {
        match self {
            Self::Postgres => format!(
                "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind IN ('r', 'p')
                AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY c.relname, a.attnum"
            ),
            Self::Sqlite => "SELECT t.name, c.name, c.type
                FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                WHERE t.type = 'table' ORDER BY t.name, c.cid"
                .to_owned(),
        }
    }

    /// Name of a table.
    pub(super) fn table(self, schema: &str, table: &str) -> String {
        match self {
            Self::Postgres => format!("{schema}.{table}"),
            Self::Sqlite => table.to_owned(),
        }
    }

    /// An order's id.
    pub(super) fn id(self, order: OrderId) -> String {
        let uuid = order.uuid();
        match self {
            Self::Postgres => format!("'{uuid}'::uuid"),
            Self::Sqlite => format!("x'{}'", uuid.simple()),
        }
    }

    /// The copies `from` (not itself) to `to`, the last of which lies `nearest` back; each one before
    /// it lies `step` further.
    pub(super) fn copies(self, from: u64, to: u64, nearest: u64, step: u64) -> String {
        let back = format!("{nearest} + ({to} - n) * {step}");
        match self {
            Self::Postgres => format!(
                "k(n, back) AS (SELECT n, {back} FROM generate_series({from}::bigint + 1, {to}) n)"
            ),
            Self::Sqlite => format!(
                "counted(n) AS (SELECT {from} + 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {to}),
                k(n, back) AS (SELECT n, {back} FROM counted)"
            ),
        }
    }

    /// What a copy has in a column of the row `s`; ids are made as of `now`, in microseconds.
    pub(super) fn cell(self, column: &str, kind: Kind, now: i64) -> String {
        let scattered = format!("k.n * {SCATTER} % 4294967296");
        let cell = match (self, kind) {
            (_, Kind::Same) => return format!("s.{column}"),
            (_, Kind::Time) => return format!("s.{column} - k.back"),
            (_, Kind::Id) => {
                let made = self.hex(&format!("({now} - k.back) / 1000"), 12);
                let high = self.hex("(k.n >> 20) & 4095", 3);
                self.uuid(&format!("{made} || '7' || {high}"), "k.n & 1048575", column)
            }
            (_, Kind::Person) => {
                self.uuid("'0000000000017000'", &format!("k.n % {PEOPLE}"), column)
            }
            (Self::Postgres, Kind::Number) => {
                format!("left(s.{column}, -8) || upper(lpad(to_hex({scattered}), 8, '0'))")
            }
            (Self::Sqlite, Kind::Number) => format!(
                "substr(s.{column}, 1, length(s.{column}) - 8) || printf('%08X', {scattered})"
            ),
        };
        format!("CASE WHEN s.{column} IS NULL THEN NULL ELSE {cell} END")
    }

    /// A UUID that begins with `head` and holds `number`; its end tells apart what one order has of a kind.
    fn uuid(self, head: &str, number: &str, column: &str) -> String {
        let number = self.hex(number, 5);
        match self {
            Self::Postgres => {
                let row = format!("replace(s.{column}::text, '-', '')");
                format!(
                    "({head} || substr({row}, 17, 1) || {number} || substr({row}, 23, 10))::uuid"
                )
            }
            Self::Sqlite => {
                let row = format!("hex(s.{column})");
                format!(
                    "unhex({head} || substr({row}, 17, 1) || {number} || substr({row}, 23, 10))"
                )
            }
        }
    }

    /// So many hexadecimal digits of a number.
    fn hex(self, number: &str, digits: u32) -> String {
        match self {
            Self::Postgres => format!("lpad(to_hex({number}), {digits}, '0')"),
            Self::Sqlite => format!("printf('%0{digits}x', {number})"),
        }
    }

    /// Statements after which plans know the new rows, and nothing of the fill is left to be done.
    pub(super) fn settle(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["VACUUM (ANALYZE)", "CHECKPOINT"],
            Self::Sqlite => &["ANALYZE"],
        }
    }
}
