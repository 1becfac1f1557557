use super::PlanRules;

const RULES: PlanRules = PlanRules {
    offer_hours: 48,
    shifts_a_week: 3,
    days_in_a_row: 6,
    unfilled: [1_000, 2_000, 4_000],
    fair: 4,
    new_face: 10,
    unwanted: 20,
    change: 50,
};

#[test]
fn rules_that_cannot_work_are_refused() {
    assert_eq!(RULES.is_wrong(), None);
    for wrong in [
        PlanRules {
            offer_hours: 0,
            ..RULES
        },
        PlanRules {
            days_in_a_row: 0,
            ..RULES
        },
        PlanRules {
            unfilled: [2, 1, 3],
            ..RULES
        },
        PlanRules {
            unfilled: [-1, 1, 3],
            ..RULES
        },
        PlanRules {
            fair: 10_001,
            ..RULES
        },
        PlanRules {
            new_face: -1,
            ..RULES
        },
        PlanRules {
            unwanted: 1_000_001,
            change: 50,
            ..RULES
        },
    ] {
        assert!(wrong.is_wrong().is_some(), "{wrong:?}");
    }
}
