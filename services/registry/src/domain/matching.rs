//! Which entries fit one, with the reasons (供需匹配): a suggestion to people, who decide.

use kernel::{DivisionCode, DivisionLevel, OrgPath, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list_entry::ListEntry;

/// Most suggestions that anyone reads.
const MOST_SUGGESTIONS: usize = 20;
/// Most words in common that count.
const MOST_WORDS: usize = 3;

named! {
    /// Why an entry is suggested.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum Reason {
        /// 主题相同
        SameTopic = "same_topic",
        /// 标签相同
        SharedTags = "shared_tags",
        /// 同一社区
        SameCommunity = "same_community",
        /// 服务范围覆盖
        AreaCovers = "area_covers",
        /// 同一街道
        SameStreet = "same_street",
        /// 同一区县
        SameDistrict = "same_district",
        /// 期限覆盖
        TermCovered = "term_covered",
        /// 期限重叠
        TermOverlaps = "term_overlaps",
        /// 数量足够
        EnoughLeft = "enough_left",
        /// 数量部分满足
        PartLeft = "part_left",
    }
}

impl Reason {
    /// What it adds to the score; shared words count each.
    fn weight(self) -> u32 {
        match self {
            Self::SameTopic | Self::SameCommunity => 30,
            Self::SharedTags | Self::AreaCovers | Self::SameStreet | Self::TermCovered => 15,
            Self::SameDistrict | Self::TermOverlaps | Self::PartLeft => 5,
            Self::EnoughLeft => 10,
        }
    }
}

/// An entry with its place in the tree.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) entry: ListEntry,
    pub(crate) place: OrgPath,
}

/// An entry that fits.
#[derive(Debug, Clone)]
pub(crate) struct Suggestion {
    pub(crate) entry: ListEntry,
    /// The higher the better; comparable within one answer only.
    pub(crate) score: u32,
    pub(crate) reasons: Vec<Reason>,
}

/// Ranks the candidates for an entry, the best first and at most twenty. What cannot be had is left out: an entry of the same
/// owner, of another time, used up, or on a list that does not fit.
pub(crate) fn suggest(wanted: &Placed, candidates: Vec<Placed>) -> Vec<Suggestion> {
    let mut fitting: Vec<Suggestion> = candidates
        .into_iter()
        .filter_map(|candidate| weigh(wanted, candidate))
        .collect();
    // ids are in the order of their making: of equals whoever came first
    fitting.sort_by(|one, two| {
        two.score
            .cmp(&one.score)
            .then(one.entry.id.cmp(&two.entry.id))
    });
    fitting.truncate(MOST_SUGGESTIONS);
    fitting
}

fn weigh(wanted: &Placed, candidate: Placed) -> Option<Suggestion> {
    let (one, two) = (&wanted.entry, &candidate.entry);
    let fits = one.kind.counterpart() == Some(two.kind) || two.kind.counterpart() == Some(one.kind);
    if !fits || one.owner_code == two.owner_code || !two.state.is_live() {
        return None;
    }
    let mut reasons = Vec::new();
    if one.topic == two.topic {
        reasons.push(Reason::SameTopic);
    }
    let shared = one
        .tags
        .iter()
        .filter(|tag| two.tags.contains(tag))
        .take(MOST_WORDS);
    reasons.extend(shared.map(|_| Reason::SharedTags));
    reasons.extend(nearness(&wanted.place, &candidate.place));
    if !one.term.overlaps(two.term) {
        return None;
    }
    let (needed, given) = if one.kind.is_wanting() {
        (one, two)
    } else {
        (two, one)
    };
    reasons.push(if given.term.covers(needed.term) {
        Reason::TermCovered
    } else {
        Reason::TermOverlaps
    });
    reasons.push(match (needed.remaining(), given.remaining()) {
        (Some(0), _) | (_, Some(0)) => return None,
        (Some(needed), Some(left)) if left < needed => Reason::PartLeft,
        _ => Reason::EnoughLeft,
    });
    let score = reasons.iter().map(|reason| reason.weight()).sum();
    // told once, however many words there are
    reasons.dedup();
    Some(Suggestion {
        entry: candidate.entry,
        score,
        reasons,
    })
}

/// How near two places are: by the narrowest area in which both lie. Who works for a wider area is near to all of it.
fn nearness(one: &OrgPath, two: &OrgPath) -> Option<Reason> {
    let shared = one
        .ancestors()
        .into_iter()
        .rev()
        .find(|area| area.contains(two))?;
    let division: DivisionCode = shared.leaf()?.division().parse().ok()?;
    match division.level() {
        DivisionLevel::Community => Some(Reason::SameCommunity),
        _ if shared == *one || shared == *two => Some(Reason::AreaCovers),
        DivisionLevel::Street => Some(Reason::SameStreet),
        DivisionLevel::District => Some(Reason::SameDistrict),
        DivisionLevel::City | DivisionLevel::Province => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::list_entry::tests::entry;
    use super::super::list_entry::{EntryState, ListKind, Term, Topic};
    use super::{MOST_SUGGESTIONS, Placed, Reason, suggest};

    const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";

    fn placed(kind: ListKind, owner: &str, place: &str) -> Placed {
        let mut entry = entry(kind, Topic::Venue);
        entry.owner_code = owner.parse().unwrap();
        Placed {
            entry,
            place: place.parse().unwrap(),
        }
    }

    #[test]
    fn what_is_near_and_at_the_time_comes_first_and_says_why() {
        let mut need = placed(ListKind::Need, "420105011010", COMMUNITY);
        need.entry.tags = vec!["投影".to_owned(), "周末".to_owned()];
        need.entry.term = Term {
            from: Some(date(2026, 12, 1)),
            until: Some(date(2026, 12, 31)),
        };
        need.entry.quantity = Some(3);
        let unit = format!("{COMMUNITY}420105011010.U1/");
        let mut near = placed(ListKind::Resource, "420105011010.U1", &unit);
        near.entry.tags = need.entry.tags.clone();
        near.entry.quantity = Some(5);
        let mut far = placed(
            ListKind::Resource,
            "420105012001",
            "/420105000000/420105012000/420105012001/",
        );
        far.entry.quantity = Some(1);
        far.entry.term.until = Some(date(2026, 12, 5));
        let wide = placed(ListKind::Resource, "420105000000.CG", "/420105000000/");
        let found = suggest(&need, vec![far.clone(), wide.clone(), near.clone()]);
        let order: Vec<_> = found.iter().map(|found| found.entry.id).collect();
        assert_eq!(order, [near.entry.id, wide.entry.id, far.entry.id]);
        assert_eq!(
            found[0].reasons,
            [
                Reason::SameTopic,
                Reason::SharedTags,
                Reason::SameCommunity,
                Reason::TermCovered,
                Reason::EnoughLeft
            ]
        );
        assert_eq!(
            found[2].reasons,
            [
                Reason::SameTopic,
                Reason::SameDistrict,
                Reason::TermOverlaps,
                Reason::PartLeft
            ]
        );
        // and from the other side
        let back = suggest(&near, vec![need.clone()]);
        assert_eq!(back[0].score, found[0].score);
    }

    #[test]
    fn what_cannot_be_had_is_not_suggested() {
        let need = placed(ListKind::Need, "420105011010", COMMUNITY);
        let own = placed(ListKind::Resource, "420105011010", COMMUNITY);
        let other_need = placed(ListKind::Need, "420105011010.U1", COMMUNITY);
        let duty = placed(ListKind::Responsibility, "420105011010.U1", COMMUNITY);
        let mut used = placed(ListKind::Resource, "420105011010.U1", COMMUNITY);
        (used.entry.quantity, used.entry.taken) = (Some(2), 2);
        let mut ended = placed(ListKind::Resource, "420105011010.U1", COMMUNITY);
        ended.entry.state = EntryState::Expired;
        let none = suggest(&need, vec![own, other_need, duty, used, ended]);
        assert!(none.is_empty());
    }

    proptest! {
        #[test]
        fn suggestions_are_few_and_from_good_to_less_good(left in prop::collection::vec(0_u32..4, 0..60)) {
            let need = placed(ListKind::Need, "420105011010", COMMUNITY);
            let candidates: Vec<Placed> = left
                .iter()
                .map(|left| {
                    let mut found = placed(ListKind::Resource, "420105011010.U1", COMMUNITY);
                    found.entry.quantity = Some(*left);
                    found
                })
                .collect();
            let usable = left.iter().filter(|left| **left > 0).count();
            let found = suggest(&need, candidates);
            prop_assert_eq!(found.len(), usable.min(MOST_SUGGESTIONS));
            prop_assert!(found.is_sorted_by(|one, two| one.score >= two.score));
        }
    }
}
