//! What is made of a file once nothing is wrong with it.

use auth::Ctx;
use kernel::{IdSourceExt, OrgPath, ServiceRecordId, TypedId, Version};
use store::{CHUNK, StoreError, Tx, Writes};

use super::ImportError;
use super::weigh::Plan;
use crate::app::App;
use crate::app::activities::list_of;
use crate::domain::activity::{Activity, ActivityState, Shift, ShiftState, Terms};
use crate::domain::feed::new_secret;
use crate::domain::hours::{GivenService, ServedIn, ServiceHours};
use crate::domain::imports::{PlannedActivity, PlannedHours, PlannedProofs, ServiceImport};
use crate::store::{
    MadeOfLine, PlaceList, insert_activity, insert_many_hours, insert_shifts, save_made,
    save_volunteer, show_at, show_many_at,
};

/// Makes everything, and notes of which line what.
pub(super) async fn make(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    (import, plan): (&mut ServiceImport, Plan),
) -> Result<(), ImportError> {
    let mut writes = Writes::default();
    let made = match plan {
        Plan::Proofs(planned) => make_proofs(tx, planned).await?,
        Plan::Hours(planned) => make_hours(app, ctx, &mut writes, (import, planned)),
        Plan::Activities(planned) => {
            let mut made = Vec::with_capacity(planned.len());
            for plan in planned {
                made.push(make_activity(app, ctx, tx, plan).await?);
            }
            made
        }
    };
    import.made = u32::try_from(made.len()).unwrap_or(u32::MAX);
    save_made(tx, &mut writes, import, &made).await?;
    Ok(writes.run(tx).await?)
}

async fn make_proofs(tx: &Tx, planned: Vec<PlannedProofs>) -> Result<Vec<MadeOfLine>, StoreError> {
    let mut made = Vec::new();
    for plan in planned {
        save_volunteer(tx, &plan.after, plan.before.version).await?;
        let subject = plan.after.id.uuid();
        made.extend(plan.proofs.into_iter().map(|(line, number)| MadeOfLine {
            line,
            subject,
            number,
        }));
    }
    Ok(made)
}

/// Hours lie where the volunteer is at home: whoever runs that place confirms them.
fn make_hours(
    app: &App,
    ctx: &Ctx,
    writes: &mut Writes,
    (import, planned): (&ServiceImport, Vec<PlannedHours>),
) -> Vec<MadeOfLine> {
    let mut made = Vec::with_capacity(planned.len());
    let mut records = Vec::with_capacity(planned.len());
    for plan in planned {
        let id: ServiceRecordId = app.ids.next();
        let served = GivenService {
            served_in: ServedIn::Elsewhere(import.id),
            volunteer: plan.account,
            org_path: plan.home,
            kind: plan.kind,
            title: Some(plan.title),
            began_at: plan.began_at,
            ended_at: plan.ended_at,
            at: ctx.now,
        };
        records.push(ServiceHours::served(id, served, u32::MAX));
        made.push(MadeOfLine {
            line: plan.line,
            subject: id.uuid(),
            number: 0,
        });
    }
    insert_many_hours(writes, &records);
    let things: Vec<(&OrgPath, ServiceRecordId)> = records
        .iter()
        .map(|record| (&record.org_path, record.id))
        .collect();
    show_many_at(writes, PlaceList::PendingHours, &things);
    made
}

async fn make_activity(
    app: &App,
    ctx: &Ctx,
    tx: &Tx,
    plan: PlannedActivity,
) -> Result<MadeOfLine, ImportError> {
    let activity = Activity {
        id: app.ids.next(),
        org_path: plan.org_path,
        team: None,
        kind: plan.kind,
        title: plan.title,
        risks: plan.risks,
        venue: None,
        terms: Terms {
            admission: plan.admission,
            withdraw_before: 0,
            most_shifts: None,
            cool_down_days: 0,
            team_only: false,
        },
        duty: None,
        state: ActivityState::Draft,
        version: Version::FIRST,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    let secret = new_secret().ok_or(ImportError::BrokeOff)?;
    insert_activity(tx, &activity, secret).await?;
    let shifts: Vec<Shift> = plan
        .shifts
        .into_iter()
        .map(|(begins_at, shift)| Shift {
            id: app.ids.next(),
            activity: activity.id,
            begins_at,
            ends_at: shift.ends_at,
            positions: shift.positions,
            on_duty: None,
            state: ShiftState::Open,
            cancel_reason: None,
            next_ticket: 1,
            version: Version::FIRST,
        })
        .collect();
    for chunk in shifts.chunks(CHUNK) {
        insert_shifts(tx, chunk).await?;
    }
    let mut writes = Writes::default();
    let list = list_of(&activity);
    show_at(&mut writes, list, &activity.org_path, activity.id);
    writes.run(tx).await?;
    Ok(MadeOfLine {
        line: plan.line,
        subject: activity.id.uuid(),
        number: 0,
    })
}
