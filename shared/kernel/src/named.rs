//! Closed sets of values that go by a name: one spelling on the wire, in the store and in the API description.

/// A value of a closed set that goes by a name. Defined with [`named!`](crate::named!).
pub trait Named: Copy + Eq + 'static {
    /// Every value, in the order of its definition.
    const ALL: &'static [Self];

    /// Returns the name on the wire and in the store.
    fn name(self) -> &'static str;

    /// Reads a name.
    #[must_use]
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }
}

/// Defines an enum whose values go by names. It must derive `Serialize` or `Deserialize`, so that serde's name of
/// a value is the one written here; `ToSchema` follows it.
///
/// ```
/// kernel::named! {
///     /// How far a booking has come.
///     #[derive(serde::Serialize, serde::Deserialize)]
///     pub enum BookingState {
///         /// 已预约
///         Booked = "booked",
///         /// 已取消
///         Cancelled = "cancelled",
///     }
/// }
/// use kernel::Named;
///
/// assert_eq!(BookingState::from_name("cancelled"), Some(BookingState::Cancelled));
/// assert_eq!(serde_json::json!(BookingState::Booked), BookingState::Booked.name());
/// ```
#[macro_export]
macro_rules! named {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $ty:ident {
            $($(#[$of_value:meta])* $value:ident = $name:tt),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $visibility enum $ty {
            $($(#[$of_value])* #[serde(rename = $name)] $value),+
        }

        impl $crate::Named for $ty {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name),+
                }
            }
        }
    };
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::Named;

    crate::named! {
        /// Two values.
        #[derive(Serialize, Deserialize)]
        enum Answer {
            Yes = "yes",
            NotYet = "not_yet",
        }
    }

    #[test]
    fn a_value_is_read_by_the_name_that_is_written() {
        for answer in Answer::ALL.iter().copied() {
            let written = serde_json::to_string(&answer).unwrap();
            assert_eq!(written, format!("{:?}", answer.name()));
            assert_eq!(serde_json::from_str::<Answer>(&written).unwrap(), answer);
            assert_eq!(Answer::from_name(answer.name()), Some(answer));
        }
        assert_eq!(Answer::from_name("NotYet"), None);
        assert!(serde_json::from_str::<Answer>("\"NotYet\"").is_err());
    }
}
