//! Crockford base32 of 128 bits in 26 lower-case characters, as `TypeID` writes it.

/// Digits without i, l, o and u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters of one value: 26 × 5 = 130 bits, so the first one holds only three.
pub(crate) const LENGTH: usize = 26;

/// Writes the value, most significant digit first.
pub(crate) fn encode(mut value: u128) -> [u8; LENGTH] {
    let mut text = [b'0'; LENGTH];
    for place in text.iter_mut().rev() {
        let digit = usize::try_from(value & 31).unwrap_or_default();
        *place = ALPHABET.get(digit).copied().unwrap_or(b'0');
        value >>= 5;
    }
    text
}

/// Reads exactly what [`encode`] writes: other lengths, capitals and look-alikes are refused.
pub(crate) fn decode(text: &str) -> Option<u128> {
    if text.len() != LENGTH || !text.starts_with(|first| matches!(first, '0'..='7')) {
        return None;
    }
    let mut value = 0_u128;
    for byte in text.bytes() {
        value = (value << 5) | u128::from(digit(byte)?);
    }
    Some(value)
}

/// The value of one digit.
fn digit(byte: u8) -> Option<u8> {
    let offset = match byte {
        b'0'..=b'9' => b'0',
        b'a'..=b'h' => b'a' - 10,
        b'j' | b'k' => b'j' - 18,
        b'm' | b'n' => b'm' - 20,
        b'p'..=b't' => b'p' - 22,
        b'v'..=b'z' => b'v' - 27,
        _ => return None,
    };
    Some(byte - offset)
}
