//! A volunteer (志愿者): who gives time, and what is proven about it. No name, phone, id number or birth date is
//! here; a minor is a day on which that ends.

use jiff::civil::{Date, Time};
use kernel::{AccountId, OrgPath, Timestamp, Version, VolunteerId, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most proofs that one volunteer has.
pub(crate) const MOST_PROOFS: usize = 200;

named! {
    /// How far a volunteer has come (志愿者状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum VolunteerState {
        /// 已注册: waits until the home community knows who it is
        Registered = "registered",
        /// 已认证
        Certified = "certified",
        /// 停用
        Suspended = "suspended",
    }
}

named! {
    /// What somebody of an organisation does with a volunteer (志愿者管理动作).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum VolunteerStep {
        /// 认证: the person is known here
        Confirm = "confirm",
        /// 停用
        Suspend = "suspend",
        /// 恢复
        Resume = "resume",
    }
}

named! {
    /// A day of the week (星期).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = ServiceWeekday)]
    pub(crate) enum Weekday {
        /// 周一
        Monday = "mon",
        /// 周二
        Tuesday = "tue",
        /// 周三
        Wednesday = "wed",
        /// 周四
        Thursday = "thu",
        /// 周五
        Friday = "fri",
        /// 周六
        Saturday = "sat",
        /// 周日
        Sunday = "sun",
    }
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        use jiff::civil::Weekday as Civil;
        match day {
            Civil::Monday => Self::Monday,
            Civil::Tuesday => Self::Tuesday,
            Civil::Wednesday => Self::Wednesday,
            Civil::Thursday => Self::Thursday,
            Civil::Friday => Self::Friday,
            Civil::Saturday => Self::Saturday,
            Civil::Sunday => Self::Sunday,
        }
    }
}

/// When somebody usually has time (可服务时段), in the zone of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) weekday: Weekday,
    pub(crate) from: Time,
    /// End, not included; later than `from`, or midnight: the end of the day.
    pub(crate) until: Time,
}

/// What a volunteer says about service (服务意愿).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Preferences {
    /// Languages spoken, as BCP 47 tags.
    pub(crate) languages: Vec<String>,
    /// None means any time.
    pub(crate) windows: Vec<Window>,
    /// Hours a week at most.
    pub(crate) weekly_hours: Option<u32>,
    /// Kinds of service that are liked.
    pub(crate) kinds: Vec<String>,
}

named! {
    /// What a proof is about (证明种类).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = VolunteerProofKind)]
    pub(crate) enum ProofKind {
        /// 技能证书
        Skill = "skill",
        /// 保险
        Insurance = "insurance",
        /// 监护人同意书
        GuardianConsent = "guardian_consent",
        /// 培训
        Training = "training",
        /// 表彰奖励
        Award = "award",
    }
}

named! {
    /// How far a proof has come (证明状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = VolunteerProofState)]
    pub(crate) enum ProofState {
        /// 待确认
        Claimed = "claimed",
        /// 已确认
        Confirmed = "confirmed",
        /// 未通过
        Refused = "refused",
        /// 已撤回
        Withdrawn = "withdrawn",
    }
}

named! {
    /// What is done with a proof (证明处理动作).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[schema(as = VolunteerProofStep)]
    pub(crate) enum ProofStep {
        /// 确认, by somebody of the organisation
        Confirm = "confirm",
        /// 不予确认
        Refuse = "refuse",
        /// 撤回, by the volunteer
        Withdraw = "withdraw",
    }
}

/// Something a volunteer can show (证明).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proof {
    /// Its number among the volunteer's.
    pub(crate) number: u32,
    pub(crate) kind: ProofKind,
    /// The skill.
    pub(crate) skill: Option<String>,
    /// What the paper is, such as a licence's class.
    pub(crate) paper: Option<String>,
    /// Last characters of the paper's number: never the whole.
    pub(crate) tail: Option<String>,
    pub(crate) valid_from: Date,
    /// Last day on which it is good; none means for good.
    pub(crate) valid_until: Option<Date>,
    pub(crate) state: ProofState,
    pub(crate) decided_by: Option<AccountId>,
    pub(crate) decided_at: Option<Timestamp>,
}

impl Proof {
    /// Says whether it is confirmed and good on every day of a span.
    fn holds(&self, (first, last): (Date, Date)) -> bool {
        self.state == ProofState::Confirmed
            && self.valid_from <= first
            && self.valid_until.is_none_or(|until| last <= until)
    }
}

/// A volunteer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Volunteer {
    pub(crate) id: VolunteerId,
    pub(crate) account: AccountId,
    /// 志愿者编号: not an id number (S38).
    pub(crate) number: String,
    /// Home community: its people confirm what is to be confirmed.
    pub(crate) home: OrgPath,
    pub(crate) state: VolunteerState,
    pub(crate) preferences: Preferences,
    /// 未成年: the day on which the volunteer comes of age, as the organisation confirmed it.
    pub(crate) minor_until: Option<Date>,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

named! {
    /// What a volunteer lacks for a service (不符合的条件).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Lack {
        /// 未认证
        Certification = "certification",
        /// 缺少有效技能证明
        Skill = "skill",
        /// 无有效保险
        Insurance = "insurance",
        /// 未成年人不得参加
        Age = "age",
        /// 无监护人同意
        GuardianConsent = "guardian_consent",
        /// 不会所需语言
        Language = "language",
    }
}

/// What is said of the day on which a minor comes of age (成年之日).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum OfAge {
    /// Nothing: what is known stays.
    Unsaid,
    /// 已成年: whatever was known, this is no minor.
    Already,
    /// 未成年 until that day.
    On(Date),
}

/// What a service needs of those who do it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs<'needs> {
    /// Skills that must be proven.
    pub(crate) proven: &'needs [String],
    pub(crate) insurance: bool,
    pub(crate) minors: bool,
}

/// Why a volunteer or a proof does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Not from this state.
    State,
    /// By nobody about themselves.
    Own,
    /// There is no such proof.
    NoProof,
    /// There are too many.
    TooMany,
}

impl Volunteer {
    fn touch(&mut self, now: Timestamp) {
        self.version = self.version.next();
        self.updated_at = now;
    }

    /// Says whether the volunteer is a minor on a day.
    pub(crate) fn is_minor_on(&self, day: Date) -> bool {
        self.minor_until.is_some_and(|until| day < until)
    }

    /// Says whether the volunteer speaks a language, or a kind of it: whoever speaks `zh-HK` speaks `zh` (RFC 4647, basic
    /// filtering).
    pub(crate) fn speaks(&self, language: &str) -> bool {
        self.preferences.languages.iter().any(|spoken| {
            spoken.get(..language.len()).is_some_and(|begin| {
                let rest = spoken.get(language.len()..).unwrap_or_default();
                begin.eq_ignore_ascii_case(language) && (rest.is_empty() || rest.starts_with('-'))
            })
        })
    }

    fn proves(&self, kind: ProofKind, skill: Option<&str>, days: (Date, Date)) -> bool {
        self.proofs.iter().any(|proof| {
            proof.kind == kind
                && (skill.is_none() || proof.skill.as_deref() == skill)
                && proof.holds(days)
        })
    }

    /// Lists what the volunteer lacks for a service on these days: at that time, not today.
    pub(crate) fn lacks(&self, needs: Needs<'_>, days: (Date, Date)) -> Vec<Lack> {
        let mut lacks = Vec::new();
        if self.state != VolunteerState::Certified {
            lacks.push(Lack::Certification);
        }
        let mut skills = needs.proven.iter();
        if !skills.all(|skill| self.proves(ProofKind::Skill, Some(skill), days)) {
            lacks.push(Lack::Skill);
        }
        if needs.insurance && !self.proves(ProofKind::Insurance, None, days) {
            lacks.push(Lack::Insurance);
        }
        if self.is_minor_on(days.0) {
            if !needs.minors {
                lacks.push(Lack::Age);
            } else if !self.proves(ProofKind::GuardianConsent, None, days) {
                lacks.push(Lack::GuardianConsent);
            }
        }
        lacks
    }

    /// Takes what the volunteer says about service. Who moves is confirmed anew by the new community.
    pub(crate) fn prefer(&mut self, home: OrgPath, preferences: Preferences, now: Timestamp) {
        if self.home != home && self.state == VolunteerState::Certified {
            self.state = VolunteerState::Registered;
        }
        self.home = home;
        self.preferences = preferences;
        self.touch(now);
    }

    /// Says whether the same proof waits or is confirmed.
    pub(crate) fn shows(&self, proof: &Proof) -> bool {
        self.proofs.iter().any(|known| {
            matches!(known.state, ProofState::Claimed | ProofState::Confirmed)
                && (known.kind, &known.skill, &known.paper, &known.tail)
                    == (proof.kind, &proof.skill, &proof.paper, &proof.tail)
                && (known.valid_from, known.valid_until) == (proof.valid_from, proof.valid_until)
        })
    }

    /// How far a proof has come.
    pub(crate) fn state_of(&self, number: u32) -> Option<ProofState> {
        let mut proofs = self.proofs.iter();
        let proof = proofs.find(|proof| proof.number == number);
        proof.map(|proof| proof.state)
    }

    /// Takes back a proof that an import had added and nobody has decided on (撤销导入).
    pub(crate) fn retract(&mut self, number: u32, by: AccountId, now: Timestamp) {
        let mut proofs = self.proofs.iter_mut();
        let proof = proofs.find(|proof| proof.number == number);
        if let Some(proof) = proof.filter(|proof| proof.state == ProofState::Claimed) {
            proof.state = ProofState::Withdrawn;
            proof.decided_by = Some(by);
            proof.decided_at = Some(now);
            self.touch(now);
        }
    }

    /// Adds a proof that waits for confirmation; returns its number.
    pub(crate) fn claim(&mut self, mut proof: Proof, now: Timestamp) -> Result<u32, Unfit> {
        if self.proofs.len() >= MOST_PROOFS {
            return Err(Unfit::TooMany);
        }
        let last = self.proofs.iter().map(|proof| proof.number).max();
        proof.number = last.unwrap_or_default() + 1;
        let number = proof.number;
        self.proofs.push(proof);
        self.touch(now);
        Ok(number)
    }

    /// Decides on a proof: somebody else confirms or refuses it, the volunteer withdraws it.
    pub(crate) fn decide(
        &mut self,
        number: u32,
        step: ProofStep,
        by: AccountId,
        now: Timestamp,
    ) -> Result<(), Unfit> {
        let own = self.account == by;
        let mut proofs = self.proofs.iter_mut();
        let proof = proofs.find(|proof| proof.number == number);
        let proof = proof.ok_or(Unfit::NoProof)?;
        let state = match (step, proof.state) {
            (ProofStep::Confirm | ProofStep::Refuse, _) if own => return Err(Unfit::Own),
            (ProofStep::Withdraw, _) if !own => return Err(Unfit::NoProof),
            (ProofStep::Confirm, ProofState::Claimed) => ProofState::Confirmed,
            // what was confirmed by mistake can be taken back
            (ProofStep::Refuse, ProofState::Claimed | ProofState::Confirmed) => ProofState::Refused,
            (ProofStep::Withdraw, ProofState::Claimed | ProofState::Confirmed) => {
                ProofState::Withdrawn
            }
            _ => return Err(Unfit::State),
        };
        proof.state = state;
        proof.decided_by = Some(by);
        proof.decided_at = Some(now);
        self.touch(now);
        Ok(())
    }

    /// Takes a step of the organisation's.
    pub(crate) fn step(
        &mut self,
        step: VolunteerStep,
        of_age: OfAge,
        by: AccountId,
        now: Timestamp,
    ) -> Result<(), Unfit> {
        if self.account == by {
            return Err(Unfit::Own);
        }
        self.state = match (step, self.state) {
            (VolunteerStep::Confirm, VolunteerState::Registered | VolunteerState::Certified) => {
                match of_age {
                    // who confirms without a word about it says nothing of somebody's age
                    OfAge::Unsaid => {}
                    OfAge::Already => self.minor_until = None,
                    OfAge::On(day) => self.minor_until = Some(day),
                }
                VolunteerState::Certified
            }
            (VolunteerStep::Suspend, VolunteerState::Registered | VolunteerState::Certified) => {
                VolunteerState::Suspended
            }
            (VolunteerStep::Resume, VolunteerState::Suspended) => VolunteerState::Registered,
            _ => return Err(Unfit::State),
        };
        self.touch(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
