//! Passwords: what may be chosen, and how they stay out of logs.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::Username;
use super::common_password::{MIN_GUESSES, guesses};

/// Most characters of any password: hashing more would cost and protect nothing.
const MAX: usize = 128;
/// Fewest characters of a password that a person chooses.
const MIN_CHOSEN: usize = 12;
/// Fewest different characters of a password that a person chooses.
const MIN_DIFFERENT: usize = 5;

/// A password as someone typed it: 1 to 128 characters, taken as they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Wraps a text, whatever it is.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the text; whoever calls answers for where it goes.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() || text.chars().take(MAX + 1).count() > MAX {
            return Err(de::Error::custom(
                "密码须为 1 到 128 个字符 (a password has 1 to 128 characters)",
            ));
        }
        Ok(Self(text))
    }
}

impl PartialSchema for Password {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(1))
            .max_length(Some(MAX))
            .description(Some("密码 (password)"))
            .into()
    }
}

impl ToSchema for Password {}

/// Why a chosen password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too few characters.
    #[error("密码至少 12 个字符 (a password has at least 12 characters)")]
    TooShort,
    /// Too many characters.
    #[error("密码不超过 128 个字符 (a password has at most 128 characters)")]
    TooLong,
    /// Few characters, often repeated.
    #[error("密码过于单调 (the password repeats too few characters)")]
    Monotonous,
    /// It holds the name of the account.
    #[error("密码不能包含用户名 (the password must not hold the username)")]
    HoldsUsername,
    /// Words, runs, dates and repetitions that everybody tries first.
    #[error(
        "密码由常用词、键盘顺序、年份或重复组成，容易被猜到 (the password is made of common words, runs, years or repetitions)"
    )]
    Common,
    /// A control character, which no keyboard can be relied on to type again.
    #[error("密码不能包含控制字符 (the password must not hold control characters)")]
    Control,
}

/// A password that a person may choose for an account.
#[derive(Clone, Debug)]
pub struct ChosenPassword(Password);

impl ChosenPassword {
    /// Checks a choice; length counts most, mixtures are not asked for.
    ///
    /// # Errors
    /// [`WeakPassword`] says what is wrong.
    pub fn check(password: Password, username: &Username) -> Result<Self, WeakPassword> {
        let text = password.reveal();
        let count = text.chars().take(MAX + 1).count();
        if count < MIN_CHOSEN {
            return Err(WeakPassword::TooShort);
        }
        if count > MAX {
            return Err(WeakPassword::TooLong);
        }
        if text.contains(char::is_control) {
            return Err(WeakPassword::Control);
        }
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        if letters.len() < MIN_DIFFERENT {
            return Err(WeakPassword::Monotonous);
        }
        let name = username.as_str();
        if name.len() >= 4 && text.to_ascii_lowercase().contains(name) {
            return Err(WeakPassword::HoldsUsername);
        }
        if guesses(text) < MIN_GUESSES {
            return Err(WeakPassword::Common);
        }
        Ok(Self(password))
    }

    /// Returns the password to hash.
    #[must_use]
    pub fn password(&self) -> &Password {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{ChosenPassword, Password, WeakPassword};

    fn check(text: &str) -> Result<(), WeakPassword> {
        let username = "wangge01".parse().unwrap();
        ChosenPassword::check(Password::new(text.to_owned()), &username).map(|_| ())
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(check("short-words"), Err(WeakPassword::TooShort));
        assert_eq!(check("correct horse battery"), Ok(()));
        assert_eq!(check("江汉朝宗两江四岸龟蛇锁江"), Ok(()));
        assert_eq!(check(&"abcdefgh".repeat(17)), Err(WeakPassword::TooLong));
    }

    #[test]
    fn guessable_choices_are_refused() {
        assert_eq!(check("aaaaaaaaaaaaaaaa"), Err(WeakPassword::Monotonous));
        assert_eq!(check("x-WangGe01-2026!"), Err(WeakPassword::HoldsUsername));
        assert_eq!(check("abcdefgh\u{7}ijkl"), Err(WeakPassword::Control));
    }

    #[test]
    fn a_password_is_not_shown() {
        assert!(!format!("{:?}", Password::new("secret-text".to_owned())).contains("secret"));
    }
}
