//! What volunteers hold against the hours on their record (时长异议, S36), and the answers.

use auth::Ctx;
use kernel::{HoursObjectionId, IdSourceExt, OrgPath, ServiceRecordId};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, Writes, idempotency};

use super::App;
use super::hours::{HoursError, make_version, may_judge};
use super::page::{PageWanted, Paged};
use crate::domain::hours::{ServiceHours, Verdict};
use crate::domain::hours_objection::{HoursObjection, HoursObjectionRefusal};
use crate::events;
use crate::store::{
    PlaceList, find_hours_objection, hide_at, hold_hours_objection, hold_volunteer_of,
    insert_hours_objection, list_hours_objections as read_objections, list_versions,
    load_hours_objections, save_hours_objection, show_at,
};

/// Name of the list in its cursors.
const OPEN: &str = "hours-objections";

/// An objection to a record of one's own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ObjectToHours {
    pub(crate) record: ServiceRecordId,
    pub(crate) reason: String,
}

/// An answer to an objection.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AnswerHoursObjection {
    pub(crate) id: HoursObjectionId,
    pub(crate) upheld: bool,
    pub(crate) answer: String,
    /// What is right, where it is upheld.
    pub(crate) minutes: Option<u32>,
}

/// Why an objection is not made, answered or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HoursObjectionError {
    #[error("no such objection for the caller")]
    NotFound,
    #[error("refused: {0:?}")]
    Refused(HoursObjectionRefusal),
    #[error(transparent)]
    Hours(#[from] HoursError),
}

impl From<HoursObjectionRefusal> for HoursObjectionError {
    fn from(refusal: HoursObjectionRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for HoursObjectionError {
    fn from(error: StoreError) -> Self {
        Self::Hours(error.into())
    }
}

impl Category for HoursObjectionError {
    fn fact(&self) -> Fact {
        let refusal = match self {
            Self::NotFound => {
                return Fact::new(
                    Kind::NotFound,
                    "hours-objection-not-found",
                    "没有这条时长异议",
                    "there is no such objection",
                );
            }
            Self::Hours(error) => return error.fact(),
            Self::Refused(refusal) => refusal,
        };
        match refusal {
            HoursObjectionRefusal::Undecided => Fact::new(
                Kind::Conflict,
                "hours-undecided",
                "时长尚待确认，确认后方可提出异议",
                "nobody has decided on these hours yet",
            ),
            HoursObjectionRefusal::Open => Fact::new(
                Kind::Conflict,
                "hours-objection-open",
                "已有异议待答复",
                "another objection waits for its answer",
            ),
            HoursObjectionRefusal::Many => Fact::new(
                Kind::Conflict,
                "too-many-hours-objections",
                "您已多次提出异议，均已答复",
                "you have objected often enough; all of it was answered",
            ),
            HoursObjectionRefusal::Answered => Fact::new(
                Kind::Conflict,
                "hours-objection-answered",
                "该异议已答复",
                "the objection was answered before",
            ),
            HoursObjectionRefusal::Own => Fact::new(
                Kind::Forbidden,
                "own-hours-objection",
                "不能答复自己的异议",
                "nobody answers their own objection",
            ),
            HoursObjectionRefusal::Minutes => Fact::new(
                Kind::Invalid,
                "minutes-out-of-place",
                "异议成立须填更正后的分钟，不成立不填",
                "who upholds it says the right minutes, and nobody else does",
            )
            .at("/minutes"),
        }
    }
}

async fn latest(tx: &Tx, record: ServiceRecordId) -> Result<Option<ServiceHours>, StoreError> {
    Ok(list_versions(tx, record).await?.into_iter().next())
}

/// Objects to the latest version of one's own hours: one at a time.
pub(crate) async fn object_to_hours(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ObjectToHours,
) -> Result<HoursObjection, HoursObjectionError> {
    app.db
        .write("hours.object", |tx| async move {
            idempotency::once(&tx, key, object(app, ctx, command, &tx)).await
        })
        .await
}

async fn object(
    app: &App,
    ctx: &Ctx,
    command: &ObjectToHours,
    tx: &Tx,
) -> Result<HoursObjection, HoursObjectionError> {
    let own = ctx.principal.account;
    // as whoever judges hours does: nobody judges them meanwhile
    hold_volunteer_of(tx, own).await?;
    let hours = latest(tx, command.record).await?;
    let hours = hours
        .filter(|hours| hours.volunteer == own)
        .ok_or(HoursError::NotFound)?;
    if ctx.if_match.is_some_and(|seen| seen != hours.version) {
        return Err(HoursError::OtherVersion.into());
    }
    let before = read_objections(tx, command.record).await?;
    let said = (command.reason.clone(), ctx.now);
    let objection = HoursObjection::open(app.ids.next(), &hours, &before, said)?;
    // who takes tasks without being a volunteer has no row to hold
    if !insert_hours_objection(tx, &objection).await? {
        return Err(HoursObjectionRefusal::Open.into());
    }
    let mut writes = Writes::default();
    let list = PlaceList::HoursObjections;
    show_at(&mut writes, list, &objection.org_path, objection.id);
    writes.run(tx).await?;
    Ok(objection)
}

/// Answers an objection: those who judge the hours, never the volunteer. Where it is upheld the hours have a new version.
pub(crate) async fn answer_hours_objection(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &AnswerHoursObjection,
) -> Result<HoursObjection, HoursObjectionError> {
    app.db
        .write("hours.answer", |tx| async move {
            idempotency::once(&tx, key, Box::pin(answer(app, ctx, command, &tx))).await
        })
        .await
}

async fn answer(
    app: &App,
    ctx: &Ctx,
    command: &AnswerHoursObjection,
    tx: &Tx,
) -> Result<HoursObjection, HoursObjectionError> {
    let found = find_hours_objection(tx, command.id).await?;
    let found = found.ok_or(HoursObjectionError::NotFound)?;
    hold_volunteer_of(tx, found.volunteer).await?;
    let held = hold_hours_objection(tx, command.id).await?;
    let mut objection = held.ok_or(HoursObjectionError::NotFound)?;
    let hours = latest(tx, objection.record).await?;
    let hours = hours.ok_or(HoursObjectionError::NotFound)?;
    let by = ctx.principal.account;
    if by != objection.volunteer && !may_judge(tx, &ctx.principal, &hours).await? {
        return Err(HoursObjectionError::NotFound);
    }
    let seen = objection.version;
    if ctx.if_match.is_some_and(|known| known != seen) {
        return Err(HoursError::OtherVersion.into());
    }
    let said = command.answer.clone();
    objection.answer(command.upheld, said.clone(), (by, ctx.now), &hours)?;
    if let Some(minutes) = objection.to_correct(command.upheld, command.minutes, &hours)? {
        let reason = said;
        let verdict = Verdict::Correct { minutes, reason };
        make_version(app, ctx, tx, (&hours, &verdict)).await?;
    }
    save_hours_objection(tx, &objection, seen).await?;
    let mut writes = Writes::default();
    let list = PlaceList::HoursObjections;
    hide_at(&mut writes, list, &objection.org_path, objection.id);
    let told = events::hours_objection_answered(app.ids.as_ref(), ctx, &objection);
    bus::emit_with(&mut writes, &[told]);
    writes.run(tx).await?;
    Ok(objection)
}

/// Lists the objections at or below a place that wait for an answer, the newest first.
pub(crate) async fn list_open_objections(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<HoursObjection>, HoursObjectionError> {
    if !ctx.is_open_at(place) {
        return Err(HoursError::OutOfScope.into());
    }
    let db = app.db.reader();
    let list = (OPEN, PlaceList::HoursObjections);
    let (ids, next) = wanted.ids_at::<_, HoursError>(db, list, place).await?;
    Ok((load_hours_objections(db, &ids).await?, next))
}

/// Lists all objections to a record, the oldest first, to the volunteer and those who judge the hours.
pub(crate) async fn list_objections_of(
    app: &App,
    ctx: &Ctx,
    record: ServiceRecordId,
) -> Result<Vec<HoursObjection>, HoursObjectionError> {
    super::show_hours(app, ctx, record).await?;
    Ok(read_objections(app.db.reader(), record).await?)
}
