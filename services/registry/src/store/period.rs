#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Past states of organisations.
pub(super) mod past {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisation_period")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: kernel::OrgCode,
        #[sea_orm(primary_key, auto_increment = false)]
        pub until: String,
        pub since: String,
        pub kind: String,
        pub name: String,
        pub parent_code: Option<kernel::OrgCode>,
        pub ended_by: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who took whose place.
pub(super) mod succession {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisation_succession")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub predecessor: kernel::OrgCode,
        #[sea_orm(primary_key, auto_increment = false)]
        pub successor: kernel::OrgCode,
        #[sea_orm(primary_key, auto_increment = false)]
        pub counts_from: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
