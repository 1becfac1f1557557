//! Rows of the index of orders' words.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Orders that are in no segment yet.
pub(crate) mod search_tail {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_tail")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        pub terms: Vec<u8>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where orders are in segments.
pub(crate) mod search_member {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        pub place: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Slices of segments.
pub(crate) mod search_slice {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_slice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub slot: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub segment: i64,
        pub bits: Vec<u8>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
