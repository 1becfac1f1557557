//! Rows of the tables of bulletins.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Bulletins of a district and a quarter.
pub(crate) mod bulletin_issue {
    use kernel::{AccountId, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulletin_issue")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        pub opened_by: AccountId,
        pub opened_at: Timestamp,
        pub objection_until: Timestamp,
        pub published_by: Option<AccountId>,
        pub published_at: Option<Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What one may object to.
pub(crate) mod bulletin_draft {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulletin_draft")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_code: kernel::OrgCode,
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        pub district: String,
        pub body: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Objections.
pub(crate) mod bulletin_objection {
    use kernel::{AccountId, OrgCode, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulletin_objection")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub district: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub org_code: OrgCode,
        pub account: AccountId,
        pub reason: String,
        pub at: Timestamp,
        pub upheld: Option<bool>,
        pub answer: Option<String>,
        pub answered_by: Option<AccountId>,
        pub answered_at: Option<Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Published bulletins.
pub(crate) mod bulletin {
    use kernel::{OrgCode, Timestamp};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulletin")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub org_code: OrgCode,
        pub period: String,
        pub district: String,
        pub month: String,
        pub body: String,
        pub before: String,
        pub hash: String,
        pub published_at: Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Roots of months.
pub(crate) mod bulletin_root {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulletin_root")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        pub root: String,
        pub bulletins: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
