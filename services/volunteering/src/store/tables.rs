//! Rows of volunteering's own tables.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Tasks.
pub(crate) mod task {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "task")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::TaskId,
        pub order_id: kernel::OrderId,
        pub round: i64,
        pub number: String,
        pub org_code: kernel::OrgCode,
        pub org_path: kernel::OrgPath,
        pub category: Option<String>,
        pub roles: String,
        pub requester: Option<kernel::AccountId>,
        pub state: String,
        pub claimed_by: Option<kernel::AccountId>,
        pub claimed_at: Option<kernel::Timestamp>,
        pub held_for: Option<kernel::AccountId>,
        pub held_until: Option<kernel::Timestamp>,
        pub list_until: Option<kernel::Timestamp>,
        pub positions: Option<String>,
        pub version: kernel::Version,
        pub opened_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sets of roles that tasks were ever offered to.
pub(crate) mod audience {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audience")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub roles: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Open tasks by every organisation above them.
pub(crate) mod open_task_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "open_task_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub roles: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: kernel::TaskId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What happened to tasks.
pub(crate) mod claim_log {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "claim_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: kernel::TaskId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: kernel::Version,
        pub step: String,
        pub account: Option<kernel::AccountId>,
        pub reason: Option<String>,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
