#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "read_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: kernel::EventId,
    pub account_id: kernel::AccountId,
    pub kind: String,
    pub org_code: Option<kernel::OrgCode>,
    pub items: Option<i64>,
    pub at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
