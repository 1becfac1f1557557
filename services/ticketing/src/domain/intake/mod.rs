//! What is said and asked before a matter is opened (受理前提示与询问): emergencies that belong to a phone, ways that a
//! matter has to take instead, questions of its category.
//!
//! It is data (`rules/intake.toml`).

mod table;

use jiff::civil::DateTime;
use kernel::Role;

use super::routing::Season;
use super::wording::Bilingual;
use super::workflow::form::{Field, Form};

/// The table that is built in.
pub const BUNDLED: (&str, &str) = (
    "rules/intake.toml",
    include_str!("../../../rules/intake.toml"),
);

/// Notices and questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeTable {
    channels: Vec<Channel>,
    notices: Vec<Notice>,
    questions: Vec<(String, Field)>,
}

/// A way by which matters come in (受理渠道); the list is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Its name in words.
    pub title: Bilingual,
    /// Who files matters by it, over their place; everybody where none is named.
    pub roles: Vec<Role>,
    /// Whether they are filed for somebody else (代为登记).
    pub on_behalf: bool,
    /// Whether only the platform files them.
    pub system: bool,
    /// Whether whoever files by it confirms an emergency's notice first.
    pub confirm: bool,
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Danger: first a call (110、119、120).
    Emergency,
    /// Another way that the matter has to take.
    Redirect,
    /// Something to know first.
    Advice,
}

impl NoticeKind {
    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Redirect => "redirect",
            Self::Advice => "advice",
        }
    }

    /// Tells whether nobody files the matter by themselves before they have confirmed that they know.
    #[must_use]
    pub fn stops(self) -> bool {
        matches!(self, Self::Emergency | Self::Redirect)
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its name.
    pub id: String,
    /// How it is meant.
    pub kind: NoticeKind,
    /// The phone to be called.
    pub phone: Option<String>,
    /// A word of the text that calls for it.
    words: Vec<String>,
    /// A category that calls for it.
    categories: Vec<String>,
    season: Option<Season>,
    /// What it says, in a line.
    pub title: Bilingual,
    /// What it says.
    pub text: Bilingual,
}

impl Notice {
    fn is_called_for(&self, text: &str, category: Option<&str>, at: DateTime) -> bool {
        let said = self.words.iter().any(|word| text.contains(word.as_str()));
        let begins = |code: &str| {
            self.categories
                .iter()
                .any(|known| code.starts_with(known.as_str()))
        };
        (said || category.is_some_and(begins))
            && self.season.is_none_or(|season| season.contains(at))
    }
}

impl IntakeTable {
    /// Finds a channel.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == name)
    }

    /// Finds a notice.
    #[must_use]
    pub fn notice(&self, id: &str) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.id == id)
    }

    /// Lists what is to be said about a matter: emergencies first.
    #[must_use]
    pub fn notices(&self, text: &str, category: Option<&str>, at: DateTime) -> Vec<&Notice> {
        let called = |notice: &&Notice| notice.is_called_for(text, category, at);
        let mut found: Vec<&Notice> = self.notices.iter().filter(called).collect();
        found.sort_by_key(|notice| notice.kind != NoticeKind::Emergency);
        found
    }

    /// Lists the emergencies that a matter speaks of and the other ways for it, as far as nobody has confirmed them yet
    /// (紧急事项、另有途径的事项未确认).
    #[must_use]
    pub fn unconfirmed(
        &self,
        text: &str,
        category: Option<&str>,
        at: DateTime,
        confirmed: &[String],
    ) -> Vec<&Notice> {
        let mut found = self.notices(text, category, at);
        found.retain(|notice| notice.kind.stops() && !confirmed.contains(&notice.id));
        found
    }

    /// Collects what is to be asked about a matter of a category.
    #[must_use]
    pub fn form(&self, category: Option<&str>) -> Form {
        let asked = |of: &str| category.is_some_and(|category| category.starts_with(of));
        let fields = self.questions.iter().filter(|(of, _)| asked(of));
        Form {
            fields: fields.map(|(_, field)| field.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
