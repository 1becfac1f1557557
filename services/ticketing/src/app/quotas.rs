//! Holds what comes in against the quotas of its district (配额).

use std::sync::Arc;

use ::store::{StoreError, Tx};
use kernel::{OrgCode, Timestamp};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;

use super::App;
use super::kept::Kept;
use super::open_at::Came;
use crate::domain::quota::{Quota, seconds_of_the_day_left};
use crate::store::quotas::{add_storage, count_order, find_quota};

/// Quotas of districts as they were last read.
#[derive(Debug, Default)]
pub struct Quotas(Kept<Quota>);

impl Quotas {
    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        self.0.forget();
    }
}

/// Why something is not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuotaError {
    /// The district has taken in as many orders today as it may.
    #[error("the district has its {most} orders of the day")]
    Orders {
        /// The most of a day.
        most: u32,
        /// Seconds until the next day.
        wait: u32,
    },
    /// The attachments of the district take as much as they may.
    #[error("the attachments of the district take their {most} GiB")]
    Attachments {
        /// The most, in GiB.
        most: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for QuotaError {
    fn fact(&self) -> Fact {
        match self {
            Self::Orders { most, wait } => Fact::new(
                Kind::TooMany,
                "daily-quota-reached",
                format!("本区今日受理已达上限 {most} 件，请明日再提交；紧急情况请拨打 110、119、120 或 12345"),
                format!(
                    "the district has taken in its {most} orders of today; come again tomorrow, and call 110, 119, 120 \
                     or 12345 where it is urgent"
                ),
            )
            .after(*wait),
            Self::Attachments { most } => Fact::new(
                Kind::Conflict,
                "attachment-quota-reached",
                format!("本区附件存储已达上限 {most} GiB"),
                format!("the attachments of the district take their {most} GiB"),
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Returns what a district may take in.
async fn quota_of(
    app: &App,
    db: &impl ConnectionTrait,
    district: &str,
) -> Result<Arc<Quota>, StoreError> {
    let now = app.clock.now();
    if let Some(quota) = app.quotas.0.find(district, now) {
        return Ok(quota);
    }
    let stored = find_quota(db, district).await?;
    let quota = Arc::new(stored.map_or_else(Quota::default, |stored| stored.quota));
    app.quotas.0.keep(district, now, &quota);
    Ok(quota)
}

/// Names the day by which orders are counted.
pub(super) fn day_of(app: &App, now: Timestamp) -> String {
    now.date_in(&app.zone).to_string()
}

/// Counts a new order of a district; refuses one that somebody files for themselves where the day is full, but none of
/// danger. The last statement of its transaction.
pub(super) async fn take_in_order(
    app: &App,
    tx: &Tx,
    came: &Came,
    (place, now): (&OrgCode, Timestamp),
) -> Result<(), QuotaError> {
    let district = place.district();
    let quota = quota_of(app, tx, district).await?;
    let Some(most) = quota.orders_per_day else {
        return Ok(());
    };
    let limit = came.may_wait().then_some(most);
    if count_order(tx, district, &day_of(app, now), limit).await? {
        return Ok(());
    }
    let wait = seconds_of_the_day_left(now, &app.zone);
    Err(QuotaError::Orders { most, wait })
}

/// Adds a photo to what the attachments of a district take. The last statement of its transaction.
pub(super) async fn take_in_photo(
    app: &App,
    tx: &Tx,
    place: &OrgCode,
    bytes: u64,
) -> Result<(), QuotaError> {
    let district = place.district();
    let quota = quota_of(app, tx, district).await?;
    if add_storage(tx, district, bytes, quota.attachment_bytes()).await? {
        return Ok(());
    }
    let most = quota.attachments_gib.unwrap_or_default();
    Err(QuotaError::Attachments { most })
}
