//! Objections to figures before they are published (公示异议), and their answers.

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::Ctx;
use kernel::OrgCode;
use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::scope::{Scope, load_issue};
use super::{BulletinIssueView, IssueKey, MOST_OBJECTIONS, MOST_OWN_OBJECTIONS, OPERATORS, view};
use crate::app::App;
use crate::app::issue_error::IssueError;
use crate::store::bulletins::{
    Objection, count_objections, count_objections_of, find_objection, insert_objection,
    list_objections, save_objection_answer,
};
use crate::store::figures::take_turn;

/// An objection to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Object {
    /// To which bulletins.
    pub(crate) key: IssueKey,
    /// For which place.
    pub(crate) org_code: OrgCode,
    /// Why.
    pub(crate) reason: String,
}

/// The answer to an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AnswerObjection {
    /// To which bulletins.
    pub(crate) key: IssueKey,
    /// Its number.
    pub(crate) number: i64,
    /// Whether it is right.
    pub(crate) upheld: bool,
    /// What is answered.
    pub(crate) answer: String,
}

/// Objects to the figures of a place.
pub(crate) async fn open_objection(
    app: &App,
    ctx: &Ctx,
    command: &Object,
) -> Result<BulletinIssueView, IssueError> {
    let place = Scope::of_part(app, ctx, &command.key).await?;
    place.check(app, ctx, &command.org_code).await?;
    let key = ctx.idempotency(command);
    let (key, place) = (key.as_ref(), &place);
    app.db
        .write("bulletins.object", |tx| async move {
            let effect = async { object(&tx, ctx, place, command).await };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

async fn object(
    tx: &Tx,
    ctx: &Ctx,
    place: &Scope,
    command: &Object,
) -> Result<BulletinIssueView, IssueError> {
    let period = place.quarter.to_string();
    // numbers are given one after another
    take_turn(tx).await?;
    let issue = load_issue(tx, &place.district, &period).await?;
    if let Some(at) = issue.published_at {
        return Err(IssueError::Published(at));
    }
    if ctx.now > issue.objection_until {
        return Err(IssueError::Window("over"));
    }
    let me = ctx.principal.account;
    let own = count_objections_of(tx, &place.district, &period, me).await?;
    // each is answered before anything is published
    let (most_of_staff, most_of_neighbours) = MOST_OWN_OBJECTIONS;
    let most = if place.is_staff(ctx) {
        most_of_staff
    } else {
        most_of_neighbours
    };
    if own >= most {
        return Err(IssueError::Many(most));
    }
    let count = count_objections(tx, &place.district, &period).await?;
    let objection = Objection {
        district: place.district.clone(),
        period: period.clone(),
        number: i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1),
        org_code: command.org_code.clone(),
        account: me,
        reason: command.reason.clone(),
        at: ctx.now,
        upheld: None,
        answer: None,
        answered_by: None,
        answered_at: None,
    };
    let mut writes = Writes::default();
    insert_objection(&mut writes, objection);
    writes.run(tx).await?;
    let objections = shown(tx, ctx, place, &period).await?;
    Ok(view(ctx, issue, objections, None))
}

/// Lists the objections that the caller is shown: what a neighbour wrote is for those who answer it.
pub(super) async fn shown(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    place: &Scope,
    period: &str,
) -> Result<Vec<Objection>, StoreError> {
    let of = (!place.is_staff(ctx)).then_some(ctx.principal.account);
    list_objections(db, &place.district, period, of, MOST_OBJECTIONS).await
}

/// Answers an objection (答复异议), once, before the bulletins are published, and not by whoever made it. What follows
/// of one that is right is decided on the orders themselves (剔除): figures are never typed in.
pub(crate) async fn answer_objection(
    app: &App,
    ctx: &Ctx,
    command: &AnswerObjection,
) -> Result<BulletinIssueView, IssueError> {
    let place = Scope::of(app, ctx, &command.key, OPERATORS).await?;
    let key = ctx.idempotency(command);
    let (key, place) = (key.as_ref(), &place);
    app.db
        .write("bulletins.answer", |tx| async move {
            let effect = async { answer(&tx, ctx, place, command).await };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

async fn answer(
    tx: &Tx,
    ctx: &Ctx,
    place: &Scope,
    command: &AnswerObjection,
) -> Result<BulletinIssueView, IssueError> {
    let (district, period) = (&place.district, place.quarter.to_string());
    take_turn(tx).await?;
    let issue = load_issue(tx, district, &period).await?;
    if let Some(at) = issue.published_at {
        return Err(IssueError::Published(at));
    }
    let objection = find_objection(tx, district, &period, command.number).await?;
    let objection = objection.ok_or(IssueError::NoObjection(command.number))?;
    if objection.account == ctx.principal.account {
        return Err(IssueError::OwnObjection);
    }
    if objection.answered_at.is_some() {
        return Err(IssueError::Answered);
    }
    let answered = Objection {
        upheld: Some(command.upheld),
        answer: Some(command.answer.clone()),
        answered_by: Some(ctx.principal.account),
        answered_at: Some(ctx.now),
        ..objection
    };
    save_objection_answer(tx, &answered).await?;
    let objections = shown(tx, ctx, place, &period).await?;
    Ok(view(ctx, issue, objections, None))
}
