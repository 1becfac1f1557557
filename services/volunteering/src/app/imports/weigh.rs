//! A file is weighed against the rules, the caller's scope and what is stored, line by line.

use std::collections::BTreeMap;

use auth::Ctx;
use kernel::{AccountId, OrgPath, Timestamp};
use sea_orm::ConnectionTrait;
use store::StoreError;
use tables::sheet::SheetRow;

use crate::app::App;
use crate::domain::imports::{
    HoursRow, LineError, PlannedActivity, PlannedHours, PlannedProofs, Served, ServiceImportKind,
    read_activities, read_hours, read_proofs, weigh_activities, weigh_hours, weigh_proofs,
};
use crate::domain::runner::runs;
use crate::domain::volunteer::Volunteer;
use crate::store::{Locked, list_accounts_of, list_served, load_volunteers_of};

/// What is to be made of a file.
pub(super) enum Plan {
    Proofs(Vec<PlannedProofs>),
    Hours(Vec<PlannedHours>),
    Activities(Vec<PlannedActivity>),
}

/// Weighs a file: what would be made of it, and what is wrong, in the order of the lines.
pub(super) async fn weigh(
    app: &App,
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    (kind, place): (ServiceImportKind, &OrgPath),
    (rows, locked): (&[SheetRow], Locked),
) -> Result<(Plan, Vec<LineError>), StoreError> {
    let (rules, now) = (&app.catalogue, ctx.now);
    let mut errors = Vec::new();
    let plan = match kind {
        ServiceImportKind::Proofs => {
            let rows = read_proofs(rules, rows, &mut errors);
            let numbers = rows.iter().map(|row| row.number.as_str());
            let people = people_of(ctx, db, place, (numbers.collect(), locked)).await?;
            Plan::Proofs(weigh_proofs(rows, &people, now, &mut errors))
        }
        ServiceImportKind::Hours => {
            let rows = read_hours(rules, rows, now, &mut errors);
            let numbers = rows.iter().map(|row| row.number.as_str());
            let people = people_of(ctx, db, place, (numbers.collect(), locked)).await?;
            let known = known_of(db, &rows, &people).await?;
            Plan::Hours(weigh_hours(rows, &people, &known, rules, &mut errors))
        }
        ServiceImportKind::Activities => {
            let rows = read_activities(rules, rows, now, &mut errors);
            let open = |place: &OrgPath| runs(&ctx.principal, place);
            let planned = weigh_activities(rows, place, open, rules, &mut errors);
            Plan::Activities(planned)
        }
    };
    errors.sort_by_key(|error| error.line);
    Ok((plan, errors))
}

/// The volunteers of some numbers whose home is within the import's place and the caller's scope.
async fn people_of(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    place: &OrgPath,
    (mut numbers, locked): (Vec<&str>, Locked),
) -> Result<BTreeMap<String, Volunteer>, StoreError> {
    numbers.sort_unstable();
    numbers.dedup();
    let accounts = list_accounts_of(db, &numbers).await?;
    let people = load_volunteers_of(db, &accounts, locked).await?;
    let within = people
        .into_iter()
        .filter(|person| place.contains(&person.home) && runs(&ctx.principal, &person.home));
    Ok(within
        .map(|person| (person.number.clone(), person))
        .collect())
}

/// What the people of a file served around the days of the file.
async fn known_of(
    db: &impl ConnectionTrait,
    rows: &[HoursRow],
    people: &BTreeMap<String, Volunteer>,
) -> Result<Vec<Served>, StoreError> {
    let begins = rows.iter().map(|row| row.began_at).min();
    let ends = rows.iter().map(|row| row.ended_at).max();
    let Some(span) = begins.zip(ends) else {
        return Ok(Vec::new());
    };
    let accounts: Vec<AccountId> = people.values().map(|person| person.account).collect();
    list_served(db, &accounts, whole_days(span)).await
}

/// What else counts of the first and the last day may lie before and after.
fn whole_days((from, until): (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    let day = std::time::Duration::from_hours(24);
    (from.minus(day), until.plus(day))
}
