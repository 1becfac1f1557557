//! No list may cost more because the table has grown: the engine's plans show it.
#![expect(clippy::unwrap_used, reason = "tests may")]

use kernel::{OrderId, Timestamp, TypedId};
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement};
use uuid::Uuid;

use super::{Among, Selection, Walk, query};
use crate::app::testing::Bench;
use crate::domain::testing::account;

fn scope() -> Among {
    Among::Scope {
        code: "420105000000".to_owned(),
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
        walk: Walk::Newest(Some(OrderId::from_uuid(Uuid::max()))),
        limit: 51,
    }
}

async fn plan(bench: &Bench, selection: &Selection) -> Vec<String> {
    let mut statement: Statement = query(selection).build(DbBackend::Sqlite);
    statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let rows = bench
        .app
        .db
        .reader()
        .query_all_raw(statement)
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.try_get::<String>("", "detail").unwrap())
        .collect()
}

#[tokio::test]
async fn every_list_walks_an_index_in_its_order() {
    let bench = Bench::new().await;
    let overdue = Some((true, Timestamp::UNIX_EPOCH));
    let state = Some("dispatched".to_owned());
    let workflow = Some("six-step".to_owned());
    let below = Some("420105000000".to_owned());
    let changed = Walk::Changed(Timestamp::UNIX_EPOCH, None);
    let lists = [
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
    ];
    for list in lists {
        let plan = plan(&bench, &list).await;
        let slow = |step: &String| step.contains("SCAN") || step.contains("TEMP B-TREE");
        assert!(!plan.iter().any(slow), "{list:?}: {plan:#?}");
    }
}
