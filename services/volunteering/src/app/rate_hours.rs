use auth::Ctx;
use kernel::ServiceRecordId;
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::App;
use super::hours::{HoursError, may_judge};
use crate::domain::hours::{HoursRefusal, ServedIn};
use crate::domain::rating::{RatedBy, Rating};
use crate::store::{find_last_rating, find_task, insert_rating, list_versions};

/// A score for a service.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RateHours {
    pub(crate) record: ServiceRecordId,
    pub(crate) score: u8,
}

/// Rates a confirmed service: those who ran it, or whom it was for; never the volunteer.
pub(crate) async fn rate_hours(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &RateHours,
) -> Result<(), HoursError> {
    app.db
        .write("hours.rate", |tx| async move {
            idempotency::once(&tx, key, rate(ctx, command, &tx)).await
        })
        .await
}

async fn rate(ctx: &Ctx, command: &RateHours, tx: &Tx) -> Result<(), HoursError> {
    let versions = list_versions(tx, command.record).await?;
    let latest = versions.into_iter().next().ok_or(HoursError::NotFound)?;
    let rater = ctx.principal.account;
    if latest.volunteer == rater {
        return Err(HoursRefusal::Own.into());
    }
    let task = match latest.served_in {
        ServedIn::Task(task) => find_task(tx, task).await?,
        ServedIn::Shift { .. } | ServedIn::Elsewhere(_) => None,
    };
    let rated_by = if task.and_then(|task| task.requester) == Some(rater) {
        RatedBy::Beneficiary
    } else if may_judge(tx, &ctx.principal, &latest).await? {
        RatedBy::Organiser
    } else {
        return Err(HoursError::NotFound);
    };
    if !latest.state.counts() {
        return Err(HoursRefusal::State.into());
    }
    let before = find_last_rating(tx, command.record, rated_by).await?;
    let rating = Rating {
        record: command.record,
        rated_by,
        number: before + 1,
        volunteer: latest.volunteer,
        score: command.score,
        rater,
        at: ctx.now,
    };
    Ok(insert_rating(tx, &rating).await?)
}
