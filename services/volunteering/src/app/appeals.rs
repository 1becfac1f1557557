//! Appeals against being noted as absent (缺席申诉): why, what was answered, and which wait for those who run a place.

use auth::Ctx;
use kernel::{OrgPath, SignUpId};
use store::{Tx, Writes};

use super::App;
use super::page::{PageWanted, Paged};
use super::sign_up_error::SignUpError;
use crate::domain::activity::Activity;
use crate::domain::appeal::{Appeal, AppealState};
use crate::domain::runner::runs;
use crate::domain::sign_up::SignUp;
use crate::store::{
    PlaceList, find_appeal, hide_at, hold_appeal, insert_appeal, load_appeals, load_sign_ups,
    save_appeal, show_at,
};

/// Name of the list in its cursors.
const OPEN: &str = "sign-up-appeals";

/// Notes why somebody appeals; the sign-up's shift is held.
pub(super) async fn open_appeal(
    tx: &Tx,
    ctx: &Ctx,
    (activity, sign_up): (&Activity, &SignUp),
    reason: &str,
) -> Result<(), SignUpError> {
    let appeal = Appeal {
        sign_up: sign_up.id,
        account: sign_up.account,
        org_path: activity.org_path.clone(),
        reason: reason.to_owned(),
        state: AppealState::Open,
        answer: None,
        decided_by: None,
        opened_at: ctx.now,
        decided_at: None,
    };
    let mut writes = Writes::default();
    insert_appeal(&mut writes, &appeal);
    let place = &appeal.org_path;
    show_at(&mut writes, PlaceList::SignUpAppeals, place, sign_up.id);
    Ok(writes.run(tx).await?)
}

/// Decides an appeal where a step does: with an answer, and off the list.
pub(super) async fn decide(
    tx: &Tx,
    ctx: &Ctx,
    id: SignUpId,
    verdict: Option<(AppealState, Option<&str>)>,
) -> Result<(), SignUpError> {
    let Some((state, answer)) = verdict else {
        return Ok(());
    };
    let answer = answer.ok_or(SignUpError::NoAnswer)?;
    // of an appeal that is older than its reason nothing is known but the sign-up's state
    let Some(mut appeal) = hold_appeal(tx, id).await? else {
        return Ok(());
    };
    let by = (ctx.principal.account, answer.to_owned());
    appeal.decide(state, by, ctx.now);
    save_appeal(tx, &appeal).await?;
    let mut writes = Writes::default();
    hide_at(&mut writes, PlaceList::SignUpAppeals, &appeal.org_path, id);
    Ok(writes.run(tx).await?)
}

/// Finds what somebody holds against an absence of a sign-up that the caller may see.
pub(crate) async fn show_appeal(app: &App, id: SignUpId) -> Result<Option<Appeal>, SignUpError> {
    Ok(find_appeal(app.db.reader(), id).await?)
}

/// Lists the appeals that wait at or below a place, the newest sign-up first, to those who run it.
pub(crate) async fn list_appeals(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    wanted: &PageWanted,
) -> Result<Paged<(Appeal, SignUp)>, SignUpError> {
    if !runs(&ctx.principal, place) {
        return Err(SignUpError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (OPEN, PlaceList::SignUpAppeals);
    let (ids, next) = wanted
        .ids_at::<SignUpId, SignUpError>(db, list, place)
        .await?;
    let mut appeals = load_appeals(db, &ids).await?;
    let mut found = Vec::with_capacity(ids.len());
    for sign_up in load_sign_ups(db, &ids).await? {
        // decided since the list was read
        let Some(index) = appeals.iter().position(|one| one.sign_up == sign_up.id) else {
            continue;
        };
        let appeal = appeals.swap_remove(index);
        if appeal.state == AppealState::Open {
            found.push((appeal, sign_up));
        }
    }
    Ok((found, next))
}
