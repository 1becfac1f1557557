#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

/// Imports of sheets.
pub(super) mod whole {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sheet_import")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ImportId,
        pub resource: String,
        pub account_id: kernel::AccountId,
        pub actor_id: kernel::AccountId,
        pub session_id: kernel::SessionId,
        pub grants: String,
        pub traceparent: String,
        pub state: String,
        pub rows: i64,
        pub cursor: i64,
        pub created: i64,
        pub changed: i64,
        pub unchanged: i64,
        pub refused: i64,
        pub undone: i64,
        pub kept: i64,
        pub failed_turns: i64,
        pub stopped_because: Option<String>,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Their rows.
pub(super) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sheet_import_row")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: kernel::ImportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub line: i64,
        pub cells: String,
        pub outcome: String,
        pub subject: Option<String>,
        pub version: Option<kernel::Version>,
        pub before: Option<String>,
        pub errors: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
