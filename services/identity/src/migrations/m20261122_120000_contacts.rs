//! The contact vault: sealed contacts, and requests to see them in clear.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_contacts(manager).await?;
        create_fields(manager).await?;
        create_reveals(manager).await
    }
}

async fn create_contacts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("contact")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("owner_id").uuid())
        .col(ColumnDef::new("org_path").text().not_null())
        .col(ColumnDef::new("confidential").boolean().not_null())
        .col(ColumnDef::new("sealed_key").binary().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_by").uuid().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("contact", "owner_id")
                .to("account", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let index = Index::create()
        .name("contact_by_owner")
        .table("contact")
        .col("owner_id")
        .col("id")
        .to_owned();
    manager.create_index(index).await
}

async fn create_fields(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("contact_field")
        .col(ColumnDef::new("contact_id").uuid().not_null())
        .col(ColumnDef::new("field").text().not_null())
        .col(ColumnDef::new("sealed").binary().not_null())
        .col(ColumnDef::new("blind").binary())
        .primary_key(Index::create().col("contact_id").col("field"))
        .foreign_key(
            ForeignKey::create()
                .from("contact_field", "contact_id")
                .to("contact", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let index = Index::create()
        .name("contact_field_by_blind")
        .table("contact_field")
        .col("field")
        .col("blind")
        .col("contact_id")
        .to_owned();
    manager.create_index(index).await
}

/// A reveal outlives its contact: that somebody saw it stays on record.
async fn create_reveals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("reveal")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("contact_id").uuid().not_null())
        .col(ColumnDef::new("org_path").text().not_null())
        .col(ColumnDef::new("fields").text().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("requested_by").uuid().not_null())
        .col(ColumnDef::new("requested_at").big_integer().not_null())
        .col(ColumnDef::new("decided_by").uuid())
        .col(ColumnDef::new("decided_at").big_integer())
        .col(ColumnDef::new("ends_at").big_integer().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .to_owned();
    manager.create_table(table).await?;
    let index = Index::create()
        .name("reveal_by_contact")
        .table("reveal")
        .col("contact_id")
        .col("id")
        .to_owned();
    manager.create_index(index).await?;
    let waiting = Index::create()
        .name("reveal_by_state")
        .table("reveal")
        .col("state")
        .col("id")
        .to_owned();
    manager.create_index(waiting).await
}
