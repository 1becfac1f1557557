//! Reading and writing plans: the jobs, and what they say.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{Named, OrgPath, RosterPlanId, Timestamp, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::json;
use super::places::{PlaceList, hide_at};
use super::relocations::hold_at;
use crate::domain::plan::{Plan, PlanProgress, PlanResult, PlanState};

mod job {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "roster_plan")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::RosterPlanId,
        pub org_path: kernel::OrgPath,
        pub state: String,
        pub task: String,
        pub reason: String,
        pub asked_by: kernel::AccountId,
        pub decided_by: Option<kernel::AccountId>,
        pub runner: Option<uuid::Uuid>,
        pub iteration: i64,
        pub incumbent: Option<i64>,
        pub bound: Option<i64>,
        pub attempts: i64,
        pub lease_until: kernel::Timestamp,
        pub version: kernel::Version,
        pub created_at: kernel::Timestamp,
        pub updated_at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod result {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "roster_plan_result")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub plan_id: kernel::RosterPlanId,
        pub body: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use job::{ActiveModel, Column, Entity, Model};

/// States in which somebody has to work on a plan.
const AT_WORK: [PlanState; 2] = [PlanState::Queued, PlanState::Solving];

impl TryFrom<Model> for Plan {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let iteration = u64::try_from(row.iteration);
        Ok(Self {
            id: row.id,
            org_path: row.org_path,
            asked_by: row.asked_by,
            state: json::named(&row.state)?,
            scope: json::read(&row.task)?,
            progress: PlanProgress {
                iteration: iteration.map_err(|error| StoreError::Corrupt(error.to_string()))?,
                incumbent: row.incumbent,
                bound: row.bound,
            },
            reason: Some(row.reason).filter(|reason| !reason.is_empty()),
            attempts: json::count(row.attempts)?,
            decided_by: row.decided_by,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The row without what only the one who works on the plan writes.
fn to_row(plan: &Plan) -> Result<ActiveModel, StoreError> {
    Ok(ActiveModel {
        id: Set(plan.id),
        org_path: NotSet,
        state: Set(plan.state.name().to_owned()),
        task: Set(json::write(&plan.scope)?),
        reason: Set(plan.reason.clone().unwrap_or_default()),
        asked_by: Set(plan.asked_by),
        decided_by: Set(plan.decided_by),
        runner: NotSet,
        iteration: Set(i64::try_from(plan.progress.iteration).unwrap_or(i64::MAX)),
        incumbent: Set(plan.progress.incumbent),
        bound: Set(plan.progress.bound),
        attempts: Set(i64::from(plan.attempts)),
        lease_until: NotSet,
        version: Set(plan.version),
        created_at: Set(plan.created_at),
        updated_at: Set(plan.updated_at),
    })
}

fn read(rows: Vec<Model>) -> Result<Vec<Plan>, StoreError> {
    rows.into_iter().map(Plan::try_from).collect()
}

/// Inserts a plan that waits.
pub(crate) async fn insert_plan(tx: &Tx, plan: &Plan) -> Result<(), StoreError> {
    let row = ActiveModel {
        org_path: Set(plan.org_path.clone()),
        runner: Set(None),
        lease_until: Set(plan.created_at),
        ..to_row(plan)?
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Counts the plans of one organisation that wait or are worked on.
pub(crate) async fn count_plans_at_work(
    db: &impl ConnectionTrait,
    place: &OrgPath,
) -> Result<u64, StoreError> {
    let query = Entity::find()
        .filter(Column::OrgPath.eq(place.clone()))
        .filter(Column::State.is_in(AT_WORK.map(Named::name)));
    Ok(query.count(db).await?)
}

/// Finds a plan.
pub(crate) async fn find_plan(
    db: &impl ConnectionTrait,
    id: RosterPlanId,
) -> Result<Option<Plan>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(Plan::try_from).transpose()
}

/// Finds a plan that nobody else changes until the transaction ends.
pub(crate) async fn hold_plan(tx: &Tx, id: RosterPlanId) -> Result<Option<Plan>, StoreError> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.map(Plan::try_from).transpose()
}

/// Loads plans, the newest first.
pub(crate) async fn load_plans(
    db: &impl ConnectionTrait,
    ids: &[RosterPlanId],
) -> Result<Vec<Plan>, StoreError> {
    let query = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(Column::Id);
    read(query.all(db).await?)
}

/// Reads and holds plans of a place and all below.
pub(crate) async fn hold_plans_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Plan>, StoreError> {
    let of = (Entity::find(), Column::OrgPath, Column::Id);
    read(hold_at(tx, of, place, most).await?)
}

/// Saves a plan over the version before; whoever works on it notices that it has changed.
pub(crate) async fn save_plan(tx: &Tx, plan: &Plan, seen: Version) -> Result<(), StoreError> {
    let row = ActiveModel {
        runner: Set(None),
        ..to_row(plan)?
    };
    store::save_over(tx, row, Column::Id.eq(plan.id), Column::Version.eq(seen)).await
}

/// Saves where a plan is, which is held; its version stays.
pub(crate) async fn save_plan_place(tx: &Tx, plan: &Plan) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(plan.org_path.clone()))
        .filter(Column::Id.eq(plan.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Finds the plan whose turn it is: one that waits, or one whose worker has been silent for too long.
pub(crate) async fn find_next_plan(
    db: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<Option<Plan>, StoreError> {
    let mut next: Option<Model> = None;
    for state in AT_WORK {
        let found = Entity::find()
            .filter(Column::State.eq(state.name()))
            .filter(Column::LeaseUntil.lte(now))
            .order_by_asc(Column::LeaseUntil)
            .limit(1)
            .one(db)
            .await?;
        next = [next, found]
            .into_iter()
            .flatten()
            .min_by_key(|row| (row.lease_until, row.id));
    }
    next.map(Plan::try_from).transpose()
}

/// Saves that somebody works on a plan until the lease ends; says whether nobody else was faster.
pub(crate) async fn claim_plan(
    tx: &Tx,
    plan: &Plan,
    seen: Version,
    (runner, until): (Uuid, Timestamp),
) -> Result<bool, StoreError> {
    let row = ActiveModel {
        id: NotSet,
        runner: Set(Some(runner)),
        lease_until: Set(until),
        ..to_row(plan)?
    };
    let done = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(plan.id))
        .filter(Column::Version.eq(seen))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes how far the search has come and prolongs the lease; says whether the plan is still this one's to work on.
pub(crate) async fn keep_plan(
    tx: &Tx,
    id: RosterPlanId,
    progress: PlanProgress,
    (runner, until): (Uuid, Timestamp),
) -> Result<bool, StoreError> {
    let row = ActiveModel {
        iteration: Set(i64::try_from(progress.iteration).unwrap_or(i64::MAX)),
        incumbent: Set(progress.incumbent),
        bound: Set(progress.bound),
        lease_until: Set(until),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Runner.eq(runner))
        .filter(Column::State.eq(PlanState::Solving.name()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Saves what was found, if the plan is still this one's to work on; says whether it was.
pub(crate) async fn save_solved(
    tx: &Tx,
    plan: &Plan,
    runner: Uuid,
    found: Option<&PlanResult>,
) -> Result<bool, StoreError> {
    let row = ActiveModel {
        id: NotSet,
        runner: Set(None),
        ..to_row(plan)?
    };
    let done = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(plan.id))
        .filter(Column::Runner.eq(runner))
        .filter(Column::State.eq(PlanState::Solving.name()))
        .exec(tx)
        .await?;
    if done.rows_affected != 1 {
        return Ok(false);
    }
    if let Some(found) = found {
        save_plan_result(tx, plan.id, found).await?;
    }
    Ok(true)
}

/// Saves what a plan says.
pub(crate) async fn save_plan_result(
    tx: &Tx,
    id: RosterPlanId,
    found: &PlanResult,
) -> Result<(), StoreError> {
    let row = result::ActiveModel {
        plan_id: Set(id),
        body: Set(json::write(found)?),
    };
    let known = OnConflict::column(result::Column::PlanId)
        .update_column(result::Column::Body)
        .to_owned();
    result::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Finds what a plan says.
pub(crate) async fn find_plan_result(
    db: &impl ConnectionTrait,
    id: RosterPlanId,
) -> Result<Option<PlanResult>, StoreError> {
    let row = result::Entity::find_by_id(id).one(db).await?;
    row.map(|row| json::read(&row.body)).transpose()
}

/// Forgets plans that nobody has touched since; says how many.
pub(crate) async fn forget_plans(tx: &Tx, before: Timestamp, most: u64) -> Result<u64, StoreError> {
    let old: Vec<Model> = Entity::find()
        .filter(Column::UpdatedAt.lt(before))
        .order_by_asc(Column::UpdatedAt)
        .limit(most)
        // one that is being moved is taken off the lists of the place where it is then
        .lock_exclusive()
        .all(tx)
        .await?;
    let ids: Vec<RosterPlanId> = old.iter().map(|row| row.id).collect();
    for row in &old {
        let mut gone = store::Writes::default();
        hide_at(&mut gone, PlaceList::RosterPlans, &row.org_path, row.id);
        gone.run(tx).await?;
    }
    result::Entity::delete_many()
        .filter(result::Column::PlanId.is_in(ids.iter().copied()))
        .exec(tx)
        .await?;
    let gone = Entity::delete_many().filter(Column::Id.is_in(ids));
    Ok(gone.exec(tx).await?.rows_affected)
}
