//! One-time codes that are sent to telephones.

use aws_lc_rs::rand;

use super::RandomError;

/// Largest multiple of a million that fits: beyond it some codes would be likelier than others.
const FAIR: u32 = u32::MAX - u32::MAX % 1_000_000;

/// Makes a code of six digits, each as likely as any other.
pub(crate) fn generate_code() -> Result<String, RandomError> {
    loop {
        let mut bytes = [0; 4];
        rand::fill(&mut bytes).map_err(|_| RandomError)?;
        let number = u32::from_be_bytes(bytes);
        if number < FAIR {
            return Ok(format!("{:06}", number % 1_000_000));
        }
    }
}
