use std::collections::HashMap;
use std::time::Duration;

use auth::Ctx;
use kernel::{ActivityId, CalendarFeedId, IdSourceExt, TeamId, Timestamp};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use store::{CHUNK, StoreError};

use super::App;
use crate::domain::activity::{Activity, Shift, ShiftState};
use crate::domain::calendar::{CalendarEvent, Certainty, write_calendar};
use crate::domain::feed::{Feed, MOST_FEEDS, digest_of, new_secret};
use crate::domain::sign_up::{SignUp, SignUpState};
use crate::store::{
    count_feeds, delete_feed, find_feed, find_team, insert_feed, list_activities_of_team,
    list_around, list_feeds, list_shifts_within, list_turns_of, load_activities,
};

/// How much of the past and of the future a calendar shows.
const PAST: Duration = Duration::from_hours(24 * 30);
const AHEAD: Duration = Duration::from_hours(24 * 180);
/// Most activities of a team, and shifts of all of them, in a calendar.
const MOST_ACTIVITIES: u64 = 50;
const MOST_SHIFTS: u64 = 2_000;

/// Why a feed is not opened, revoked or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FeedError {
    #[error("no such feed")]
    NotFound,
    #[error("no such team for the caller")]
    NoTeam,
    #[error("too many")]
    TooMany,
    #[error("no random numbers")]
    NoSecret,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for FeedError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "calendar-feed-not-found",
                "没有这个日历订阅",
                "there is no such calendar feed",
            ),
            Self::NoTeam => Fact::new(
                Kind::NotFound,
                "team-not-found",
                "您不在这支队伍中",
                "there is no such team of yours",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-calendar-feeds",
                "日历订阅已达上限，请先撤销不用的",
                "there are too many feeds; revoke one first",
            ),
            Self::NoSecret => Fact::internal(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Opens a feed of the caller's shifts, or of a team's; the token is told once and never again.
pub(crate) async fn open_feed(
    app: &App,
    ctx: &Ctx,
    team: Option<TeamId>,
) -> Result<(Feed, String), FeedError> {
    let token = &new_secret().ok_or(FeedError::NoSecret)?;
    let account = ctx.principal.account;
    let feed = app
        .db
        .write("feed.open", |tx| async move {
            if let Some(team) = team {
                let team = find_team(&*tx, team).await?;
                team.filter(|team| team.has(account))
                    .ok_or(FeedError::NoTeam)?;
            }
            if count_feeds(&*tx, account).await? >= MOST_FEEDS {
                return Err(FeedError::TooMany);
            }
            let feed = Feed {
                id: app.ids.next(),
                account,
                team,
                created_at: ctx.now,
            };
            insert_feed(&tx, &feed, digest_of(token)).await?;
            Ok(feed)
        })
        .await?;
    Ok((feed, token.clone()))
}

/// Lists the caller's feeds.
pub(crate) async fn list_my_feeds(app: &App, ctx: &Ctx) -> Result<Vec<Feed>, FeedError> {
    Ok(list_feeds(app.db.reader(), ctx.principal.account, MOST_FEEDS).await?)
}

/// Revokes a feed of the caller's.
pub(crate) async fn revoke_feed(app: &App, ctx: &Ctx, id: CalendarFeedId) -> Result<(), FeedError> {
    app.db
        .write("feed.revoke", |tx| async move {
            if delete_feed(&tx, id, ctx.principal.account).await? {
                Ok(())
            } else {
                Err(FeedError::NotFound)
            }
        })
        .await
}

/// Writes the calendar of a feed.
pub(crate) async fn read_calendar(
    app: &App,
    token: &str,
    now: Timestamp,
) -> Result<String, FeedError> {
    let db = app.db.reader();
    let feed = find_feed(db, &digest_of(token)).await?;
    let feed = feed.ok_or(FeedError::NotFound)?;
    let span = (now.minus(PAST), now.plus(AHEAD));
    match feed.team {
        None => {
            let events = of_person(app, db, &feed, span).await?;
            Ok(write_calendar("我的志愿服务", &events))
        }
        Some(team) => {
            let team = find_team(db, team).await?;
            // whoever left the team no longer reads its calendar
            let team = team.filter(|team| team.has(feed.account));
            let team = team.ok_or(FeedError::NotFound)?;
            let mut activities = list_activities_of_team(db, team.id, MOST_ACTIVITIES).await?;
            activities.retain(Activity::is_public);
            let ids: Vec<ActivityId> = activities.iter().map(|activity| activity.id).collect();
            let mut shifts = list_shifts_within(db, &ids, span, MOST_SHIFTS).await?;
            // its turns in activities of others
            let turns = list_turns_of(db, team.id, span, None, MOST_SHIFTS).await?;
            let turns = turns
                .into_iter()
                .filter(|turn| !ids.contains(&turn.activity));
            let turns: Vec<Shift> = turns.collect();
            let mut others: Vec<ActivityId> = turns.iter().map(|turn| turn.activity).collect();
            others.sort_unstable();
            others.dedup();
            for chunk in others.chunks(CHUNK) {
                let more = load_activities(db, chunk).await?;
                activities.extend(more.into_iter().filter(Activity::is_public));
            }
            shifts.extend(turns);
            shifts.sort_by_key(|shift| (shift.begins_at, shift.id));
            let event = |shift: &Shift| {
                let mut activities = activities.iter();
                let activity = activities.find(|activity| activity.id == shift.activity)?;
                Some(of_shift(app, activity, shift))
            };
            let events: Vec<CalendarEvent> = shifts.iter().filter_map(event).collect();
            Ok(write_calendar(&team.name, &events))
        }
    }
}

async fn of_person(
    app: &App,
    db: &impl ConnectionTrait,
    feed: &Feed,
    span: (Timestamp, Timestamp),
) -> Result<Vec<CalendarEvent>, StoreError> {
    let sign_ups = list_around(db, feed.account, span).await?;
    let mut ids: Vec<ActivityId> = sign_ups.iter().map(|sign_up| sign_up.activity).collect();
    ids.sort_unstable();
    ids.dedup();
    let activities = load_activities(db, &ids).await?;
    let activities: HashMap<ActivityId, Activity> = activities
        .into_iter()
        .map(|activity| (activity.id, activity))
        .collect();
    let event = |sign_up: &SignUp| of_sign_up(app, activities.get(&sign_up.activity)?, sign_up);
    Ok(sign_ups.iter().filter_map(event).collect())
}

/// What there is to know about an activity beforehand: its kind, and what can go wrong (S35).
fn description(app: &App, activity: &Activity) -> String {
    let kind = app.catalogue.kinds.get(&activity.kind);
    let mut lines = Vec::new();
    if let Some(kind) = kind {
        lines.push(format!("服务类别：{}", kind.title.zh));
    }
    if let Some(risks) = &activity.risks {
        lines.push(format!("风险提示：{risks}"));
    }
    lines.join("\n")
}

fn of_sign_up(app: &App, activity: &Activity, sign_up: &SignUp) -> Option<CalendarEvent> {
    use SignUpState as State;
    let certainty = match sign_up.state {
        State::Confirmed | State::CheckedIn | State::Attended => Certainty::Confirmed,
        State::Applied | State::Waiting | State::Offered => Certainty::Tentative,
        State::Cancelled | State::Withdrawn | State::Refused => Certainty::Cancelled,
        State::Declined | State::Lapsed | State::Absent | State::Appealed | State::Excused => {
            return None;
        }
    };
    Some(CalendarEvent {
        uid: format!("{}@linli", sign_up.id),
        sequence: sign_up.version.get(),
        changed_at: sign_up.updated_at,
        begins_at: sign_up.begins_at,
        ends_at: sign_up.ends_at,
        title: activity.title.clone(),
        description: description(app, activity),
        place: activity.venue.map(|venue| venue.point),
        certainty,
    })
}

fn of_shift(app: &App, activity: &Activity, shift: &Shift) -> CalendarEvent {
    let mut description = description(app, activity);
    if let Some(reason) = &shift.cancel_reason {
        description = format!("取消原因：{reason}\n{description}");
    }
    CalendarEvent {
        uid: format!("{}@linli", shift.id),
        sequence: shift.version.get(),
        changed_at: activity.updated_at,
        begins_at: shift.begins_at,
        ends_at: shift.ends_at,
        title: activity.title.clone(),
        description,
        place: activity.venue.map(|venue| venue.point),
        certainty: match shift.state {
            ShiftState::Open => Certainty::Confirmed,
            ShiftState::Cancelled => Certainty::Cancelled,
        },
    }
}
