//! Where many orders of one kind came in within a week (高频问题点).

use std::time::Duration;

use ::store::StoreError;
use auth::Ctx;
use contracts::registry::OrgKind;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use kernel::{Named, OrgCode, OrgPath, Timestamp};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::chosen_category::{UnknownCategory, check_category};
use super::place::{PlaceError, asked_place};
use super::view::words;
use crate::store::neighbours::{Cluster, Cohort, count_clusters};
use crate::store::orgs::{find_org, list_orgs};
use crate::store::scopes::scope_of;

/// One count at a time leaves the other connections to everybody else.
static TURN: Semaphore = Semaphore::const_new(1);
/// Least orders of a hot spot.
const LEAST: i64 = 3;
/// Most hot spots of a list.
const MOST: u64 = 100;
/// How long a week is.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Which week, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ListHotspots {
    /// `2026-W47`; the present week where it is left out.
    pub(crate) week: Option<String>,
    /// At or below this place; the caller's widest scope where it is left out.
    pub(crate) org_code: Option<OrgCode>,
    /// Of this category, or those below it.
    pub(crate) category: Option<String>,
}

/// Many orders of one kind at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HotspotView {
    /// The grid in which the points of the orders lie, or where they were filed, where no grid is known.
    pub(crate) org_code: OrgCode,
    /// Its name.
    pub(crate) org_name: String,
    /// The category.
    pub(crate) category: String,
    /// The category in words.
    pub(crate) category_title: String,
    /// Orders of the week.
    pub(crate) orders: u64,
    /// Orders of the week before, if they were as many as a hot spot has.
    pub(crate) week_before: Option<u64>,
}

/// Hot spots of a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HotspotsView {
    /// The first day of the week.
    #[schema(value_type = String, format = Date, example = "2026-11-16")]
    pub(crate) monday: Date,
    /// The largest first, at most 100.
    pub(crate) items: Vec<HotspotView>,
}

/// Why hot spots are not listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HotspotsError {
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The text is no week.
    #[error("no week {0:?}")]
    NoWeek(String),
    /// There is no such category.
    #[error(transparent)]
    Category(#[from] UnknownCategory),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for HotspotsError {
    fn fact(&self) -> Fact {
        match self {
            Self::Category(error) => error.fact(),
            Self::Place(error) => error.fact(),
            Self::NoWeek(_) => Fact::new(
                Kind::Invalid,
                "invalid-week",
                "须为 2026-W47 形式的周",
                "must be a week like 2026-W47",
            )
            .at("/week"),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists the places and categories with the most orders of a week.
pub(crate) async fn list_hotspots(
    app: &App,
    ctx: &Ctx,
    wanted: &ListHotspots,
) -> Result<HotspotsView, HotspotsError> {
    let monday = monday(app, ctx, wanted)?;
    if let Some(category) = &wanted.category {
        check_category(app, category)?;
    }
    let asked = wanted.org_code.as_ref();
    let path = asked_place(app.db.reader(), ctx, STAFF, asked).await?.path;
    let (path, grid) = around(app, path).await?;
    let from = midnight(app, monday);
    let week = |from: Timestamp| Cohort {
        scope: scope_of(&path),
        from,
        to: from.plus(WEEK),
        grid: grid.clone(),
        category: wanted.category.clone(),
    };
    // never closed; without its turn the count would only be one of several
    let _turn = TURN.acquire().await;
    let db = app.db.reader();
    let now = count_clusters(db, &week(from), LEAST, MOST).await?;
    let before = match now.as_slice() {
        [] => Vec::new(),
        _ => count_clusters(db, &week(from.minus(WEEK)), LEAST, MOST * 10).await?,
    };
    // a grid's name is the registry's, not that of the place where an order in it was filed
    let codes: Vec<OrgCode> = now.iter().map(|cluster| cluster.org_code.clone()).collect();
    let named = list_orgs(db, &codes).await?;
    let name = |cluster: &Cluster| {
        let known = named.iter().find(|org| org.code == cluster.org_code);
        known.map_or_else(|| cluster.org_name.clone(), |org| org.name.clone())
    };
    let whole = |number: i64| u64::try_from(number).unwrap_or_default();
    let items = now.into_iter().map(|cluster| {
        let same =
            |old: &&Cluster| old.org_code == cluster.org_code && old.category == cluster.category;
        let old = before.iter().find(same);
        let title = app.categories.title(&cluster.category).unwrap_or_default();
        HotspotView {
            week_before: old.map(|old| whole(old.total)),
            category_title: words(&title, ctx.locale).to_owned(),
            org_name: name(&cluster),
            org_code: cluster.org_code,
            category: cluster.category,
            orders: whole(cluster.total),
        }
    });
    Ok(HotspotsView {
        monday,
        items: items.collect(),
    })
}

/// Finds where the orders of a grid are looked for: most are filed at the places around it, not at the grid.
async fn around(app: &App, path: OrgPath) -> Result<(OrgPath, Option<OrgCode>), StoreError> {
    let Some(code) = path.leaf() else {
        return Ok((path, None));
    };
    let org = find_org(app.db.reader(), &code).await?;
    let is_grid = org.is_some_and(|org| org.kind == OrgKind::Grid.name());
    Ok(match path.parent().filter(|_| is_grid) {
        Some(parent) => (parent, Some(code)),
        None => (path, None),
    })
}

/// Finds the first day of the week.
fn monday(app: &App, ctx: &Ctx, wanted: &ListHotspots) -> Result<Date, HotspotsError> {
    let Some(text) = &wanted.week else {
        let week = ctx.now.date_in(&app.zone).iso_week_date();
        let first = ISOWeekDate::new(week.year(), week.week(), Weekday::Monday);
        return first
            .map(ISOWeekDate::date)
            .map_err(|_| HotspotsError::NoWeek(week_name(week)));
    };
    parse_week(text).ok_or_else(|| HotspotsError::NoWeek(text.clone()))
}

fn week_name(week: ISOWeekDate) -> String {
    format!("{}-W{:02}", week.year(), week.week())
}

/// Reads a week of this or the last century.
fn parse_week(text: &str) -> Option<Date> {
    let (year, week) = text.split_once("-W")?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || week.len() != 2 || !digits(year) || !digits(week) {
        return None;
    }
    let year = year
        .parse()
        .ok()
        .filter(|year| (1970..=2200).contains(year))?;
    let first = ISOWeekDate::new(year, week.parse().ok()?, Weekday::Monday).ok()?;
    Some(first.date())
}

fn midnight(app: &App, day: Date) -> Timestamp {
    let instant = app.zone.to_timestamp(day.at(0, 0, 0, 0));
    let micros = instant.map_or(0, jiff::Timestamp::as_microsecond);
    Timestamp::from_micros(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
