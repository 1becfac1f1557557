//! An organisation that was moved (划转), until what is kept at it has followed.

use kernel::OrgPath;
use uuid::Uuid;

/// What follows, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Grants, first: they decide who gets in.
    Grants,
    Contacts,
    Reveals,
}

impl Stage {
    pub(crate) const ALL: [Self; 3] = [Self::Grants, Self::Contacts, Self::Reveals];

    /// Returns the name in the store.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Grants => "grants",
            Self::Contacts => "contacts",
            Self::Reveals => "reveals",
        }
    }

    /// Returns what follows next, nothing after the last.
    pub(crate) const fn next(self) -> Option<Self> {
        match self {
            Self::Grants => Some(Self::Contacts),
            Self::Contacts => Some(Self::Reveals),
            Self::Reveals => None,
        }
    }
}

/// An organisation went from one place to another, with everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) from: OrgPath,
    pub(crate) to: OrgPath,
}

impl Move {
    /// Returns the new place of what was at `before`; nothing where it stays.
    ///
    /// What is to follow was at the very place that the organisation left. A path that somebody made up, with
    /// its code behind other ones, is no such place.
    fn place_of(&self, before: &OrgPath) -> Option<OrgPath> {
        let place = before.rebased(&self.from, &self.to)?;
        (place != *before).then_some(place)
    }

    /// Returns the moves to be followed once this one is heard of, `later` being those that came after it and
    /// were heard of before, the first one first: moves of different organisations are told in any order.
    ///
    /// It is looked for where later ones have taken its places, and those are followed once more over what it
    /// brings.
    pub(crate) fn passes(self, later: Vec<Self>) -> Vec<Self> {
        let by_now = |place: OrgPath| {
            let moves = later.iter();
            moves.fold(place, |place, moved| {
                moved.place_of(&place).unwrap_or(place)
            })
        };
        let mut passes = vec![Self {
            from: by_now(self.from),
            to: by_now(self.to),
        }];
        passes.extend(later);
        passes
    }
}

/// A move that is followed, and how far rows have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relocation {
    /// Its turn.
    pub(crate) turn: i64,
    pub(crate) moved: Move,
    pub(crate) stage: Stage,
    /// The last row of the stage that was looked at.
    pub(crate) after: Option<Uuid>,
}

impl Relocation {
    /// Returns the new place of what was at `before`; nothing where it stays.
    pub(crate) fn place_of(&self, before: &OrgPath) -> Option<OrgPath> {
        self.moved.place_of(before)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use kernel::OrgPath;

    use super::{Move, Stage};

    fn path(text: &str) -> OrgPath {
        OrgPath::parse(text).unwrap()
    }

    fn moved(from: &str, to: &str) -> Move {
        Move {
            from: path(from),
            to: path(to),
        }
    }

    #[test]
    fn what_is_at_or_below_follows_and_the_rest_stays() {
        let moved = moved(
            "/420105000000/420105011000/420105011010/",
            "/420105000000/420105002000/420105011010/",
        );
        for (before, after) in [
            (
                "/420105000000/420105011000/420105011010/",
                Some("/420105000000/420105002000/420105011010/"),
            ),
            (
                "/420105000000/420105011000/420105011010/420105011010.X01/",
                Some("/420105000000/420105002000/420105011010/420105011010.X01/"),
            ),
            ("/420105000000/420105002000/420105011010/", None),
            // made up: the organisation was never there
            ("/420105000000/420105003000/420105011010/", None),
            ("/420105000000/420105011000/", None),
            ("/420105000000/420105011000/420105011011/", None),
            ("/", None),
        ] {
            let place = moved.place_of(&path(before));
            assert_eq!(place.as_ref().map(OrgPath::as_str), after, "{before}");
        }
    }

    /// All orders in which some moves may be told.
    fn orders(of: usize) -> Vec<Vec<usize>> {
        if of == 0 {
            return vec![Vec::new()];
        }
        let shorter = orders(of - 1);
        let with = |order: &Vec<usize>, at: usize| {
            let mut order = order.clone();
            order.insert(at, of - 1);
            order
        };
        let places = |order: &Vec<usize>| (0..of).map(|at| with(order, at)).collect::<Vec<_>>();
        shorter.iter().flat_map(places).collect()
    }

    #[test]
    fn moves_lead_to_the_same_places_in_whatever_order_they_are_told() {
        let (first, second, third) = ("/420000000000/", "/430000000000/", "/440000000000/");
        let (city, district) = ("420100000000/", "420105000000/");
        let history = [
            moved(
                &format!("{first}{city}{district}"),
                &format!("{third}{district}"),
            ),
            moved(&format!("{first}{city}"), &format!("{second}{city}")),
            moved(
                &format!("{third}{district}"),
                &format!("{second}{city}{district}"),
            ),
            moved(&format!("{second}{city}"), &format!("{first}{city}")),
        ];
        for (before, after) in [
            (
                format!("{first}{city}{district}"),
                format!("{first}{city}{district}"),
            ),
            (
                format!("{first}{city}420106000000/"),
                format!("{first}{city}420106000000/"),
            ),
            (
                format!("{third}420107000000/"),
                format!("{third}420107000000/"),
            ),
        ] {
            for until in 1..=history.len() {
                let mut expected = path(&before);
                for moved in &history[..until] {
                    expected = moved.place_of(&expected).unwrap_or(expected);
                }
                assert!(until < history.len() || expected == path(&after));
                for order in orders(until) {
                    let (mut place, mut heard) = (path(&before), Vec::<usize>::new());
                    for told in &order {
                        heard.sort_unstable();
                        let later = heard.iter().filter(|known| *known > told);
                        let later = later.map(|known| history[*known].clone()).collect();
                        for pass in history[*told].clone().passes(later) {
                            place = pass.place_of(&place).unwrap_or(place);
                        }
                        heard.push(*told);
                    }
                    assert_eq!(place, expected, "{before} by {order:?}");
                }
            }
        }
    }

    #[test]
    fn the_stages_end() {
        let mut stage = Some(Stage::Grants);
        let mut seen = Vec::new();
        while let Some(at) = stage {
            seen.push(at);
            stage = at.next();
        }
        assert_eq!(seen, Stage::ALL);
    }
}
