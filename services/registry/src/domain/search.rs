//! Keys by which nodes are sorted and found.

use std::collections::BTreeSet;

use kernel::OrgCode;

/// Fewest characters of a search.
pub(crate) const SHORTEST_SEARCH: usize = 2;

/// Makes the key that sorts codes with numbers by value: the length of a number goes before its digits.
pub(crate) fn sort_key(code: &OrgCode) -> String {
    let (division, rest) = code
        .as_str()
        .split_at_checked(code.division().len())
        .unwrap_or((code.as_str(), ""));
    let mut key = division.to_owned();
    let mut digits = String::new();
    for letter in rest.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        close_number(&mut key, &mut digits);
        key.push(letter);
    }
    close_number(&mut key, &mut digits);
    key
}

fn close_number(key: &mut String, digits: &mut String) {
    if !digits.is_empty() {
        let length = digits.len();
        // a segment has at most twelve characters: two digits hold any length
        *key = format!("{key}{length:02}{digits}");
        digits.clear();
    }
}

/// Makes the form in which names are compared: small letters, no blanks.
pub(crate) fn fold(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Lists all pairs of neighbouring characters in a folded name, each once.
pub(crate) fn pairs(folded: &str) -> BTreeSet<String> {
    folded
        .chars()
        .zip(folded.chars().skip(1))
        .map(|(first, second)| String::from_iter([first, second]))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{fold, pairs, sort_key};

    fn key(code: &str) -> String {
        sort_key(&code.parse().unwrap())
    }

    #[test]
    fn numbers_sort_by_value_and_no_two_codes_meet() {
        let mut codes = [
            "420105011010.X01.B10",
            "420105011010.X01.B2",
            "420105011010.X01.B02",
            "420105011010.X01",
            "420105011010",
            "420105011011",
        ];
        codes.sort_by_key(|code| key(code));
        assert_eq!(
            codes,
            [
                "420105011010",
                "420105011010.X01",
                "420105011010.X01.B2",
                "420105011010.X01.B02",
                "420105011010.X01.B10",
                "420105011011",
            ]
        );
        assert_ne!(key("420105011010.X01.B2"), key("420105011010.X01.B02"));
    }

    #[test]
    fn names_are_folded_and_cut_into_pairs() {
        assert_eq!(fold("江欣苑 A区"), "江欣苑a区");
        let expected = ["江欣", "欣苑", "苑江"].map(str::to_owned);
        assert_eq!(pairs("江欣苑江欣"), expected.into());
        assert!(pairs("江").is_empty());
    }
}
