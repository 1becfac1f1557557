#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Meetings.
pub(super) mod whole {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "meeting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::MeetingId,
        pub convener_code: kernel::OrgCode,
        pub title: String,
        pub starts_at: kernel::Timestamp,
        pub booking_id: Option<kernel::BookingId>,
        pub state: String,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who takes part.
pub(super) mod participant {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "meeting_participant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub meeting_id: kernel::MeetingId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_code: kernel::OrgCode,
        pub position: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is on the agenda.
pub(super) mod item {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agenda_item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub meeting_id: kernel::MeetingId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub subject: String,
        pub entry_id: Option<kernel::ListEntryId>,
        pub agreement_id: Option<kernel::AgreementId>,
        pub minutes: Option<String>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was resolved.
pub(super) mod resolution {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resolution")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ResolutionId,
        pub meeting_id: kernel::MeetingId,
        pub item: i64,
        pub title: String,
        pub text: String,
        pub owner_code: kernel::OrgCode,
        pub place_code: kernel::OrgCode,
        pub category: Option<String>,
        pub wants_order: bool,
        pub state: String,
        pub order_number: Option<String>,
        pub order_state: Option<String>,
        pub order_version: Option<i64>,
        pub order_published: bool,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
