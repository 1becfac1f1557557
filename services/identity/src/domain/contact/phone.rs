//! Phone numbers of mainland China, kept in E.164.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The text is no phone number that can be called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "须为 11 位手机号，或带区号的固定电话 (a mobile number of 11 digits, or a land line with its area code)"
)]
pub struct ContactPhoneError;

/// A phone number (电话): mobile, or land line with its area code.
///
/// Personal data: it can be read from a request, but is neither serialised nor shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactPhone(String);

impl ContactPhone {
    /// Returns the number with `+86`; whoever calls answers for where it goes.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }
}

/// Land line: `0`, an area code of two or three digits, seven or eight digits that open with 2 to 8.
fn is_land_line(digits: &str) -> bool {
    let Some(rest) = digits.strip_prefix('0') else {
        return false;
    };
    // 10 and 2x are the areas with two digits
    let area = if rest.starts_with("10") || rest.starts_with('2') {
        2
    } else {
        3
    };
    let Some((area, local)) = rest.split_at_checked(area) else {
        return false;
    };
    !area.starts_with('0')
        && (7..=8).contains(&local.len())
        && local.starts_with(|first| matches!(first, '2'..='8'))
}

fn is_mobile(digits: &str) -> bool {
    let mut bytes = digits.bytes();
    digits.len() == 11
        && bytes.next() == Some(b'1')
        && bytes.next().is_some_and(|byte| matches!(byte, b'3'..=b'9'))
}

impl FromStr for ContactPhone {
    type Err = ContactPhoneError;

    fn from_str(text: &str) -> Result<Self, ContactPhoneError> {
        if text.len() > 24 {
            return Err(ContactPhoneError);
        }
        let text = text.trim();
        let national = text
            .strip_prefix("+86")
            .or_else(|| text.strip_prefix("0086"));
        let mut digits = String::with_capacity(12);
        for letter in national.unwrap_or(text).chars() {
            match letter {
                '0'..='9' => digits.push(letter),
                ' ' | '-' => {}
                _ => return Err(ContactPhoneError),
            }
        }
        if is_mobile(&digits) {
            return Ok(Self(format!("+86{digits}")));
        }
        // abroad and after a country code the trunk 0 is left out
        if national.is_some() && !digits.starts_with('0') {
            digits.insert(0, '0');
        }
        if !is_land_line(&digits) {
            return Err(ContactPhoneError);
        }
        let significant = digits.trim_start_matches('0');
        Ok(Self(format!("+86{significant}")))
    }
}

impl fmt::Debug for ContactPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactPhone(…)")
    }
}

impl<'de> Deserialize<'de> for ContactPhone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl PartialSchema for ContactPhone {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "手机号，或带区号的固定电话 (mobile number, or land line with its area code)",
            ))
            .max_length(Some(24))
            .examples([serde_json::Value::from("19900000000")])
            .into()
    }
}

impl ToSchema for ContactPhone {}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{ContactPhone, ContactPhoneError};

    #[test]
    fn one_number_in_many_spellings_is_one_number() {
        for text in [
            "19900000001",
            "199 0000 0001",
            "+8619900000001",
            "+86 199-0000-0001",
            "008619900000001",
        ] {
            assert_eq!(
                text.parse::<ContactPhone>().unwrap().e164(),
                "+8619900000001",
                "{text}"
            );
        }
        for text in [
            "027-80000000",
            "(027)80000000",
            "+862780000000",
            "02780000000",
        ] {
            let number = text.parse::<ContactPhone>();
            let wanted = (!text.contains('(')).then_some("+862780000000");
            assert_eq!(
                number.ok().as_ref().map(ContactPhone::e164),
                wanted,
                "{text}"
            );
        }
        assert_eq!(
            "0716-2000000".parse::<ContactPhone>().unwrap().e164(),
            "+867162000000"
        );
    }

    #[test]
    fn what_cannot_be_called_back_is_refused() {
        for text in [
            "",
            "110",
            "12345",
            "12900000000",
            "1990000000",
            "199000000012",
            "80000000",
            "0271000000",
            "00780000000",
            "+119900000001",
            "１９９００００００００",
            "19900000001x",
        ] {
            assert_eq!(
                text.parse::<ContactPhone>(),
                Err(ContactPhoneError),
                "{text:?}"
            );
        }
        assert_eq!(
            "1".repeat(25).parse::<ContactPhone>(),
            Err(ContactPhoneError)
        );
    }

    #[test]
    fn a_number_is_not_shown() {
        let phone: ContactPhone = "19900000001".parse().unwrap();
        assert!(!format!("{phone:?}").contains("0000"));
    }
}
