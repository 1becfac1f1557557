#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::Named;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use store::StoreError;

use super::organisation::{day, named};
use crate::domain::post::Post;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: kernel::PostId,
    pub kind: String,
    pub org_code: kernel::OrgCode,
    pub account_id: kernel::AccountId,
    pub state: String,
    pub since: String,
    pub term_until: Option<String>,
    pub left_because: Option<String>,
    pub seat: Option<String>,
    pub version: kernel::Version,
    pub created_at: kernel::Timestamp,
    pub updated_at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Post {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            kind: named(&row.kind)?,
            state: named(&row.state)?,
            left_because: row.left_because.as_deref().map(named).transpose()?,
            since: day(&row.since)?,
            term_until: row.term_until.as_deref().map(day).transpose()?,
            id: row.id,
            org_code: row.org_code,
            account: row.account_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl From<&Post> for ActiveModel {
    fn from(post: &Post) -> Self {
        Self {
            id: Set(post.id),
            kind: Set(post.kind.name().to_owned()),
            org_code: Set(post.org_code.clone()),
            account_id: Set(post.account),
            state: Set(post.state.name().to_owned()),
            since: Set(post.since.to_string()),
            term_until: Set(post.term_until.map(|day| day.to_string())),
            left_because: Set(post.left_because.map(|reason| reason.name().to_owned())),
            seat: Set(post.seat()),
            version: Set(post.version),
            created_at: Set(post.created_at),
            updated_at: Set(post.updated_at),
        }
    }
}
