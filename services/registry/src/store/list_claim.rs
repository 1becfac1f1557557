#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::Named;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use store::StoreError;

use super::list_entry::count;
use super::organisation::named;
use crate::domain::list_claim::Claim;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "list_claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: kernel::ClaimId,
    pub wanted_id: kernel::ListEntryId,
    pub resource_id: kernel::ListEntryId,
    pub asked_by: String,
    pub quantity: i64,
    pub state: String,
    pub seat: Option<String>,
    pub account_id: kernel::AccountId,
    pub version: kernel::Version,
    pub created_at: kernel::Timestamp,
    pub updated_at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Claim {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            asked_by: named(&row.asked_by)?,
            quantity: count(row.quantity)?,
            state: named(&row.state)?,
            id: row.id,
            wanted: row.wanted_id,
            resource: row.resource_id,
            account: row.account_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&Claim> for ActiveModel {
    fn from(claim: &Claim) -> Self {
        Self {
            id: Set(claim.id),
            wanted_id: Set(claim.wanted),
            resource_id: Set(claim.resource),
            asked_by: Set(claim.asked_by.name().to_owned()),
            quantity: Set(i64::from(claim.quantity)),
            state: Set(claim.state.name().to_owned()),
            seat: Set(claim.seat()),
            account_id: Set(claim.account),
            version: Set(claim.version),
            created_at: Set(claim.created_at),
            updated_at: Set(claim.updated_at),
        }
    }
}
