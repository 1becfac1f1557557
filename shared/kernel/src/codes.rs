//! National codes: areas (GB/T 2260, GB/T 10114), organisations (GB 32100), residents (GB 11643).

use std::{fmt, str::FromStr, sync::Arc};

use jiff::civil::Date;

/// Why a text is not a national code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not an area code.
    #[error(
        "区划代码须为 12 位数字且逐级有效 (an area code is 12 digits, each level within the one above)"
    )]
    Division,
    /// Not a unified social credit code.
    #[error("统一社会信用代码格式或校验位不正确 (invalid unified social credit code)")]
    Uscc,
    /// Not a resident id number.
    #[error("公民身份号码格式或校验位不正确 (invalid resident id number)")]
    ResidentId,
}

/// Level of an area (行政层级), from wide to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DivisionLevel {
    /// Province (省).
    Province,
    /// City (市).
    City,
    /// District or county (区县).
    District,
    /// Street or town (街道、乡镇).
    Street,
    /// Community or village (社区、村).
    Community,
}

/// Code of an area (统计用区划代码): province 2, city 2, district 2, street 3, community 3 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(Arc<str>);

impl DivisionCode {
    /// Digits of a code.
    pub const LENGTH: usize = 12;

    /// Returns the twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the six digits of the district or county (GB/T 2260).
    #[must_use]
    pub fn district(&self) -> &str {
        self.0.get(..6).unwrap_or_default()
    }

    /// Returns the level that the code names.
    #[must_use]
    pub fn level(&self) -> DivisionLevel {
        if !self.0.ends_with("000") {
            DivisionLevel::Community
        } else if !self.0.ends_with("000000") {
            DivisionLevel::Street
        } else if !self.0.ends_with("00000000") {
            DivisionLevel::District
        } else if !self.0.ends_with("0000000000") {
            DivisionLevel::City
        } else {
            DivisionLevel::Province
        }
    }
}

impl FromStr for DivisionCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let digits = text.len() == Self::LENGTH && text.bytes().all(|byte| byte.is_ascii_digit());
        let city = text.get(2..4) != Some("00");
        let district = text.get(4..6) != Some("00");
        let street = text.get(6..9) != Some("000");
        let community = text.get(9..) != Some("000");
        // a city without districts (东莞, 中山) has its streets directly below
        let nested = (city || !(district || street)) && (street || !community);
        if !digits || !nested || !text.starts_with(|region| matches!(region, '1'..='8')) {
            return Err(CodeError::Division);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_text!(DivisionCode, "an area code string");
column_text!(DivisionCode);
schema_text!(
    DivisionCode,
    "统计用区划代码 (area code, GB/T 2260 and GB/T 10114)",
    "^[1-8][0-9]{11}$",
    "420105011010"
);

/// Unified social credit code (统一社会信用代码, GB 32100) of an organisation, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(Arc<str>);

impl Uscc {
    /// Digits and capitals without I, O, S, V and Z; the place is the value.
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    /// Weights of the first 17 characters: powers of 3 modulo 31.
    const WEIGHTS: [usize; 17] = [
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
    ];

    /// Returns the 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether the 18 capitals and digits carry the right check character.
    fn is_valid(text: &str) -> bool {
        let area = text.get(2..8).unwrap_or_default();
        if text.len() != 18 || !area.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let value = |byte: u8| Self::ALPHABET.iter().position(|letter| *letter == byte);
        let mut sum = 0;
        for (byte, weight) in text.bytes().zip(Self::WEIGHTS) {
            let Some(value) = value(byte) else {
                return false;
            };
            sum += value * weight;
        }
        text.bytes().next_back().and_then(value) == Some((31 - sum % 31) % 31)
    }
}

impl FromStr for Uscc {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let capitals = text.to_ascii_uppercase();
        if !Self::is_valid(&capitals) {
            return Err(CodeError::Uscc);
        }
        Ok(Self(capitals.into()))
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_text!(Uscc, "a unified social credit code string");
column_text!(Uscc);
schema_text!(
    Uscc,
    "统一社会信用代码 (unified social credit code, GB 32100)",
    "^[0-9A-HJ-NPQRTUWXY]{18}$",
    "91350100M000100Y43"
);

/// Resident id number (公民身份号码, GB 11643) with a correct date and check character.
///
/// Sensitive personal data: it can be read from a request, but is neither serialised nor shown,
/// and it is no column. Identity stores a keyed hash and a ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentIdNumber {
    text: String,
    birth: Date,
}

impl ResidentIdNumber {
    /// Weights of the first 17 digits.
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    /// Check characters by the weighted sum modulo 11.
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

    /// Returns the 18 characters; the caller answers for where they go.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Returns the date of birth.
    #[must_use]
    pub const fn birth_date(&self) -> Date {
        self.birth
    }

    /// Reads eight digits as a date.
    fn date(digits: &str) -> Option<Date> {
        let year = digits.get(..4)?.parse().ok()?;
        let month = digits.get(4..6)?.parse().ok()?;
        let day = digits.get(6..)?.parse().ok()?;
        Date::new(year, month, day).ok()
    }
}

impl FromStr for ResidentIdNumber {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let text = text.to_ascii_uppercase();
        let digits = text.get(..17).unwrap_or_default();
        if text.len() != 18 || digits.starts_with('0') {
            return Err(CodeError::ResidentId);
        }
        let mut sum = 0;
        for (letter, weight) in digits.chars().zip(Self::WEIGHTS) {
            sum += letter.to_digit(10).ok_or(CodeError::ResidentId)? * weight;
        }
        let place = usize::try_from(sum % 11).unwrap_or_default();
        if text.chars().next_back() != Self::CHECKS.get(place).copied() {
            return Err(CodeError::ResidentId);
        }
        match text.get(6..14).and_then(Self::date) {
            Some(birth) => Ok(Self { text, birth }),
            None => Err(CodeError::ResidentId),
        }
    }
}

impl fmt::Debug for ResidentIdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentIdNumber(***)")
    }
}

wire_text_in!(ResidentIdNumber, "a resident id number string");
schema_text!(
    ResidentIdNumber,
    "公民身份号码，仅用于写入 (resident id number, GB 11643, write only)",
    "^[1-9][0-9]{16}[0-9Xx]$",
    "990000199001010017"
);
