//! The tables of a service, as the database describes them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use super::dialect::Dialect;

/// Beginning of the names of tables that a fill makes for itself.
pub(super) const OURS: &str = "load_copy_";

/// Columns that name people.
const PEOPLE: [&str; 9] = [
    "requester",
    "assignee",
    "account",
    "account_id",
    "actor",
    "volunteer",
    "claimed_by",
    "approved_by",
    "opened_by",
];

/// What a copy of a row has in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An id of the copied order or of something of its own.
    Id,
    /// Somebody else than in the row.
    Person,
    /// A moment, earlier than in the row.
    Time,
    /// The number that people read.
    Number,
    /// The same.
    Same,
}

/// How rows of a table are found that belong to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    /// By this column, which holds the order's id.
    Order(&'static str),
    /// By this column, which holds the id of a row of that table, which has the order's.
    Through(&'static str, &'static str),
    /// They were handled while the order was worked on.
    Inbox,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<(String, Kind)>,
    pub(super) belongs: Belongs,
}

/// Lists the tables with rows that belong to orders.
pub(super) async fn tables(
    db: &DatabaseConnection,
    dialect: Dialect,
    schema: &str,
) -> anyhow::Result<Vec<Table>> {
    let query = Statement::from_string(db.get_database_backend(), dialect.columns(schema));
    let mut all: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in db.query_all_raw(query).await? {
        let table: String = row.try_get_by_index(0)?;
        let (column, kind) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        all.entry(table).or_default().push((column, kind));
    }
    let tables = all.into_iter().filter_map(|(name, columns)| {
        let belongs = belongs(&name, &columns)?;
        let columns = columns
            .into_iter()
            .map(|(column, stored)| {
                let kind = kind(&column, &stored);
                (column, kind)
            })
            .collect();
        Some(Table {
            name,
            columns,
            belongs,
        })
    });
    Ok(tables.collect())
}

fn belongs(table: &str, columns: &[(String, String)]) -> Option<Belongs> {
    let has = |wanted: &str| columns.iter().any(|(column, _)| column == wanted);
    match table {
        _ if table.starts_with(OURS) => None,
        "work_order" => Some(Belongs::Order("id")),
        "inbox" => Some(Belongs::Inbox),
        // each order has a place of its own in the index of words: copies are not found by them
        _ if table.starts_with("search_") => None,
        _ if has("order_id") => Some(Belongs::Order("order_id")),
        _ if has("subject_id") => Some(Belongs::Order("subject_id")),
        _ if has("task_id") => Some(Belongs::Through("task_id", "task")),
        _ if has("publication_id") => Some(Belongs::Through("publication_id", "publication")),
        _ => None,
    }
}

fn kind(column: &str, stored: &str) -> Kind {
    let stored = stored.to_ascii_lowercase();
    if stored.contains("uuid") {
        let person = PEOPLE.contains(&column);
        if person { Kind::Person } else { Kind::Id }
    } else if stored.contains("int") && (column == "at" || column.ends_with("_at")) {
        Kind::Time
    } else if column == "number" && !stored.contains("int") {
        Kind::Number
    } else {
        Kind::Same
    }
}

#[cfg(test)]
mod tests {
    use super::{Belongs, Kind, belongs, kind};

    #[test]
    fn columns_are_told_apart_by_name_and_type() {
        assert_eq!(kind("order_id", "uuid"), Kind::Id);
        assert_eq!(kind("requester", "uuid_text"), Kind::Person);
        assert_eq!(kind("created_at", "bigint"), Kind::Time);
        assert_eq!(kind("at", "BIGINT"), Kind::Time);
        assert_eq!(kind("number", "text"), Kind::Number);
        assert_eq!(kind("number", "bigint"), Kind::Same);
        assert_eq!(kind("state", "text"), Kind::Same);
    }

    #[test]
    fn tables_of_orders_are_found_and_others_are_left_alone() {
        let columns = |names: &[&str]| -> Vec<(String, String)> {
            let column = |name: &&str| ((*name).to_owned(), "uuid".to_owned());
            names.iter().map(column).collect()
        };
        let of = |table, names: &[&str]| belongs(table, &columns(names));
        assert_eq!(of("work_order", &["id"]), Some(Belongs::Order("id")));
        assert_eq!(
            of("claim_log", &["task_id"]),
            Some(Belongs::Through("task_id", "task"))
        );
        assert_eq!(of("org", &["code"]), None);
        assert_eq!(of("load_copy_task", &["order_id"]), None);
        assert_eq!(of("search_member", &["order_id", "place"]), None);
    }
}
