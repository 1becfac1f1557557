#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::HashSet;

use jiff::tz::TimeZone;
use kernel::Timestamp;

use super::OrderNumber;
use crate::domain::testing::order_id;

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

#[test]
fn the_day_is_that_of_the_business_zone() {
    let late: Timestamp = "2026-11-21T16:30:00Z".parse().unwrap();
    let number = OrderNumber::derive("WD", order_id(1), late, &zone(), 0);
    assert!(number.as_str().starts_with("WD20261122-"), "{number}");
    assert_eq!(number.as_str().len(), "WD20261122-".len() + 8);
}

#[test]
fn the_same_order_always_gets_the_same_number_and_another_attempt_another_one() {
    let at: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let first = OrderNumber::derive("WD", order_id(7), at, &zone(), 0);
    assert_eq!(
        first,
        OrderNumber::derive("WD", order_id(7), at, &zone(), 0)
    );
    assert_ne!(
        first,
        OrderNumber::derive("WD", order_id(7), at, &zone(), 1)
    );
}

#[test]
fn twenty_thousand_orders_of_one_day_get_different_numbers() {
    let at: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let mut seen = HashSet::new();
    for index in 0..20_000 {
        assert!(seen.insert(OrderNumber::derive("LB", order_id(index), at, &zone(), 0)));
    }
}

#[test]
fn numbers_are_read_as_people_type_them() {
    let number: OrderNumber = " wd20261122-7k2mq9xr ".parse().unwrap();
    assert_eq!(number.as_str(), "WD20261122-7K2MQ9XR");
}

#[test]
fn other_texts_are_no_numbers() {
    for text in [
        "",
        "WD20261122",
        "20261122-7K2MQ9XR",
        "WD2026112-7K2MQ9XR",
        "WD20261122-7K2MQ9XL",
        "单20261122-7K2MQ9XR",
    ] {
        assert!(text.parse::<OrderNumber>().is_err(), "{text}");
    }
}
