//! What is said about volunteers, and shown of them.

use kernel::{Line, OrgPath, Timestamp, Version, VolunteerId};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::civil::{ServiceDay, ServiceTime};
use crate::app::DescribeVolunteer;
use crate::domain::volunteer::{
    OfAge, Preferences, Proof, ProofKind, ProofState, ProofStep, Volunteer, VolunteerState,
    VolunteerStep, Weekday, Window,
};

/// Most items of a list in a body.
const MOST: usize = 50;
/// Hours of a week.
const WEEK: u32 = 168;
/// Characters of a paper's number that are kept.
const TAIL: usize = 4;

/// Reads a list that is not too long.
pub(super) fn few<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let list = Vec::<T>::deserialize(deserializer)?;
    if list.len() <= MOST {
        return Ok(list);
    }
    Err(de::Error::custom("最多 50 项 (must not hold more than 50)"))
}

fn weekly<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match Option::<u32>::deserialize(deserializer)? {
        Some(hours) if !(1..=WEEK).contains(&hours) => {
            Err(de::Error::custom("须在 1 到 168 之间 (must be 1 to 168)"))
        }
        hours => Ok(hours),
    }
}

fn unsaid() -> OfAge {
    OfAge::Unsaid
}

/// Reads the day; null, unlike nothing, says that there is none.
fn of_age<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OfAge, D::Error> {
    let day = Option::<ServiceDay>::deserialize(deserializer)?;
    Ok(day.map_or(OfAge::Already, |day| OfAge::On(day.0)))
}

fn tail<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let fits = (1..=TAIL).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits {
        return Ok(Some(text));
    }
    Err(de::Error::custom(
        "只填证件号码最后 1 到 4 位 (only the last 1 to 4 characters of the number)",
    ))
}

/// When somebody usually has time, in Beijing time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AvailabilityWindow {
    /// 星期 (day of the week).
    weekday: Weekday,
    /// 开始 (beginning).
    from: ServiceTime,
    /// 结束；00:00 为当日 24:00 (end; 00:00 is the end of the day).
    until: ServiceTime,
}

/// What a volunteer says about service.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescribeVolunteerBody {
    /// 所属社区或单位的路径 (path of the home community or unit).
    home: OrgPath,
    /// 会说的语言，BCP 47 (languages spoken).
    #[serde(default, deserialize_with = "few")]
    #[schema(value_type = Vec<String>, max_items = 50)]
    languages: Vec<Line<2, 35>>,
    /// 可服务时段；不填为不限 (when there is time; none means any time).
    #[serde(default, deserialize_with = "few")]
    #[schema(max_items = 50)]
    windows: Vec<AvailabilityWindow>,
    /// 每周最多服务小时 (hours a week at most).
    #[serde(default, deserialize_with = "weekly")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 168)]
    weekly_hours: Option<u32>,
    /// 愿意参加的服务类别 (kinds of service that are liked).
    #[serde(default, deserialize_with = "few")]
    #[schema(max_items = 50)]
    kinds: Vec<String>,
}

impl From<DescribeVolunteerBody> for DescribeVolunteer {
    fn from(body: DescribeVolunteerBody) -> Self {
        let window = |window: AvailabilityWindow| Window {
            weekday: window.weekday,
            from: window.from.0,
            until: window.until.0,
        };
        let mut languages: Vec<String> =
            body.languages.into_iter().map(Line::into_string).collect();
        languages.sort_unstable();
        languages.dedup();
        Self {
            home: body.home,
            preferences: Preferences {
                languages,
                windows: body.windows.into_iter().map(window).collect(),
                weekly_hours: body.weekly_hours,
                kinds: body.kinds,
            },
        }
    }
}

/// A proof to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClaimMyProofBody)]
pub(crate) struct ClaimProofBody {
    /// 种类 (kind).
    kind: ProofKind,
    /// 技能，种类为 skill 时必填 (the skill; of a proof of a skill alone).
    #[serde(default)]
    skill: Option<String>,
    /// 证书或保单名称 (what the paper is).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 60)]
    paper: Option<Line<1, 60>>,
    /// 证件号码最后几位，不收全号 (last characters of its number; never the whole).
    #[serde(default, deserialize_with = "tail")]
    #[schema(value_type = Option<String>, pattern = "^[0-9A-Za-z]{1,4}$")]
    tail: Option<String>,
    /// 生效日 (first day).
    valid_from: ServiceDay,
    /// 到期日，不填为长期 (last day; none means for good).
    #[serde(default)]
    valid_until: Option<ServiceDay>,
}

impl ClaimProofBody {
    /// Makes the proof; nothing where the skill is missing or out of place.
    pub(super) fn proof(self) -> Option<Proof> {
        ((self.kind == ProofKind::Skill) == self.skill.is_some()).then(|| Proof {
            number: 0,
            kind: self.kind,
            skill: self.skill,
            paper: self.paper.map(Line::into_string),
            tail: self.tail,
            valid_from: self.valid_from.0,
            valid_until: self.valid_until.map(|day| day.0),
            state: ProofState::Claimed,
            decided_by: None,
            decided_at: None,
        })
    }
}

/// A step of the organisation's with a volunteer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeVolunteerBody {
    /// 动作 (the step).
    pub(super) step: VolunteerStep,
    /// 未成年人成年之日，认证时填；不填保留已知日期，null 为已成年 (day on which a minor comes of age, with `confirm` alone;
    /// left out, what is known stays; null says that it is no minor).
    #[serde(default = "unsaid", deserialize_with = "of_age")]
    #[schema(value_type = Option<ServiceDay>, required = false)]
    pub(super) minor_until: OfAge,
}

/// A decision on a proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeVolunteerProofBody)]
pub(crate) struct ChangeProofBody {
    /// 证明序号 (number of the proof).
    pub(super) number: u32,
    /// 动作 (the step).
    pub(super) step: ProofStep,
}

/// Something a volunteer can show (证明).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VolunteerProofView)]
pub(crate) struct ProofView {
    /// 序号 (its number).
    number: u32,
    /// 种类 (kind).
    kind: ProofKind,
    /// 技能 (skill).
    skill: Option<String>,
    /// 证书或保单名称 (what the paper is).
    paper: Option<String>,
    /// 号码尾号 (last characters of its number).
    tail: Option<String>,
    /// 生效日 (first day).
    valid_from: ServiceDay,
    /// 到期日 (last day).
    valid_until: Option<ServiceDay>,
    /// 状态 (state).
    state: ProofState,
    /// 确认时间 (when it was decided on).
    decided_at: Option<Timestamp>,
}

/// A volunteer (志愿者). No name, phone or id number is kept here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VolunteerView {
    /// 编号 (its id).
    id: VolunteerId,
    /// 志愿者编号 (the volunteer number).
    number: String,
    /// 所属社区或单位 (home).
    home: OrgPath,
    /// 状态 (state).
    state: VolunteerState,
    /// 语言 (languages).
    languages: Vec<String>,
    /// 可服务时段 (when there is time).
    windows: Vec<AvailabilityWindow>,
    /// 每周最多服务小时 (hours a week at most).
    weekly_hours: Option<u32>,
    /// 愿意参加的服务类别 (kinds that are liked).
    kinds: Vec<String>,
    /// 未成年人成年之日 (day on which a minor comes of age).
    #[serde(skip_serializing_if = "Option::is_none")]
    minor_until: Option<ServiceDay>,
    /// 证明 (proofs).
    proofs: Vec<ProofView>,
    /// 版本 (its version).
    version: Version,
    /// 注册时间 (since when).
    created_at: Timestamp,
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        Self {
            number: proof.number,
            kind: proof.kind,
            skill: proof.skill,
            paper: proof.paper,
            tail: proof.tail,
            valid_from: ServiceDay(proof.valid_from),
            valid_until: proof.valid_until.map(ServiceDay),
            state: proof.state,
            decided_at: proof.decided_at,
        }
    }
}

impl From<Volunteer> for VolunteerView {
    fn from(volunteer: Volunteer) -> Self {
        let Preferences {
            languages,
            windows,
            weekly_hours,
            kinds,
        } = volunteer.preferences;
        let window = |window: Window| AvailabilityWindow {
            weekday: window.weekday,
            from: ServiceTime(window.from),
            until: ServiceTime(window.until),
        };
        Self {
            id: volunteer.id,
            number: volunteer.number,
            home: volunteer.home,
            state: volunteer.state,
            languages,
            windows: windows.into_iter().map(window).collect(),
            weekly_hours,
            kinds,
            minor_until: volunteer.minor_until.map(ServiceDay),
            proofs: volunteer.proofs.into_iter().map(ProofView::from).collect(),
            version: volunteer.version,
            created_at: volunteer.created_at,
        }
    }
}
