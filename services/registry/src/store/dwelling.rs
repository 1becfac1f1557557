#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Shapes of buildings.
pub(super) mod building {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "building")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: kernel::OrgCode,
        pub compound_code: kernel::OrgCode,
        pub units: i64,
        pub floors: i64,
        pub rooms_per_unit: i64,
        pub households: i64,
        pub version: kernel::Version,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// References of households.
pub(super) mod household {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "household")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub building_code: kernel::OrgCode,
        #[sea_orm(primary_key, auto_increment = false)]
        pub room: String,
        pub persons: Option<i64>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a compound has.
pub(super) mod total {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "dwelling_count")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub compound_code: kernel::OrgCode,
        pub buildings: i64,
        pub units: i64,
        pub rooms: i64,
        pub households: i64,
        pub version: kernel::Version,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
