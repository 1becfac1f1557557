//! Hours of service: versions are appended; which one is the latest is all that changes.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::{AccountId, ActivityId, Named, OrgPath, ServiceRecordId, TaskId, Timestamp, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use store::{CHUNK, StoreError, Tx, Writes, affected_one};

use self::row::{ActiveModel, Column, Entity, Model};
use super::json;
use super::relocations::{hold_at, page_at};
use crate::domain::hours::{HoursState, ServedIn, ServiceHours};
use crate::domain::imports::Served;

/// Versions of records.
mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "service_hours")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ServiceRecordId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: kernel::Version,
        pub latest: bool,
        pub sign_up_id: Option<kernel::SignUpId>,
        pub activity_id: Option<kernel::ActivityId>,
        pub task_id: Option<kernel::TaskId>,
        pub import_id: Option<kernel::ImportId>,
        pub volunteer: kernel::AccountId,
        pub org_path: kernel::OrgPath,
        pub kind: String,
        pub title: Option<String>,
        pub began_at: kernel::Timestamp,
        pub ended_at: kernel::Timestamp,
        pub minutes: i64,
        pub state: String,
        pub reason: Option<String>,
        pub decided_by: Option<kernel::AccountId>,
        pub timed_by: Option<String>,
        pub noted_by: Option<kernel::AccountId>,
        pub at: kernel::Timestamp,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<Model> for ServiceHours {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let shift = row.sign_up_id.zip(row.activity_id);
        let served_in = match (shift, row.task_id, row.import_id) {
            (Some((sign_up, activity)), None, None) => ServedIn::Shift { sign_up, activity },
            (None, Some(task), None) => ServedIn::Task(task),
            (None, None, Some(import)) => ServedIn::Elsewhere(import),
            _ => return Err(StoreError::Corrupt(format!("source of {}", row.id))),
        };
        Ok(Self {
            id: row.id,
            version: row.version,
            served_in,
            volunteer: row.volunteer,
            org_path: row.org_path,
            kind: row.kind,
            title: row.title,
            began_at: row.began_at,
            ended_at: row.ended_at,
            minutes: json::count(row.minutes)?,
            state: json::named(&row.state)?,
            reason: row.reason,
            decided_by: row.decided_by,
            timed_by: row.timed_by.as_deref().map(json::named).transpose()?,
            noted_by: row.noted_by,
            at: row.at,
        })
    }
}

/// Appends a version as the latest.
pub(crate) fn insert_hours(writes: &mut Writes, hours: &ServiceHours) {
    writes.insert([to_row(hours)]);
}

/// Appends the latest versions of many records.
pub(crate) fn insert_many_hours(writes: &mut Writes, hours: &[ServiceHours]) {
    writes.insert(hours.iter().map(to_row));
}

fn to_row(hours: &ServiceHours) -> ActiveModel {
    let (sign_up, activity, task, import) = match hours.served_in {
        ServedIn::Shift { sign_up, activity } => (Some(sign_up), Some(activity), None, None),
        ServedIn::Task(task) => (None, None, Some(task), None),
        ServedIn::Elsewhere(import) => (None, None, None, Some(import)),
    };
    ActiveModel {
        id: Set(hours.id),
        version: Set(hours.version),
        latest: Set(true),
        sign_up_id: Set(sign_up),
        activity_id: Set(activity),
        task_id: Set(task),
        import_id: Set(import),
        volunteer: Set(hours.volunteer),
        org_path: Set(hours.org_path.clone()),
        kind: Set(hours.kind.clone()),
        title: Set(hours.title.clone()),
        began_at: Set(hours.began_at),
        ended_at: Set(hours.ended_at),
        minutes: Set(i64::from(hours.minutes)),
        state: Set(hours.state.name().to_owned()),
        reason: Set(hours.reason.clone()),
        decided_by: Set(hours.decided_by),
        timed_by: Set(hours.timed_by.map(|by| by.name().to_owned())),
        noted_by: Set(hours.noted_by),
        at: Set(hours.at),
    }
}

/// Notes that a version is no longer the latest; refuses where another one followed it meanwhile.
pub(crate) async fn supersede_hours(tx: &Tx, seen: &ServiceHours) -> Result<(), StoreError> {
    let done = Entity::update_many()
        .col_expr(Column::Latest, Expr::value(false))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Version.eq(seen.version))
        // the next version is at the same place: it must not be left where the record no longer is
        .filter(Column::OrgPath.eq(seen.org_path.as_str()))
        .filter(Column::Latest.eq(true))
        .exec(tx)
        .await?;
    affected_one(done.rows_affected)
}

/// The same of many records of which nobody has made a second version.
pub(crate) async fn supersede_first_versions(
    tx: &Tx,
    ids: &[ServiceRecordId],
) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK) {
        let done = Entity::update_many()
            .col_expr(Column::Latest, Expr::value(false))
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .filter(Column::Version.eq(Version::FIRST))
            .filter(Column::Latest.eq(true))
            .exec(tx)
            .await?;
        if u64::try_from(chunk.len()) != Ok(done.rows_affected) {
            return Err(StoreError::Stale);
        }
    }
    Ok(())
}

/// Lists the service of some people that touches a span and was not refused.
pub(crate) async fn list_served(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Served>, StoreError> {
    let mut served = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let rows: Vec<(AccountId, Timestamp, Timestamp, i64, Option<TaskId>)> = Entity::find()
            .select_only()
            .column(Column::Volunteer)
            .column(Column::BeganAt)
            .column(Column::EndedAt)
            .column(Column::Minutes)
            .column(Column::TaskId)
            .filter(Column::Volunteer.is_in(chunk.iter().copied()))
            .filter(Column::Latest.eq(true))
            .filter(Column::State.ne(HoursState::Refused.name()))
            .filter(Column::BeganAt.lt(until))
            .filter(Column::EndedAt.gt(from))
            .into_tuple()
            .all(db)
            .await?;
        for (volunteer, began_at, ended_at, minutes, task) in rows {
            served.push(Served {
                volunteer,
                began_at,
                ended_at,
                minutes: json::count(minutes)?,
                task: task.is_some(),
            });
        }
    }
    Ok(served)
}

/// Says whether another record of the volunteer's that counts, of service that takes the time it says, overlaps this one.
pub(crate) async fn overlaps_counted(
    db: &impl ConnectionTrait,
    hours: &ServiceHours,
) -> Result<bool, StoreError> {
    let other: Option<ServiceRecordId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Volunteer.eq(hours.volunteer))
        .filter(Column::Latest.eq(true))
        .filter(Column::State.is_in(counting()))
        .filter(Column::TaskId.is_null())
        .filter(Column::Id.ne(hours.id))
        .filter(Column::BeganAt.lt(hours.ended_at))
        .filter(Column::EndedAt.gt(hours.began_at))
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(other.is_some())
}

/// Lists the versions of a record, the latest first; there are few.
pub(crate) async fn list_versions(
    db: &impl ConnectionTrait,
    id: ServiceRecordId,
) -> Result<Vec<ServiceHours>, StoreError> {
    let query = Entity::find().filter(Column::Id.eq(id));
    let rows = query.order_by_desc(Column::Version).all(db).await?;
    rows.into_iter().map(ServiceHours::try_from).collect()
}

/// Whose records are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HoursOf {
    /// Of a volunteer.
    Volunteer(AccountId),
    /// Of an activity.
    Activity(ActivityId),
}

/// Lists the latest versions of records, the newest record first.
pub(crate) async fn list_hours(
    db: &impl ConnectionTrait,
    of: HoursOf,
    after: Option<ServiceRecordId>,
    limit: u64,
) -> Result<Vec<ServiceHours>, StoreError> {
    let mut query = Entity::find().filter(match of {
        HoursOf::Volunteer(account) => Column::Volunteer.eq(account),
        HoursOf::Activity(activity) => Column::ActivityId.eq(activity),
    });
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query
        .filter(Column::Latest.eq(true))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(ServiceHours::try_from).collect()
}

/// Lists the latest versions of records at or below a place within a span, by place and record.
pub(crate) async fn list_hours_at(
    db: &impl ConnectionTrait,
    place: &OrgPath,
    (from, until): (Timestamp, Timestamp),
    after: Option<&(OrgPath, ServiceRecordId)>,
    limit: u64,
) -> Result<Vec<ServiceHours>, StoreError> {
    let query = Entity::find()
        .filter(Column::Latest.eq(true))
        .filter(Column::BeganAt.gte(from))
        .filter(Column::BeganAt.lt(until));
    let of = (query, Column::OrgPath, Column::Id);
    let rows = page_at(db, of, (place, after), limit).await?;
    rows.into_iter().map(ServiceHours::try_from).collect()
}

/// Reads and holds versions of records at or below a place that are the latest.
pub(crate) async fn hold_hours_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<ServiceHours>, StoreError> {
    let latest = Entity::find().filter(Column::Latest.eq(true));
    let rows = hold_at(tx, (latest, Column::OrgPath, Column::Id), place, most).await?;
    rows.into_iter().map(ServiceHours::try_from).collect()
}

/// Saves where a record is, whose latest version is held; no version follows from it.
pub(crate) async fn save_hours_place(tx: &Tx, hours: &ServiceHours) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::OrgPath, Expr::value(hours.org_path.clone()))
        .filter(Column::Id.eq(hours.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Loads the latest versions of the records of a page, in its order.
pub(crate) async fn load_hours(
    db: &impl ConnectionTrait,
    ids: &[ServiceRecordId],
) -> Result<Vec<ServiceHours>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Latest.eq(true))
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(ServiceHours::try_from).collect()
}

/// Services of one kind and length that count: points are reckoned for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountedHours {
    pub(crate) kind: String,
    /// Minutes of each.
    pub(crate) minutes: u32,
    pub(crate) times: u32,
    /// When the last of them began.
    pub(crate) last: Timestamp,
}

impl CountedHours {
    /// Minutes of all of them.
    pub(crate) fn total(&self) -> u64 {
        u64::from(self.minutes) * u64::from(self.times)
    }
}

/// What counts, by the names in the store.
fn counting() -> Vec<&'static str> {
    let counted = HoursState::ALL.iter().filter(|state| state.counts());
    counted.map(|state| state.name()).collect()
}

/// Adds up what counts of a volunteer and began within a span, by kind and length: as many rows as there are lengths,
/// not as there are services of a life.
pub(crate) async fn sum_counted(
    db: &impl ConnectionTrait,
    account: AccountId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<CountedHours>, StoreError> {
    let rows: Vec<(String, i64, i64, Timestamp)> = Entity::find()
        .select_only()
        .column(Column::Kind)
        .column(Column::Minutes)
        .column_as(Column::Id.count(), "times")
        .column_as(Column::BeganAt.max(), "last")
        .filter(Column::Volunteer.eq(account))
        .filter(Column::BeganAt.gte(from))
        .filter(Column::BeganAt.lt(until))
        .filter(Column::Latest.eq(true))
        .filter(Column::State.is_in(counting()))
        .group_by(Column::Kind)
        .group_by(Column::Minutes)
        .order_by_asc(Column::Kind)
        .order_by_asc(Column::Minutes)
        .into_tuple()
        .all(db)
        .await?;
    let counted = |(kind, minutes, times, last)| -> Result<CountedHours, StoreError> {
        Ok(CountedHours {
            kind,
            minutes: json::count(minutes)?,
            times: json::count(times)?,
            last,
        })
    };
    rows.into_iter().map(counted).collect()
}

/// Adds up the minutes that count of a volunteer, of all time.
pub(crate) async fn sum_lifetime(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<u64, StoreError> {
    // sums of big numbers are of another type on PostgreSQL
    let sum = Expr::col(Column::Minutes).sum().cast_as("BIGINT");
    let sum = Entity::find()
        .select_only()
        .expr_as(sum, "total")
        .filter(Column::Volunteer.eq(account))
        .filter(Column::Latest.eq(true))
        .filter(Column::State.is_in(counting()))
        .into_tuple::<Option<i64>>()
        .one(db)
        .await?;
    let sum = u64::try_from(sum.flatten().unwrap_or_default());
    sum.map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Sums up the minutes that count of a volunteer's records of a day, but for one of them.
pub(crate) async fn sum_of_day(
    db: &impl ConnectionTrait,
    (volunteer, except): (AccountId, ServiceRecordId),
    (from, until): (Timestamp, Timestamp),
) -> Result<u64, StoreError> {
    let rows: Vec<(i64, String)> = Entity::find()
        .select_only()
        .column(Column::Minutes)
        .column(Column::State)
        .filter(Column::Volunteer.eq(volunteer))
        .filter(Column::Latest.eq(true))
        .filter(Column::BeganAt.gte(from))
        .filter(Column::BeganAt.lt(until))
        .filter(Column::Id.ne(except))
        .into_tuple()
        .all(db)
        .await?;
    let mut sum = 0;
    for (minutes, state) in rows {
        if json::named::<HoursState>(&state)?.counts() {
            sum += u64::from(json::count(minutes)?);
        }
    }
    Ok(sum)
}
