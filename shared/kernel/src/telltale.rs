//! What must not stand in a text that an organisation makes public: people's phone numbers, id numbers and e-mail
//! addresses. A help against slips, not a proof: names and rooms are not looked for.

use crate::ResidentIdNumber;

/// Digits of a mobile number.
const MOBILE: usize = 11;
/// Characters of an id number (GB 11643).
const ID_NUMBER: usize = 18;

/// What gives a person away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Telltale {
    /// 手机号码
    #[error("不能包含手机号码 (must not hold a phone number)")]
    Phone,
    /// 身份证号码
    #[error("不能包含身份证号码 (must not hold an id number)")]
    IdNumber,
    /// 电子邮箱
    #[error("不能包含电子邮箱 (must not hold an e-mail address)")]
    Email,
}

/// Finds the first thing in a text that gives a person away.
#[must_use]
pub fn telltale(text: &str) -> Option<Telltale> {
    let letters: Vec<char> = text.chars().map(narrow).collect();
    let mut before = None;
    for (index, letter) in letters.iter().enumerate() {
        let rest = letters.get(index..).unwrap_or_default();
        let begins =
            letter.is_ascii_digit() && !before.is_some_and(|last: char| last.is_ascii_digit());
        if begins && is_mobile(rest) {
            return Some(Telltale::Phone);
        }
        if begins && is_id_number(rest) {
            return Some(Telltale::IdNumber);
        }
        if *letter == '@' && before.is_some_and(is_of_address) && is_host(rest) {
            return Some(Telltale::Email);
        }
        before = Some(*letter);
    }
    None
}

/// Takes full-width digits and letters (１３９) for what they stand for.
fn narrow(letter: char) -> char {
    let code = u32::from(letter);
    if (0xFF01..=0xFF5E).contains(&code) {
        char::from_u32(code - 0xFEE0).unwrap_or(letter)
    } else {
        letter
    }
}

/// Eleven digits from 13… to 19…, one sign between two of them at most, perhaps behind the country's 86.
fn is_mobile(letters: &[char]) -> bool {
    let local = letters.strip_prefix(&['8', '6']).unwrap_or(letters);
    let mut digits = Vec::with_capacity(MOBILE);
    let mut gap = true;
    for letter in local {
        match letter {
            digit if digit.is_ascii_digit() => {
                // one digit more: a longer number
                if digits.len() == MOBILE && !gap {
                    return false;
                }
                if digits.len() == MOBILE {
                    break;
                }
                digits.push(*digit);
                gap = false;
            }
            ' ' | '-' | '\u{a0}' if !gap => gap = true,
            _ if digits.is_empty() && matches!(letter, ' ' | '-') => {}
            _ => break,
        }
    }
    let second = digits.get(1).copied().unwrap_or_default();
    digits.len() == MOBILE && digits.first() == Some(&'1') && ('3'..='9').contains(&second)
}

/// An id number by its form and its check character.
fn is_id_number(letters: &[char]) -> bool {
    let number: String = letters.iter().take(ID_NUMBER).collect();
    let ends = !letters.get(ID_NUMBER).is_some_and(char::is_ascii_digit);
    ends && number
        .to_ascii_uppercase()
        .parse::<ResidentIdNumber>()
        .is_ok()
}

fn is_of_address(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+')
}

/// An at sign, a word, a dot and a letter.
fn is_host(letters: &[char]) -> bool {
    let host: String = letters
        .iter()
        .skip(1)
        .take_while(|letter| is_of_address(**letter))
        .collect();
    let (name, top) = host.split_once('.').unwrap_or_default();
    !name.is_empty() && top.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::{Telltale, telltale};

    #[test]
    fn numbers_of_people_are_found_however_they_are_written() {
        for text in [
            "联系 13900001234",
            "１３９００００１２３４",
            "139-0000-1234 联系",
            "139 0000 1234",
            "+8613900001234。",
            "+86 139 0000 1234",
            "2026-11-22 13900001234",
        ] {
            assert_eq!(telltale(text), Some(Telltale::Phone), "{text}");
        }
        assert_eq!(
            telltale("证件 99010119800101009X"),
            Some(Telltale::IdNumber)
        );
        assert_eq!(
            telltale("证件99010119800101009x号"),
            Some(Telltale::IdNumber)
        );
        assert_eq!(telltale("写信 box@example.com"), Some(Telltale::Email));
    }

    #[test]
    fn figures_codes_and_dates_are_no_persons() {
        for text in [
            "2026 年 11 月 22 日下午 3:30，投入 120000 元",
            "区划 420105011010，编号 139000012345",
            "面积 1080000 平方米，户数 8000+",
            "990101198001010091234",
            "@所有人",
            "9:00@会议室",
            "2026-11-22 10:00-11:30",
            "",
        ] {
            assert_eq!(telltale(text), None, "{text}");
        }
    }
}
