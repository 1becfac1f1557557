//! What districts may take in, every version, and what they have taken in.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let quota = Table::create()
            .table("quota")
            .col(ColumnDef::new("district").text().not_null())
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("orders_per_day").big_integer())
            .col(ColumnDef::new("attachments_gib").big_integer())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("author").uuid().not_null())
            .col(ColumnDef::new("at").big_integer().not_null())
            .primary_key(Index::create().col("district").col("version"))
            .to_owned();
        let opened = Table::create()
            .table("quota_day")
            .col(ColumnDef::new("district").text().not_null())
            .col(ColumnDef::new("day").text().not_null())
            .col(ColumnDef::new("orders").big_integer().not_null())
            .primary_key(Index::create().col("district").col("day"))
            .to_owned();
        let stored = Table::create()
            .table("attachment_storage")
            .col(ColumnDef::new("district").text().not_null().primary_key())
            .col(ColumnDef::new("bytes").big_integer().not_null())
            .to_owned();
        for table in [quota, opened, stored] {
            manager.create_table(table).await?;
        }
        let known = "INSERT INTO attachment_storage (district, bytes) \
             SELECT substr(work_order.org_code, 1, 6), CAST(SUM(attachment.size) AS BIGINT) \
             FROM attachment INNER JOIN work_order ON work_order.id = attachment.order_id \
             GROUP BY substr(work_order.org_code, 1, 6)";
        let db = manager.get_connection();
        db.execute_unprepared(known).await?;
        Ok(())
    }
}
