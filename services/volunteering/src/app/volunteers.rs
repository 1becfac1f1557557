use auth::Ctx;
use kernel::{IdSourceExt, OrgPath, Version, VolunteerId};
use serde::Serialize;
use store::{IdempotencyKey, Tx, Writes, idempotency};

use super::App;
use super::note_figures::note_volunteer;
use super::page::{PageWanted, Paged};
use super::suspend::end_holdings;
use super::volunteer_error::VolunteerError;
use crate::domain::runner::runs;
use crate::domain::volunteer::{
    OfAge, Preferences, Proof, ProofStep, Volunteer, VolunteerState, VolunteerStep, Window,
};
use crate::events;
use crate::store::{
    PlaceList, find_volunteer, find_volunteer_of, hide_at, hold_volunteer, hold_volunteer_of,
    insert_volunteer, load_volunteers, next_number, save_volunteer, show_at,
};

/// What somebody says when registering, or later.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DescribeVolunteer {
    pub(crate) home: OrgPath,
    pub(crate) preferences: Preferences,
}

/// A step of the organisation's.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeVolunteer {
    pub(crate) id: VolunteerId,
    pub(crate) step: VolunteerStep,
    pub(crate) of_age: OfAge,
}

/// A decision on a proof.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeProof {
    pub(crate) id: VolunteerId,
    pub(crate) number: u32,
    pub(crate) step: ProofStep,
}

/// The list that shows volunteers in this state.
pub(crate) fn list_of(state: VolunteerState) -> PlaceList {
    match state {
        VolunteerState::Registered => PlaceList::Registered,
        VolunteerState::Certified => PlaceList::Certified,
        VolunteerState::Suspended => PlaceList::Suspended,
    }
}

fn check(app: &App, said: &DescribeVolunteer) -> Result<(), VolunteerError> {
    if said.home.leaf().is_none() {
        return Err(VolunteerError::NoHome);
    }
    let Preferences { windows, kinds, .. } = &said.preferences;
    if windows.iter().any(Window::is_wrong) {
        return Err(VolunteerError::Term("/windows"));
    }
    let known = &app.catalogue.kinds;
    if !kinds.iter().all(|kind| known.contains_key(kind)) {
        return Err(VolunteerError::Unknown("/kinds"));
    }
    Ok(())
}

fn unseen(ctx: &Ctx, found: Version) -> Result<(), VolunteerError> {
    match ctx.if_match {
        Some(seen) if seen != found => Err(VolunteerError::OtherVersion),
        _ => Ok(()),
    }
}

/// Registers the caller as a volunteer.
pub(crate) async fn register_volunteer(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    said: &DescribeVolunteer,
) -> Result<Volunteer, VolunteerError> {
    check(app, said)?;
    app.db
        .write("volunteer.register", |tx| async move {
            idempotency::once(&tx, key, register(app, ctx, said, &tx)).await
        })
        .await
}

async fn register(
    app: &App,
    ctx: &Ctx,
    said: &DescribeVolunteer,
    tx: &Tx,
) -> Result<Volunteer, VolunteerError> {
    let account = ctx.principal.account;
    if find_volunteer_of(tx, account).await?.is_some() {
        return Err(VolunteerError::Registered);
    }
    let home = said.home.leaf().ok_or(VolunteerError::NoHome)?;
    let district = home.district();
    let number = next_number(tx, district).await?;
    let volunteer = Volunteer {
        id: app.ids.next(),
        account,
        number: format!("{district}{number:08}"),
        home: said.home.clone(),
        state: VolunteerState::Registered,
        preferences: said.preferences.clone(),
        minor_until: None,
        proofs: Vec::new(),
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    // PostgreSQL lets the same account register twice at once
    if !insert_volunteer(tx, &volunteer).await? {
        return Err(VolunteerError::Registered);
    }
    let mut writes = Writes::default();
    show_at(
        &mut writes,
        PlaceList::Registered,
        &volunteer.home,
        volunteer.id,
    );
    bus::emit_with(
        &mut writes,
        &[events::volunteer_changed(app.ids.as_ref(), ctx, &volunteer)],
    );
    writes.run(tx).await?;
    note_volunteer(app, tx, (None, &volunteer)).await?;
    Ok(volunteer)
}

/// Saves a volunteer; lists and readers hear of what concerns them.
async fn save(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (before, after): (&Volunteer, &Volunteer),
) -> Result<(), VolunteerError> {
    save_volunteer(tx, after, before.version).await?;
    if before.state == after.state && before.home == after.home {
        return Ok(());
    }
    let mut gone = Writes::default();
    hide_at(&mut gone, list_of(before.state), &before.home, before.id);
    gone.run(tx).await?;
    let mut writes = Writes::default();
    show_at(&mut writes, list_of(after.state), &after.home, after.id);
    bus::emit_with(
        &mut writes,
        &[events::volunteer_changed(app.ids.as_ref(), ctx, after)],
    );
    writes.run(tx).await?;
    Ok(note_volunteer(app, tx, (Some(before), after)).await?)
}

/// Takes what the caller says about service.
pub(crate) async fn update_my_volunteer(
    app: &App,
    ctx: &Ctx,
    said: &DescribeVolunteer,
) -> Result<Volunteer, VolunteerError> {
    check(app, said)?;
    app.db
        .write("volunteer.update", |tx| async move {
            let found = hold_volunteer_of(&tx, ctx.principal.account).await?;
            let before = found.ok_or(VolunteerError::NotRegistered)?;
            unseen(ctx, before.version)?;
            let mut after = before.clone();
            after.prefer(said.home.clone(), said.preferences.clone(), ctx.now);
            save(app, ctx, &tx, (&before, &after)).await?;
            Ok(after)
        })
        .await
}

/// Adds a proof that waits for confirmation.
pub(crate) async fn claim_proof(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    proof: &Proof,
) -> Result<Volunteer, VolunteerError> {
    let known = &app.catalogue.skills;
    if proof
        .skill
        .as_ref()
        .is_some_and(|skill| !known.contains_key(skill))
    {
        return Err(VolunteerError::Unknown("/skill"));
    }
    if proof
        .valid_until
        .is_some_and(|until| until < proof.valid_from)
    {
        return Err(VolunteerError::Term("/valid_until"));
    }
    app.db
        .write("proof.claim", |tx| async move {
            let effect = async {
                let found = hold_volunteer_of(&tx, ctx.principal.account).await?;
                let before = found.ok_or(VolunteerError::NotRegistered)?;
                let mut after = before.clone();
                after.claim(proof.clone(), ctx.now)?;
                save(app, ctx, &tx, (&before, &after)).await?;
                Ok(after)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Decides on a proof: those who run the volunteer's home, or the volunteer to withdraw it.
pub(crate) async fn change_proof(
    app: &App,
    ctx: &Ctx,
    command: &ChangeProof,
) -> Result<Volunteer, VolunteerError> {
    let account = ctx.principal.account;
    app.db
        .write("proof.change", |tx| async move {
            let found = hold_volunteer(&tx, command.id).await?;
            let before = found
                .filter(|found| found.account == account || runs(&ctx.principal, &found.home))
                .ok_or(VolunteerError::NotFound)?;
            unseen(ctx, before.version)?;
            let mut after = before.clone();
            after.decide(command.number, command.step, account, ctx.now)?;
            save(app, ctx, &tx, (&before, &after)).await?;
            Ok(after)
        })
        .await
}

/// Takes a step of the organisation's.
pub(crate) async fn change_volunteer(
    app: &App,
    ctx: &Ctx,
    command: &ChangeVolunteer,
) -> Result<Volunteer, VolunteerError> {
    app.db
        .write("volunteer.change", |tx| async move {
            let found = hold_volunteer(&tx, command.id).await?;
            let before = found
                .filter(|found| ctx.is_open_at(&found.home))
                .ok_or(VolunteerError::NotFound)?;
            unseen(ctx, before.version)?;
            let mut after = before.clone();
            let by = ctx.principal.account;
            after.step(command.step, command.of_age, by, ctx.now)?;
            save(app, ctx, &tx, (&before, &after)).await?;
            if after.state == VolunteerState::Suspended {
                Box::pin(end_holdings(app, ctx, &tx, after.account)).await?;
            }
            Ok(after)
        })
        .await
}

/// Shows the caller as a volunteer.
pub(crate) async fn show_my_volunteer(app: &App, ctx: &Ctx) -> Result<Volunteer, VolunteerError> {
    let found = find_volunteer_of(app.db.reader(), ctx.principal.account).await?;
    found.ok_or(VolunteerError::NotRegistered)
}

/// Shows a volunteer to those who run the home.
pub(crate) async fn show_volunteer(
    app: &App,
    ctx: &Ctx,
    id: VolunteerId,
) -> Result<Volunteer, VolunteerError> {
    let found = find_volunteer(app.db.reader(), id).await?;
    found
        .filter(|found| ctx.is_open_at(&found.home))
        .ok_or(VolunteerError::NotFound)
}

/// Lists the volunteers of a place, the newest first.
pub(crate) async fn list_volunteers(
    app: &App,
    ctx: &Ctx,
    (place, state): (&OrgPath, VolunteerState),
    wanted: &PageWanted,
) -> Result<Paged<Volunteer>, VolunteerError> {
    if !ctx.is_open_at(place) {
        return Err(VolunteerError::OutOfScope);
    }
    let db = app.db.reader();
    let list = (state_list(state), list_of(state));
    let (ids, next) = wanted.ids_at::<_, VolunteerError>(db, list, place).await?;
    Ok((load_volunteers(db, &ids).await?, next))
}

/// Name of a list in its cursors.
fn state_list(state: VolunteerState) -> &'static str {
    match state {
        VolunteerState::Registered => "volunteers-registered",
        VolunteerState::Certified => "volunteers-certified",
        VolunteerState::Suspended => "volunteers-suspended",
    }
}
