//! Rules of notices: which event is told to whom, in which words. Data, checked when loaded.

mod catalogue;
mod load;
mod spec;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kernel::Role;

use super::message::{Bilingual, Wording};
use super::occurrence::Occurrence;
pub use load::{RulesError, load};
use template::Template;

/// The rules that come with the service.
pub const BUILT_IN: &str = include_str!("../../../rules/notices.toml");

/// Whom a rule tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Who asked (诉求人).
    Requester,
    /// Who handles it (承办人).
    Assignee,
    /// Residents drawn to judge (评议人).
    Panel,
    /// Who took or gave back the task (志愿者).
    Volunteer,
    /// Who follows the order (关注人).
    Followers,
    /// Who asked for something about the order (申请人).
    Applicant,
    /// Whose grant it is (被授权人).
    Holder,
    /// Nearest holders of the roles that can act next.
    WaitingRoles,
    /// Nearest holders of the roles that may take the task.
    TaskRoles,
    /// Who works for the unit that was asked for a part (协办单位).
    PartUnit,
    /// Who above answers for the order now (上级).
    Supervisor,
}

impl Recipient {
    /// Says whether they are found by the roles that the event says.
    #[must_use]
    pub fn is_by_role(self) -> bool {
        matches!(self, Self::WaitingRoles | Self::TaskRoles)
    }
}

/// A fact that a text may hold. Nothing else can get into one: no names, no free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Number,
    State,
    Action,
    Due,
    /// Role of a grant.
    Role,
}

/// What must hold for a rule to apply; an empty list asks for nothing.
#[derive(Debug, Clone, Default)]
struct Condition {
    workflow: Vec<String>,
    action: Vec<String>,
    from: Vec<String>,
    state: Vec<String>,
    not_state: Vec<String>,
    moved: Option<bool>,
    step: Vec<String>,
}

impl Condition {
    fn holds(&self, occurrence: &Occurrence) -> bool {
        let admits = |wanted: &[String], found: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted == found)
        };
        admits(&self.workflow, &occurrence.workflow)
            && admits(&self.action, &occurrence.action)
            && admits(&self.from, &occurrence.from)
            && admits(&self.state, &occurrence.state)
            && !self.not_state.contains(&occurrence.state)
            && self.moved.is_none_or(|moved| moved == occurrence.moved())
            && admits(&self.step, &occurrence.step)
    }
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Name of the notice, kept with each message.
    pub kind: String,
    /// Whom it tells, in this order.
    pub to: Vec<Recipient>,
    /// Roles that it tells among those of the event; all where empty.
    pub roles: Vec<Role>,
    condition: Condition,
    title_zh: Template,
    title_en: Template,
    body_zh: Template,
    body_en: Template,
}

#[derive(Debug, Clone, Default)]
struct Titles {
    states: BTreeMap<String, Bilingual>,
    actions: BTreeMap<String, Bilingual>,
}

/// All rules, ready for use.
#[derive(Debug, Clone)]
pub struct Rules {
    notices: BTreeMap<&'static str, Vec<Notice>>,
    unit_roles: Vec<Role>,
    titles: BTreeMap<String, Titles>,
    other_state: Bilingual,
    other_action: Bilingual,
    no_due: Bilingual,
    zone: TimeZone,
}

impl Rules {
    /// Roles whose holders act for the unit, not for the place of the order.
    #[must_use]
    pub fn unit_roles(&self) -> &[Role] {
        &self.unit_roles
    }

    /// Lists the rules that apply, in the order of the file: the first that reaches an account wins.
    pub fn applying<'a>(&'a self, occurrence: &'a Occurrence) -> impl Iterator<Item = &'a Notice> {
        self.notices
            .get(occurrence.event)
            .into_iter()
            .flatten()
            .filter(|notice| notice.condition.holds(occurrence))
    }

    /// Writes what a notice says.
    #[must_use]
    pub fn word(&self, notice: &Notice, occurrence: &Occurrence) -> Wording {
        let titles = self.titles.get(&occurrence.workflow);
        let state = titles
            .and_then(|titles| titles.states.get(&occurrence.state))
            .unwrap_or(&self.other_state);
        let action = titles
            .and_then(|titles| titles.actions.get(&occurrence.action))
            .unwrap_or(&self.other_action);
        let due = occurrence.due_at.map(|due| {
            let local = due.as_jiff().to_zoned(self.zone.clone());
            local.strftime("%Y-%m-%d %H:%M").to_string()
        });
        let role = occurrence.roles.first().copied();
        let role_en = role.map_or_else(String::new, |role| role.as_str().replace('_', " "));
        let zh = |fact: Fact| match fact {
            Fact::Number => occurrence.number.as_str(),
            Fact::State => &state.zh,
            Fact::Action => &action.zh,
            Fact::Due => due.as_deref().unwrap_or(&self.no_due.zh),
            Fact::Role => role.map_or("", Role::title_zh),
        };
        let en = |fact: Fact| match fact {
            Fact::Number => occurrence.number.as_str(),
            Fact::State => &state.en,
            Fact::Action => &action.en,
            Fact::Due => due.as_deref().unwrap_or(&self.no_due.en),
            Fact::Role => &role_en,
        };
        Wording {
            title: Bilingual::new(notice.title_zh.render(zh), notice.title_en.render(en)),
            body: Bilingual::new(notice.body_zh.render(zh), notice.body_en.render(en)),
        }
    }
}
