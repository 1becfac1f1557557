//! The solver's model (`roster/1`) of a scene.
//!
//! Who may serve where is worked out here once, by the same rules as signing up: places that the same people may take
//! ask for the same made-up skill. Times become minutes from a Monday in the zone of the rules.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::civil::{DateTime, ISOWeekDate, Time, Weekday as Day};
use kernel::Timestamp;
use solver::roster::{Instance, Params, Series, Shift as Turn, Volunteer as Worker};

use super::scene::Scene;
use super::{Cost, MOST_PLACES};
use crate::domain::catalogue::Risk;
use crate::domain::plan::MOST_RECENT;
use crate::domain::sign_up::{SignUp, SignUpState};
use crate::domain::windows::joined;

/// Minutes of a day.
const DAY: i32 = 24 * 60;
/// Minutes of a week.
const WEEK: i32 = 7 * DAY;
/// Places of one shift that a series holds.
const TEAM: usize = 60;
/// How far back load is looked at.
pub(super) const RECENT: Duration = Duration::from_hours(24 * 30);

/// A place of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Which of the scene's openings.
    pub(super) opening: usize,
    /// Number of the position.
    pub(super) position: u32,
}

/// The model, and what its numbers mean.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) instance: Instance,
    /// Places of each of its shifts.
    pub(super) places: Vec<Vec<Place>>,
}

struct Clockwork<'scene> {
    scene: &'scene Scene,
    origin: DateTime,
}

impl Clockwork<'_> {
    fn civil(&self, at: Timestamp) -> DateTime {
        self.scene.zone.to_datetime(at.as_jiff())
    }

    fn minute(&self, at: Timestamp) -> i32 {
        let since = self.civil(at).duration_since(self.origin).as_mins();
        i32::try_from(since).unwrap_or(i32::MAX)
    }
}

/// Says what about an activity somebody did not wish for.
pub(super) fn unwanted(scene: &Scene, activity: usize, person: usize) -> Option<Cost> {
    let (held, person) = (scene.activities.get(activity)?, scene.people.get(person)?);
    let kinds = &person.volunteer.preferences.kinds;
    if !kinds.is_empty() && !kinds.contains(&held.activity.kind) {
        return Some(Cost::OtherKind);
    }
    let here = held.activity.org_path.contains(&person.volunteer.home);
    (!here).then_some(Cost::OtherPlace)
}

/// Counts the services of late and those that are sure.
pub(super) fn recent(scene: &Scene, others: &[SignUp]) -> i64 {
    let since = scene.now.minus(RECENT);
    let counts = |other: &&SignUp| other.state.holds_place() && other.begins_at >= since;
    let recent = u32::try_from(others.iter().filter(counts).count());
    i64::from(recent.unwrap_or(u32::MAX).min(MOST_RECENT))
}

impl Model {
    /// Makes the model; none where there is no shift.
    pub(super) fn of(scene: &Scene) -> Option<Self> {
        let first = scene.openings.first()?;
        let first = scene
            .zone
            .to_datetime(first.shift.begins_at.as_jiff())
            .date();
        let week = first.iso_week_date();
        let monday = ISOWeekDate::new(week.year(), week.week(), Day::Monday)
            .ok()?
            .date();
        let clock = Clockwork {
            scene,
            origin: monday.to_datetime(Time::midnight()),
        };
        let mut workers: Vec<Worker> = (0..scene.people.len())
            .filter_map(|person| worker(&clock, person))
            .collect();
        let mut model = Self {
            instance: Instance {
                format: "roster/1".to_owned(),
                name: "plan".to_owned(),
                params: params(scene),
                volunteers: Vec::new(),
                avoid: Vec::new(),
                series: Vec::new(),
                shifts: Vec::new(),
            },
            places: Vec::new(),
        };
        let mut classes: HashMap<Vec<bool>, u32> = HashMap::new();
        let mut known: HashMap<(usize, Vec<u32>), usize> = HashMap::new();
        for opening in 0..scene.openings.len() {
            let mut team = Vec::new();
            for place in open_places(scene, opening) {
                let class = match team.last() {
                    Some((last, class)) if *last == place => *class,
                    _ => class_of(scene, place, &mut classes, &mut workers),
                };
                team.push((place, class));
            }
            for part in team.chunks(TEAM) {
                model.add(&clock, opening, part, &mut known);
            }
        }
        model.instance.volunteers = workers;
        Some(model)
    }

    /// Adds a shift; shifts of an activity that ask for the same are a series.
    fn add(
        &mut self,
        clock: &Clockwork<'_>,
        opening: usize,
        team: &[(Place, u32)],
        known: &mut HashMap<(usize, Vec<u32>), usize>,
    ) {
        let Some((open, held)) = clock.scene.opening(opening) else {
            return;
        };
        let classes: Vec<u32> = team.iter().map(|(_, class)| *class).collect();
        let fresh = self.instance.series.len();
        let series = *known
            .entry((open.activity, classes.clone()))
            .or_insert(fresh);
        if series == fresh {
            self.instance.series.push(Series {
                id: series,
                activity: u32::try_from(open.activity).unwrap_or(u32::MAX),
                x: 0,
                y: 0,
                priority: match held.kind.risk {
                    Risk::Ordinary => 0,
                    Risk::Elevated => 1,
                    Risk::Dangerous => 2,
                },
                positions: classes.into_iter().map(|class| vec![class]).collect(),
            });
        }
        let start = clock.minute(open.shift.begins_at);
        self.instance.shifts.push(Turn {
            id: self.instance.shifts.len(),
            series,
            start,
            end: clock
                .minute(open.shift.ends_at)
                .max(start.saturating_add(1)),
        });
        self.places
            .push(team.iter().map(|(place, _)| *place).collect());
    }
}

fn params(scene: &Scene) -> Params {
    let rules = scene.rules;
    Params {
        min_rest: i32::try_from(scene.limits.gap_minutes).unwrap_or(DAY),
        unfilled: rules.unfilled.to_vec(),
        dist_div: 1,
        dislike_activity: rules.unwanted,
        dislike_weekday: 0,
        fair: rules.fair,
        new_face: rules.new_face,
    }
}

/// Lists the free places of a shift, position by position.
fn open_places(scene: &Scene, opening: usize) -> Vec<Place> {
    let Some((open, _)) = scene.opening(opening) else {
        return Vec::new();
    };
    let mut places = Vec::new();
    for position in &open.shift.positions {
        let taken = open
            .list
            .iter()
            .filter(|other| other.position == position.number && other.state.holds_place());
        let needed = usize::try_from(position.needed.min(MOST_PLACES)).unwrap_or_default();
        let free = needed.saturating_sub(taken.count());
        let place = Place {
            opening,
            position: position.number,
        };
        places.extend(std::iter::repeat_n(place, free));
    }
    places
}

/// Finds the made-up skill of those who may take a place, and gives it to them where it is new.
fn class_of(
    scene: &Scene,
    place: Place,
    classes: &mut HashMap<Vec<bool>, u32>,
    workers: &mut [Worker],
) -> u32 {
    let may = |person: usize| {
        let situation = scene.situation(place.opening, person);
        situation.is_some_and(|case| case.standing_obstacles(place.position).is_empty())
    };
    let able: Vec<bool> = (0..workers.len()).map(may).collect();
    let fresh = u32::try_from(classes.len()).unwrap_or(u32::MAX);
    if let Some(class) = classes.get(&able) {
        return *class;
    }
    for (worker, able) in workers.iter_mut().zip(&able) {
        if *able {
            worker.skills.push(fresh);
        }
    }
    classes.insert(able, fresh);
    fresh
}

fn worker(clock: &Clockwork<'_>, index: usize) -> Option<Worker> {
    let scene = clock.scene;
    let person = scene.people.get(index)?;
    let preferences = &person.volunteer.preferences;
    let mut weekly = joined(&preferences.windows);
    if weekly.is_empty() {
        weekly.push((0, 2 * WEEK));
    }
    let gap = i32::try_from(scene.limits.gap_minutes).unwrap_or(DAY);
    // whoever waits for a place of the plan, or asked for one, is free for it
    let planned = |other: &&SignUp| {
        let mut openings = scene.openings.iter();
        openings.any(|opening| opening.shift.id == other.shift) && !other.state.holds_place()
    };
    let taken = person.others.iter().filter(|other| {
        let busy = other.state.holds_place() || other.state == SignUpState::Applied;
        busy && !planned(other)
    });
    let away = taken.map(|other| {
        let from = clock.minute(other.begins_at).saturating_sub(gap);
        (
            from.max(0),
            clock.minute(other.ends_at).saturating_add(gap).max(0),
        )
    });
    let unliked = (0..scene.activities.len())
        .filter(|activity| unwanted(scene, *activity, index).is_some())
        .filter_map(|activity| u32::try_from(activity).ok());
    Some(Worker {
        id: index,
        x: 0,
        y: 0,
        skills: Vec::new(),
        weekly,
        unavailable: away.filter(|(from, until)| from < until).collect(),
        max_shifts_week: scene.rules.shifts_a_week,
        max_minutes_week: minutes_left(clock, index),
        max_consecutive_days: scene.rules.days_in_a_row,
        recent: recent(scene, &person.others),
        dislike_activities: unliked.collect(),
        dislike_weekdays: Vec::new(),
    })
}

/// Minutes a week that somebody still has in the fullest of the weeks that are planned.
fn minutes_left(clock: &Clockwork<'_>, person: usize) -> i32 {
    let scene = clock.scene;
    let Some(person) = scene.people.get(person) else {
        return 0;
    };
    let Some(hours) = person.volunteer.preferences.weekly_hours else {
        return WEEK;
    };
    let mut weeks: BTreeMap<i32, i64> = BTreeMap::new();
    for opening in &scene.openings {
        weeks
            .entry(clock.minute(opening.shift.begins_at) / WEEK)
            .or_default();
    }
    for other in &person.others {
        if !other.state.holds_place() && !other.state.is_pending() {
            continue;
        }
        let week = clock.minute(other.begins_at).div_euclid(WEEK);
        let seconds = other.ends_at.duration_since(other.begins_at).as_secs();
        if let Some(minutes) = weeks.get_mut(&week) {
            *minutes += i64::try_from(seconds / 60).unwrap_or_default();
        }
    }
    let fullest = weeks.into_values().max().unwrap_or_default();
    let left = (i64::from(hours) * 60 - fullest).clamp(0, i64::from(WEEK));
    i32::try_from(left).unwrap_or(WEEK)
}
