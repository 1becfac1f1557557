use kernel::{CursorError, Named};
use problem::{Category, Fact, FieldError, Kind, Message};
use store::StoreError;

use super::volunteer_error::{out_of_scope, version_changed};
use crate::domain::sign_up::{SignUpRefusal, Warning};
use crate::domain::volunteer::Lack;

/// Why somebody gets no place, or a sign-up does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignUpError {
    #[error("no such shift or sign-up for the caller")]
    NotFound,
    #[error("the caller is no volunteer")]
    NoVolunteer,
    #[error("refused: {0:?}")]
    Refused(SignUpRefusal),
    #[error("not possible in the present state")]
    State,
    #[error("not the caller's to decide")]
    NotAllowed,
    #[error("too late to withdraw")]
    TooLate,
    #[error("too early")]
    TooEarly,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("the code is not good now")]
    BadCode,
    #[error("too far away")]
    TooFar,
    #[error("outside the time of the shift")]
    WrongTime,
    #[error("not within the times of the shift, or it has not ended")]
    Span,
    #[error("an appeal is decided without an answer")]
    NoAnswer,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SignUpRefusal> for SignUpError {
    fn from(refusal: SignUpRefusal) -> Self {
        Self::Refused(refusal)
    }
}

fn lack_message(lack: Lack) -> Message {
    match lack {
        Lack::Certification => Message::new("志愿者身份未认证", "you are not certified"),
        Lack::Skill => Message::new(
            "缺少届时有效的技能证明",
            "a proof of skill that is valid then",
        ),
        Lack::Insurance => Message::new("届时无有效保险", "an insurance that is valid then"),
        Lack::Age => Message::new("未成年人不得参加此类服务", "closed to minors"),
        Lack::Language => Message::new("未登记所需语言", "the language that it needs"),
        Lack::GuardianConsent => Message::new("缺少监护人同意", "the consent of the guardian"),
    }
}

fn warning_message(warning: Warning) -> Message {
    match warning {
        Warning::TooClose => Message::new(
            "与您的其他班次间隔过短",
            "very close to another shift of yours",
        ),
        Warning::OverWeeklyHours => Message::new(
            "超过您设定的每周服务时长",
            "over the hours a week that you set",
        ),
        Warning::OutsideWindows => {
            Message::new("不在您的可服务时段内", "outside the times that you gave")
        }
    }
}

fn conflict(slug: &'static str, zh: &'static str, en: &'static str) -> Fact {
    Fact::new(Kind::Conflict, slug, zh, en)
}

fn refusal_fact(refusal: &SignUpRefusal) -> Fact {
    match refusal {
        SignUpRefusal::Closed => {
            conflict("shift-closed", "该班次不接受报名", "the shift takes nobody")
        }
        SignUpRefusal::NoPosition => Fact::new(
            Kind::Invalid,
            "position-unknown",
            "该班次没有这个岗位",
            "the shift has no such position",
        )
        .at("/position"),
        SignUpRefusal::ListFull => {
            conflict("list-full", "候补名单已满", "the waiting list is full")
        }
        SignUpRefusal::Already => conflict("signed-up", "您已报名", "you have signed up already"),
        SignUpRefusal::TeamOnly => conflict(
            "team-only",
            "仅限该队队员报名",
            "for members of the team only",
        ),
        SignUpRefusal::NotOnTurn(None) => conflict(
            "not-on-turn",
            "本班仅限轮值单位或队伍报名",
            "for the unit or team whose turn it is",
        ),
        SignUpRefusal::NotOnTurn(Some(open)) => Fact::new(
            Kind::Conflict,
            "not-on-turn",
            format!("本班由轮值单位或队伍优先，{open} 起开放给他人"),
            format!("it is the turn of others; open to you from {open}"),
        ),
        SignUpRefusal::Barred => conflict(
            "keeps-out",
            "您须回避该组织事务",
            "you keep out of this place",
        ),
        SignUpRefusal::Lacks(lacks) => {
            let field =
                |lack: &Lack| FieldError::new(format!("/{}", lack.name()), lack_message(*lack));
            conflict(
                "not-qualified",
                "不符合参加条件",
                "you lack what this service needs",
            )
            .with_fields(lacks.iter().map(field).collect())
        }
        SignUpRefusal::Collides => conflict(
            "shift-collides",
            "与您的其他班次时间冲突",
            "you have another shift at that time",
        ),
        SignUpRefusal::Quota => conflict(
            "quota-reached",
            "您在该活动的班次已达上限",
            "you have as many shifts as one may",
        ),
        SignUpRefusal::CoolDown => conflict(
            "cool-down",
            "距上次参加时间过近",
            "too soon after your last shift",
        ),
        SignUpRefusal::Paused(until) => Fact::new(
            Kind::Conflict,
            "paused",
            format!("因多次缺席，{until} 前不能报名"),
            format!("absent too often; you may sign up again from {until}"),
        ),
        SignUpRefusal::Warned(warnings) => {
            let field = |warning: &Warning| {
                FieldError::new(
                    format!("/acknowledge/{}", warning.name()),
                    warning_message(*warning),
                )
            };
            conflict(
                "acknowledge-warnings",
                "请先确认提醒事项",
                "acknowledge the warnings first",
            )
            .with_fields(warnings.iter().map(field).collect())
        }
    }
}

impl Category for SignUpError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "sign-up-not-found",
                "没有这个班次或报名",
                "there is no such shift or sign-up",
            ),
            Self::NoVolunteer => conflict(
                "volunteers-only",
                "请先注册为志愿者",
                "register as a volunteer first",
            ),
            Self::Refused(refusal) => refusal_fact(refusal),
            Self::State => conflict(
                "step-not-possible",
                "当前状态不能进行此操作",
                "not possible in the present state",
            ),
            Self::NotAllowed => Fact::new(
                Kind::Forbidden,
                "not-yours-to-decide",
                "您不能进行此操作",
                "this is not yours to decide",
            ),
            Self::TooLate => conflict("too-late", "已过退出截止时间", "it is too late to withdraw"),
            Self::TooEarly => conflict("too-early", "班次尚未开始", "the shift has not begun"),
            Self::OtherVersion => version_changed(),
            Self::BadCode => conflict(
                "code-expired",
                "签到码无效或已过期",
                "the code is wrong or over",
            ),
            Self::TooFar => conflict("too-far", "您不在活动地点", "you are not at the place"),
            Self::WrongTime => conflict(
                "wrong-time",
                "不在签到签退时间内",
                "not at the time of the shift",
            ),
            Self::Span => Fact::new(
                Kind::Invalid,
                "attendance-span",
                "到场时间须在可签到签退的时间内，且已结束",
                "must lie within the times of checking in and out, and be over",
            )
            .at("/until"),
            Self::NoAnswer => Fact::new(
                Kind::Invalid,
                "answer-needed",
                "处理申诉须答复理由",
                "an appeal is decided with an answer",
            )
            .at("/answer"),
            Self::OutOfScope => out_of_scope(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
