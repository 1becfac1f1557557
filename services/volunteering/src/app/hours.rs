use auth::{Ctx, Principal};
use kernel::{ActivityId, CursorError, OrgPath, ServiceRecordId};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::activities::power_over;
use super::export_rows::span_of;
use super::note_figures::note_hours;
use super::page::{PageWanted, Paged};
use super::volunteer_error::{out_of_scope, version_changed};
use crate::domain::hours::{HoursRefusal, HoursState, ServedIn, ServiceHours, Verdict};
use crate::domain::imports::ServiceImportState;
use crate::domain::runner::runs;
use crate::events;
use crate::store::{
    HoursOf, PlaceList, find_activity, hide_at, hold_import, hold_volunteer_of, insert_hours,
    list_hours, list_versions, load_hours, overlaps_counted, sum_of_day, supersede_hours,
};

/// Names of lists in their cursors.
const MINE: &str = "my-service-hours";
const OF_ACTIVITY: &str = "service-hours";
const PENDING: &str = "pending-hours";

/// A verdict on a record.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct JudgeHours {
    pub(crate) id: ServiceRecordId,
    pub(crate) verdict: Verdict,
}

/// Why a record is not judged or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HoursError {
    #[error("no such record for the caller")]
    NotFound,
    #[error("the caller has no role at the place")]
    OutOfScope,
    #[error("refused: {0:?}")]
    Refused(HoursRefusal),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HoursRefusal> for HoursError {
    fn from(refusal: HoursRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Category for HoursError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "service-hours-not-found",
                "没有这条服务记录",
                "there is no such record of service",
            ),
            Self::OutOfScope => out_of_scope(),
            Self::Refused(HoursRefusal::Own) => Fact::new(
                Kind::Forbidden,
                "own-confirmation",
                "不能确认自己的服务时长",
                "nobody confirms their own hours",
            ),
            Self::Refused(HoursRefusal::Noted) => Fact::new(
                Kind::Forbidden,
                "own-note",
                "补记的服务时长须由他人确认",
                "hours that were noted are confirmed by somebody else",
            ),
            Self::Refused(HoursRefusal::TakenOver) => Fact::new(
                Kind::Forbidden,
                "own-import",
                "导入的服务时长须由他人确认",
                "hours that were imported are confirmed by somebody else",
            ),
            Self::Refused(HoursRefusal::State) => Fact::new(
                Kind::Conflict,
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::Refused(HoursRefusal::TooMany) => Fact::new(
                Kind::Invalid,
                "too-many-minutes",
                "时长不能超过签到至签退的时间",
                "more minutes than lie between checking in and out",
            )
            .at("/minutes"),
            Self::Refused(HoursRefusal::DayFull) => Fact::new(
                Kind::Conflict,
                "day-full",
                "当日已确认时长合计不能超过 24 小时",
                "a day has no more than 24 confirmed hours",
            ),
            Self::Refused(HoursRefusal::Overlaps) => Fact::new(
                Kind::Conflict,
                "hours-overlap",
                "与已确认的另一条服务记录时间重叠",
                "another record of the same time counts already",
            ),
            Self::Refused(HoursRefusal::Undone) => Fact::new(
                Kind::Conflict,
                "import-undone",
                "带来此记录的导入已撤销",
                "the import that brought the record was taken back",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Confirms, corrects or refuses a record: a new version, by somebody else than the volunteer.
pub(crate) async fn judge_hours(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &JudgeHours,
) -> Result<ServiceHours, HoursError> {
    app.db
        .write("hours.judge", |tx| async move {
            idempotency::once(&tx, key, Box::pin(judge(app, ctx, command, &tx))).await
        })
        .await
}

async fn judge(
    app: &App,
    ctx: &Ctx,
    command: &JudgeHours,
    tx: &Tx,
) -> Result<ServiceHours, HoursError> {
    let versions = list_versions(tx, command.id).await?;
    let latest = versions.into_iter().next().ok_or(HoursError::NotFound)?;
    let own = latest.volunteer == ctx.principal.account;
    if !own && !may_judge(tx, &ctx.principal, &latest).await? {
        return Err(HoursError::NotFound);
    }
    if ctx.if_match.is_some_and(|seen| seen != latest.version) {
        return Err(HoursError::OtherVersion);
    }
    make_version(app, ctx, tx, (&latest, &command.verdict)).await
}

/// Makes the next version of a record, which counts only where it may.
pub(super) async fn make_version(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (latest, verdict): (&ServiceHours, &Verdict),
) -> Result<ServiceHours, HoursError> {
    // whose sums change together change one after the other
    hold_volunteer_of(tx, latest.volunteer).await?;
    let next = latest.judged(verdict, ctx.principal.account, ctx.now)?;
    if let ServedIn::Elsewhere(import) = latest.served_in {
        // held: nobody takes it back while one of its records comes to count
        let import = hold_import(tx, import).await?;
        if let Some(import) = import.filter(|_| next.state != HoursState::Refused) {
            if import.account == ctx.principal.account {
                return Err(HoursRefusal::TakenOver.into());
            }
            if import.state == ServiceImportState::Undone {
                return Err(HoursRefusal::Undone.into());
            }
        }
    }
    // what overlaps may have come in while the other waited to be confirmed
    if next.state.counts() && next.takes_time() && overlaps_counted(tx, &next).await? {
        return Err(HoursRefusal::Overlaps.into());
    }
    let day = latest.began_at.date_in(&app.catalogue.zone);
    let day = span_of(&app.catalogue.zone, Some(day), Some(day));
    next.fits(sum_of_day(tx, (latest.volunteer, latest.id), day).await?)?;
    supersede_hours(tx, latest).await?;
    let mut writes = Writes::default();
    insert_hours(&mut writes, &next);
    if latest.state == HoursState::Pending {
        let place = &next.org_path;
        hide_at(&mut writes, PlaceList::PendingHours, place, next.id);
    }
    bus::emit_with(
        &mut writes,
        &[events::hours_judged(app.ids.as_ref(), ctx, &next)],
    );
    writes.run(tx).await?;
    note_hours(app, tx, (latest, &next)).await?;
    Ok(next)
}

/// Lists the versions of a record, the latest first, to the volunteer and those who run the activity.
pub(crate) async fn show_hours(
    app: &App,
    ctx: &Ctx,
    id: ServiceRecordId,
) -> Result<Vec<ServiceHours>, HoursError> {
    let db = app.db.reader();
    let versions = list_versions(db, id).await?;
    let latest = versions.first().ok_or(HoursError::NotFound)?;
    let own = latest.volunteer == ctx.principal.account;
    if !own && !may_judge(db, &ctx.principal, latest).await? {
        return Err(HoursError::NotFound);
    }
    Ok(versions)
}

/// Says whether the caller runs what somebody served in: the activity, or the place of the task.
pub(super) async fn may_judge(
    db: &impl sea_orm::ConnectionTrait,
    principal: &Principal,
    hours: &ServiceHours,
) -> Result<bool, StoreError> {
    match hours.served_in {
        ServedIn::Task(_) | ServedIn::Elsewhere(_) => Ok(runs(principal, &hours.org_path)),
        ServedIn::Shift { activity, .. } => match find_activity(db, activity).await? {
            Some(activity) => {
                let of = (&activity.org_path, activity.team);
                Ok(power_over(db, principal, of).await?.is_some())
            }
            None => Ok(false),
        },
    }
}

/// Lists the records at or below a place that wait for confirmation, the newest first.
pub(crate) async fn list_pending_hours(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<ServiceHours>, HoursError> {
    if !ctx.is_open_at(place) {
        return Err(HoursError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (PENDING, PlaceList::PendingHours);
    let (ids, next) = wanted.ids_at::<_, HoursError>(db, list, place).await?;
    Ok((load_hours(db, &ids).await?, next))
}

/// Lists the caller's records, the newest first.
pub(crate) async fn list_my_hours(
    app: &App,
    ctx: &Ctx,
    wanted: &PageWanted,
) -> Result<Paged<ServiceHours>, HoursError> {
    let after = wanted.after(MINE)?;
    let of = HoursOf::Volunteer(ctx.principal.account);
    let found = list_hours(app.db.reader(), of, after, wanted.rows()).await?;
    Ok(wanted.cut(MINE, found, |hours| hours.id))
}

/// Lists the records of an activity to those who run it, the newest first.
pub(crate) async fn list_hours_of(
    app: &App,
    ctx: &Ctx,
    activity: ActivityId,
    wanted: &PageWanted,
) -> Result<Paged<ServiceHours>, HoursError> {
    let after = wanted.after(OF_ACTIVITY)?;
    let db = app.db.reader();
    let found = find_activity(db, activity).await?;
    let found = found.ok_or(HoursError::NotFound)?;
    let of = (&found.org_path, found.team);
    let power = power_over(db, &ctx.principal, of).await?;
    power.ok_or(HoursError::NotFound)?;
    let found = list_hours(db, HoursOf::Activity(activity), after, wanted.rows()).await?;
    Ok(wanted.cut(OF_ACTIVITY, found, |hours| hours.id))
}
