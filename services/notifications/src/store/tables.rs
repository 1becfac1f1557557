//! Tables as sea-orm sees them.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Who holds which role where.
pub(super) mod holder {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "holder")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub grant_id: kernel::GrantId,
        pub account_id: kernel::AccountId,
        pub role: kernel::Role,
        /// Empty for the whole city.
        pub org_code: String,
        /// Where the grant has it; empty where only the code was kept.
        pub path: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Moves of organisations.
pub(super) mod org_move {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "org_move")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::EventId,
        pub from_path: kernel::OrgPath,
        pub to_path: kernel::OrgPath,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whom an order concerns.
pub(super) mod order_party {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_party")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        pub requester: Option<kernel::AccountId>,
        pub assignee: Option<kernel::AccountId>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Messages.
pub(super) mod message {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::MessageId,
        pub account_id: kernel::AccountId,
        pub event_id: kernel::EventId,
        pub kind: String,
        pub title_zh: String,
        pub title_en: String,
        pub body_zh: String,
        pub body_en: String,
        pub subject_type: String,
        pub subject_id: Uuid,
        pub created_at: kernel::Timestamp,
        pub read_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// How many messages of an account are unread.
pub(super) mod inbox_state {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbox_state")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: kernel::AccountId,
        pub unread: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
