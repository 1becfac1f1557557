#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Places that can be booked.
pub(super) mod place {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "venue")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::VenueId,
        pub org_code: kernel::OrgCode,
        pub name: String,
        pub capacity: i64,
        pub open: bool,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who has one when.
pub(super) mod booking {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::BookingId,
        pub venue_id: kernel::VenueId,
        pub account_id: kernel::AccountId,
        pub starts_at: kernel::Timestamp,
        pub ends_at: kernel::Timestamp,
        pub state: String,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whose turn it is: those who book for one account wait for one another at its row.
pub(super) mod booker {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "booker")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: kernel::AccountId,
        pub turns: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Half hours that bookings take.
pub(super) mod slot {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking_slot")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub venue_id: kernel::VenueId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub slot: i64,
        pub booking_id: kernel::BookingId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
