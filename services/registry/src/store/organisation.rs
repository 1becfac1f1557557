#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use jiff::civil::Date;
use kernel::Named;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::domain::organisation::Organisation;
use crate::domain::search;
use store::StoreError;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: kernel::OrgId,
    pub code: kernel::OrgCode,
    pub path: kernel::OrgPath,
    pub parent_code: Option<kernel::OrgCode>,
    pub kind: String,
    pub name: String,
    pub folded_name: String,
    pub sort_key: String,
    pub uscc: Option<kernel::Uscc>,
    pub superior_code: Option<kernel::OrgCode>,
    pub since: String,
    pub closed_on: Option<String>,
    pub valid_from: kernel::Timestamp,
    pub version: kernel::Version,
    pub created_at: kernel::Timestamp,
    pub updated_at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads a stored day.
pub(super) fn day(text: &str) -> Result<Date, StoreError> {
    let day = text.parse();
    day.map_err(|_| StoreError::Corrupt(format!("day {text}")))
}

/// Reads a stored name.
pub(super) fn named<T: Named>(name: &str) -> Result<T, StoreError> {
    T::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("name {name}")))
}

impl TryFrom<Model> for Organisation {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            code: row.code,
            path: row.path,
            parent_code: row.parent_code,
            kind: named(&row.kind)?,
            name: row.name,
            uscc: row.uscc,
            superior_code: row.superior_code,
            since: day(&row.since)?,
            closed_on: row.closed_on.as_deref().map(day).transpose()?,
            valid_from: row.valid_from,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&Organisation> for ActiveModel {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: Set(organisation.id),
            code: Set(organisation.code.clone()),
            path: Set(organisation.path.clone()),
            parent_code: Set(organisation.parent_code.clone()),
            kind: Set(organisation.kind.name().to_owned()),
            name: Set(organisation.name.clone()),
            folded_name: Set(search::fold(&organisation.name)),
            sort_key: Set(search::sort_key(&organisation.code)),
            uscc: Set(organisation.uscc.clone()),
            superior_code: Set(organisation.superior_code.clone()),
            since: Set(organisation.since.to_string()),
            closed_on: Set(organisation.closed_on.map(|day| day.to_string())),
            valid_from: Set(organisation.valid_from),
            version: Set(organisation.version),
            created_at: Set(organisation.created_at),
            updated_at: Set(organisation.updated_at),
        }
    }
}
