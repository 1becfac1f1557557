//! The register of personal fields names every column that there is (R1).

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde::Deserialize;

use crate::World;

/// Tables of the platform below the service: they hold ids, digests and payloads without personal data.
const PLATFORM: [&str; 5] = ["outbox", "inbox", "idempotency", "lease", "dead_letter"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
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

/// Every column of the service's own tables.
async fn columns(world: &World) -> Columns {
    let db = world.host.deps("identity").db.clone();
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
    let rows = reader
        .query_all_raw(Statement::from_string(backend, sql))
        .await;
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    let all: Columns = rows
        .unwrap()
        .iter()
        .map(|row| (text(row, "t"), text(row, "c")))
        .collect();
    all.into_iter()
        .filter(|(table, _)| {
            // partitions are named after their table
            let platform = PLATFORM.iter().any(|known| table.starts_with(known));
            !platform && !table.contains("migration") && !table.starts_with("sqlite_")
        })
        .collect()
}

fn register() -> Register {
    toml::from_str(include_str!("../../data/personal_fields.toml")).unwrap()
}

#[tokio::test]
async fn every_column_is_registered_once() {
    let world = World::start().await;
    let register = register();
    let mut named = Columns::new();
    let mut name = |table: &str, column: &str| {
        let new = named.insert((table.to_owned(), column.to_owned()));
        assert!(new, "{table}.{column} stands there twice");
    };
    for field in &register.field {
        name(&field.table, &field.column);
    }
    for (table, columns) in &register.impersonal {
        for column in columns {
            name(table, column);
        }
    }
    let stored = columns(&world).await;
    let unregistered: Vec<_> = stored.difference(&named).collect();
    assert!(
        unregistered.is_empty(),
        "not in data/personal_fields.toml: {unregistered:?}"
    );
    let gone: Vec<_> = named.difference(&stored).collect();
    assert!(
        gone.is_empty(),
        "in data/personal_fields.toml only: {gone:?}"
    );
}

#[test]
fn every_personal_field_says_why_on_what_ground_and_for_how_long() {
    for field in register().field {
        let name = format!("{}.{}", field.table, field.column);
        assert!(
            ["consent", "contract", "duty", "law"].contains(&field.basis.as_str()),
            "{name}"
        );
        let known = ["ordinary", "sensitive", "secret"];
        assert!(known.contains(&field.sensitivity.as_str()), "{name}");
        for text in [field.purpose, field.retention] {
            assert!(
                !text.is_ascii() && text.contains('('),
                "{name} in both languages: {text}"
            );
        }
    }
}
