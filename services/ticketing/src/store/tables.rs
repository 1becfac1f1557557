//! Rows of the tables that orders are kept in.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Orders.
pub(crate) mod work_order {
    use kernel::{AccountId, OrderId, OrgCode, OrgPath, Timestamp, Version};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "work_order")]
    #[expect(
        clippy::struct_excessive_bools,
        reason = "each answers a question of its own"
    )]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        pub number: String,
        pub workflow: String,
        pub workflow_version: i64,
        pub state: String,
        pub round: i64,
        pub first_round: i64,
        pub org_code: OrgCode,
        pub org_path: OrgPath,
        pub org_name: String,
        pub unit_path: Option<OrgPath>,
        pub unit_name: Option<String>,
        pub routing_reason: Option<String>,
        pub requester: Option<AccountId>,
        pub assignee: Option<AccountId>,
        pub handlers: String,
        pub panel: String,
        pub votes: String,
        pub task_open: bool,
        pub confidential: bool,
        pub title: String,
        pub content: String,
        pub category: Option<String>,
        pub category_reason: Option<String>,
        pub channel: String,
        pub lon: Option<f64>,
        pub lat: Option<f64>,
        pub clocks: String,
        pub due_at: Option<Timestamp>,
        pub wake_at: Option<Timestamp>,
        pub supervised: bool,
        pub life_safety: bool,
        pub overdue: bool,
        pub filed_by: Option<kernel::AccountId>,
        pub contact_id: Option<kernel::ContactId>,
        pub panel_households: String,
        pub callback_tries: String,
        pub suggested_assist: Option<String>,
        pub parts: String,
        pub joint_requesters: String,
        pub about: Option<kernel::OrgCode>,
        pub merged_into: Option<OrderId>,
        pub split_from: Option<OrderId>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub version: Version,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where orders show up.
pub(crate) mod order_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        pub state: String,
        pub created_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where secretaries' projects show up.
pub(crate) mod project_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where overdue orders show up.
pub(crate) mod overdue_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "overdue_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where orders under supervision show up.
pub(crate) mod supervised_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supervised_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What happened to orders.
pub(crate) mod order_event {
    use kernel::{AccountId, OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub kind: String,
        pub action: String,
        pub from_state: String,
        pub to_state: String,
        pub round: i64,
        pub actor: Option<AccountId>,
        pub capacity: String,
        pub input: String,
        pub facts: String,
        pub late: bool,
        pub reached: Option<bool>,
        pub solved: Option<bool>,
        pub score: Option<i64>,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Draws of panels.
pub(crate) mod panel_draw {
    use kernel::{OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "panel_draw")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub round: i64,
        pub algorithm: String,
        pub seed: String,
        pub scope_code: String,
        pub as_of: i64,
        pub candidate_count: i64,
        pub candidates_digest: String,
        pub excluded: String,
        pub drawn: String,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who was drawn for which order.
pub(crate) mod panel_seat {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "panel_seat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: kernel::AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub round: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Votes on results.
pub(crate) mod vote {
    use kernel::{AccountId, OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "vote")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub round: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: AccountId,
        pub score: i64,
        pub solved: bool,
        pub comment: Option<String>,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Organisations, as registry told.
pub(crate) mod org {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "org")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: kernel::OrgCode,
        pub path: kernel::OrgPath,
        pub kind: String,
        pub name: String,
        pub parent_path: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Organisations that were moved, until their orders have followed.
pub(crate) mod relocation {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "relocation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::EventId,
        pub code: kernel::OrgCode,
        pub from_path: kernel::OrgPath,
        pub to_path: kernel::OrgPath,
        pub after: Option<kernel::OrderId>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who holds a role where, as identity told.
pub(crate) mod holder_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "holder_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub grant_id: kernel::GrantId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_code: String,
        pub role: kernel::Role,
        pub account: kernel::AccountId,
        pub since: i64,
        pub until: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What grants say of their place, as long as it is not proved.
pub(crate) mod grant_claim {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grant_claim")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub grant_id: kernel::GrantId,
        pub account: kernel::AccountId,
        pub role: kernel::Role,
        pub path: kernel::OrgPath,
        pub entered: bool,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Moves of organisations.
pub(crate) mod org_move {
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

/// How often projections changed.
pub(crate) mod projection {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "projection")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub changes: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Calendars of districts, every version.
pub(crate) mod calendar {
    use kernel::{AccountId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub body: String,
        pub reason: String,
        pub author: AccountId,
        pub at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Corrections of calendars that running orders have yet to follow.
pub(crate) mod recount {
    use kernel::{OrderId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recount")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        pub version: i64,
        pub not_before: Timestamp,
        pub state: String,
        pub after: Option<OrderId>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
