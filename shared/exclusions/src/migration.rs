//! The table of the copy.

use sea_orm_migration::prelude::*;

/// What an account's or a matter's exclusions are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// Who keeps out.
    Account,
    /// The matter: the organisation or the person kept out of.
    Matter,
}

/// Makes the table.
///
/// # Errors
/// The database refuses, or is out of reach.
pub async fn create_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("exclusion")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account").uuid().not_null())
        .col(ColumnDef::new("organisation").text())
        .col(ColumnDef::new("person").uuid())
        .to_owned();
    manager.create_table(table).await
}

/// Makes the indexes by which a service looks.
///
/// # Errors
/// The database refuses, or is out of reach.
pub async fn create_indexes(manager: &SchemaManager<'_>, found_by: FoundBy) -> Result<(), DbErr> {
    let columns: &[&str] = match found_by {
        FoundBy::Account => &["account"],
        FoundBy::Matter => &["organisation", "person"],
    };
    for column in columns {
        let index = Index::create()
            .name(format!("exclusion_by_{column}"))
            .table("exclusion")
            .col(*column)
            .to_owned();
        manager.create_index(index).await?;
    }
    Ok(())
}
