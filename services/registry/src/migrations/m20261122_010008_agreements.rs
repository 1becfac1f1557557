//! Agreements with their parties and commitments, and alliances with their members.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            agreements(),
            parties(),
            commitments(),
            alliances(),
            members(),
        ] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            (
                "agreement_by_end",
                "agreement",
                &["state", "term_until"][..],
            ),
            (
                "agreement_party_by_org",
                "agreement_party",
                &["org_code", "agreement_id"],
            ),
            (
                "commitment_by_agreement",
                "commitment",
                &["agreement_id", "position"],
            ),
            (
                "commitment_by_party",
                "commitment",
                &["by_code", "state", "due_on", "id"],
            ),
            (
                "alliance_member_by_org",
                "alliance_member",
                &["org_code", "alliance_id"],
            ),
        ] {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn agreements() -> TableCreateStatement {
    Table::create()
        .table("agreement")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("alliance_id").uuid())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("term_from").text().not_null())
        .col(ColumnDef::new("term_until").text().not_null())
        .col(ColumnDef::new("drafted_by").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}

fn parties() -> TableCreateStatement {
    Table::create()
        .table("agreement_party")
        .col(ColumnDef::new("agreement_id").uuid().not_null())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("position").big_integer().not_null())
        .col(ColumnDef::new("consented_by").uuid())
        .col(ColumnDef::new("consented_at").big_integer())
        .primary_key(Index::create().col("agreement_id").col("org_code"))
        .to_owned()
}

fn commitments() -> TableCreateStatement {
    Table::create()
        .table("commitment")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("agreement_id").uuid().not_null())
        .col(ColumnDef::new("position").big_integer().not_null())
        .col(ColumnDef::new("by_code").text().not_null())
        .col(ColumnDef::new("what").text().not_null())
        .col(ColumnDef::new("measure").text().not_null())
        .col(ColumnDef::new("due_on").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("reported_by").uuid())
        .col(ColumnDef::new("reported_at").big_integer())
        .col(ColumnDef::new("confirmed_by").text())
        .col(ColumnDef::new("confirmed_at").big_integer())
        .to_owned()
}

fn alliances() -> TableCreateStatement {
    Table::create()
        .table("alliance")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("convener_code").text().not_null())
        .col(ColumnDef::new("dissolved").boolean().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("updated_at").big_integer().not_null())
        .to_owned()
}

fn members() -> TableCreateStatement {
    Table::create()
        .table("alliance_member")
        .col(ColumnDef::new("alliance_id").uuid().not_null())
        .col(ColumnDef::new("org_code").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .primary_key(Index::create().col("alliance_id").col("org_code"))
        .to_owned()
}
