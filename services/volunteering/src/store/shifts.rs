//! Reading and writing shifts.

use kernel::{ActivityId, Named, ShiftId, TeamId, Timestamp, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use super::activity::turn::{ActiveModel, Column, Entity, Model};
use super::json;
use crate::domain::activity::{Position, Shift};
use crate::domain::duty::Rotor;

/// What has no column of its own.
#[derive(Serialize, Deserialize)]
struct Facts {
    positions: Vec<Position>,
    on_duty: Option<Rotor>,
    #[serde(default)]
    cancel_reason: Option<String>,
}

impl TryFrom<Model> for Shift {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let Facts {
            positions,
            on_duty,
            cancel_reason,
        } = json::read(&row.facts)?;
        Ok(Self {
            id: row.id,
            activity: row.activity_id,
            begins_at: row.begins_at,
            ends_at: row.ends_at,
            positions,
            on_duty,
            state: json::named(&row.state)?,
            cancel_reason,
            next_ticket: json::count(row.next_ticket)?,
            version: row.version,
        })
    }
}

fn to_row(shift: &Shift) -> Result<ActiveModel, StoreError> {
    let facts = Facts {
        positions: shift.positions.clone(),
        on_duty: shift.on_duty.clone(),
        cancel_reason: shift.cancel_reason.clone(),
    };
    Ok(ActiveModel {
        id: Set(shift.id),
        activity_id: Set(shift.activity),
        begins_at: Set(shift.begins_at),
        ends_at: Set(shift.ends_at),
        state: Set(shift.state.name().to_owned()),
        facts: Set(json::write(&facts)?),
        next_ticket: Set(i64::from(shift.next_ticket)),
        reminded: NotSet,
        on_duty_team: Set(match shift.on_duty {
            Some(Rotor::Team(team)) => Some(team),
            _ => None,
        }),
        version: Set(shift.version),
    })
}

/// Inserts those shifts that begin when none of the activity does; says how many.
pub(crate) async fn insert_shifts(tx: &Tx, shifts: &[Shift]) -> Result<u64, StoreError> {
    if shifts.is_empty() {
        return Ok(0);
    }
    let mut rows = Vec::with_capacity(shifts.len());
    for shift in shifts {
        rows.push(ActiveModel {
            reminded: Set(false),
            ..to_row(shift)?
        });
    }
    let known = OnConflict::columns([Column::ActivityId, Column::BeginsAt])
        .do_nothing()
        .to_owned();
    let inserted = Entity::insert_many(rows).on_conflict(known);
    Ok(inserted.exec_without_returning(tx).await?)
}

/// Finds a shift.
pub(crate) async fn find_shift(
    db: &impl ConnectionTrait,
    id: ShiftId,
) -> Result<Option<Shift>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Shift::try_from).transpose()
}

/// Finds a shift that nobody else changes until the transaction ends: whoever decides on its list holds it.
pub(crate) async fn hold_shift(tx: &Tx, id: ShiftId) -> Result<Option<Shift>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(Shift::try_from).transpose()
}

/// Saves a shift over the version before.
pub(crate) async fn save_shift(tx: &Tx, shift: &Shift, seen: Version) -> Result<(), StoreError> {
    let key = Column::Id.eq(shift.id);
    store::save_over(tx, to_row(shift)?, key, Column::Version.eq(seen)).await
}

/// Says whether a shift of the activity begins at a time; whoever adds one holds the activity.
pub(crate) async fn begins_at(
    db: &impl ConnectionTrait,
    activity: ActivityId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let found: Option<ShiftId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ActivityId.eq(activity))
        .filter(Column::BeginsAt.eq(at))
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Lets the people of a shift that was put to another time be reminded of that.
pub(crate) async fn forget_reminded(tx: &Tx, id: ShiftId) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Reminded, Expr::value(false))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists the shifts of an activity that begin at `from` or later, in the order in which they begin.
pub(crate) async fn list_shifts(
    db: &impl ConnectionTrait,
    activity: ActivityId,
    from: Timestamp,
    after: Option<Timestamp>,
    limit: u64,
) -> Result<Vec<Shift>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::ActivityId.eq(activity))
        .filter(Column::BeginsAt.gte(from))
        .order_by_asc(Column::BeginsAt)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::BeginsAt.gt(after));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Shift::try_from).collect()
}

/// Where the next page of a team's shifts begins.
pub(crate) type TeamShift = (Timestamp, ShiftId);

/// Lists the shifts that are a team's turn and begin within a span, the earliest first; the next page begins behind a
/// shift.
pub(crate) async fn list_turns_of(
    db: &impl ConnectionTrait,
    team: TeamId,
    (from, until): (Timestamp, Timestamp),
    after: Option<TeamShift>,
    limit: u64,
) -> Result<Vec<Shift>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::OnDutyTeam.eq(team))
        .filter(Column::BeginsAt.gte(from))
        .filter(Column::BeginsAt.lt(until))
        .order_by_asc(Column::BeginsAt)
        .order_by_asc(Column::Id)
        .limit(limit);
    if let Some((begins_at, id)) = after {
        let same = Column::BeginsAt.eq(begins_at).and(Column::Id.gt(id));
        query = query
            .filter(Column::BeginsAt.gte(begins_at))
            .filter(Column::BeginsAt.gt(begins_at).or(same));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(Shift::try_from).collect()
}

/// Lists shifts that begin before `until` and of which nobody was reminded.
pub(crate) async fn list_to_remind(
    db: &impl ConnectionTrait,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<ShiftId>, StoreError> {
    let due = Condition::all()
        .add(Column::Reminded.eq(false))
        .add(Column::BeginsAt.lte(until));
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(due)
        .order_by_asc(Column::BeginsAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Notes that the people of a shift were reminded; says whether nobody else had.
pub(crate) async fn note_reminded(tx: &Tx, id: ShiftId) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .col_expr(Column::Reminded, Expr::value(true))
        .filter(Column::Id.eq(id))
        .filter(Column::Reminded.eq(false))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}
