//! How a matter comes in (受理): by which channel, for whom, with which answers and acknowledgements; and the rules of the
//! catalogue that send it on at once.

use std::sync::LazyLock;

use ::store::Tx;
use auth::Ctx;
use kernel::{AccountId, ContactId, OrgCode, OrgPath};
use problem::{Category, Fact, FieldError, Kind, Message};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::App;
use super::advance::{AdvanceError, decide, take};
use super::cause::Cause;
use super::open_order::OpenOrderError;
use super::routing::local;
use super::wrong_answers::WrongAnswers;
use crate::domain::actor::Actor;
use crate::domain::intake::{Channel, Notice, NoticeKind};
use crate::domain::workflow::{ActorRule, Definition, Effect, RefusalKind};
use crate::store::intakes::Intake;
use crate::store::orders::StoredOrder;
use crate::store::orgs::{Org, find_org};

/// The channel of whoever files for themselves.
pub(super) const CHANNEL: &str = "app";
/// Most notices that are acknowledged at once.
const MOST: usize = 10;

/// Nothing was answered or acknowledged.
pub(super) static NOTHING: LazyLock<Intake> = LazyLock::new(Intake::default);

/// How a matter comes in.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct HowItCame {
    /// The channel; the app's where it is left out.
    pub(crate) channel: Option<String>,
    /// Who asks, where somebody else files it.
    pub(crate) on_behalf_of: Option<AccountId>,
    /// How they are reached where they have no account: an id of the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<ContactId>,
    /// Answers to the questions of the category.
    pub(crate) answers: Map<String, Value>,
    /// The notices that were confirmed, by id.
    pub(crate) acknowledged: Vec<String>,
    /// The unit that the matter is about.
    pub(crate) about: Option<OrgCode>,
}

impl HowItCame {
    /// Returns the name of the channel.
    pub(crate) fn channel(&self) -> &str {
        self.channel.as_deref().unwrap_or(CHANNEL)
    }
}

/// Why a matter can't come in like this.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntakeError {
    /// There is no such channel.
    #[error("no channel {0:?}")]
    NoChannel(String),
    /// The caller files nothing by that channel there.
    #[error("the caller does not file by channel {0:?} there")]
    NotYours(String),
    /// Matters of that channel are the caller's own.
    #[error("nothing is filed for somebody else by this channel")]
    NotOnBehalf,
    /// A contact is of whoever a matter is filed for, and has no account.
    #[error("no contact of the caller's own, nor beside an account")]
    NoContact,
    /// There is no such notice, or too many are named.
    #[error("no such notice")]
    NoNotice(usize),
    /// The answers don't fit the questions.
    #[error(transparent)]
    Answers(#[from] WrongAnswers),
    /// There is no such unit in the district.
    #[error("no unit {0} to be about")]
    NoUnit(OrgCode),
    /// It speaks of danger, or there is another way for it, and nobody has confirmed that they know.
    #[error("a notice was not confirmed")]
    Unconfirmed(Vec<Notice>),
}

impl Category for IntakeError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoChannel(_) => Fact::new(
                Kind::Invalid,
                "unknown-channel",
                "没有这个受理渠道",
                "there is no such channel",
            )
            .at("/channel"),
            Self::NotYours(_) => Fact::new(
                Kind::Forbidden,
                "channel-not-yours",
                "您不能在此地以该渠道登记",
                "you do not file matters by this channel there",
            ),
            Self::NotOnBehalf => Fact::new(
                Kind::Invalid,
                "not-on-behalf",
                "该渠道不代为登记",
                "nothing is filed for somebody else by this channel",
            )
            .at("/on_behalf_of"),
            Self::NoContact => Fact::new(
                Kind::Invalid,
                "contact-not-fitting",
                "仅代没有账号的人登记时填写 contact，且不与 on_behalf_of 同时填写",
                "contact is for somebody without an account for whom a matter is filed, and not beside on_behalf_of",
            )
            .at("/contact"),
            Self::NoNotice(place) => Fact::new(
                Kind::Invalid,
                "unknown-notice",
                "没有这个提示",
                "there is no such notice",
            )
            .at(format!("/acknowledged/{place}")),
            Self::Answers(error) => error.fact(),
            Self::NoUnit(_) => Fact::new(
                Kind::Invalid,
                "unknown-unit",
                "本区没有这个单位",
                "there is no such unit in the district",
            )
            .at("/about"),
            Self::Unconfirmed(notices) => {
                let fields = notices.iter().map(|notice| {
                    let Notice { id, text, .. } = notice;
                    let said =
                        Message::new(format!("{id}：{}", text.zh), format!("{id}: {}", text.en));
                    FieldError::new("/acknowledged", said)
                });
                let danger = notices
                    .iter()
                    .any(|notice| notice.kind == NoticeKind::Emergency);
                let (slug, zh, en) = if danger {
                    (
                        "emergency-unconfirmed",
                        "涉及紧急情况：请先按提示拨打电话，并在 acknowledged 中确认",
                        "it speaks of an emergency: call first, then confirm the notices in acknowledged",
                    )
                } else {
                    (
                        "redirect-unconfirmed",
                        "此类事项另有途径：请按提示办理；仍要提交的，在 acknowledged 中确认",
                        "there is another way for this matter: take it, or confirm the notices in acknowledged to go on",
                    )
                };
                Fact::new(Kind::Invalid, slug, zh, en).with_fields(fields.collect())
            }
        }
    }
}

/// How a matter came in, checked but for the place.
#[derive(Debug, Clone)]
pub(super) struct Came {
    channel: Channel,
    /// Who asks; unknown where somebody without an account does.
    pub(super) requester: Option<AccountId>,
    /// Who files it for them.
    pub(super) filed_by: Option<AccountId>,
    /// How somebody without an account is reached.
    pub(super) contact: Option<ContactId>,
    /// Whether it speaks of danger.
    danger: bool,
    /// What is kept of it.
    pub(super) kept: Intake,
}

impl Came {
    /// Tells whether it may wait until tomorrow: no staff has taken it in, and nobody is in danger.
    pub(super) fn may_wait(&self) -> bool {
        self.channel.roles.is_empty() && !self.danger
    }

    /// Checks that the caller files matters of a place by this channel.
    pub(super) fn check_place(&self, ctx: &Ctx, place: &OrgPath) -> Result<(), IntakeError> {
        let roles = &self.channel.roles;
        if roles.is_empty() || ctx.principal.holds_any(roles, place) {
            Ok(())
        } else {
            Err(IntakeError::NotYours(self.channel.name.clone()))
        }
    }
}

/// Checks how a matter of a category, `chosen` or proposed, comes in; `text` is what it says.
pub(super) fn check(
    app: &App,
    ctx: &Ctx,
    came: &HowItCame,
    (text, category, chosen): (&str, Option<&str>, bool),
) -> Result<Came, IntakeError> {
    let name = came.channel();
    let channel = app.intake.channel(name).filter(|channel| !channel.system);
    let channel = channel.ok_or_else(|| IntakeError::NoChannel(name.to_owned()))?;
    let me = Some(ctx.principal.account);
    if !channel.on_behalf && came.on_behalf_of.is_some() {
        return Err(IntakeError::NotOnBehalf);
    }
    if came.contact.is_some() && (!channel.on_behalf || came.on_behalf_of.is_some()) {
        return Err(IntakeError::NoContact);
    }
    for (place, id) in came.acknowledged.iter().enumerate() {
        if place >= MOST || app.intake.notice(id).is_none() {
            return Err(IntakeError::NoNotice(place));
        }
    }
    let at = local(app, ctx.now);
    let notices = app.intake.notices(text, category, at);
    let danger = notices
        .iter()
        .any(|notice| notice.kind == NoticeKind::Emergency);
    if channel.confirm {
        let missing = app
            .intake
            .unconfirmed(text, category, at, &came.acknowledged);
        if !missing.is_empty() {
            let missing = missing.into_iter().cloned().collect();
            return Err(IntakeError::Unconfirmed(missing));
        }
    }
    // nobody is held up by questions of a category that was only guessed
    let asked = channel.confirm && chosen;
    let answers = if came.answers.is_empty() && !asked {
        Map::new()
    } else {
        let form = app.intake.form(category);
        let checked = form.check(&Value::Object(came.answers.clone()));
        match checked.map_err(WrongAnswers)?.to_json() {
            Value::Object(answers) => answers,
            _ => Map::new(),
        }
    };
    Ok(Came {
        channel: channel.clone(),
        requester: if channel.on_behalf {
            came.on_behalf_of
        } else {
            me
        },
        filed_by: me.filter(|_| channel.on_behalf),
        contact: came.contact,
        danger,
        kept: (answers, came.acknowledged.clone()),
    })
}

/// Checks that the unit that a matter is about is one of the district.
pub(super) async fn check_about(
    db: &impl ConnectionTrait,
    place: &Org,
    about: Option<&OrgCode>,
) -> Result<(), OpenOrderError> {
    let Some(code) = about else {
        return Ok(());
    };
    let known = find_org(db, code).await?;
    let inside = known.is_some_and(|unit| unit.code.district() == place.code.district());
    if inside {
        Ok(())
    } else {
        Err(IntakeError::NoUnit(code.clone()).into())
    }
}

/// Names the action by which the platform sends an order on that was just opened.
fn action_at_once(definition: &Definition) -> Option<&str> {
    let mut actions = definition.actions.iter();
    let action = actions.find(|action| {
        action.actors == [ActorRule::System]
            && action.from.contains(&definition.initial)
            && action.effects.contains(&Effect::Route)
            && action.form.field("reason").is_some()
    });
    action.map(|action| action.name.as_str())
}

/// Sends an order on where its rule needs nobody's word (自动派遣); what the workflow refuses waits for a person.
pub(super) async fn dispatch_at_once(
    app: &App,
    tx: &Tx,
    stored: StoredOrder,
    automatic: bool,
    cause: &Cause,
) -> Result<StoredOrder, AdvanceError> {
    let order = &stored.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let action = definition.and_then(|definition| action_at_once(definition));
    let reason = order.unit_reason.clone();
    let (true, Some(action), Some(unit), Some(reason)) =
        (automatic, action, order.unit_code(), reason)
    else {
        return Ok(stored);
    };
    let input = json!({"unit": unit, "reason": reason.zh, "reason_en": reason.en});
    let actor = Actor::System { on_behalf_of: None };
    match decide(app, tx, &stored, (action, &input), &actor, cause.now).await {
        Ok(mut step) => {
            if let Some(suggested) = &mut step.after.order.suggested {
                suggested.automatic = true;
            }
            take(app, tx, &step, cause).await?;
            Ok(step.after)
        }
        Err(AdvanceError::Refused(refusal)) if refusal.kind() != RefusalKind::Internal => {
            tracing::info!(order.id = %order.id, "a rule could not send the order on");
            Ok(stored)
        }
        Err(error) => Err(error),
    }
}
