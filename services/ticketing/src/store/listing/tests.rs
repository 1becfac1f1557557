//! No list may cost more because the table has grown: the engine's plans show it.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::time::Duration;

use kernel::{OrderId, Timestamp, TypedId};
use testkit::{Storage, plans};
use uuid::Uuid;

use super::{Among, Selection, Walk, list_orders};
use crate::app::testing::Bench;
use crate::domain::testing::account;

/// A scope with many orders.
pub(crate) const SCOPE: &str = "420105000000";

fn scope() -> Among {
    Among::Scope {
        code: SCOPE.to_owned(),
        categories: Vec::new(),
    }
}

fn of(among: Among) -> Selection {
    Selection {
        among,
        state: None,
        workflow: None,
        below: None,
        overdue: None,
        supervised: None,
        walk: Walk::Newest(Some(OrderId::from_uuid(Uuid::max()))),
        limit: 51,
    }
}

/// A state that a tenth of the orders is in.
fn state_of_few() -> String {
    "dispatched".to_owned()
}

/// Every sort of list; the scope holds a fifth of the orders of [`crate::plans`].
pub(crate) fn lists() -> Vec<Selection> {
    let overdue = Some((
        true,
        Timestamp::UNIX_EPOCH.plus(Duration::from_secs(10_000)),
    ));
    let state = Some(state_of_few());
    let workflow = Some("six-step".to_owned());
    let projects = Some(crate::domain::project::WORKFLOW.to_owned());
    let below = Some(SCOPE.to_owned());
    let changed = Walk::Changed(Timestamp::UNIX_EPOCH, None);
    vec![
        of(scope()),
        Selection {
            state: state.clone(),
            ..of(scope())
        },
        Selection {
            workflow: workflow.clone(),
            ..of(scope())
        },
        Selection {
            state,
            workflow,
            ..of(scope())
        },
        Selection {
            workflow: projects.clone(),
            ..of(scope())
        },
        Selection {
            workflow: projects,
            state: Some(state_of_few()),
            ..of(scope())
        },
        Selection {
            overdue,
            ..of(scope())
        },
        Selection {
            supervised: Some(true),
            ..of(scope())
        },
        Selection {
            supervised: Some(true),
            overdue,
            ..of(scope())
        },
        Selection {
            walk: changed,
            ..of(scope())
        },
        of(Among::Requested(account(1))),
        of(Among::Assigned(account(1))),
        of(Among::Panel(account(1))),
        Selection {
            below,
            ..of(Among::Requested(account(1)))
        },
    ]
}

#[tokio::test]
async fn every_list_walks_an_index_in_its_order() {
    let bench = Bench::on(Storage::files()).await;
    let db = &bench.app.db;
    for list in lists() {
        let rows = plans::assert_flat(db, 0, list_orders(db.reader(), &list)).await;
        assert_eq!(rows.unwrap(), []);
    }
}
