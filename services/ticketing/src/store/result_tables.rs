//! Rows of photos, publications and references to foreign messages.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Photos.
pub(crate) mod attachment {
    use kernel::{AccountId, AttachmentId, OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AttachmentId,
        pub order_id: OrderId,
        pub account: AccountId,
        pub round: i64,
        pub kind: String,
        pub size: i64,
        pub width: i64,
        pub height: i64,
        pub digest: String,
        pub at: Timestamp,
        pub came_from: Option<OrderId>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Published results.
pub(crate) mod publication {
    use kernel::{AccountId, OrderId, OrgCode, OrgPath, PublicationId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "publication")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PublicationId,
        pub order_id: OrderId,
        pub number: String,
        pub org_code: OrgCode,
        pub org_path: OrgPath,
        pub org_name: String,
        pub title: String,
        pub summary: String,
        pub workflow: String,
        pub category: Option<String>,
        pub rounds: i64,
        pub votes: i64,
        pub solved: i64,
        pub score_mean_x100: Option<i64>,
        pub handled_minutes: i64,
        pub published_at: Timestamp,
        pub approved_by: Option<AccountId>,
        pub withdrawn_at: Option<Timestamp>,
        pub withdrawn_by: Option<AccountId>,
        pub withdraw_reason: Option<String>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where publications show up.
pub(crate) mod publication_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "publication_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub publication_id: kernel::PublicationId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where it is told that publications were taken down.
pub(crate) mod withdrawal_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "withdrawal_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub withdrawn_at: kernel::Timestamp,
        #[sea_orm(primary_key, auto_increment = false)]
        pub publication_id: kernel::PublicationId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Foreign messages that became orders.
pub(crate) mod external_ref {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "external_ref")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub external_id: String,
        pub order_id: kernel::OrderId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
