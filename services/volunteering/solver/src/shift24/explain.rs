//! Why a plan is as it is 方案说明: whose wish was not granted on which day, and where people are
//! missing or too many, with who was kept from it by which rule.

use serde::Serialize;

use super::check::{Parts, Rule, broken};
use super::model::{Cover, Instance, Solution, Staff};
use crate::explain::{self, Named, Tally, Why, labels};

/// An explanation (`shift24-explanation/1`).
pub type Explanation = explain::Explanation<Parts, Details>;

/// Its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Details {
    /// Wishes that were not granted, by person and day.
    pub denied: Vec<Denied>,
    /// Where people are missing or too many.
    pub staffing: Vec<Staffing>,
}

/// A wish that was not granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Denied {
    /// The person.
    pub person: String,
    /// The day.
    pub day: usize,
    /// `on`: they wanted the shift; `off`: they did not.
    pub wish: &'static str,
    /// The shift they spoke of.
    pub shift: String,
    /// What they have, empty for a day off.
    pub given: String,
    /// What it costs.
    pub cost: i64,
}

/// A day and a shift with too few or too many people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Staffing {
    /// The day.
    pub day: usize,
    /// The shift.
    pub shift: String,
    /// People wanted.
    pub wanted: i64,
    /// People there.
    pub there: i64,
    /// Price of those missing.
    pub under: i64,
    /// Price of those too many.
    pub over: i64,
    /// Together.
    pub cost: i64,
    /// Where people are missing: what keeps the others from it, had they this shift that day instead of
    /// what they have.
    pub why: Option<Why<String>>,
}

impl Rule {
    /// Its name in files, and its words.
    pub(crate) fn named(self) -> Named {
        match self {
            Self::Succession => ("succession", "班次衔接", "forbidden succession"),
            Self::Most => ("most", "班次次数已满", "no more of this shift"),
            Self::Minutes => ("minutes", "工时", "minutes"),
            Self::LongRun => ("long_run", "连续上班过长", "too many in a row"),
            Self::ShortRun => ("short_run", "连续上班过短", "too few in a row"),
            Self::ShortOff => ("short_off", "连续休息过短", "too few days off in a row"),
            Self::Weekends => ("weekends", "周末已满", "no weekend more"),
            Self::DayOff => ("day_off", "休假", "a day off"),
        }
    }
}

/// Explains a plan of this instance, legal or not; whoever has no roster in it is left out.
#[must_use]
pub fn explain(instance: &Instance, plan: &Solution) -> Explanation {
    let scene = Scene::of(instance, plan);
    let mut parts = Parts::default();
    let mut denied = Vec::new();
    for (staff, roster) in &scene.rosters {
        let mut note = |wish: &'static str, of: &super::Request| {
            denied.push(Denied {
                person: staff.name.clone(),
                day: of.day,
                wish,
                shift: scene.name(Some(of.shift)),
                given: scene.name(roster[of.day]),
                cost: of.weight,
            });
        };
        for on in staff
            .on
            .iter()
            .filter(|on| roster[on.day] != Some(on.shift))
        {
            parts.on += on.weight;
            note("on", on);
        }
        for off in &staff.off {
            if roster[off.day] == Some(off.shift) {
                parts.off += off.weight;
                note("off", off);
            }
        }
    }
    let mut staffing = Vec::new();
    for cover in &instance.cover {
        let there = scene.there(cover);
        let missing = cover.wanted - there;
        let (under, over) = (cover.under * missing.max(0), cover.over * (-missing).max(0));
        parts.under += under;
        parts.over += over;
        if missing != 0 {
            staffing.push(Staffing {
                day: cover.day,
                shift: scene.name(Some(cover.shift)),
                wanted: cover.wanted,
                there,
                under,
                over,
                cost: under + over,
                why: (missing > 0).then(|| scene.why(cover)),
            });
        }
    }
    Explanation {
        format: "shift24-explanation/1",
        instance: plan.instance.clone(),
        objective: parts.on + parts.off + parts.under + parts.over,
        parts,
        labels: labels(&[
            ("on", "想上的班没给", "a wished shift not given"),
            ("off", "不想上的班给了", "an unwished shift given"),
            ("under", "人手不足", "people missing"),
            ("over", "人手过多", "people too many"),
        ]),
        details: Details { denied, staffing },
    }
}

/// A plan by person.
struct Scene<'a> {
    instance: &'a Instance,
    rosters: Vec<(&'a Staff, Vec<Option<usize>>)>,
}

impl<'a> Scene<'a> {
    fn of(instance: &'a Instance, plan: &Solution) -> Self {
        let known = |shift: &String| instance.shifts.iter().position(|s| s.name == *shift);
        let rosters = instance.staff.iter().filter_map(|staff| {
            let days = plan.roster.get(&staff.name)?;
            let whole = days.len() == instance.days;
            whole.then(|| (staff, days.iter().map(known).collect()))
        });
        Self {
            instance,
            rosters: rosters.collect(),
        }
    }

    fn name(&self, shift: Option<usize>) -> String {
        let shift = shift.and_then(|shift| self.instance.shifts.get(shift));
        shift.map(|shift| shift.name.clone()).unwrap_or_default()
    }

    fn there(&self, cover: &Cover) -> i64 {
        let there = |(_, roster): &&(_, Vec<Option<usize>>)| roster[cover.day] == Some(cover.shift);
        self.rosters.iter().filter(there).count() as i64
    }

    /// Who else could have the shift.
    fn why(&self, cover: &Cover) -> Why<String> {
        let mut tally = Tally::new();
        for (staff, roster) in &self.rosters {
            let had = roster[cover.day];
            if had == Some(cover.shift) {
                continue;
            }
            let mut other = roster.clone();
            other[cover.day] = Some(cover.shift);
            match broken(self.instance, staff, &other).first() {
                Some((rule, _)) => tally.shut_out(rule.named()),
                None => tally.may(staff.name.clone(), self.dearer_by(staff, had, cover)),
            }
        }
        tally.why()
    }

    /// What the plan costs more where the person has that shift instead of what they had.
    fn dearer_by(&self, staff: &Staff, had: Option<usize>, cover: &Cover) -> i64 {
        let day = cover.day;
        let wishes = |given: Option<usize>| {
            let on = staff
                .on
                .iter()
                .filter(|on| on.day == day && given != Some(on.shift));
            let off = staff.off.iter();
            let off = off.filter(|off| off.day == day && given == Some(off.shift));
            on.chain(off).map(|wish| wish.weight).sum::<i64>()
        };
        let mut dearer = wishes(Some(cover.shift)) - wishes(had);
        for line in self.instance.cover.iter().filter(|line| line.day == day) {
            let change = i64::from(line.shift == cover.shift) - i64::from(Some(line.shift) == had);
            let there = self.there(line);
            dearer += line.price(there + change) - line.price(there);
        }
        dearer
    }
}
