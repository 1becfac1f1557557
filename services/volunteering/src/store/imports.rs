//! Imports and what was made of their lines.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{ImportId, Named, OrgPath};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx, Writes, affected_one};
use uuid::Uuid;

use super::json;
use super::relocations::hold_at;
use crate::domain::imports::ServiceImport;

/// Imports.
mod import {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_import")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ImportId,
        pub content_key: String,
        pub kind: String,
        pub org_path: kernel::OrgPath,
        pub account: kernel::AccountId,
        pub state: String,
        pub rows: i64,
        pub made: i64,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub undone_at: Option<kernel::Timestamp>,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lines.
mod line {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_import_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: kernel::ImportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line: i64,
        pub subject: Uuid,
        pub number: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was made of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MadeOfLine {
    pub(crate) line: u32,
    /// The volunteer, the record or the activity.
    pub(crate) subject: Uuid,
    /// Number of the proof, where it is one.
    pub(crate) number: u32,
}

impl TryFrom<import::Model> for ServiceImport {
    type Error = StoreError;

    fn try_from(row: import::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            kind: json::named(&row.kind)?,
            org_path: row.org_path,
            account: row.account,
            state: json::named(&row.state)?,
            rows: json::count(row.rows)?,
            made: json::count(row.made)?,
            version: row.version,
            created_at: row.created_at,
            undone_at: row.undone_at,
        })
    }
}

fn read(row: Option<import::Model>) -> Result<Option<ServiceImport>, StoreError> {
    row.map(ServiceImport::try_from).transpose()
}

/// Inserts an import under the key of its content; says whether nobody had taken the same over.
pub(crate) async fn insert_import(
    tx: &Tx,
    import: &ServiceImport,
    content_key: &str,
) -> Result<bool, StoreError> {
    let row = import::ActiveModel {
        id: Set(import.id),
        content_key: Set(content_key.to_owned()),
        kind: Set(import.kind.name().to_owned()),
        org_path: Set(import.org_path.clone()),
        account: Set(import.account),
        state: Set(import.state.name().to_owned()),
        rows: Set(i64::from(import.rows)),
        made: Set(i64::from(import.made)),
        version: Set(import.version),
        created_at: Set(import.created_at),
        undone_at: Set(import.undone_at),
    };
    let known = OnConflict::column(import::Column::ContentKey)
        .do_nothing()
        .to_owned();
    let inserted = import::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Notes how much was made of an import, and of which line what.
pub(crate) async fn save_made(
    tx: &Tx,
    writes: &mut Writes,
    import: &ServiceImport,
    made: &[MadeOfLine],
) -> Result<(), StoreError> {
    writes.insert(made.iter().map(|made| line::ActiveModel {
        import_id: Set(import.id),
        line: Set(i64::from(made.line)),
        subject: Set(made.subject),
        number: Set(i64::from(made.number)),
    }));
    let done = import::Entity::update_many()
        .col_expr(import::Column::Made, Expr::value(i64::from(import.made)))
        .filter(import::Column::Id.eq(import.id))
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)
}

/// Saves that an import was taken back; its content may be taken over anew.
pub(crate) async fn save_undone(tx: &Tx, import: &ServiceImport) -> Result<(), StoreError> {
    let undone = import::ActiveModel {
        content_key: Set(format!("undone:{}", import.id)),
        state: Set(import.state.name().to_owned()),
        version: Set(import.version),
        undone_at: Set(import.undone_at),
        ..Default::default()
    };
    let done = import::Entity::update_many()
        .set(undone)
        .filter(import::Column::Id.eq(import.id))
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)
}

/// Saves where an import belongs; its version stays.
pub(crate) async fn save_import_place(tx: &Tx, import: &ServiceImport) -> Result<(), StoreError> {
    import::Entity::update_many()
        .col_expr(
            import::Column::OrgPath,
            Expr::value(import.org_path.clone()),
        )
        .filter(import::Column::Id.eq(import.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Finds the import of a content.
pub(crate) async fn find_import_of(
    db: &impl ConnectionTrait,
    content_key: &str,
) -> Result<Option<ServiceImport>, StoreError> {
    let query = import::Entity::find().filter(import::Column::ContentKey.eq(content_key));
    read(query.one(db).await?)
}

/// Finds an import.
pub(crate) async fn find_import(
    db: &impl ConnectionTrait,
    id: ImportId,
) -> Result<Option<ServiceImport>, StoreError> {
    read(import::Entity::find_by_id(id).one(db).await?)
}

/// Finds an import that nobody else takes back until the transaction ends.
pub(crate) async fn hold_import(
    tx: &Tx,
    id: ImportId,
) -> Result<Option<ServiceImport>, StoreError> {
    let query = import::Entity::find_by_id(id).lock_exclusive();
    read(query.one(tx).await?)
}

/// Loads imports, the newest first.
pub(crate) async fn load_imports(
    db: &impl ConnectionTrait,
    ids: &[ImportId],
) -> Result<Vec<ServiceImport>, StoreError> {
    let rows = import::Entity::find()
        .filter(import::Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(import::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(ServiceImport::try_from).collect()
}

/// Reads and holds imports at or below a place.
pub(crate) async fn hold_imports_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<ServiceImport>, StoreError> {
    let of = (
        import::Entity::find(),
        import::Column::OrgPath,
        import::Column::Id,
    );
    let rows = hold_at(tx, of, place, most).await?;
    rows.into_iter().map(ServiceImport::try_from).collect()
}

/// Lists what was made of an import, in the order of its lines.
pub(crate) async fn list_made(
    db: &impl ConnectionTrait,
    id: ImportId,
) -> Result<Vec<MadeOfLine>, StoreError> {
    let rows = line::Entity::find()
        .filter(line::Column::ImportId.eq(id))
        .order_by_asc(line::Column::Line)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MadeOfLine {
                line: json::count(row.line)?,
                subject: row.subject,
                number: json::count(row.number)?,
            })
        })
        .collect()
}
