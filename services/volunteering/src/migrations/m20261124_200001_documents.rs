//! Certificates as documents: when an announcement ends, what was signed, and every key that ever signed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let due = ColumnDef::new("due_at").big_integer().to_owned();
        manager
            .alter_table(
                Table::alter()
                    .table("certificate")
                    .add_column(due)
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("certificate_by_due")
                    .table("certificate")
                    .col("due_at")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("certificate_document")
                    .col(
                        ColumnDef::new("certificate_id")
                            .uuid()
                            .not_null()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("pdf").binary().not_null())
                    .col(ColumnDef::new("digest").string_len(64).not_null())
                    .col(ColumnDef::new("jws").text().not_null())
                    .col(ColumnDef::new("made_at").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("document_key")
                    .col(
                        ColumnDef::new("kid")
                            .string_len(64)
                            .not_null()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("jwk").text().not_null())
                    .col(ColumnDef::new("made_at").big_integer().not_null())
                    .to_owned(),
            )
            .await
    }
}
