//! Rows of activities, shifts and sign-ups.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Activities.
pub(super) mod plan {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "activity")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ActivityId,
        pub org_path: kernel::OrgPath,
        pub team_id: Option<kernel::TeamId>,
        pub kind: String,
        pub state: String,
        pub facts: String,
        pub secret: String,
        pub duty_due: i64,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Shifts.
pub(super) mod turn {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shift")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ShiftId,
        pub activity_id: kernel::ActivityId,
        pub begins_at: kernel::Timestamp,
        pub ends_at: kernel::Timestamp,
        pub state: String,
        pub facts: String,
        pub next_ticket: i64,
        pub reminded: bool,
        pub on_duty_team: Option<kernel::TeamId>,
        pub version: kernel::Version,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sign-ups.
pub(super) mod entry {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_up")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::SignUpId,
        pub shift_id: kernel::ShiftId,
        pub activity_id: kernel::ActivityId,
        pub account: kernel::AccountId,
        pub position: i64,
        pub state: String,
        pub ticket: i64,
        pub begins_at: kernel::Timestamp,
        pub ends_at: kernel::Timestamp,
        pub offer_until: i64,
        pub checked_in_at: Option<kernel::Timestamp>,
        pub checked_out_at: Option<kernel::Timestamp>,
        pub appealed: bool,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
