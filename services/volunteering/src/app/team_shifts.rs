use auth::Ctx;
use kernel::{ActivityId, ShiftId, TeamId, Timestamp};

use super::App;
use super::activities::Places;
use super::page::{PageWanted, Paged};
use super::teams::TeamError;
use crate::domain::activity::{Activity, HORIZON, Shift};
use crate::store::{count_places, find_team, list_turns_of, load_activities};

/// Name of the list in its cursors.
const TURNS: &str = "team-shifts";

/// Lists the shifts that are a team's turn (轮值班次), of activities that anyone may see, the earliest first, with the
/// places taken.
pub(crate) async fn list_team_shifts(
    app: &App,
    ctx: &Ctx,
    (team, from): (TeamId, Option<Timestamp>),
    wanted: &PageWanted,
) -> Result<(Paged<Shift>, Places), TeamError> {
    let after: Option<(Timestamp, ShiftId)> = wanted.after(TURNS)?;
    let db = app.db.reader();
    find_team(db, team).await?.ok_or(TeamError::NotFound)?;
    let span = (from.unwrap_or(ctx.now), ctx.now.plus(HORIZON));
    let found = list_turns_of(db, team, span, after, wanted.rows()).await?;
    let (mut shifts, next) = wanted.cut(TURNS, found, |shift| (shift.begins_at, shift.id));
    let mut of: Vec<ActivityId> = shifts.iter().map(|shift| shift.activity).collect();
    of.sort_unstable();
    of.dedup();
    let mut activities = load_activities(db, &of).await?;
    activities.retain(Activity::is_public);
    shifts.retain(|shift| {
        let mut activities = activities.iter();
        activities.any(|activity| activity.id == shift.activity)
    });
    let ids: Vec<ShiftId> = shifts.iter().map(|shift| shift.id).collect();
    let places = count_places(db, &ids).await?;
    Ok(((shifts, next), places))
}
