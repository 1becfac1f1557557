//! From figures to bulletins: the objection window (公示), objections, publication (公报).
//!
//! All bulletins of a district and a quarter are made at once, since what one hides the others must not give away. Who
//! opens the window does not publish, and nobody does while an objection waits for its answer. What is published is
//! worked out anew when it is, so that exclusions decided in the window count.

use std::time::Duration;

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{OrgCode, Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod objections;
mod scope;

pub(crate) use self::objections::{AnswerObjection, Object, answer_objection, open_objection};
use self::scope::{Scope, load_issue};
use super::App;
use super::bulletin_sums::{own_of, places_of};
use super::calendars::calendar_of;
use super::derive_figures::day_of;
use super::issue_error::IssueError;
use crate::domain::bulletin::{Bulletin, Issue, chain, issue};
use crate::domain::calendar::Limit;
use crate::store::bulletins::{
    Draft, MonthRoot, Objection, Published, StoredIssue, close_issue, count_objections,
    count_unanswered, find_draft, find_last, insert_bulletins, insert_drafts, insert_issue,
    insert_root, list_hashes, list_objections, list_roots,
};
use crate::store::figures::take_turn;
use crate::store::{from_json, to_json};

/// Who opens and publishes.
const OPERATORS: &[Role] = &[Role::DistrictOperator, Role::PlatformOperator];
/// What happened so shortly before may still be on its way into the store.
const SETTLED: Duration = Duration::from_mins(1);
/// Objections that are shown.
const MOST_OBJECTIONS: u64 = 200;
/// Objections of one account to the bulletins of a quarter: of somebody who works there, and of a neighbour.
const MOST_OWN_OBJECTIONS: (u64, u64) = (20, 3);

/// Which bulletins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct IssueKey {
    /// Six digits.
    pub(crate) district: String,
    /// The quarter, as it was written.
    pub(crate) period: String,
}

/// Bulletins of a district and a quarter (公示、公报).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct BulletinIssueView {
    /// 区划 (district).
    pub(crate) district: String,
    /// 季度 (quarter).
    pub(crate) period: String,
    /// 公示起 (since when one may object).
    pub(crate) opened_at: Timestamp,
    /// 公示止 (until when one may object).
    pub(crate) objection_until: Timestamp,
    /// 公开时间；未公开为空 (when they were published).
    pub(crate) published_at: Option<Timestamp>,
    /// 是否本人发起公示 (whether the caller opened the window).
    pub(crate) opened_by_me: bool,
    /// 异议 (objections: the first 200, those that wait for their answers before the others; whoever does not work in the
    /// district is shown their own).
    pub(crate) objections: Vec<BulletinObjectionView>,
    /// 所问地点的草案 (draft of the place asked for, while there is one).
    pub(crate) draft: Option<Bulletin>,
}

/// An objection (异议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct BulletinObjectionView {
    /// 序号 (its number).
    pub(crate) number: i64,
    /// 地点 (the place).
    pub(crate) org_code: OrgCode,
    /// 理由 (why).
    pub(crate) reason: String,
    /// 时间 (when).
    pub(crate) at: Timestamp,
    /// 是否成立；未答复为空 (whether it is right; null until it is answered).
    pub(crate) upheld: Option<bool>,
    /// 答复 (the answer).
    pub(crate) answer: Option<String>,
    /// 答复时间 (when it was answered).
    pub(crate) answered_at: Option<Timestamp>,
}

/// Opens the objection window of a quarter that is over.
pub(crate) async fn open_bulletin_issue(
    app: &App,
    ctx: &Ctx,
    wanted: &IssueKey,
) -> Result<BulletinIssueView, IssueError> {
    let place = Scope::of(app, ctx, wanted, OPERATORS).await?;
    let today = day_of(ctx.now, &app.zone);
    if today <= place.quarter.last_day().to_string() {
        return Err(IssueError::NotOver(wanted.period.clone()));
    }
    let drafts = bulletins(app, &place, 0, ctx.now).await?;
    let key = ctx.idempotency(wanted);
    let (key, place, drafts) = (key.as_ref(), &place, &drafts);
    app.db
        .write("bulletins.open", |tx| async move {
            let effect = async { open(app, &tx, ctx, place, drafts).await };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

async fn open(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    place: &Scope,
    drafts: &[Bulletin],
) -> Result<BulletinIssueView, IssueError> {
    let calendar = calendar_of(app, tx, &place.district).await?;
    let window = Limit::WorkDays(app.figures.objection_work_days);
    let issue = StoredIssue {
        district: place.district.clone(),
        period: place.quarter.to_string(),
        opened_by: ctx.principal.account,
        opened_at: ctx.now,
        objection_until: window.after(ctx.now, &calendar),
        published_by: None,
        published_at: None,
    };
    if !insert_issue(tx, issue.clone()).await? {
        return Err(IssueError::OpenedBefore(issue.period));
    }
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        rows.push(Draft {
            org_code: draft.org_code.clone(),
            period: draft.period.clone(),
            district: place.district.clone(),
            body: to_json(draft)?,
        });
    }
    let mut writes = Writes::default();
    insert_drafts(&mut writes, rows);
    writes.run(tx).await?;
    Ok(view(ctx, issue, Vec::new(), None))
}

/// Shows the window and its objections, with the draft of a place.
pub(crate) async fn show_bulletin_issue(
    app: &App,
    ctx: &Ctx,
    wanted: &IssueKey,
    org_code: Option<&OrgCode>,
) -> Result<BulletinIssueView, IssueError> {
    let place = Scope::of_part(app, ctx, wanted).await?;
    let db = app.db.reader();
    let (district, period) = (place.district.as_str(), place.quarter.to_string());
    let issue = load_issue(db, district, &period).await?;
    let draft = match org_code {
        Some(code) => {
            place.check(app, ctx, code).await?;
            find_draft(db, code, &period).await?
        }
        None => None,
    };
    let draft = draft.map(|draft| from_json(&draft.body)).transpose()?;
    let objections = objections::shown(db, ctx, &place, &period).await?;
    Ok(view(ctx, issue, objections, draft))
}

/// Publishes the bulletins when the window is over.
pub(crate) async fn publish_bulletins(
    app: &App,
    ctx: &Ctx,
    wanted: &IssueKey,
) -> Result<BulletinIssueView, IssueError> {
    let place = Scope::of(app, ctx, wanted, OPERATORS).await?;
    let period = place.quarter.to_string();
    let db = app.db.reader();
    let key = ctx.idempotency(wanted);
    if let Some(known) = idempotency::find_answer(db, key.as_ref()).await? {
        return Ok(known);
    }
    let issue = load_issue(db, &place.district, &period).await?;
    if let Some(at) = issue.published_at {
        return Err(IssueError::Published(at));
    }
    if issue.opened_by == ctx.principal.account {
        return Err(IssueError::OwnIssue);
    }
    if ctx.now <= issue.objection_until {
        return Err(IssueError::Window("open"));
    }
    let waiting = count_unanswered(db, &place.district, &period).await?;
    if waiting > 0 {
        return Err(IssueError::Unanswered(waiting));
    }
    let objections = count_objections(db, &place.district, &period).await?;
    let made = bulletins(app, &place, objections, ctx.now).await?;
    let (key, issue, made) = (key.as_ref(), &issue, &made);
    app.db
        .write("bulletins.publish", |tx| async move {
            let effect = async { publish(app, &tx, ctx, issue, made).await };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

async fn publish(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    issue: &StoredIssue,
    made: &[Bulletin],
) -> Result<BulletinIssueView, IssueError> {
    // the chain has one end
    take_turn(tx).await?;
    check_objections(tx, issue, made).await?;
    close_issue(tx, issue, ctx.principal.account, ctx.now).await?;
    let last = find_last(tx).await?;
    let next = last.as_ref().map_or(1, |last| last.seq.saturating_add(1));
    let mut before = last.map_or_else(|| chain::START.to_owned(), |last| last.hash);
    let month = month_of(ctx.now, app);
    let mut rows = Vec::with_capacity(made.len());
    for (seq, bulletin) in (next..).zip(made) {
        let body = to_json(bulletin)?;
        let hash = chain::hash(&before, &body);
        rows.push(Published {
            seq,
            org_code: bulletin.org_code.clone(),
            period: bulletin.period.clone(),
            district: issue.district.clone(),
            month: month.clone(),
            body,
            before: std::mem::replace(&mut before, hash.clone()),
            hash,
            published_at: ctx.now,
        });
    }
    let mut writes = Writes::default();
    for root in roots_due(tx, &month).await? {
        insert_root(&mut writes, root);
    }
    insert_bulletins(&mut writes, rows);
    writes.run(tx).await?;
    let published = StoredIssue {
        published_by: Some(ctx.principal.account),
        published_at: Some(ctx.now),
        ..issue.clone()
    };
    let objections =
        list_objections(tx, &issue.district, &issue.period, None, MOST_OBJECTIONS).await?;
    Ok(view(ctx, published, objections, None))
}

/// Refuses when an objection of the window's last moment was written after `made` was worked out.
async fn check_objections(
    tx: &Tx,
    issue: &StoredIssue,
    made: &[Bulletin],
) -> Result<(), IssueError> {
    let waiting = count_unanswered(tx, &issue.district, &issue.period).await?;
    if waiting > 0 {
        return Err(IssueError::Unanswered(waiting));
    }
    let objections = count_objections(tx, &issue.district, &issue.period).await?;
    if made.iter().any(|made| made.objections != objections) {
        return Err(StoreError::Stale.into());
    }
    Ok(())
}

/// Names the month of an instant.
fn month_of(at: Timestamp, app: &App) -> String {
    at.date_in(&app.zone).strftime("%Y-%m").to_string()
}

/// Makes the roots of the months before this one that have none yet.
async fn roots_due(tx: &Tx, month: &str) -> Result<Vec<MonthRoot>, StoreError> {
    let known = list_roots(tx, u64::from(u16::MAX)).await?;
    let known: Vec<&str> = known.iter().map(|root| root.month.as_str()).collect();
    let mut roots = Vec::new();
    for (name, hashes) in by_month(list_hashes(tx).await?) {
        if name.as_str() >= month || known.contains(&name.as_str()) {
            continue;
        }
        if let Some(root) = chain::root(&hashes) {
            roots.push(MonthRoot {
                month: name,
                root,
                bulletins: i64::try_from(hashes.len()).unwrap_or(i64::MAX),
            });
        }
    }
    Ok(roots)
}

/// Puts hashes together by month; the months come in their order.
pub(super) fn by_month(
    hashes: Vec<(String, String)>,
) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut months = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (month, hash) in hashes {
        months.entry(month).or_default().push(hash);
    }
    months
}

/// Makes the bulletins of a district and a quarter, as of a moment ago.
async fn bulletins(
    app: &App,
    place: &Scope,
    objections: u64,
    now: Timestamp,
) -> Result<Vec<Bulletin>, StoreError> {
    let as_of = now.minus(SETTLED);
    let common = &Issue {
        period: place.quarter.to_string(),
        from: place.quarter.first_day(),
        to: place.quarter.last_day(),
        as_of,
        rules_version: app.figures.version,
        objections,
    };
    app.db
        .read("bulletins.make", |tx| async move {
            let own = own_of(app, &*tx, &place.code, place.quarter, as_of).await?;
            let places = places_of(&*tx, &place.path, &own).await?;
            Ok(issue(common, &places))
        })
        .await
}

fn view(
    ctx: &Ctx,
    issue: StoredIssue,
    objections: Vec<Objection>,
    draft: Option<Bulletin>,
) -> BulletinIssueView {
    BulletinIssueView {
        opened_by_me: issue.opened_by == ctx.principal.account,
        district: issue.district,
        period: issue.period,
        opened_at: issue.opened_at,
        objection_until: issue.objection_until,
        published_at: issue.published_at,
        objections: objections
            .into_iter()
            .map(|objection| BulletinObjectionView {
                number: objection.number,
                org_code: objection.org_code,
                reason: objection.reason,
                at: objection.at,
                upheld: objection.upheld,
                answer: objection.answer,
                answered_at: objection.answered_at,
            })
            .collect(),
        draft,
    }
}

#[cfg(test)]
mod tests;
