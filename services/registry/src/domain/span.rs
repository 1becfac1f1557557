//! How much one contact looks after (包保、联系点的跨度).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a contact should look after; what is less or more is told, never refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactSpan {
    /// Fewest organisations.
    pub fewest_organisations: u32,
    /// Most organisations (seed 002: 26 leaders for 78 units).
    pub most_organisations: u32,
    /// Fewest households, where the place has a figure.
    pub fewest_households: Option<u32>,
    /// Most households, where the place has a figure.
    pub most_households: Option<u32>,
}

impl Default for ContactSpan {
    fn default() -> Self {
        Self {
            fewest_organisations: 1,
            most_organisations: 3,
            fewest_households: None,
            most_households: None,
        }
    }
}

kernel::named! {
    /// How what a contact looks after stands to what it should be.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Standing {
        /// 偏少
        Under = "under",
        /// 合适
        Within = "within",
        /// 偏多
        Over = "over",
    }
}

impl ContactSpan {
    /// Says how a contact stands: too much of one thing is too much, whatever the other is. Households
    /// that nobody has counted are not judged.
    pub(crate) fn standing(&self, organisations: u64, households: Option<u64>) -> Standing {
        let most = self.most_households.map(u64::from);
        let fewest = self.fewest_households.map(u64::from);
        let above = |count: u64| most.is_some_and(|most| count > most);
        let below = |count: u64| fewest.is_some_and(|fewest| count < fewest);
        if organisations > self.most_organisations.into() || households.is_some_and(above) {
            return Standing::Over;
        }
        if organisations < self.fewest_organisations.into() || households.is_some_and(below) {
            return Standing::Under;
        }
        Standing::Within
    }
}

#[cfg(test)]
mod tests {
    use super::{ContactSpan, Standing};

    #[test]
    fn too_much_of_one_thing_is_too_much() {
        let usual = ContactSpan::default();
        assert_eq!(usual.standing(0, None), Standing::Under);
        assert_eq!(usual.standing(3, Some(1_000_000)), Standing::Within);
        assert_eq!(usual.standing(4, None), Standing::Over);
        let counted = ContactSpan {
            fewest_households: Some(100),
            most_households: Some(500),
            ..usual
        };
        for (households, standing) in [
            (None, Standing::Within),
            (Some(99), Standing::Under),
            (Some(100), Standing::Within),
            (Some(500), Standing::Within),
            (Some(501), Standing::Over),
        ] {
            assert_eq!(counted.standing(1, households), standing, "{households:?}");
        }
        assert_eq!(counted.standing(4, Some(1)), Standing::Over);
    }
}
