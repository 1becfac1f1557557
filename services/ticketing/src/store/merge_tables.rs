//! Rows of assisting units' parts, of merged orders, and of what districts do otherwise.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Where parts are waited for.
pub(crate) mod part_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "part_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub state: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Orders that are part of others.
pub(crate) mod order_merge {
    use kernel::{AccountId, OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_merge")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub survivor_id: OrderId,
        pub survivor_seq: i64,
        pub body: String,
        pub reason: String,
        pub merged_by: AccountId,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What districts do otherwise, every version.
pub(crate) mod workflow_override {
    use kernel::{AccountId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workflow_override")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workflow: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub base: i64,
        pub body: String,
        pub reason: String,
        pub author: AccountId,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
