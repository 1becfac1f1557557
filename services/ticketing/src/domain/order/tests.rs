#![expect(clippy::unwrap_used, reason = "tests may")]

use super::{OpenOrder, Order};
use crate::domain::testing::{account, code, hour, order_id, path};
use crate::domain::workflow::Catalogue;

#[test]
fn a_new_order_stands_in_the_first_state_with_its_clock_running() {
    let catalogue = Catalogue::bundled().unwrap();
    let command = OpenOrder {
        title: "路灯不亮".to_owned(),
        content: "东门路灯不亮".to_owned(),
        org_code: code("420105011010"),
        org_path: path("/420105000000/420105011000/420105011010/"),
        requester: Some(account(3)),
        confidential: false,
        channel: "app".to_owned(),
        location: None,
        categorisation: None,
        route: None,
    };
    let number = "WD20261122-7K2MQ9XR".parse().unwrap();
    let definition = catalogue.latest("five-order").unwrap();
    let (order, events) = Order::open(
        definition,
        command,
        order_id(1),
        number,
        &crate::domain::calendar::Calendar::bundled().unwrap(),
        hour(0),
    );
    assert_eq!(
        (order.state.as_str(), order.round, order.version.get()),
        ("requested", 1, 1)
    );
    assert_eq!(order.due_at, Some(hour(24)));
    assert_eq!(events.len(), 2);
    // the requester alone may vote while no panel is drawn
    assert_eq!(order.voters(), 1);
}
