//! Everything kept at an organisation follows when that is moved, in batches: however much there is, no transaction is
//! long. What follows is held meanwhile, so that nobody decides on it at a place where it no longer is.

use kernel::{OrgPath, TypedId};
use store::{StoreError, Tx, Writes};

use super::{App, list_of_activities, list_of_volunteers, note_volunteer};
use crate::domain::appeal::AppealState;
use crate::domain::hours::HoursState;
use crate::domain::relocation::{Onward, Relocation, RelocationStage};
use crate::domain::time_account::TimeReservationState;
use crate::store::{
    PlaceList, delete_relocation, hide_at, hide_task, hold_activities_at, hold_appeals_at,
    hold_certificate_requests_at, hold_certificates_at, hold_hours_at, hold_hours_objections_at,
    hold_imports_at, hold_oldest_relocation, hold_plans_at, hold_record_entries_at,
    hold_reservations_at, hold_tasks_at, hold_teams_at, hold_volunteers_at, save_activity_place,
    save_appeal_place, save_certificate_place, save_certificate_request_place,
    save_hours_objection_place, save_hours_place, save_import_place, save_plan_place,
    save_record_entry_place, save_relocation, save_reservation_place, save_task_place,
    save_team_place, save_volunteer_place, show_at, show_task,
};

/// Rows of one transaction.
const BATCH: u64 = 50;
/// Transactions of one turn.
const BATCHES: usize = 200;

/// Takes along what an organisation has that was moved, as much as one turn allows; tells how much.
pub(crate) async fn follow_moves(app: &App) -> Result<u64, StoreError> {
    let mut changed = 0;
    for _ in 0..BATCHES {
        let batch = app.db.maintain("moves.follow", |tx| async move {
            match hold_oldest_relocation(&tx).await? {
                Some(moved) => Ok::<_, StoreError>(Some(follow(app, &tx, moved).await?)),
                None => Ok(None),
            }
        });
        match batch.await? {
            Some((count, Onward::Now | Onward::Done)) => changed += count,
            Some((count, Onward::Later)) => {
                changed += count;
                break;
            }
            None => break,
        }
    }
    Ok(changed)
}

async fn follow(app: &App, tx: &Tx, mut moved: Relocation) -> Result<(u64, Onward), StoreError> {
    let count = match moved.stage {
        RelocationStage::Tasks => tasks(tx, &moved).await?,
        RelocationStage::Volunteers => volunteers(app, tx, &moved).await?,
        RelocationStage::Teams => teams(tx, &moved).await?,
        RelocationStage::Activities => activities(tx, &moved).await?,
        RelocationStage::Plans => plans(tx, &moved).await?,
        RelocationStage::Hours => hours(tx, &moved).await?,
        RelocationStage::Certificates => certificates(tx, &moved).await?,
        RelocationStage::Reservations => reservations(tx, &moved).await?,
        RelocationStage::Imports => imports(tx, &moved).await?,
        RelocationStage::Appeals => appeals(tx, &moved).await?,
        RelocationStage::RecordEntries => record_entries(tx, &moved).await?,
        RelocationStage::HoursObjections => hours_objections(tx, &moved).await?,
        RelocationStage::Requests => certificate_requests(tx, &moved).await?,
    };
    let onward = moved.went(count, count < BATCH);
    if onward == Onward::Done {
        delete_relocation(tx, &moved).await?;
    } else {
        save_relocation(tx, &moved).await?;
    }
    Ok((count, onward))
}

/// The new place of something that was found at the old one.
fn place_of(moved: &Relocation, place: &OrgPath) -> Result<OrgPath, StoreError> {
    let to = place.rebased(&moved.from, &moved.to);
    to.ok_or_else(|| StoreError::Corrupt(format!("{place} is not below {}", moved.from)))
}

/// What one transaction takes off the lists of the old places and puts on those of the new ones.
#[derive(Default)]
struct Relisted {
    gone: Writes,
    shown: Writes,
    count: u64,
}

impl Relisted {
    /// One more follows; on a list where it is on any.
    fn add(&mut self, list: Option<PlaceList>, (from, to): (&OrgPath, &OrgPath), id: impl TypedId) {
        self.count += 1;
        if let Some(list) = list {
            hide_at(&mut self.gone, list, from, id);
            show_at(&mut self.shown, list, to, id);
        }
    }

    async fn run(self, tx: &Tx) -> Result<u64, StoreError> {
        // first: above both places are the same organisations
        self.gone.run(tx).await?;
        self.shown.run(tx).await?;
        Ok(self.count)
    }
}

async fn tasks(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut count = 0;
    for before in hold_tasks_at(tx, &moved.from, BATCH).await? {
        let mut after = before.clone();
        after.org_path = place_of(moved, &before.org_path)?;
        save_task_place(tx, &after).await?;
        count += 1;
        if before.is_listed() {
            let mut gone = Writes::default();
            hide_task(&mut gone, &before);
            gone.run(tx).await?;
            let mut shown = Writes::default();
            show_task(&mut shown, &after);
            shown.run(tx).await?;
        }
    }
    Ok(count)
}

async fn volunteers(app: &App, tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for before in hold_volunteers_at(tx, &moved.from, BATCH).await? {
        let mut after = before.clone();
        after.home = place_of(moved, &before.home)?;
        let list = list_of_volunteers(before.state);
        relisted.add(Some(list), (&before.home, &after.home), before.id);
        save_volunteer_place(tx, &after).await?;
        note_volunteer(app, tx, (Some(&before), &after)).await?;
    }
    relisted.run(tx).await
}

async fn teams(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut team in hold_teams_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &team.org_path)?;
        relisted.add(Some(PlaceList::Teams), (&team.org_path, &place), team.id);
        team.org_path = place;
        save_team_place(tx, &team).await?;
    }
    relisted.run(tx).await
}

async fn activities(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut activity in hold_activities_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &activity.org_path)?;
        let list = list_of_activities(&activity);
        relisted.add(Some(list), (&activity.org_path, &place), activity.id);
        activity.org_path = place;
        save_activity_place(tx, &activity).await?;
    }
    relisted.run(tx).await
}

async fn plans(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut plan in hold_plans_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &plan.org_path)?;
        let list = Some(PlaceList::RosterPlans);
        relisted.add(list, (&plan.org_path, &place), plan.id);
        plan.org_path = place;
        save_plan_place(tx, &plan).await?;
    }
    relisted.run(tx).await
}

/// All versions of a record: the place is no part of what somebody confirmed.
async fn hours(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut hours in hold_hours_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &hours.org_path)?;
        let list = (hours.state == HoursState::Pending).then_some(PlaceList::PendingHours);
        relisted.add(list, (&hours.org_path, &place), hours.id);
        hours.org_path = place;
        save_hours_place(tx, &hours).await?;
    }
    relisted.run(tx).await
}

async fn certificates(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut certificate in hold_certificates_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &certificate.issuer)?;
        let list = certificate.is_announced().then_some(PlaceList::Notices);
        relisted.add(list, (&certificate.issuer, &place), certificate.id);
        certificate.issuer = place;
        save_certificate_place(tx, &certificate).await?;
    }
    relisted.run(tx).await
}

async fn reservations(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut reservation in hold_reservations_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &reservation.place)?;
        let waits = reservation.state == TimeReservationState::Reserved;
        let list = waits.then_some(PlaceList::TimeReservations);
        relisted.add(list, (&reservation.place, &place), reservation.id);
        reservation.place = place;
        save_reservation_place(tx, &reservation).await?;
    }
    relisted.run(tx).await
}

async fn imports(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut import in hold_imports_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &import.org_path)?;
        let list = Some(PlaceList::ServiceImports);
        relisted.add(list, (&import.org_path, &place), import.id);
        import.org_path = place;
        save_import_place(tx, &import).await?;
    }
    relisted.run(tx).await
}

async fn appeals(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut appeal in hold_appeals_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &appeal.org_path)?;
        let list = (appeal.state == AppealState::Open).then_some(PlaceList::SignUpAppeals);
        relisted.add(list, (&appeal.org_path, &place), appeal.sign_up);
        appeal.org_path = place;
        save_appeal_place(tx, &appeal).await?;
    }
    relisted.run(tx).await
}

/// All versions of an entry, as of a record of hours.
async fn record_entries(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut count = 0;
    for mut entry in hold_record_entries_at(tx, &moved.from, BATCH).await? {
        entry.issuer = place_of(moved, &entry.issuer)?;
        save_record_entry_place(tx, &entry).await?;
        count += 1;
    }
    Ok(count)
}

async fn hours_objections(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut objection in hold_hours_objections_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &objection.org_path)?;
        let list = objection.is_open().then_some(PlaceList::HoursObjections);
        relisted.add(list, (&objection.org_path, &place), objection.id);
        objection.org_path = place;
        save_hours_objection_place(tx, &objection).await?;
    }
    relisted.run(tx).await
}

async fn certificate_requests(tx: &Tx, moved: &Relocation) -> Result<u64, StoreError> {
    let mut relisted = Relisted::default();
    for mut request in hold_certificate_requests_at(tx, &moved.from, BATCH).await? {
        let place = place_of(moved, &request.place)?;
        let list = request.is_open().then_some(PlaceList::CertificateRequests);
        relisted.add(list, (&request.place, &place), request.id);
        request.place = place;
        save_certificate_request_place(tx, &request).await?;
    }
    relisted.run(tx).await
}

#[cfg(test)]
mod tests;
