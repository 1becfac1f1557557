#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::Named;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use store::StoreError;

use super::organisation::named;
use crate::domain::report_in::{Party, ReportIn};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_in")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: kernel::ReportInId,
    pub community_code: kernel::OrgCode,
    pub unit_code: Option<kernel::OrgCode>,
    pub account_id: kernel::AccountId,
    pub state: String,
    pub seat: Option<String>,
    pub version: kernel::Version,
    pub created_at: kernel::Timestamp,
    pub updated_at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ReportIn {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            state: named(&row.state)?,
            party: match row.unit_code {
                Some(unit) => Party::Unit(unit),
                None => Party::Member(row.account_id),
            },
            id: row.id,
            community_code: row.community_code,
            account: row.account_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&ReportIn> for ActiveModel {
    fn from(report: &ReportIn) -> Self {
        Self {
            id: Set(report.id),
            community_code: Set(report.community_code.clone()),
            unit_code: Set(match &report.party {
                Party::Unit(unit) => Some(unit.clone()),
                Party::Member(_) => None,
            }),
            account_id: Set(report.account),
            state: Set(report.state.name().to_owned()),
            seat: Set(report.seat()),
            version: Set(report.version),
            created_at: Set(report.created_at),
            updated_at: Set(report.updated_at),
        }
    }
}
