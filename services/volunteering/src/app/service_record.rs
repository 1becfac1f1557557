//! A volunteer's record in the five groups of Order 67 (志愿服务记录, S36).

use std::collections::BTreeMap;

use auth::Ctx;
use kernel::VolunteerId;
use store::StoreError;

use super::App;
use super::export_rows::span_of;
use super::volunteer_error::VolunteerError;
use super::volunteers::{show_my_volunteer, show_volunteer};
use crate::domain::rating::RatingSum;
use crate::domain::record_entry::RecordEntry;
use crate::domain::volunteer::Volunteer;
use crate::store::{find_time_account, list_standing_entries, sum_counted, sum_ratings};

/// What a volunteer's service comes to.
#[derive(Debug)]
pub(crate) struct ServiceRecord {
    /// 基本信息, 培训, 表彰奖励 (basic facts; trainings and awards are among the proofs).
    pub(crate) volunteer: Volunteer,
    /// 服务信息: services and minutes by kind.
    pub(crate) by_kind: BTreeMap<String, (u32, u64)>,
    pub(crate) minutes: u64,
    pub(crate) stars: usize,
    /// Hundredths of points.
    pub(crate) points: u64,
    /// Minutes on the time account without what was spent and reserved, at most what it holds.
    pub(crate) account_minutes: u64,
    /// 评价: the latest of each service.
    pub(crate) ratings: RatingSum,
    /// 培训, 表彰奖励 that an organisation entered and that stand, the newest first.
    pub(crate) entries: Vec<RecordEntry>,
}

/// Shows the caller's record in the groups of Order 67 (S36).
pub(crate) async fn show_my_service_record(
    app: &App,
    ctx: &Ctx,
) -> Result<ServiceRecord, VolunteerError> {
    let volunteer = show_my_volunteer(app, ctx).await?;
    Ok(record_of(app, volunteer).await?)
}

/// Shows a volunteer's record to those who run the home, who certify it.
pub(crate) async fn show_service_record(
    app: &App,
    ctx: &Ctx,
    id: VolunteerId,
) -> Result<ServiceRecord, VolunteerError> {
    let volunteer = show_volunteer(app, ctx, id).await?;
    Ok(record_of(app, volunteer).await?)
}

async fn record_of(app: &App, volunteer: Volunteer) -> Result<ServiceRecord, StoreError> {
    let db = app.db.reader();
    let account = volunteer.account;
    let rules = &app.catalogue;
    let mut by_kind: BTreeMap<String, (u32, u64)> = BTreeMap::new();
    let (mut minutes, mut points) = (0, 0);
    let ever = span_of(&rules.zone, None, None);
    for counted in sum_counted(db, account, ever).await? {
        minutes += counted.total();
        // what is cut off a service is cut off each of them
        let each = rules.points_for(&counted.kind, counted.minutes);
        points += each * u64::from(counted.times);
        let (times, total) = (counted.times, counted.total());
        let sums = by_kind.entry(counted.kind).or_default();
        sums.0 += times;
        sums.1 += total;
    }
    let time = find_time_account(db, account).await?;
    Ok(ServiceRecord {
        volunteer,
        by_kind,
        minutes,
        stars: rules.stars_of(minutes),
        points,
        account_minutes: time.available(minutes, rules.points.most_time()),
        ratings: sum_ratings(db, account).await?,
        entries: list_standing_entries(db, account).await?,
    })
}
