use auth::Ctx;
use jiff::civil::Date;
use kernel::OrgPath;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::App;
use crate::domain::runner::runs;
use crate::domain::statistics::{ACTIVE_DAYS, Figures, day_number, months_of};
use crate::store::{add_up, sum_figures};

/// Changes added in one go.
const BATCH: u64 = 500;
/// Most days of a period.
const MOST_DAYS: i64 = 366;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StatisticsError {
    #[error("the period is too long or ends before it begins")]
    Period,
    #[error("neither a month nor a quarter that is over")]
    NotWhole,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for StatisticsError {
    fn fact(&self) -> Fact {
        match self {
            Self::Period => Fact::new(
                Kind::Invalid,
                "invalid-period",
                format!("起始日须不晚于截止日，且不超过 {MOST_DAYS} 天"),
                format!("the period must begin before it ends and have at most {MOST_DAYS} days"),
            )
            .at("/to"),
            Self::NotWhole => Fact::new(
                Kind::Invalid,
                "whole-months-only",
                "非本组织管理人员只能查看已结束的整月或整季",
                "those who do not run the place see whole months or quarters that are over",
            )
            .at("/to"),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Figures of a place.
#[derive(Debug)]
pub(crate) struct ServiceStatistics {
    /// Sums of the period.
    pub(crate) period: Figures,
    /// Accepted people and those who came, of days that are over.
    pub(crate) attendance: Figures,
    /// What has no day: volunteers by state and by stars.
    pub(crate) standing: Figures,
    /// Volunteers by the day of their last service, of the year up to today.
    pub(crate) year: Figures,
    /// Whether the caller runs the place and sees small counts as well.
    pub(crate) all: bool,
    /// Sums of each month of a quarter, where the caller does not see everything: what is small in one of them would follow
    /// from the others.
    pub(crate) months: Vec<Figures>,
}

/// Sums up a place and all below it, from one day to another, both included.
pub(crate) async fn show_statistics(
    app: &App,
    ctx: &Ctx,
    place: &OrgPath,
    (from, to): (Date, Date),
) -> Result<ServiceStatistics, StatisticsError> {
    let days = (day_number(from), day_number(to));
    if to < from || days.1 - days.0 >= MOST_DAYS {
        return Err(StatisticsError::Period);
    }
    let today = day_number(ctx.now.date_in(&app.catalogue.zone));
    let db = app.db.reader();
    let all = runs(&ctx.principal, place);
    let mut months = Vec::new();
    if !all {
        // any two periods that differ by a day would tell what happened on it
        let whole = months_of(from, to).filter(|_| days.1 < today);
        let parts = whole.ok_or(StatisticsError::NotWhole)?;
        for (first, last) in parts.iter().filter(|_| parts.len() > 1) {
            let span = (day_number(*first), day_number(*last));
            months.push(sum_figures(db, place, Some(span)).await?);
        }
    }
    Ok(ServiceStatistics {
        period: sum_figures(db, place, Some(days)).await?,
        attendance: sum_figures(db, place, Some((days.0, days.1.min(today - 1)))).await?,
        standing: sum_figures(db, place, None).await?,
        year: sum_figures(db, place, Some((today - ACTIVE_DAYS + 1, today))).await?,
        all,
        months,
    })
}

/// Adds what changed to the sums. Tells how many changes there were.
pub(crate) async fn add_up_figures(app: &App) -> Result<u64, StoreError> {
    let mut added = 0;
    loop {
        let these = app
            .db
            .maintain("figures.add_up", async |tx| add_up(&tx, BATCH).await)
            .await?;
        added += these;
        if these < BATCH {
            return Ok(added);
        }
    }
}

#[cfg(test)]
mod tests;
