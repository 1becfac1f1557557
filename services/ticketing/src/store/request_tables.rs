//! Rows of the tables of side requests.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Side requests.
pub(crate) mod side_request {
    use kernel::{AccountId, OrderId, OrgCode, RequestId, Timestamp, Version};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "side_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RequestId,
        pub order_id: OrderId,
        pub kind: String,
        pub state: String,
        pub number: i64,
        pub ask: String,
        pub reason: String,
        pub applicant: AccountId,
        pub unit_code: Option<OrgCode>,
        pub decided_by: Option<AccountId>,
        pub note: Option<String>,
        pub named_unit: Option<OrgCode>,
        pub conference: bool,
        pub review_at: Option<Timestamp>,
        pub wake_at: Option<Timestamp>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub version: Version,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where side requests are waited for.
pub(crate) mod request_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "request_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: kernel::RequestId,
        pub kind: String,
        pub state: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Figures that don't count an order.
pub(crate) mod order_exclusion {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_exclusion")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub metric: String,
        pub request_id: kernel::RequestId,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
