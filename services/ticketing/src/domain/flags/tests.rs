#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use kernel::{OrderId, OrgCode, Timestamp, TypedId};
use uuid::Uuid;

use super::{BUNDLED, Deed, FigureFlagKind, Flag, Thresholds, What, find, normal};

fn deed(number: u128, minute: u64, what: What) -> Deed {
    Deed {
        unit: "420105000000.CG".parse::<OrgCode>().unwrap(),
        order: OrderId::from_uuid(Uuid::from_u128(number)),
        at: Timestamp::UNIX_EPOCH.plus(Duration::from_mins(minute)),
        what,
    }
}

fn found(deeds: &[Deed]) -> Vec<(FigureFlagKind, usize, usize)> {
    let flags = find(deeds, &Thresholds::bundled().unwrap());
    flags
        .iter()
        .map(|flag: &Flag| (flag.kind, flag.count, flag.of))
        .collect()
}

/// Reports that say different things, one every `apart` minutes.
fn reports(count: u128, apart: u64) -> Vec<Deed> {
    let said = |number: u128| {
        "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
            .chars()
            .nth(usize::try_from(number).unwrap())
            .unwrap()
    };
    (0..count)
        .map(|number| {
            let minute = u64::try_from(number).unwrap() * apart;
            deed(number, minute, What::Reported(said(number).to_string()))
        })
        .collect()
}

#[test]
fn many_reports_within_minutes_are_flagged_and_a_day_of_steady_work_is_not() {
    assert_eq!(
        found(&reports(10, 1)),
        [(FigureFlagKind::MassClose, 10, 10)]
    );
    assert_eq!(found(&reports(9, 1)), []);
    assert_eq!(found(&reports(20, 2)), []);
    let mut twice = reports(5, 0);
    twice.extend(reports(5, 0));
    // the same orders again are not more orders
    assert_eq!(found(&twice), []);
}

#[test]
fn the_same_answer_with_other_figures_is_flagged() {
    let answer = |number: u128| {
        let text = format!("您好，来件 {number} 已收悉，已于 {number} 日处理。");
        deed(
            number,
            u64::try_from(number).unwrap() * 600,
            What::Reported(normal(&text)),
        )
    };
    let copies: Vec<Deed> = (0..5).map(answer).collect();
    assert_eq!(found(&copies), [(FigureFlagKind::TemplateReply, 5, 5)]);
    assert_eq!(found(&copies[..4]), []);
    // five of twenty are no third
    let mut among = reports(15, 600);
    among.extend((100..105).map(answer));
    assert_eq!(found(&among), []);
    let silent: Vec<Deed> = (0..6)
        .map(|number| deed(number, 0, What::Reported(String::new())))
        .collect();
    assert_eq!(found(&silent), []);
}

#[test]
fn orders_closed_and_opened_again_are_flagged() {
    let mut deeds: Vec<Deed> = (0..20)
        .map(|number| deed(number, 1, What::Closed))
        .collect();
    deeds.extend((0..2).map(|number| deed(number, 2, What::Reopened)));
    assert_eq!(found(&deeds), []);
    deeds.push(deed(2, 2, What::Reopened));
    assert_eq!(found(&deeds), [(FigureFlagKind::Reopened, 3, 20)]);
}

#[test]
fn signing_at_the_last_moment_is_flagged_being_late_is_not() {
    let signed = |used: u64| {
        (0..6)
            .map(|number| deed(number, 1, What::Signed(used)))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&signed(95)), [(FigureFlagKind::LastMinuteSign, 6, 6)]);
    assert_eq!(
        found(&signed(100)),
        [(FigureFlagKind::LastMinuteSign, 6, 6)]
    );
    assert_eq!(found(&signed(89)), []);
    assert_eq!(found(&signed(150)), []);
}

#[test]
fn units_are_looked_at_apart() {
    let mut deeds = reports(12, 0);
    for deed in deeds.iter_mut().skip(6) {
        deed.unit = "420105000000.SW".parse().unwrap();
    }
    assert_eq!(found(&deeds), []);
}

#[test]
fn thresholds_that_make_no_sense_are_refused() {
    let refused = |from: &str, to: &str| {
        let text = BUNDLED.1.replacen(from, to, 1);
        assert_ne!(text, BUNDLED.1);
        Thresholds::parse("flags.toml", &text)
            .unwrap_err()
            .to_string()
    };
    assert!(refused("orders = 10", "orders = 1").contains("orders"));
    assert!(refused("share_percent = 30", "share_percent = 101").contains("share_percent"));
    assert!(refused("last_percent = 10", "last_percent = 0").contains("last_percent"));
    assert!(refused("minutes = 10", "minutes = 0").contains("minutes"));
    let unknown = refused("minutes = 10", "hours = 10");
    assert!(
        unknown.contains("hours") && unknown.contains("line"),
        "{unknown}"
    );
}
