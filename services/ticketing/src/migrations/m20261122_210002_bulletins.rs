//! Quarterly bulletins: what is under objection, and what was published, in a chain.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [issue(), draft(), objection(), bulletin(), root()] {
            manager.create_table(table).await?;
        }
        let once = Index::create()
            .name("bulletin_by_place")
            .table("bulletin")
            .col("org_code")
            .col("period")
            .unique()
            .to_owned();
        manager.create_index(once).await
    }
}

/// All bulletins of a district and a quarter, from the objection window to their publication.
fn issue() -> TableCreateStatement {
    Table::create()
        .table("bulletin_issue")
        .col(ColumnDef::new("district").text().not_null())
        .col(ColumnDef::new("period").text().not_null())
        .col(ColumnDef::new("opened_by").uuid().not_null())
        .col(ColumnDef::new("opened_at").big_integer().not_null())
        .col(ColumnDef::new("objection_until").big_integer().not_null())
        .col(ColumnDef::new("published_by").uuid())
        .col(ColumnDef::new("published_at").big_integer())
        .primary_key(Index::create().col("district").col("period"))
        .to_owned()
}

/// What one may object to; gone when it is published.
fn draft() -> TableCreateStatement {
    Table::create()
        .table("bulletin_draft")
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("period").text().not_null())
        .col(ColumnDef::new("district").text().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .primary_key(Index::create().col("org_code").col("period"))
        .to_owned()
}

fn objection() -> TableCreateStatement {
    Table::create()
        .table("bulletin_objection")
        .col(ColumnDef::new("district").text().not_null())
        .col(ColumnDef::new("period").text().not_null())
        .col(ColumnDef::new("number").big_integer().not_null())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("account").uuid().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("district").col("period").col("number"))
        .to_owned()
}

/// Never altered: each row names the hash of the one before.
fn bulletin() -> TableCreateStatement {
    Table::create()
        .table("bulletin")
        .col(ColumnDef::new("seq").big_integer().not_null().primary_key())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("period").text().not_null())
        .col(ColumnDef::new("district").text().not_null())
        .col(ColumnDef::new("month").text().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("before").text().not_null())
        .col(ColumnDef::new("hash").text().not_null())
        .col(ColumnDef::new("published_at").big_integer().not_null())
        .to_owned()
}

/// The root over the hashes of a month that is over.
fn root() -> TableCreateStatement {
    Table::create()
        .table("bulletin_root")
        .col(ColumnDef::new("month").text().not_null().primary_key())
        .col(ColumnDef::new("root").text().not_null())
        .col(ColumnDef::new("bulletins").big_integer().not_null())
        .to_owned()
}
