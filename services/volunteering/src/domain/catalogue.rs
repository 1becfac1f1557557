//! Rules of voluntary service as data: what there is to be done, what it needs, what it counts.
//!
//! A file that cannot work is refused with its name, the line and the reason.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use kernel::named;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use utoipa::ToSchema;

use super::check_in::LATE;
use super::roster::PlanRules;
use super::rules::{Reader, RulesRefused};
use super::standing::TaskRules;
use super::volunteer::Needs;

/// The rules that come with the service.
const BUILT_IN: &str = include_str!("../../rules/service.toml");
/// Their name in refusals.
const FILE: &str = "service.toml";
/// Longest name of a skill, a kind or a team's kind.
const NAME_LENGTH: usize = 40;
/// Days for which a certificate is announced at least (S37).
const LEAST_NOTICE: u32 = 7;
/// Days for which a certificate is good at most.
const MOST_DAYS: u32 = 3_660;
/// A day.
const DAY: Duration = Duration::from_hours(24);

named! {
    /// How dangerous a kind of service is (风险等级).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = ServiceRisk)]
    pub(crate) enum Risk {
        /// 一般
        Ordinary = "ordinary",
        /// 较高
        Elevated = "elevated",
        /// 危险: insured people of age only (S35, S39)
        Dangerous = "dangerous",
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceTitle)]
pub(crate) struct Title {
    /// 中文 (Chinese).
    pub(crate) zh: String,
    /// 英文 (English).
    pub(crate) en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkillSpec {
    name: Spanned<String>,
    title: Title,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindSpec {
    name: Spanned<String>,
    risk: Risk,
    #[serde(default)]
    skills: Vec<String>,
    #[serde(default)]
    insurance: bool,
    minors: bool,
    points: u32,
    title: Title,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TeamSpec {
    name: Spanned<String>,
    title: Title,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StarSpec {
    hours: Spanned<Vec<u32>>,
}

impl Title {
    /// A text that is not data.
    pub(crate) fn of((zh, en): (&str, &str)) -> Self {
        Self {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// What time counts for (积分规则).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Points {
    /// Minutes of one service beyond which no more points are given.
    pub(crate) most_minutes_of_one: u32,
    /// Hours that a time account holds at most.
    pub(crate) time_account_hours: u32,
}

impl Points {
    /// Minutes that a time account holds at most (S24).
    pub(crate) fn most_time(self) -> u64 {
        u64::from(self.time_account_hours) * 60
    }
}

/// Limits of signing up (报名规则).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpLimits {
    /// Less than this between two shifts is too close: a warning.
    pub(crate) gap_minutes: u32,
    /// How long an offer to someone who waits stands.
    pub(crate) offer_minutes: u32,
    /// The same when the shift is near.
    pub(crate) offer_minutes_near: u32,
    /// How long before a shift people are reminded.
    pub(crate) reminder_hours: u32,
    /// As many absences without excuse within the window lead to the pause.
    pub(crate) absences: u32,
    pub(crate) absence_window_days: u32,
    pub(crate) pause_days: u32,
    /// How long after a shift check-ins that nobody ended are closed.
    pub(crate) close_check_in_hours: u32,
    /// How long before a shift of a rotation others may sign up, where those whose turn it is come first.
    pub(crate) turn_open_hours: u32,
}

impl SignUpLimits {
    /// Says why they cannot work.
    fn is_wrong(&self) -> Option<&'static str> {
        let late = LATE.as_secs() / 3600;
        let early = u64::from(self.close_check_in_hours) < late;
        early.then_some("check-ins are closed no sooner than one may still check out (2 hours)")
    }

    /// How far back absences count.
    pub(crate) fn absence_window(&self) -> Duration {
        DAY.saturating_mul(self.absence_window_days)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateSpec {
    notice_days: Spanned<u32>,
    good_days: Spanned<u32>,
}

/// Terms of certificates (证明规则).
#[derive(Debug, Clone, Copy)]
pub(crate) struct CertificateRules {
    /// 公示天数: days for which one is announced before it is issued.
    pub(crate) notice_days: u32,
    /// 有效天数: days for which one is good.
    pub(crate) good_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskHoursSpec {
    kind: Spanned<String>,
    most_minutes: u32,
}

/// What orders' tasks count as (接单任务规则).
#[derive(Debug, Clone)]
pub(crate) struct TaskHours {
    pub(crate) kind: String,
    /// Minutes that are noted at most before somebody confirms them.
    pub(crate) most_minutes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    version: Spanned<u32>,
    zone: Spanned<String>,
    points: Points,
    stars: StarSpec,
    sign_up: Spanned<SignUpLimits>,
    certificates: CertificateSpec,
    task_hours: TaskHoursSpec,
    plan: Spanned<PlanRules>,
    task: Spanned<TaskRules>,
    skill: Vec<SkillSpec>,
    kind: Vec<KindSpec>,
    team: Vec<TeamSpec>,
}

/// A kind of service (服务类别).
#[derive(Debug, Clone)]
pub(crate) struct ServiceKind {
    pub(crate) risk: Risk,
    pub(crate) skills: Vec<String>,
    pub(crate) insurance: bool,
    pub(crate) minors: bool,
    pub(crate) points: u32,
    pub(crate) title: Title,
}

impl ServiceKind {
    /// What it needs of those who do it, with these skills.
    pub(crate) fn needs<'needs>(&self, skills: &'needs [String]) -> Needs<'needs> {
        Needs {
            proven: skills,
            insurance: self.insurance,
            minors: self.minors,
        }
    }
}

/// The rules.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    /// Zone of days, windows and duties.
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
    pub(crate) points: Points,
    /// Hours of one star, two stars, …
    pub(crate) stars: Vec<u32>,
    pub(crate) sign_up: SignUpLimits,
    pub(crate) certificates: CertificateRules,
    pub(crate) task_hours: TaskHours,
    pub(crate) plan: PlanRules,
    pub(crate) task: TaskRules,
    pub(crate) skills: BTreeMap<String, Title>,
    pub(crate) kinds: BTreeMap<String, ServiceKind>,
    pub(crate) teams: BTreeMap<String, Title>,
}

impl Catalogue {
    /// Reads the rules that come with the service.
    pub(crate) fn built_in() -> Result<Self, RulesRefused> {
        Self::read(FILE, BUILT_IN)
    }

    /// Reads rules.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, RulesRefused> {
        let mut reader = Reader::new(file, text);
        let spec: Spec = reader.parse()?;
        match reader.check(spec) {
            Some(catalogue) => reader.finish(catalogue),
            None => Err(reader.refused()),
        }
    }

    /// How many stars so many minutes are (星级, S23).
    pub(crate) fn stars_of(&self, minutes: u64) -> usize {
        let reached = |hours: &&u32| u64::from(**hours).saturating_mul(60) <= minutes;
        self.stars.iter().take_while(reached).count()
    }

    /// The kind that orders' tasks count as; nothing only where nobody read these rules.
    pub(crate) fn kind_of_tasks(&self) -> Option<&ServiceKind> {
        self.kinds.get(&self.task_hours.kind)
    }

    /// Points for so many minutes of a kind of service, in hundredths: whole hours would lose time.
    pub(crate) fn points_for(&self, kind: &str, minutes: u32) -> u64 {
        let factor = self.kinds.get(kind).map_or(1, |kind| kind.points);
        let counted = minutes.min(self.points.most_minutes_of_one);
        u64::from(counted) * u64::from(factor) * 100 / 60
    }
}

impl Reader<'_> {
    fn name(&mut self, name: &Spanned<String>, known: bool, title: &Title) -> String {
        let text = name.get_ref();
        let plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        if text.is_empty() || text.len() > NAME_LENGTH || !text.chars().all(plain) {
            self.refuse(name, format_args!("{text:?} is no name: a-z and _ only"));
        }
        if known {
            self.refuse(name, format_args!("{text} is there twice"));
        }
        if title.zh.trim().is_empty() || title.en.trim().is_empty() {
            self.refuse(name, format_args!("{text} lacks a title, zh or en"));
        }
        text.clone()
    }

    fn limits(&mut self, said: &Spanned<SignUpLimits>) -> SignUpLimits {
        if let Some(reason) = said.get_ref().is_wrong() {
            self.refuse(said, reason);
        }
        *said.get_ref()
    }

    fn check(&mut self, spec: Spec) -> Option<Catalogue> {
        if *spec.version.get_ref() != 1 {
            self.refuse(&spec.version, "only version 1 is known");
        }
        let zone_name = spec.zone.get_ref().clone();
        let zone = TimeZone::get(&zone_name).ok();
        if zone.is_none() {
            self.refuse(&spec.zone, format_args!("there is no zone {zone_name}"));
        }
        let stars = spec.stars.hours.get_ref().clone();
        if !stars.is_sorted_by(|less, more| less < more) {
            self.refuse(&spec.stars.hours, "hours of stars must rise");
        }
        let CertificateSpec {
            notice_days,
            good_days,
        } = spec.certificates;
        if *notice_days.get_ref() < LEAST_NOTICE {
            let reason = format_args!("a notice is at least {LEAST_NOTICE} days (S37)");
            self.refuse(&notice_days, reason);
        }
        if !(1..=MOST_DAYS).contains(good_days.get_ref()) {
            self.refuse(&good_days, format_args!("must be from 1 to {MOST_DAYS}"));
        }
        let certificates = CertificateRules {
            notice_days: *notice_days.get_ref(),
            good_days: *good_days.get_ref(),
        };
        let sign_up = self.limits(&spec.sign_up);
        let plan = *spec.plan.get_ref();
        if let Some(reason) = plan.is_wrong() {
            self.refuse(&spec.plan, reason);
        }
        let mut skills = BTreeMap::new();
        for SkillSpec { name, title } in spec.skill {
            let known = skills.contains_key(name.get_ref());
            let text = self.name(&name, known, &title);
            skills.insert(text, title);
        }
        let task = spec.task.get_ref().clone();
        if let Some(reason) = task.is_wrong(|skill| skills.contains_key(skill)) {
            self.refuse(&spec.task, reason);
        }
        let mut kinds = BTreeMap::new();
        for kind in spec.kind {
            let known = kinds.contains_key(kind.name.get_ref());
            let name = self.name(&kind.name, known, &kind.title);
            for skill in kind
                .skills
                .iter()
                .filter(|skill| !skills.contains_key(*skill))
            {
                self.refuse(&kind.name, format_args!("{name}: unknown skill {skill}"));
            }
            if kind.risk == Risk::Dangerous && (!kind.insurance || kind.minors) {
                self.refuse(
                    &kind.name,
                    format_args!(
                        "{name}: dangerous service needs insurance and is closed to minors"
                    ),
                );
            }
            let kind = ServiceKind {
                risk: kind.risk,
                skills: kind.skills,
                insurance: kind.insurance,
                minors: kind.minors,
                points: kind.points,
                title: kind.title,
            };
            kinds.insert(name, kind);
        }
        let TaskHoursSpec { kind, most_minutes } = spec.task_hours;
        if !kinds.contains_key(kind.get_ref()) {
            self.refuse(&kind, format_args!("there is no kind {}", kind.get_ref()));
        }
        let task_hours = TaskHours {
            kind: kind.into_inner(),
            most_minutes,
        };
        let mut teams = BTreeMap::new();
        for TeamSpec { name, title } in spec.team {
            let known = teams.contains_key(name.get_ref());
            let text = self.name(&name, known, &title);
            teams.insert(text, title);
        }
        Some(Catalogue {
            zone: zone?,
            zone_name,
            points: spec.points,
            stars,
            sign_up,
            certificates,
            task_hours,
            plan,
            task,
            skills,
            kinds,
            teams,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{BUILT_IN, Catalogue};

    fn refusal(from: &str, to: &str) -> String {
        assert!(BUILT_IN.contains(from), "{from}");
        let changed = BUILT_IN.replacen(from, to, 1);
        Catalogue::read("x.toml", &changed).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_rules_are_read() {
        let rules = Catalogue::built_in().unwrap();
        assert!(rules.kinds.contains_key("duty_day"));
        assert_eq!(
            [99 * 60, 100 * 60, 5000 * 60].map(|m| rules.stars_of(m)),
            [0, 1, 5]
        );
        assert_eq!(rules.points_for("mediation", 90), 300);
        assert_eq!(rules.points_for("patrol", 10_000), 800);
    }

    #[test]
    fn rules_that_cannot_work_are_refused_with_line_and_reason() {
        let line = BUILT_IN
            .lines()
            .position(|line| line == "name = \"rescue\"")
            .unwrap()
            + 1;
        let said = refusal(
            "name = \"rescue\"\nrisk = \"dangerous\"\nskills = [\"first_aid\"]\ninsurance = true",
            "name = \"rescue\"\nrisk = \"dangerous\"\nskills = [\"diving\"]\ninsurance = false",
        );
        assert!(
            said.contains(&format!("x.toml:{line}: rescue: unknown skill diving")),
            "{said}"
        );
        assert!(said.contains("needs insurance"), "{said}");
        assert!(refusal("Asia/Shanghai", "Asia/Nowhere").contains("x.toml:12: there is no zone"));
        assert!(refusal("[100, 300", "[300, 300").contains("must rise"));
        assert!(refusal("version = 1", "version = 2").contains("only version 1"));
        assert!(refusal("name = \"visit\"", "name = \"patrol\"").contains("patrol is there twice"));
        assert!(refusal("zh = \"驾驶\"", "zh = \" \"").contains("driving lacks a title"));
        assert!(refusal("points = 1", "pints = 1").contains("pints"));
        assert!(refusal("\"order_help\"", "\"help\"").contains("there is no kind help"));
        assert!(refusal("notice_days = 7", "notice_days = 6").contains("at least 7 days"));
        assert!(refusal("good_days = 365", "good_days = 0").contains("must be from 1"));
        let soon = "close_check_in_hours = 1";
        assert!(refusal("close_check_in_hours = 6", soon).contains("no sooner"));
        let dear = refusal("unfilled = [1000, 2000", "unfilled = [2000, 1000");
        assert!(
            dear.contains("prices of unfilled places must not fall"),
            "{dear}"
        );
        let skill = "unfamiliar = 5\n[[task.skill]]\ncategory = \"01\"\nskills = [\"diving\"]";
        assert!(refusal("unfamiliar = 5", skill).contains("unknown skill diving"));
        assert!(refusal("load = 4", "load = -1").contains("prices must be"));
        assert!(refusal("waiting_most = 20", "waiting_most = 51").contains("50 people at most"));
        assert!(refusal("waiting_minutes = 120", "waiting_minutes = 721").contains("than for all"));
        assert!(refusal("waiting_minutes = 120", "waiting_minutes = 0").contains("at least one"));
        assert!(refusal("shifts_a_week = 3", "shifts_a_week = 0").contains("at least one"));
    }
}
