//! Grants.

use kernel::{AccountId, GrantId, OrgPath, Role, Timestamp, TypedId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use store::{Database, StoreError, Tx, affected_one};
use uuid::Uuid;

use super::{certifications, corrupt, relocations};
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
        pub certified_until: Option<kernel::Timestamp>,
        pub reminded_at: Option<kernel::Timestamp>,
        pub told_at: Option<kernel::Timestamp>,
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
            certified_until: row.certified_until,
            created_by: row.created_by,
            created_at: row.created_at,
            told_at: row.told_at,
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
        certified_until: Set(grant.certified_until),
        reminded_at: Set(None),
        told_at: Set(grant.told_at),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    match grant.certified_until {
        Some(until) => certifications::insert(tx, grant.id, &grant.path, until).await,
        None => Ok(()),
    }
}

/// Ends a grant of an account; nobody ends what ends by itself.
pub(crate) async fn revoke_grant(
    tx: &Tx,
    grant: &HeldGrant,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let revoked = row::Entity::update_many()
        .set(row::ActiveModel {
            revoked_by: Set(by),
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(grant.id))
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    affected_one(revoked.rows_affected)?;
    certifications::remove(tx, grant.id).await
}

/// Certifies a grant anew; whoever is to be reminded is reminded again.
pub(crate) async fn certify_grant(
    tx: &Tx,
    id: GrantId,
    until: Timestamp,
) -> Result<(), StoreError> {
    let certified = row::Entity::update_many()
        .set(row::ActiveModel {
            certified_until: Set(Some(until)),
            reminded_at: Set(None),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    affected_one(certified.rows_affected)?;
    certifications::move_due(tx, id, until).await
}

/// Notes that a grant's reminder went out.
pub(crate) async fn note_reminder(tx: &Tx, id: GrantId, now: Timestamp) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            reminded_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that a grant's beginning is told now; false when it was, or when the grant has ended since.
pub(crate) async fn note_told(tx: &Tx, id: GrantId, now: Timestamp) -> Result<bool, StoreError> {
    let noted = row::Entity::update_many()
        .set(row::ActiveModel {
            told_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::ToldAt.is_null())
        .filter(row::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(noted.rows_affected == 1)
}

/// Lists some of the grants whose certification ends before `before` and of which nobody was reminded;
/// not those that run out before that.
pub(crate) async fn list_unreminded(
    tx: &Tx,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<HeldGrant>, StoreError> {
    let outlasting = Condition::any()
        .add(row::Column::ValidUntil.is_null())
        .add(Expr::col(row::Column::ValidUntil).gt(Expr::col(row::Column::CertifiedUntil)));
    let due = due(before, limit)
        .filter(row::Column::RemindedAt.is_null())
        .filter(outlasting);
    read(due, tx).await
}

/// Lists some of the grants whose time has run out and which nobody has ended yet.
pub(crate) async fn list_run_out(
    tx: &Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<HeldGrant>, StoreError> {
    let over = row::Entity::find()
        .filter(row::Column::RevokedAt.is_null())
        .filter(row::Column::ValidUntil.lte(now))
        .order_by_asc(row::Column::ValidUntil)
        .limit(limit);
    read(over, tx).await
}

/// Lists some of the grants that have begun and were told to nobody yet.
pub(crate) async fn list_untold(
    tx: &Tx,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<HeldGrant>, StoreError> {
    let begun = row::Entity::find()
        .filter(row::Column::ToldAt.is_null())
        .filter(row::Column::RevokedAt.is_null())
        .filter(row::Column::ValidFrom.lte(now))
        .order_by_asc(row::Column::ValidFrom)
        .limit(limit);
    read(begun, tx).await
}

/// Lists all grants of an account that nobody has ended: those whose time has run out too.
pub(crate) async fn list_unended(
    tx: &Tx,
    account: AccountId,
) -> Result<Vec<HeldGrant>, StoreError> {
    let own = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::RevokedAt.is_null())
        .order_by_asc(row::Column::Id);
    read(own, tx).await
}

async fn read(query: Select<row::Entity>, tx: &Tx) -> Result<Vec<HeldGrant>, StoreError> {
    let rows = query.all(tx).await?;
    rows.into_iter().map(HeldGrant::try_from).collect()
}

/// Lists some of the grants of other roles than `kept` whose certification has ended.
pub(crate) async fn list_uncertified(
    tx: &Tx,
    now: Timestamp,
    kept: &[Role],
    limit: u64,
) -> Result<Vec<HeldGrant>, StoreError> {
    let due = due(now, limit).filter(row::Column::Role.is_not_in(kept.iter().copied()));
    read(due, tx).await
}

fn due(before: Timestamp, limit: u64) -> Select<row::Entity> {
    row::Entity::find()
        .filter(row::Column::CertifiedUntil.lte(before))
        .filter(row::Column::RevokedAt.is_null())
        .order_by_asc(row::Column::CertifiedUntil)
        .limit(limit)
}

/// Lists the grants at or below a place that want certification, the first due first.
///
/// They are found by the code of the place. Whether the place lies on this path is for the path to say:
/// a code behind somebody's own path would otherwise open any place.
pub(crate) async fn list_due(
    tx: &Tx,
    path: &OrgPath,
    after: Option<(Timestamp, GrantId)>,
    limit: u64,
) -> Result<Vec<HeldGrant>, StoreError> {
    let within = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(Expr::col((row::Entity, row::Column::Id)).equals(certifications::grant_id()))
        .filter(row::Column::OrgPath.gte(path.as_str()))
        .filter(row::Column::OrgPath.lt(path.range_end()))
        .into_query();
    let ids = certifications::list(tx, (path, within), after, limit).await?;
    let rows = row::Entity::find()
        .filter(row::Column::Id.is_in(ids))
        .order_by_asc(row::Column::CertifiedUntil)
        .order_by_asc(row::Column::Id)
        .all(tx)
        .await?;
    rows.into_iter().map(HeldGrant::try_from).collect()
}

/// Lists the grants of accounts that count now or will, oldest first.
pub(crate) async fn list_held(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<Vec<HeldGrant>, StoreError> {
    let mut grants = Vec::new();
    for chunk in accounts.chunks(store::CHUNK) {
        let query = held(now)
            .filter(row::Column::AccountId.is_in(chunk.iter().copied()))
            .order_by_asc(row::Column::Id);
        for row in query.all(db).await? {
            grants.push(HeldGrant::try_from(row)?);
        }
    }
    Ok(grants)
}

/// A grant as others know it.
pub(crate) struct ToldGrant {
    pub(crate) id: GrantId,
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    pub(crate) path: OrgPath,
    /// Whether others were told that it began, and not that it ended.
    pub(crate) known: bool,
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
        known: row.told_at.is_some() && row.revoked_at.is_none(),
    });
    Ok(told.collect())
}

/// Counts grants of roles for the whole city that count now or will.
pub(crate) async fn count_held(tx: &Tx, roles: &[Role], now: Timestamp) -> Result<u64, StoreError> {
    let query = held(now)
        .filter(row::Column::Role.is_in(roles.iter().copied()))
        .filter(row::Column::OrgPath.eq(OrgPath::root()));
    Ok(query.count(tx).await?)
}

/// Lists grants behind `after` with their places.
pub(super) async fn list_places(
    tx: &Tx,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<(Uuid, OrgPath)>, StoreError> {
    let counting = row::Entity::find().filter(row::Column::RevokedAt.is_null());
    let (id, path) = (row::Column::Id, row::Column::OrgPath);
    relocations::places(tx, counting, id, path, (after, limit)).await
}

/// Gives a grant its new place; whoever oversees that place sees when it falls due.
pub(super) async fn relocate(tx: &Tx, id: GrantId, place: &OrgPath) -> Result<(), StoreError> {
    let path = row::Column::OrgPath;
    relocations::set_path::<row::Entity>(tx, (row::Column::Id, id.uuid()), path, place).await?;
    certifications::relocate(tx, id, place).await
}

fn held(now: Timestamp) -> Select<row::Entity> {
    let open = Condition::any()
        .add(row::Column::ValidUntil.is_null())
        .add(row::Column::ValidUntil.gt(now));
    row::Entity::find()
        .filter(row::Column::RevokedAt.is_null())
        .filter(open)
}
