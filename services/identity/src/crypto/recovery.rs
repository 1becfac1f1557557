//! Recovery codes: for whoever lost the telephone.

use aws_lc_rs::rand;

use super::RandomError;
use super::passwords::letter;

/// Letters of a code: 50 bits, kept under a keyed digest and tried a few times an hour at most.
const LENGTH: usize = 10;

/// Makes a code in two groups that can be read aloud.
pub(crate) fn generate_recovery_code() -> Result<String, RandomError> {
    let mut bytes = [0; LENGTH];
    rand::fill(&mut bytes).map_err(|_| RandomError)?;
    let mut text = String::with_capacity(LENGTH + 1);
    for (place, byte) in bytes.into_iter().enumerate() {
        if place == LENGTH / 2 {
            text.push('-');
        }
        text.push(letter(byte));
    }
    Ok(text)
}

/// Writes a code as it was given out, however it was typed; `None` when it cannot be one.
pub(crate) fn folded_recovery_code(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|letter| !matches!(letter, '-' | ' '));
    let folded: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    let fits = folded.len() == LENGTH && folded.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then_some(folded)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{folded_recovery_code, generate_recovery_code};

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = generate_recovery_code().unwrap();
        let folded = folded_recovery_code(&code).unwrap();
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(folded_recovery_code(&typed).unwrap(), folded);
        assert_ne!(generate_recovery_code().unwrap(), code);
        for text in ["", "123456", "abcde-fghi", "abcde-fghiￊ"] {
            assert!(folded_recovery_code(text).is_none(), "{text}");
        }
    }
}
