//! Reading and writing activities.

use kernel::{ActivityId, Named, OrgPath, TeamId, Timestamp, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use super::activity::plan::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::hold_at;
use crate::domain::activity::{Activity, ActivityState, Terms, Venue};
use crate::domain::duty::Duty;

/// When nothing is due.
const NEVER: i64 = i64::MAX;

/// What has no column of its own.
#[derive(Serialize, Deserialize)]
struct Facts {
    title: String,
    risks: Option<String>,
    venue: Option<Venue>,
    terms: Terms,
    duty: Option<Duty>,
}

impl TryFrom<Model> for Activity {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let Facts {
            title,
            risks,
            venue,
            terms,
            duty,
        } = json::read(&row.facts)?;
        Ok(Self {
            id: row.id,
            org_path: row.org_path,
            team: row.team_id,
            kind: row.kind,
            title,
            risks,
            venue,
            terms,
            duty,
            state: json::named(&row.state)?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn to_row(activity: &Activity) -> Result<ActiveModel, StoreError> {
    let facts = Facts {
        title: activity.title.clone(),
        risks: activity.risks.clone(),
        venue: activity.venue,
        terms: activity.terms,
        duty: activity.duty.clone(),
    };
    let makes_shifts = activity.duty.is_some() && activity.state == ActivityState::Recruiting;
    Ok(ActiveModel {
        id: Set(activity.id),
        org_path: Set(activity.org_path.clone()),
        team_id: Set(activity.team),
        kind: Set(activity.kind.clone()),
        state: Set(activity.state.name().to_owned()),
        facts: Set(json::write(&facts)?),
        secret: NotSet,
        // whatever changed, the rule is looked at anew
        duty_due: Set(if makes_shifts { 0 } else { NEVER }),
        version: Set(activity.version),
        created_at: Set(activity.created_at),
        updated_at: Set(activity.updated_at),
    })
}

/// Inserts an activity with the secret of its codes.
pub(crate) async fn insert_activity(
    tx: &Tx,
    activity: &Activity,
    secret: String,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        secret: Set(secret),
        ..to_row(activity)?
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds an activity.
pub(crate) async fn find_activity(
    db: &impl ConnectionTrait,
    id: ActivityId,
) -> Result<Option<Activity>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Activity::try_from).transpose()
}

/// Finds an activity that nobody else changes until the transaction ends.
pub(crate) async fn hold_activity(tx: &Tx, id: ActivityId) -> Result<Option<Activity>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(Activity::try_from).transpose()
}

/// Finds the secret of an activity's codes.
pub(crate) async fn find_secret(
    db: &impl ConnectionTrait,
    id: ActivityId,
) -> Result<Option<String>, StoreError> {
    Ok(Entity::find_by_id(id)
        .select_only()
        .column(Column::Secret)
        .into_tuple()
        .one(db)
        .await?)
}

/// Loads activities, the newest first.
pub(crate) async fn load_activities(
    db: &impl ConnectionTrait,
    ids: &[ActivityId],
) -> Result<Vec<Activity>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(Activity::try_from).collect()
}

/// Reads and holds activities at or below a place.
pub(crate) async fn hold_activities_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Activity>, StoreError> {
    let of = (Entity::find(), Column::OrgPath, Column::Id);
    let rows = hold_at(tx, of, place, most).await?;
    rows.into_iter().map(Activity::try_from).collect()
}

/// Saves an activity over the version before.
pub(crate) async fn save_activity(
    tx: &Tx,
    activity: &Activity,
    seen: Version,
) -> Result<(), StoreError> {
    let key = Column::Id.eq(activity.id);
    store::save_over(tx, to_row(activity)?, key, Column::Version.eq(seen)).await
}

/// Saves where an activity is, which is held; its version stays, for the activity itself has not changed.
pub(crate) async fn save_activity_place(tx: &Tx, activity: &Activity) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(activity.org_path.clone()))
        .filter(Column::Id.eq(activity.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists the activities whose duty wants shifts.
pub(crate) async fn list_duties_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<ActivityId>, StoreError> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DutyDue.lte(now.micros()))
        .order_by_asc(Column::DutyDue)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Saves when the duty of an activity is to be looked at again.
pub(crate) async fn save_duty_due(
    tx: &Tx,
    id: ActivityId,
    due: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::DutyDue, Expr::value(due.micros()))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Lists the activities of a team, the newest first.
pub(crate) async fn list_activities_of_team(
    db: &impl ConnectionTrait,
    team: TeamId,
    limit: u64,
) -> Result<Vec<Activity>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TeamId.eq(team))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Activity::try_from).collect()
}
