//! Moves of organisations (划转), told in any order.

use crate::OrgPath;

/// An organisation went from one place to another, with everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgMove {
    /// The place that it left.
    pub from: OrgPath,
    /// Where it is since.
    pub to: OrgPath,
}

impl OrgMove {
    /// Returns the new place of what was at `before`; nothing where it stays.
    ///
    /// What is to follow was at the very place that the organisation left. A path that somebody made up, with
    /// its code behind other ones, is no such place.
    #[must_use]
    pub fn place_of(&self, before: &OrgPath) -> Option<OrgPath> {
        let place = before.rebased(&self.from, &self.to)?;
        (place != *before).then_some(place)
    }

    /// Returns where a place is after moves, the first one first.
    #[must_use]
    pub fn place_after(moves: &[Self], place: OrgPath) -> OrgPath {
        let moves = moves.iter();
        moves.fold(place, |place, moved| {
            moved.place_of(&place).unwrap_or(place)
        })
    }

    /// Returns the moves to be followed once this one is heard of, `later` being those that came after it and
    /// were heard of before, the first one first: moves of different organisations are told in any order.
    ///
    /// It is looked for where later ones have taken its places, and those are followed once more over what it
    /// brings.
    #[must_use]
    pub fn passes(self, later: Vec<Self>) -> Vec<Self> {
        let mut passes = vec![Self {
            from: Self::place_after(&later, self.from),
            to: Self::place_after(&later, self.to),
        }];
        passes.extend(later);
        passes
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use super::OrgMove;
    use crate::OrgPath;

    fn path(text: &str) -> OrgPath {
        OrgPath::parse(text).unwrap()
    }

    fn moved(from: &str, to: &str) -> OrgMove {
        OrgMove {
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
}
