#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Agreements.
pub(super) mod whole {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::AgreementId,
        pub alliance_id: Option<kernel::AllianceId>,
        pub title: String,
        pub term_from: String,
        pub term_until: String,
        pub drafted_by: kernel::OrgCode,
        pub state: String,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Those who take part, with their consents.
pub(super) mod party {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreement_party")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub agreement_id: kernel::AgreementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_code: kernel::OrgCode,
        pub position: i64,
        pub consented_by: Option<kernel::AccountId>,
        pub consented_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who does what by when.
pub(super) mod commitment {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "commitment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::CommitmentId,
        pub agreement_id: kernel::AgreementId,
        pub position: i64,
        pub by_code: kernel::OrgCode,
        pub what: String,
        pub measure: String,
        pub due_on: String,
        pub state: String,
        pub reported_by: Option<kernel::AccountId>,
        pub reported_at: Option<kernel::Timestamp>,
        pub confirmed_by: Option<kernel::OrgCode>,
        pub confirmed_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
