use contracts::registry::OrgKind;
use kernel::{AccountId, Cursor, CursorError, IdSourceExt, OrgCode, ReportInId, Role, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::change_error::out_of_scope;
use super::posts::STAFFING;
use super::read_notes::note_read;
use super::{App, Origin};
use crate::domain::read_note::ReadKind;
use crate::domain::report_in::{Party, ReportIn, ReportInState, ReportInStep, may_report_in};
use crate::events;
use crate::store::{
    ReportedBy, find_organisation, find_report_in, hold, insert_report_in,
    list_report_ins as list_stored, save_report_in,
};

/// Roles that report a unit in.
const FOR_UNITS: [Role; 3] = [
    Role::DepartmentLiaison,
    Role::DistrictOperator,
    Role::PlatformOperator,
];
/// Name of the list in its cursors.
const REPORT_INS: &str = "report-ins";

/// Reports in at a community: a unit, or the caller.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenReportIn {
    pub(crate) community_code: OrgCode,
    pub(crate) unit_code: Option<OrgCode>,
    pub(crate) account: AccountId,
}

/// Takes a report-in a step further.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StepReportIn {
    pub(crate) id: ReportInId,
    pub(crate) step: ReportInStep,
    pub(crate) account: AccountId,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Why a report-in is not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportInError {
    #[error("no such report-in")]
    NotFound,
    #[error("no community {0}")]
    NoCommunity(OrgCode),
    #[error("no unit {0} that reports in")]
    NoUnit(OrgCode),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("reported in already")]
    Already,
    #[error("no step from {0:?}")]
    WrongState(ReportInState),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ReportInError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "report-in-not-found",
                "没有这个报到记录",
                "there is no such report-in",
            ),
            Self::NoCommunity(code) => Fact::new(
                Kind::Invalid,
                "community-unknown",
                format!("没有社区 {code}"),
                format!("there is no community {code}"),
            )
            .at("/community_code"),
            Self::NoUnit(code) => Fact::new(
                Kind::Invalid,
                "unit-unknown",
                format!("{code} 不是可报到的单位"),
                format!("{code} is no unit that reports in"),
            )
            .at("/unit_code"),
            Self::OutOfScope => out_of_scope(),
            Self::Already => Fact::new(
                Kind::Conflict,
                "reported-in-already",
                "已在该社区报到",
                "has reported in there already",
            ),
            Self::WrongState(_) => Fact::new(
                Kind::Conflict,
                "report-in-in-other-state",
                "当前状态不能执行该操作",
                "the report-in is in a state that does not allow this",
            ),
            Self::OtherVersion => Fact::new(
                Kind::Precondition,
                "version-changed",
                "报到记录已被修改，请刷新后重试",
                "the report-in has changed; read it again and retry",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Reports in; each unit or person once at a community as long as it lasts.
pub(crate) async fn open_report_in(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &OpenReportIn,
) -> Result<ReportIn, ReportInError> {
    app.db
        .write("report_in.open", |tx| async move {
            idempotency::once(&tx, key, open(app, origin, command, &tx)).await
        })
        .await
}

async fn open(
    app: &App,
    origin: &Origin<'_>,
    command: &OpenReportIn,
    tx: &Tx,
) -> Result<ReportIn, ReportInError> {
    let community = find_organisation(tx, &command.community_code).await?;
    let community = community.filter(|node| node.kind == OrgKind::Community && !node.is_closed());
    let unknown = || ReportInError::NoCommunity(command.community_code.clone());
    let community = community.ok_or_else(unknown)?;
    let mut held = vec![community.clone()];
    let party = match &command.unit_code {
        None => Party::Member(command.account),
        Some(code) => {
            let unit = find_organisation(tx, code).await?;
            let unit = unit.filter(|node| may_report_in(node.kind) && !node.is_closed());
            let unit = unit.ok_or_else(|| ReportInError::NoUnit(code.clone()))?;
            if !origin.holds_any(&FOR_UNITS, &unit.path) {
                return Err(ReportInError::OutOfScope);
            }
            held.push(unit);
            Party::Unit(code.clone())
        }
    };
    // neither is closed before this is stored: closing them ends it
    hold(tx, &held.iter().collect::<Vec<_>>()).await?;
    let report = ReportIn {
        id: app.ids.next(),
        community_code: community.code,
        party,
        account: command.account,
        state: ReportInState::Reported,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    if !insert_report_in(tx, &report).await? {
        return Err(ReportInError::Already);
    }
    Ok(report)
}

/// Confirms, refuses or ends a report-in.
pub(crate) async fn step_report_in(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &StepReportIn,
) -> Result<ReportIn, ReportInError> {
    app.db
        .write("report_in.step", |tx| async move {
            idempotency::once(&tx, key, step(app, origin, command, &tx)).await
        })
        .await
}

async fn step(
    app: &App,
    origin: &Origin<'_>,
    command: &StepReportIn,
    tx: &Tx,
) -> Result<ReportIn, ReportInError> {
    let found = find_report_in(tx, command.id).await?;
    let mut report = found.ok_or(ReportInError::NotFound)?;
    let community = find_organisation(tx, &report.community_code).await?;
    let community = community.ok_or(ReportInError::NotFound)?;
    let staff = origin.holds_any(&STAFFING, &community.path);
    let own = report.account == command.account;
    // the community decides; whoever reported in may end it
    match (command.step, staff, own) {
        (_, true, _) | (ReportInStep::End, _, true) => {}
        (_, _, true) => return Err(ReportInError::OutOfScope),
        _ => return Err(ReportInError::NotFound),
    }
    let seen = report.version;
    if command.seen.is_some_and(|wanted| wanted != seen) {
        return Err(ReportInError::OtherVersion);
    }
    let state = report.state;
    let confirmed = state == ReportInState::Confirmed;
    let stepped = report.step(command.step, origin.now);
    stepped.ok_or(ReportInError::WrongState(state))?;
    save_report_in(tx, &report, seen).await?;
    // nobody heard of one that ends without ever having been confirmed
    if confirmed || report.state == ReportInState::Confirmed {
        tell_report_ins(app, origin, std::slice::from_ref(&report), tx).await?;
    }
    Ok(report)
}

/// Tells that report-ins were confirmed, or ended after they had been.
pub(super) async fn tell_report_ins(
    app: &App,
    origin: &Origin<'_>,
    reports: &[ReportIn],
    tx: &Tx,
) -> Result<(), StoreError> {
    let ids = app.ids.as_ref();
    let told = reports.iter();
    let told = told.filter_map(|report| events::report_in_changed(origin, ids, report));
    bus::emit(tx, told.collect()).await
}

/// Lists one page of the report-ins at a community, or of the caller's own, and the next cursor.
pub(crate) async fn list_report_ins(
    app: &App,
    origin: &Origin<'_>,
    whose: ReportedBy,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<ReportIn>, Option<String>), ReportInError> {
    let after: Option<ReportInId> = cursor
        .map(|cursor| Cursor::decode(REPORT_INS, cursor))
        .transpose()?;
    let db = app.db.reader();
    if let ReportedBy::At(code, _) = &whose {
        let community = find_organisation(db, code).await?;
        let community = community.ok_or_else(|| ReportInError::NoCommunity(code.clone()))?;
        if !origin.holds_any(&STAFFING, &community.path) {
            return Err(ReportInError::OutOfScope);
        }
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = list_stored(db, &whose, after, most).await?;
    let page = Cursor::cut(found, limit, |last| Cursor::encode(REPORT_INS, &last.id));
    if let ReportedBy::At(code, _) = &whose {
        note_read(app, origin, ReadKind::ReportIns, code, Some(page.0.len())).await?;
    }
    Ok(page)
}
