use kernel::telltale;
use serde::{Deserialize, Deserializer, de};

/// Most of anything that is counted.
const MOST: u32 = 1_000_000;

/// A text that everybody may read: checked like `T`, and for what gives a person away.
#[derive(Debug)]
pub(crate) struct Public<T>(pub(crate) T);

impl<'de, T: Deserialize<'de> + AsRef<str>> Deserialize<'de> for Public<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = T::deserialize(deserializer)?;
        match telltale(text.as_ref()) {
            Some(found) => Err(de::Error::custom(found)),
            None => Ok(Self(text)),
        }
    }
}

/// How many of something, 1 to a million.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantity(pub(crate) u32);

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quantity = u32::deserialize(deserializer)?;
        if (1..=MOST).contains(&quantity) {
            return Ok(Self(quantity));
        }
        Err(de::Error::custom(
            "须在 1 到 1000000 之间 (must be 1 to 1000000)",
        ))
    }
}

/// A list of `MIN` to `MAX` values.
#[derive(Debug)]
pub(crate) struct Several<T, const MIN: usize, const MAX: usize>(pub(crate) Vec<T>);

impl<T, const MAX: usize> Default for Several<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de>
    for Several<T, MIN, MAX>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::deserialize(deserializer)?;
        if (MIN..=MAX).contains(&values.len()) {
            return Ok(Self(values));
        }
        Err(de::Error::custom(format!(
            "须有 {MIN} 到 {MAX} 项 (must have {MIN} to {MAX} items)"
        )))
    }
}
