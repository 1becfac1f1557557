//! Notices and what people said to them (告知同意).

use std::fmt;
use std::str::FromStr;

use kernel::{AccountId, ConsentId, Line, Text, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Title of a notice.
pub type NoticeTitle = Line<2, 100>;
/// Text of a notice.
pub type NoticeText = Text<10, 20_000>;

/// The text names no purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "用途须为 2 到 40 个小写字母、数字或连字符，以字母开头 (a purpose has 2 to 40 small letters, digits and hyphens and starts with a letter)"
)]
pub struct PurposeError;

/// What personal data is used for (处理目的), e.g. `order-callback`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Purpose(String);

impl Purpose {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Purpose {
    type Err = PurposeError;

    fn from_str(text: &str) -> Result<Self, PurposeError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let opens_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        if !(2..=40).contains(&text.len()) || !opens_well || !text.bytes().all(allowed) {
            return Err(PurposeError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Purpose {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Purpose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl PartialSchema for Purpose {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("处理目的 (what personal data is used for)"))
            .pattern(Some("^[a-z][a-z0-9-]{1,39}$"))
            .examples([serde_json::Value::from("order-callback")])
            .into()
    }
}

impl ToSchema for Purpose {}

/// A notice (个人信息处理告知), one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) purpose: Purpose,
    pub(crate) version: i64,
    pub(crate) title: String,
    pub(crate) text: String,
    /// It is about sensitive data, which needs a consent of its own.
    pub(crate) sensitive: bool,
    pub(crate) published_at: Timestamp,
}

/// What a person says (选择).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes (同意).
    Given,
    /// No (拒绝).
    Refused,
    /// No longer (撤回).
    Withdrawn,
}

impl Choice {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Given, Self::Refused, Self::Withdrawn];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What was said to one version of a notice; the latest of a person and a purpose counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) id: ConsentId,
    pub(crate) account: AccountId,
    pub(crate) purpose: Purpose,
    /// Version of the notice.
    pub(crate) version: i64,
    /// How many there were before, of this person and purpose.
    pub(crate) seq: i64,
    pub(crate) choice: Choice,
    /// The person, or a guardian.
    pub(crate) by: AccountId,
    /// Where it was said: `app`, `web`, `12345`…
    pub(crate) channel: String,
    pub(crate) at: Timestamp,
}

/// How a person stands to a purpose (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Nothing was said yet (未询问).
    Unasked,
    /// What was said was to an older notice (告知已更新).
    Outdated,
    /// It may be done (已同意).
    Given,
    /// It may not (已拒绝).
    Refused,
    /// It may not any more (已撤回).
    Withdrawn,
}

impl ConsentState {
    /// Says how somebody stands to the current version whose latest word was this.
    #[must_use]
    pub fn of(current: i64, latest: Option<(i64, Choice)>) -> Self {
        match latest {
            None => Self::Unasked,
            Some((version, _)) if version < current => Self::Outdated,
            Some((_, Choice::Given)) => Self::Given,
            Some((_, Choice::Refused)) => Self::Refused,
            Some((_, Choice::Withdrawn)) => Self::Withdrawn,
        }
    }

    /// Says whether to ask: who refused is not asked again until the notice is another one.
    #[must_use]
    pub fn asks(self) -> bool {
        matches!(self, Self::Unasked | Self::Outdated)
    }
}

/// Why a choice is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// It is about another version than the current one.
    #[error("the notice is another one by now")]
    NoticeOutdated,
    /// Nothing was given that could be withdrawn.
    #[error("nothing was given")]
    NothingGiven,
}

/// Checks a choice about a version of a notice.
///
/// # Errors
/// [`ChoiceError`] says what is wrong.
pub fn check_choice(
    current: i64,
    version: i64,
    choice: Choice,
    latest: Option<(i64, Choice)>,
) -> Result<(), ChoiceError> {
    let given = matches!(latest, Some((_, Choice::Given)));
    match choice {
        // withdrawing is as easy as giving: whichever version it was, and however old
        Choice::Withdrawn if given => Ok(()),
        Choice::Withdrawn => Err(ChoiceError::NothingGiven),
        Choice::Given | Choice::Refused if version == current => Ok(()),
        Choice::Given | Choice::Refused => Err(ChoiceError::NoticeOutdated),
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, ChoiceError, ConsentState, Purpose, PurposeError, check_choice};

    #[test]
    fn a_new_version_asks_again_and_a_refusal_is_remembered() {
        assert!(ConsentState::of(1, None).asks());
        for choice in Choice::ALL {
            assert!(!ConsentState::of(1, Some((1, choice))).asks());
            assert_eq!(
                ConsentState::of(2, Some((1, choice))),
                ConsentState::Outdated
            );
            assert!(ConsentState::of(2, Some((1, choice))).asks());
        }
    }

    #[test]
    fn only_the_current_version_is_answered_and_only_what_was_given_is_withdrawn() {
        assert_eq!(check_choice(2, 2, Choice::Given, None), Ok(()));
        let old = check_choice(2, 1, Choice::Given, None);
        assert_eq!(old, Err(ChoiceError::NoticeOutdated));
        let given = Some((1, Choice::Given));
        assert_eq!(check_choice(2, 1, Choice::Withdrawn, given), Ok(()));
        for latest in [
            None,
            Some((2, Choice::Refused)),
            Some((2, Choice::Withdrawn)),
        ] {
            let withdrawn = check_choice(2, 2, Choice::Withdrawn, latest);
            assert_eq!(withdrawn, Err(ChoiceError::NothingGiven));
        }
    }

    #[test]
    fn purposes_are_slugs() {
        assert_eq!("order-callback".parse::<Purpose>().map(|_| ()), Ok(()));
        for text in ["", "a", "1a", "A-b", "a b", "用途", &"a".repeat(41)] {
            assert_eq!(text.parse::<Purpose>(), Err(PurposeError), "{text:?}");
        }
    }
}
