//! A grant that is limited to categories is limited in every list, not only in that of orders.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use auth::Ctx;
use chassis::http::Limit;
use kernel::Role;
use serde_json::json;

use super::{ListPrecedents, list_precedents};
use crate::app::assist_order::{AskForPart, ask_for_part};
use crate::app::list_flags::{ListFlags, list_flags};
use crate::app::list_parts::{ListParts, list_parts};
use crate::app::show_order::show_order;
use crate::app::simulate_dispatch::{SimulateDispatch, simulate_dispatch};
use crate::app::testing::{Bench, PLACE};
use crate::domain::assist::PartState;
use crate::domain::request::Ask;

const DISTRICT: &str = "/420105000000/";

/// Someone whose grant is limited to a category.
fn limited(bench: &Bench, role: Role, category: &str) -> Ctx {
    let ctx = bench.caller_at(role, DISTRICT);
    let mut principal = auth::Principal::clone(&ctx.principal);
    principal.grants[0].categories = vec![category.to_owned()];
    Ctx::internal(principal, "test", ctx.now)
}

/// How many precedents, precedents beside a simulation, parts and flagged orders somebody is shown.
async fn shown(bench: &Bench, ctx: &Ctx, category: &str) -> [usize; 4] {
    let (app, ctx) = (&bench.app, &bench.now(ctx));
    let wanted = ListPrecedents {
        category: category.to_owned(),
        org_code: None,
    };
    let precedents = list_precedents(app, ctx, wanted).await.unwrap();
    let place: kernel::OrgPath = PLACE.parse().unwrap();
    let matter = SimulateDispatch {
        title: "路灯不亮".to_owned(),
        content: "楼道路灯坏了".to_owned(),
        category: Some(category.to_owned()),
        org_code: place.leaf().unwrap(),
        at: None,
    };
    let simulated = simulate_dispatch(app, ctx, matter).await.unwrap();
    let wanted = ListParts {
        state: PartState::Asked,
        org_code: None,
        cursor: None,
        limit: Limit::default(),
    };
    let parts = list_parts(app, ctx, wanted).await.unwrap();
    let wanted = ListFlags {
        from: "2026-11-01".parse().unwrap(),
        to: "2026-11-30".parse().unwrap(),
        org_code: None,
    };
    let flags = list_flags(app, ctx, &wanted).await.unwrap();
    // the counts are of all, whoever looks
    assert_eq!((flags.items.len(), flags.items[0].count), (1, 5));
    [
        precedents.items.len(),
        simulated.precedents.len(),
        parts.items.len(),
        flags.items[0].order_ids.len(),
    ]
}

#[tokio::test]
async fn a_grant_for_some_categories_shows_nothing_of_the_others() {
    let bench = Bench::new().await;
    bench
        .settle("/420105000000/420105000000.SW/", "department", "区水务局")
        .await;
    let first = bench.in_hand().await;
    let view = show_order(&bench.app, &bench.now(&first.operator), first.id).await;
    let category = view.unwrap().category.unwrap();
    let ask = Ask::Return {
        ground: "权责清单第 12 项".to_owned(),
    };
    let back = bench.ask(&first, ask, false).await;
    bench.step(&first.operator, back, "refuse").await.unwrap();
    let part = AskForPart {
        order_id: first.id,
        unit: "420105000000.SW".parse().unwrap(),
        asked: "请配合".to_owned(),
    };
    ask_for_part(&bench.app, &bench.now(&first.liaison), part)
        .await
        .unwrap();
    for number in 0..5 {
        let order = bench.in_hand().await;
        let answer = format!("来件 {number} 已收悉，感谢支持。");
        let report = json!({"handling_note": "已办", "public_answer": answer});
        bench
            .act(&order.liaison, order.id, "feedback", report)
            .await;
    }
    let everything = [1, 1, 1, 5];
    let operator = bench.caller_at(Role::DistrictOperator, DISTRICT);
    assert_eq!(shown(&bench, &operator, &category).await, everything);
    let theirs = limited(&bench, Role::DistrictOperator, &category);
    assert_eq!(shown(&bench, &theirs, &category).await, everything);
    let other = limited(&bench, Role::DistrictOperator, "0901");
    assert_eq!(shown(&bench, &other, &category).await, [0; 4]);
}
