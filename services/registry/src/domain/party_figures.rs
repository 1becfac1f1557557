//! How far the party's work reaches a part of the tree (formula 25 of the design's section (c)).

use contracts::registry::OrgKind;

/// Kinds of places that should have a party organisation of their own (党组织覆盖).
pub(crate) const COVERED: [OrgKind; 5] = [
    OrgKind::Street,
    OrgKind::Community,
    OrgKind::Compound,
    OrgKind::Grid,
    OrgKind::Building,
];

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) part: u64,
    pub(crate) whole: u64,
}

impl Share {
    /// In ten-thousandths, rounded down; nothing of nothing.
    pub(crate) fn ten_thousandths(self) -> Option<u64> {
        self.part.saturating_mul(10_000).checked_div(self.whole)
    }
}

/// Figures of a part of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartyFigures {
    /// 单位报到率: units that a community has confirmed ÷ units there are (25).
    pub(crate) units: Share,
    /// 党员报到率: members whom communities have confirmed ÷ members that the grids say they have (25). It may be more than
    /// all of them: who reports in where they live may belong to a branch elsewhere.
    pub(crate) members: Share,
    /// 党组织覆盖率: places with a party organisation of their own ÷ places, kind by kind (25).
    pub(crate) coverage: Vec<(OrgKind, Share)>,
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn published_figures_come_out_the_same() {
        // 德江 (seed 002): 211 grids, 128 party organisations of grids
        let of = |part, whole| Share { part, whole }.ten_thousandths();
        assert_eq!(of(128, 211), Some(6_066));
        assert_eq!(of(0, 5), Some(0));
        assert_eq!(of(5, 5), Some(10_000));
        assert_eq!(of(7, 5), Some(14_000));
        assert_eq!(of(0, 0), None);
    }
}
