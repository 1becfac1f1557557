//! Random passwords of demo accounts.

/// Letters and digits that are not mistaken for one another: 32, so that no remainder is favoured.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// Length of a password: 20 characters of 5 bits are 100 bits.
const LENGTH: usize = 20;

/// Draws a password from the system's random source.
///
/// # Errors
/// The random source does not answer.
pub(super) fn random() -> anyhow::Result<String> {
    let mut bytes = [0_u8; LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("no random numbers"))?;
    let letters = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)));
    Ok(letters.map(|letter| char::from(*letter)).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn passwords_are_long_and_differ() {
        let first = super::random().unwrap_or_default();
        let second = super::random().unwrap_or_default();
        assert_eq!(first.len(), super::LENGTH);
        assert_ne!(first, second);
    }
}
