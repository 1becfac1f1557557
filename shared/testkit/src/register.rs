//! The register of personal fields of a service (个人信息字段登记册): it names every column that there is (R1).

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use serde::Deserialize;
use store::Database;

/// Tables of the platform below a service: they hold ids, digests and payloads without personal data.
const PLATFORM: [&str; 6] = [
    "outbox",
    "inbox",
    "idempotency",
    "lease",
    "dead_letter",
    "ended_access",
];

/// A register, as its file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    field: Vec<Field>,
    impersonal: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    table: String,
    column: String,
    purpose: String,
    basis: String,
    retention: String,
    sensitivity: String,
}

type Columns = BTreeSet<(String, String)>;

impl Register {
    /// Reads a register.
    ///
    /// # Panics
    /// The text is no register.
    pub fn read(text: &str) -> Self {
        toml::from_str(text).expect("the register reads")
    }

    /// Checks that every column of the service's own tables stands there once, and no other does.
    ///
    /// # Panics
    /// One is missing, stands there twice, or is gone.
    pub async fn assert_complete(&self, db: &Database) {
        let mut named = Columns::new();
        let mut name = |table: &str, column: &str| {
            let new = named.insert((table.to_owned(), column.to_owned()));
            assert!(new, "{table}.{column} stands there twice");
        };
        for field in &self.field {
            name(&field.table, &field.column);
        }
        for (table, columns) in &self.impersonal {
            for column in columns {
                name(table, column);
            }
        }
        let stored = columns(db).await;
        let missing: Vec<_> = stored.difference(&named).collect();
        assert!(missing.is_empty(), "not in the register: {missing:?}");
        let gone: Vec<_> = named.difference(&stored).collect();
        assert!(gone.is_empty(), "in the register only: {gone:?}");
    }

    /// Checks that every personal field says why, on what ground, for how long, and how sensitive it is.
    ///
    /// # Panics
    /// One does not, or not in both languages.
    pub fn assert_reasoned(&self) {
        for field in &self.field {
            let name = format!("{}.{}", field.table, field.column);
            let grounds = ["consent", "contract", "duty", "law"];
            assert!(grounds.contains(&field.basis.as_str()), "{name}");
            let known = ["ordinary", "sensitive", "secret"];
            assert!(known.contains(&field.sensitivity.as_str()), "{name}");
            for text in [&field.purpose, &field.retention] {
                let both = !text.is_ascii() && text.contains('(');
                assert!(both, "{name} in both languages: {text}");
            }
        }
    }
}

/// Every column of the service's own tables.
async fn columns(db: &Database) -> Columns {
    let reader = db.reader();
    let backend = reader.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT table_name AS t, column_name AS c FROM information_schema.columns
             WHERE table_schema = current_schema()"
        }
        _ => {
            "SELECT m.name AS t, p.name AS c FROM sqlite_master m, pragma_table_info(m.name) p
             WHERE m.type = 'table'"
        }
    };
    let asked = Statement::from_string(backend, sql);
    let rows = reader.query_all_raw(asked).await.expect("the columns");
    let text = |row: &QueryResult, name: &str| row.try_get::<String>("", name).expect("a name");
    rows.iter()
        .map(|row| (text(row, "t"), text(row, "c")))
        .filter(|(table, _)| {
            // partitions are named after their table
            let platform = PLATFORM.iter().any(|known| table.starts_with(known));
            !platform && !table.contains("migration") && !table.starts_with("sqlite_")
        })
        .collect()
}
