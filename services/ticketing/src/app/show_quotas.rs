//! Shows what a district may take in (配额), and what it has taken in.

use ::store::StoreError;
use auth::Ctx;
use kernel::Timestamp;
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::correct_calendar::may_correct;
use super::quotas::day_of;
use super::show_calendar::is_district;
use crate::domain::quota::{OutOfRange, Quota};
use crate::store::calendars::CITY;
use crate::store::quotas::{find_quota, orders_of, storage_of};

/// What a district may take in (配额).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct QuotasView {
    /// The district, six digits.
    #[schema(example = "420105")]
    pub(crate) district: String,
    /// Counts up with each change; 0 where nothing was ever set.
    pub(crate) version: i64,
    /// 每日新工单上限；null 为不限 (most new orders of a day; null: any number).
    pub(crate) orders_per_day: Option<u32>,
    /// 附件存储上限，GiB；null 为不限 (most storage of attachments, in GiB; null: any).
    pub(crate) attachments_gib: Option<u32>,
    /// 今日已计入的工单数；未设上限时不计 (orders of today, counted while there is a limit).
    pub(crate) orders_today: u64,
    /// 附件已占用字节数 (bytes that attachments take).
    pub(crate) attachment_bytes: u64,
    /// Why it was set.
    pub(crate) reason: Option<String>,
    /// When it was set.
    pub(crate) changed_at: Option<Timestamp>,
}

/// Why quotas are neither shown nor set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuotasError {
    /// The text is no district.
    #[error("no district {0:?}")]
    NoDistrict(String),
    /// The caller does not run the platform there.
    #[error("the caller does not run the platform of {0:?}")]
    NotAllowed(String),
    /// A limit makes no sense.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for QuotasError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoDistrict(_) => Fact::new(
                Kind::NotFound,
                "no-district",
                "须为六位区划代码",
                "must be the six digits of a district",
            ),
            Self::NotAllowed(_) => Fact::new(
                Kind::Forbidden,
                "not-your-district",
                "您不负责该区的平台运营",
                "you do not run the platform of this district",
            ),
            Self::OutOfRange(wrong) => Fact::new(
                Kind::Invalid,
                "quota-out-of-range",
                format!("须为 1 至 {}，或省去", wrong.most),
                format!("must be from 1 to {}, or absent", wrong.most),
            )
            .at(format!("/{}", wrong.field)),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Checks that a text names a district, not the whole city.
pub(super) fn check_district(district: &str) -> Result<(), QuotasError> {
    if district == CITY || !is_district(district) {
        return Err(QuotasError::NoDistrict(district.to_owned()));
    }
    Ok(())
}

/// Shows the quotas of a district to those who run the platform there.
pub(crate) async fn show_quotas(
    app: &App,
    ctx: &Ctx,
    district: &str,
) -> Result<QuotasView, QuotasError> {
    check_district(district)?;
    if !may_correct(ctx, district) {
        return Err(QuotasError::NotAllowed(district.to_owned()));
    }
    Ok(view(app, app.db.reader(), district, ctx.now).await?)
}

/// Reads the view of a district.
pub(super) async fn view(
    app: &App,
    db: &impl ConnectionTrait,
    district: &str,
    now: Timestamp,
) -> Result<QuotasView, StoreError> {
    let stored = find_quota(db, district).await?;
    let quota = stored.as_ref().map_or_else(Quota::default, |set| set.quota);
    let limited = quota.orders_per_day.is_some();
    let orders_today = if limited {
        orders_of(db, district, &day_of(app, now)).await?
    } else {
        0
    };
    Ok(QuotasView {
        district: district.to_owned(),
        version: stored.as_ref().map_or(0, |set| set.version),
        orders_per_day: quota.orders_per_day,
        attachments_gib: quota.attachments_gib,
        orders_today,
        attachment_bytes: storage_of(db, district).await?,
        changed_at: stored.as_ref().map(|set| set.at),
        reason: stored.map(|set| set.reason),
    })
}
