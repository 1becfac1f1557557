//! Reading and writing agreements.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::{AgreementId, CommitmentId, Named, OrgCode, Version};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};

use super::agreement::{commitment, party, whole};
use super::agreement_rows::{agreement, commitment_row, party_row, whole_row};
use crate::domain::agreement::{
    Agreement, AgreementState, Commitment, CommitmentState, Party, Tally,
};

/// Where a list of what is due stands: the day and the commitment.
pub(crate) type Due = (String, CommitmentId);

/// Inserts an agreement.
pub(crate) async fn insert_agreement(tx: &Tx, new: &Agreement) -> Result<(), StoreError> {
    whole::Entity::insert(whole_row(new))
        .exec_without_returning(tx)
        .await?;
    insert_parts(tx, new).await
}

async fn insert_parts(tx: &Tx, new: &Agreement) -> Result<(), StoreError> {
    let parties = (0_i64..).zip(&new.parties);
    let parties = parties.map(|(position, known)| party_row(new.id, position, known));
    party::Entity::insert_many(parties)
        .exec_without_returning(tx)
        .await?;
    let promised = (0_i64..).zip(&new.commitments);
    let promised = promised.map(|(position, known)| commitment_row(new.id, position, known));
    commitment::Entity::insert_many(promised)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves an agreement over the version before. Its parts, a few dozen at most, are written anew.
pub(crate) async fn save_agreement(
    tx: &Tx,
    changed: &Agreement,
    seen: Version,
) -> Result<(), StoreError> {
    store::save_over(
        tx,
        whole_row(changed),
        whole::Column::Id.eq(changed.id),
        whole::Column::Version.eq(seen),
    )
    .await?;
    party::Entity::delete_many()
        .filter(party::Column::AgreementId.eq(changed.id))
        .exec(tx)
        .await?;
    commitment::Entity::delete_many()
        .filter(commitment::Column::AgreementId.eq(changed.id))
        .exec(tx)
        .await?;
    insert_parts(tx, changed).await
}

/// Finds an agreement.
pub(crate) async fn find_agreement(
    db: &impl ConnectionTrait,
    id: AgreementId,
) -> Result<Option<Agreement>, StoreError> {
    let row = whole::Entity::find_by_id(id).all(db).await?;
    Ok(put_together(db, row).await?.pop())
}

/// Finds the agreement that a commitment belongs to.
pub(crate) async fn find_agreement_of(
    db: &impl ConnectionTrait,
    id: CommitmentId,
) -> Result<Option<Agreement>, StoreError> {
    match commitment::Entity::find_by_id(id).one(db).await? {
        Some(row) => find_agreement(db, row.agreement_id).await,
        None => Ok(None),
    }
}

/// Lists the agreements of a party, the newest first.
pub(crate) async fn list_agreements(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    after: Option<AgreementId>,
    limit: u64,
) -> Result<Vec<Agreement>, StoreError> {
    let mut query = party::Entity::find()
        .select_only()
        .column(party::Column::AgreementId)
        .filter(party::Column::OrgCode.eq(org_code.clone()))
        .order_by_desc(party::Column::AgreementId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(party::Column::AgreementId.lt(after));
    }
    let ids: Vec<AgreementId> = query.into_tuple().all(db).await?;
    let rows = whole::Entity::find()
        .filter(whole::Column::Id.is_in(ids))
        .order_by_desc(whole::Column::Id)
        .all(db)
        .await?;
    put_together(db, rows).await
}

/// Lists agreements whose last day is before `today` and that are not over.
pub(crate) async fn list_ended_agreements(
    db: &impl ConnectionTrait,
    today: Date,
    limit: u64,
) -> Result<Vec<Agreement>, StoreError> {
    let running = AgreementState::ALL.iter().filter(|state| !state.is_over());
    let rows = whole::Entity::find()
        .filter(whole::Column::State.is_in(running.map(|state| state.name())))
        .filter(whole::Column::TermUntil.lt(today.to_string()))
        .order_by_asc(whole::Column::TermUntil)
        .limit(limit)
        .all(db)
        .await?;
    put_together(db, rows).await
}

/// Adds the parts of all agreements in two queries.
async fn put_together(
    db: &impl ConnectionTrait,
    rows: Vec<whole::Model>,
) -> Result<Vec<Agreement>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<AgreementId> = rows.iter().map(|row| row.id).collect();
    let mut parties: HashMap<AgreementId, Vec<Party>> = HashMap::new();
    let found = party::Entity::find()
        .filter(party::Column::AgreementId.is_in(ids.iter().copied()))
        .order_by_asc(party::Column::Position)
        .all(db)
        .await?;
    for row in found {
        parties
            .entry(row.agreement_id)
            .or_default()
            .push(row.into());
    }
    let mut promised: HashMap<AgreementId, Vec<Commitment>> = HashMap::new();
    let found = commitment::Entity::find()
        .filter(commitment::Column::AgreementId.is_in(ids))
        .order_by_asc(commitment::Column::Position)
        .all(db)
        .await?;
    for row in found {
        let id = row.agreement_id;
        promised.entry(id).or_default().push(row.try_into()?);
    }
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            let own = parties.remove(&id).unwrap_or_default();
            agreement(row, own, promised.remove(&id).unwrap_or_default())
        })
        .collect()
}

/// Lists what a party has promised, not reported yet, and has to do until a day, the most urgent first.
pub(crate) async fn list_due(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    until: Date,
    after: Option<&Due>,
    limit: u64,
) -> Result<Vec<(AgreementId, Commitment)>, StoreError> {
    let mut query = commitment::Entity::find()
        .filter(commitment::Column::ByCode.eq(org_code.clone()))
        .filter(commitment::Column::State.eq(CommitmentState::Open.name()))
        .filter(commitment::Column::DueOn.lte(until.to_string()))
        .order_by_asc(commitment::Column::DueOn)
        .order_by_asc(commitment::Column::Id)
        .limit(limit);
    if let Some((day, id)) = after {
        let place = Expr::tuple([
            Expr::col(commitment::Column::DueOn),
            Expr::col(commitment::Column::Id),
        ]);
        let last = Expr::tuple([Expr::val(day.as_str()), Expr::val(*id)]);
        query = query.filter(place.gt(last));
    }
    let rows = query.all(db).await?;
    rows.into_iter()
        .map(|row| Ok((row.agreement_id, row.try_into()?)))
        .collect()
}

/// Counts what a party has promised and kept.
pub(crate) async fn tally_of(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    today: Date,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    for state in CommitmentState::ALL.iter().copied() {
        let promised = commitment::Entity::find()
            .filter(commitment::Column::ByCode.eq(org_code.clone()))
            .filter(commitment::Column::State.eq(state.name()));
        let late = promised
            .clone()
            .filter(commitment::Column::DueOn.lt(today.to_string()));
        let late = late.count(db).await?;
        tally.count(state, true, late);
        let all = promised.count(db).await?;
        tally.count(state, false, all.saturating_sub(late));
    }
    Ok(tally)
}
