//! Grants.

use kernel::{AccountId, GrantId, OrgCode, OrgPath, Role, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use store::{Database, StoreError, Tx, affected_one};

use super::corrupt;
use crate::domain::{HeldGrant, Period};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_grant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::GrantId,
        pub account_id: kernel::AccountId,
        pub role: kernel::Role,
        pub org_path: kernel::OrgPath,
        pub categories: String,
        pub valid_from: kernel::Timestamp,
        pub valid_until: Option<kernel::Timestamp>,
        pub created_by: Option<kernel::AccountId>,
        pub created_at: kernel::Timestamp,
        pub revoked_by: Option<kernel::AccountId>,
        pub revoked_at: Option<kernel::Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<row::Model> for HeldGrant {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            account: row.account_id,
            role: row.role,
            path: row.org_path,
            categories: serde_json::from_str(&row.categories)
                .map_err(|error| corrupt("account_grant.categories", error))?,
            period: Period {
                from: row.valid_from,
                until: row.valid_until,
            },
            created_by: row.created_by,
            created_at: row.created_at,
        })
    }
}

/// Inserts a grant.
pub(crate) async fn insert_grant(tx: &Tx, grant: &HeldGrant) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(grant.id),
        account_id: Set(grant.account),
        role: Set(grant.role),
        org_path: Set(grant.path.clone()),
        categories: Set(serde_json::Value::from(grant.categories.clone()).to_string()),
        valid_from: Set(grant.period.from),
        valid_until: Set(grant.period.until),
        created_by: Set(grant.created_by),
        created_at: Set(grant.created_at),
        revoked_by: Set(None),
        revoked_at: Set(None),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Ends a grant of an account.
pub(crate) async fn revoke_grant(
    tx: &Tx,
    grant: &HeldGrant,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let revoked = row::Entity::update_many()
        .set(row::ActiveModel {
            revoked_by: Set(Some(by)),
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(grant.id))
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    affected_one(revoked.rows_affected)
}

/// Lists the grants of accounts that count now or will, oldest first.
pub(crate) async fn list_held(
    tx: &Tx,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<Vec<HeldGrant>, StoreError> {
    let mut grants = Vec::new();
    for chunk in accounts.chunks(store::CHUNK) {
        let query = held(now)
            .filter(row::Column::AccountId.is_in(chunk.iter().copied()))
            .order_by_asc(row::Column::Id);
        for row in query.all(tx).await? {
            grants.push(HeldGrant::try_from(row)?);
        }
    }
    Ok(grants)
}

/// A grant as it was told to others.
pub(crate) struct ToldGrant {
    pub(crate) id: GrantId,
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    pub(crate) path: OrgPath,
    pub(crate) revoked: bool,
}

/// Lists grants behind `after`, revoked ones too, in the order of their ids.
pub(crate) async fn list_page(
    db: &Database,
    after: Option<GrantId>,
    limit: u64,
) -> Result<Vec<ToldGrant>, StoreError> {
    let mut page = row::Entity::find()
        .order_by_asc(row::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        page = page.filter(row::Column::Id.gt(after));
    }
    let rows = page.all(db.reader()).await?;
    let told = rows.into_iter().map(|row| ToldGrant {
        id: row.id,
        account: row.account_id,
        role: row.role,
        path: row.org_path,
        revoked: row.revoked_at.is_some(),
    });
    Ok(told.collect())
}

/// Counts grants of roles that count now or will.
pub(crate) async fn count_held(tx: &Tx, roles: &[Role], now: Timestamp) -> Result<u64, StoreError> {
    let query = held(now).filter(row::Column::Role.is_in(roles.iter().copied()));
    Ok(query.count(tx).await?)
}

/// Gives the grants at or below a node that was moved their new paths.
///
/// They are found by the node's code, not by where it was: events of different nodes come in any order.
/// That reads every grant once, which a move is rare enough for.
pub(crate) async fn follow_move(tx: &Tx, code: &OrgCode, to: &OrgPath) -> Result<(), StoreError> {
    let below: Vec<(GrantId, OrgPath)> = row::Entity::find()
        .select_only()
        .columns([row::Column::Id, row::Column::OrgPath])
        .filter(row::Column::OrgPath.contains(format!("/{code}/")))
        .filter(row::Column::RevokedAt.is_null())
        .into_tuple()
        .all(tx)
        .await?;
    for (id, path) in below {
        let mut above = path.ancestors().into_iter();
        let from = above.find(|above| above.leaf().as_ref() == Some(code));
        let Some(place) = from.and_then(|from| path.rebased(&from, to)) else {
            continue;
        };
        if place != path {
            row::Entity::update_many()
                .col_expr(row::Column::OrgPath, Expr::value(place))
                .filter(row::Column::Id.eq(id))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}

fn held(now: Timestamp) -> Select<row::Entity> {
    let open = Condition::any()
        .add(row::Column::ValidUntil.is_null())
        .add(row::Column::ValidUntil.gt(now));
    row::Entity::find()
        .filter(row::Column::RevokedAt.is_null())
        .filter(open)
}
