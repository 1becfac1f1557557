#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Alliances.
pub(super) mod whole {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alliance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::AllianceId,
        pub name: String,
        pub convener_code: kernel::OrgCode,
        pub dissolved: bool,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Organisations that were invited, have joined or have left.
pub(super) mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alliance_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alliance_id: kernel::AllianceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_code: kernel::OrgCode,
        pub state: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
