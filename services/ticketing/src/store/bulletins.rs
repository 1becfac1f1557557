//! Bulletins: what is under objection, what was published, the roots of months.

use ::store::{StoreError, Tx, Writes, affected_one};
use kernel::{AccountId, OrgCode, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::bulletin_tables::{
    bulletin, bulletin_draft, bulletin_issue, bulletin_objection, bulletin_root,
};

/// Bulletins of a district and a quarter, from the objection window to their publication.
pub(crate) type StoredIssue = bulletin_issue::Model;
/// What one may object to.
pub(crate) type Draft = bulletin_draft::Model;
/// An objection.
pub(crate) type Objection = bulletin_objection::Model;
/// A published bulletin.
pub(crate) type Published = bulletin::Model;
/// The root of a month.
pub(crate) type MonthRoot = bulletin_root::Model;

/// Opens the objection window; false when the quarter has one already.
pub(crate) async fn insert_issue(tx: &Tx, issue: StoredIssue) -> Result<bool, StoreError> {
    let inserted = bulletin_issue::Entity::insert(issue.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Finds the bulletins of a district and a quarter.
pub(crate) async fn find_issue(
    db: &impl ConnectionTrait,
    district: &str,
    period: &str,
) -> Result<Option<StoredIssue>, StoreError> {
    let key = (district.to_owned(), period.to_owned());
    Ok(bulletin_issue::Entity::find_by_id(key).one(db).await?)
}

/// Marks bulletins as published, once.
pub(crate) async fn close_issue(
    tx: &Tx,
    issue: &StoredIssue,
    by: AccountId,
    at: Timestamp,
) -> Result<(), StoreError> {
    use bulletin_issue::Column as C;
    let closed = bulletin_issue::Entity::update_many()
        .col_expr(C::PublishedBy, Expr::value(by))
        .col_expr(C::PublishedAt, Expr::value(at))
        .filter(C::District.eq(issue.district.as_str()))
        .filter(C::Period.eq(issue.period.as_str()))
        .filter(C::PublishedAt.is_null())
        .exec(tx)
        .await?;
    affected_one(closed.rows_affected)?;
    bulletin_draft::Entity::delete_many()
        .filter(bulletin_draft::Column::District.eq(issue.district.as_str()))
        .filter(bulletin_draft::Column::Period.eq(issue.period.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds drafts.
pub(crate) fn insert_drafts(writes: &mut Writes, drafts: Vec<Draft>) {
    writes.insert(drafts.into_iter().map(IntoActiveModel::into_active_model));
}

/// Finds a draft.
pub(crate) async fn find_draft(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    period: &str,
) -> Result<Option<Draft>, StoreError> {
    let key = (org_code.clone(), period.to_owned());
    Ok(bulletin_draft::Entity::find_by_id(key).one(db).await?)
}

/// Adds an objection.
pub(crate) fn insert_objection(writes: &mut Writes, objection: Objection) {
    writes.insert([objection.into_active_model()]);
}

/// Lists objections, or those of one account: those that wait for their answers, then the others, each the first one
/// first.
pub(crate) async fn list_objections(
    db: &impl ConnectionTrait,
    district: &str,
    period: &str,
    of: Option<AccountId>,
    most: u64,
) -> Result<Vec<Objection>, StoreError> {
    let mut found = bulletin_objection::Entity::find();
    if let Some(account) = of {
        found = found.filter(bulletin_objection::Column::Account.eq(account));
    }
    Ok(found
        .filter(bulletin_objection::Column::District.eq(district))
        .filter(bulletin_objection::Column::Period.eq(period))
        .order_by_desc(bulletin_objection::Column::AnsweredAt.is_null())
        .order_by_asc(bulletin_objection::Column::Number)
        .limit(most)
        .all(db)
        .await?)
}

/// Counts objections.
pub(crate) async fn count_objections(
    db: &impl ConnectionTrait,
    district: &str,
    period: &str,
) -> Result<u64, StoreError> {
    Ok(bulletin_objection::Entity::find()
        .filter(bulletin_objection::Column::District.eq(district))
        .filter(bulletin_objection::Column::Period.eq(period))
        .count(db)
        .await?)
}

/// Counts the objections of an account.
pub(crate) async fn count_objections_of(
    db: &impl ConnectionTrait,
    district: &str,
    period: &str,
    account: AccountId,
) -> Result<u64, StoreError> {
    Ok(bulletin_objection::Entity::find()
        .filter(bulletin_objection::Column::District.eq(district))
        .filter(bulletin_objection::Column::Period.eq(period))
        .filter(bulletin_objection::Column::Account.eq(account))
        .count(db)
        .await?)
}

/// Counts objections that wait for their answers.
pub(crate) async fn count_unanswered(
    db: &impl ConnectionTrait,
    district: &str,
    period: &str,
) -> Result<u64, StoreError> {
    Ok(bulletin_objection::Entity::find()
        .filter(bulletin_objection::Column::District.eq(district))
        .filter(bulletin_objection::Column::Period.eq(period))
        .filter(bulletin_objection::Column::AnsweredAt.is_null())
        .count(db)
        .await?)
}

/// Finds an objection by its number.
pub(crate) async fn find_objection(
    db: &impl ConnectionTrait,
    district: &str,
    period: &str,
    number: i64,
) -> Result<Option<Objection>, StoreError> {
    let key = (district.to_owned(), period.to_owned(), number);
    Ok(bulletin_objection::Entity::find_by_id(key).one(db).await?)
}

/// Keeps the answer to an objection, once.
pub(crate) async fn save_objection_answer(tx: &Tx, answered: &Objection) -> Result<(), StoreError> {
    use bulletin_objection::Column as C;
    let saved = bulletin_objection::Entity::update_many()
        .col_expr(C::Upheld, Expr::value(answered.upheld))
        .col_expr(C::Answer, Expr::value(answered.answer.clone()))
        .col_expr(C::AnsweredBy, Expr::value(answered.answered_by))
        .col_expr(C::AnsweredAt, Expr::value(answered.answered_at))
        .filter(C::District.eq(answered.district.as_str()))
        .filter(C::Period.eq(answered.period.as_str()))
        .filter(C::Number.eq(answered.number))
        .filter(C::AnsweredAt.is_null())
        .exec(tx)
        .await?;
    affected_one(saved.rows_affected)
}

/// Adds bulletins to the chain.
pub(crate) fn insert_bulletins(writes: &mut Writes, bulletins: Vec<Published>) {
    writes.insert(
        bulletins
            .into_iter()
            .map(IntoActiveModel::into_active_model),
    );
}

/// Finds the end of the chain.
pub(crate) async fn find_last(db: &impl ConnectionTrait) -> Result<Option<Published>, StoreError> {
    Ok(bulletin::Entity::find()
        .order_by_desc(bulletin::Column::Seq)
        .limit(1)
        .one(db)
        .await?)
}

/// Finds the bulletin of a place and a quarter.
pub(crate) async fn find_bulletin(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    period: &str,
) -> Result<Option<Published>, StoreError> {
    Ok(bulletin::Entity::find()
        .filter(bulletin::Column::OrgCode.eq(org_code.clone()))
        .filter(bulletin::Column::Period.eq(period))
        .one(db)
        .await?)
}

/// Lists bulletins, the newest first, of one place or of all, before one of them.
pub(crate) async fn list_bulletins(
    db: &impl ConnectionTrait,
    org_code: Option<&OrgCode>,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Published>, StoreError> {
    use bulletin::Column as C;
    let mut query = bulletin::Entity::find();
    if let Some(code) = org_code {
        query = query.filter(C::OrgCode.eq(code.clone()));
    }
    if let Some(before) = before {
        query = query.filter(C::Seq.lt(before));
    }
    Ok(query.order_by_desc(C::Seq).limit(limit).all(db).await?)
}

/// Walks the chain behind one of its links.
pub(crate) async fn list_chain(
    db: &impl ConnectionTrait,
    after: i64,
    limit: u64,
) -> Result<Vec<Published>, StoreError> {
    Ok(bulletin::Entity::find()
        .filter(bulletin::Column::Seq.gt(after))
        .order_by_asc(bulletin::Column::Seq)
        .limit(limit)
        .all(db)
        .await?)
}

/// Lists months and hashes of the chain, in its order.
pub(crate) async fn list_hashes(
    db: &impl ConnectionTrait,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(bulletin::Entity::find()
        .select_only()
        .columns([bulletin::Column::Month, bulletin::Column::Hash])
        .order_by_asc(bulletin::Column::Seq)
        .into_tuple()
        .all(db)
        .await?)
}

/// Adds the root of a month that is over.
pub(crate) fn insert_root(writes: &mut Writes, root: MonthRoot) {
    writes.insert([root.into_active_model()]);
}

/// Lists roots, the newest month first.
pub(crate) async fn list_roots(
    db: &impl ConnectionTrait,
    most: u64,
) -> Result<Vec<MonthRoot>, StoreError> {
    Ok(bulletin_root::Entity::find()
        .order_by_desc(bulletin_root::Column::Month)
        .limit(most)
        .all(db)
        .await?)
}
