//! Rules and objective once more, straight from a written plan: what no search has a hand in.

use super::model::{Instance, Solution, Staff};

/// A hard rule of a person's roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// 班次衔接: this shift must not follow that one.
    Succession,
    /// 班次次数: too many of one type.
    Most,
    /// 工时: too many minutes, or too few.
    Minutes,
    /// 连续上班过长: too many in a row.
    LongRun,
    /// 连续上班过短: too few in a row.
    ShortRun,
    /// 连续休息过短: too few days off in a row.
    ShortOff,
    /// 周末: too many.
    Weekends,
    /// 休假日: they are off.
    DayOff,
}

/// Verdict on a plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Broken rules, in words; a plan is legal where there are none.
    pub violations: Vec<String>,
    /// The objective, part by part.
    pub parts: Parts,
}

/// The objective, part by part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Parts {
    /// Wished shifts not given.
    pub on: i64,
    /// Unwished shifts given.
    pub off: i64,
    /// People missing.
    pub under: i64,
    /// People too many.
    pub over: i64,
}

impl Checked {
    /// The objective of a legal plan.
    #[must_use]
    pub fn objective(&self) -> Option<i64> {
        let parts = self.parts;
        let sum = parts.on + parts.off + parts.under + parts.over;
        self.violations.is_empty().then_some(sum)
    }
}

/// Checks a plan.
#[must_use]
pub fn check(instance: &Instance, solution: &Solution) -> Checked {
    let mut violations = Vec::new();
    let mut parts = Parts::default();
    let mut rosters: Vec<Vec<Option<usize>>> = Vec::new();
    for staff in &instance.staff {
        let name = &staff.name;
        let days = solution.roster.get(name);
        let Some(days) = days.filter(|days| days.len() == instance.days) else {
            violations.push(format!("{name}: roster missing or wrong length"));
            continue;
        };
        let mut roster = Vec::new();
        for (day, shift) in days.iter().enumerate() {
            let known = instance.shifts.iter().position(|s| s.name == *shift);
            if !shift.is_empty() && known.is_none() {
                violations.push(format!("{name} day {day}: unknown shift {shift}"));
            }
            roster.push(known.filter(|_| !shift.is_empty()));
        }
        let broken = broken(instance, staff, &roster);
        violations.extend(
            broken
                .into_iter()
                .map(|(_, what)| format!("{name}: {what}")),
        );
        for wish in &staff.on {
            if roster[wish.day] != Some(wish.shift) {
                parts.on += wish.weight;
            }
        }
        for wish in &staff.off {
            if roster[wish.day] == Some(wish.shift) {
                parts.off += wish.weight;
            }
        }
        rosters.push(roster);
    }
    for cover in &instance.cover {
        let there = rosters
            .iter()
            .filter(|roster| roster[cover.day] == Some(cover.shift));
        let missing = cover.wanted - there.count() as i64;
        parts.under += cover.under * missing.max(0);
        parts.over += cover.over * (-missing).max(0);
    }
    Checked { violations, parts }
}

/// The rules that a person's roster breaks, in words too.
pub(super) fn broken(
    instance: &Instance,
    staff: &Staff,
    roster: &[Option<usize>],
) -> Vec<(Rule, String)> {
    let days = roster.len();
    let mut violations = Vec::new();
    let mut wrong = |rule: Rule, what: String| violations.push((rule, what));
    for day in &staff.days_off {
        if roster[*day].is_some() {
            wrong(Rule::DayOff, format!("works on day off {day}"));
        }
    }
    for (day, pair) in roster.windows(2).enumerate() {
        if let [Some(a), Some(b)] = pair
            && instance.shifts[*a].no_follow.contains(b)
        {
            let what = format!("forbidden succession after day {day}");
            wrong(Rule::Succession, what);
        }
    }
    let mut times = vec![0; instance.shifts.len()];
    for shift in roster.iter().flatten() {
        times[*shift] += 1;
    }
    let mut minutes = 0;
    for ((kind, times), most) in instance.shifts.iter().zip(times).zip(&staff.most) {
        minutes += times * kind.minutes;
        if times > *most {
            wrong(Rule::Most, format!("{times} times {}", kind.name));
        }
    }
    if !(staff.min_minutes..=staff.max_minutes).contains(&minutes) {
        wrong(Rule::Minutes, format!("{minutes} minutes"));
    }
    let mut from = 0;
    for run in roster.chunk_by(|a, b| a.is_some() == b.is_some()) {
        let (works, length) = (run[0].is_some(), run.len());
        let inside = from > 0 && from + length < days;
        if works && length > staff.max_run {
            let what = format!("{length} shifts in a row from day {from}");
            wrong(Rule::LongRun, what);
        }
        if inside && works && length < staff.min_run {
            let what = format!("only {length} shifts in a row from day {from}");
            wrong(Rule::ShortRun, what);
        }
        if inside && !works && length < staff.min_off {
            let what = format!("only {length} days off in a row from day {from}");
            wrong(Rule::ShortOff, what);
        }
        from += length;
    }
    let weekends = (0..days / 7).filter(|week| {
        let saturday = 7 * week + 5;
        roster[saturday].is_some() || roster[saturday + 1].is_some()
    });
    let weekends = weekends.count();
    if weekends > staff.max_weekends {
        wrong(Rule::Weekends, format!("{weekends} weekends"));
    }
    violations
}
