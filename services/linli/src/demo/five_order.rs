//! 五单: a resident asks, the compound dispatches, a party member takes it, neighbours judge, the result is published.

use anyhow::bail;
use serde_json::{Value, json};

use super::stage::{Stage, offers, order_path};
use crate::client::text;
use crate::outcome::Stop;

/// Compound of the demo.
const COMPOUND: &str = "420105011010.X01";

pub(super) async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    let resident = stage.actor("resident").await?;
    let dispatcher = stage.actor("compound_dispatcher").await?;
    let member = stage.actor("party_member").await?;

    let order = json!({
        "workflow": "five-order",
        "title": "楼道照明灯不亮",
        "content": "楼道里的照明灯坏了几天，晚上出入不便，希望尽快修好。",
        "org_code": COMPOUND,
    });
    let order = stage
        .post("点单 request", &resident, "/api/ticketing/v1/orders", order)
        .await?;
    let path = order_path(&order);
    let act = |action: &str| format!("{path}/actions/{action}");

    stage
        .post("派单 dispatch", &dispatcher, &act("dispatch"), json!({}))
        .await?;

    let number = text(&order, "number").to_owned();
    let task = stage
        .await_until(
            "待接任务 open task",
            &member,
            "/api/volunteering/v1/tasks",
            |tasks| find(tasks, &number),
        )
        .await?;
    let claim = format!("/api/volunteering/v1/tasks/{task}/claim");
    stage.post("接单 claim", &member, &claim, json!({})).await?;
    stage
        .await_until("可以办理 ready to handle", &member, &path, |order| {
            offers(order, "handle").then_some(())
        })
        .await?;

    stage
        .upload("办单照片 photo", &member, &format!("{path}/attachments"))
        .await?;
    let handled = json!({"note": "更换了灯泡，并检查了线路，现已恢复照明。"});
    stage
        .post("办单 handle", &member, &act("handle"), handled)
        .await?;

    review(stage, &path).await?;

    let publication = json!({
        "title": "楼道照明灯已修复",
        "summary": "居民反映楼道照明灯不亮，志愿力量当日更换灯泡并检查线路，居民评议满意。",
    });
    stage
        .post("晒单 publish", &dispatcher, &act("publish"), publication)
        .await?;
    stage
        .await_until(
            "公开结果 publication",
            &resident,
            "/api/ticketing/v1/publications",
            |page| find(page, &number),
        )
        .await?;
    stage
        .await_until(
            "收到通知 inbox",
            &resident,
            "/api/notifications/v1/inbox",
            |page| page.get("items")?.as_array()?.first().map(|_| ()),
        )
        .await?;
    Ok(())
}

/// Residents who were drawn, and the requester, score until the quorum is reached.
async fn review(stage: &mut Stage, path: &str) -> anyhow::Result<()> {
    for resident in stage.residents().await? {
        // Whoever was not drawn cannot see the order.
        let Ok(order) = resident.client.get(path).await else {
            continue;
        };
        if text(&order, "state") != "reviewing" {
            return Ok(());
        }
        if offers(&order, "review") {
            let vote = json!({"score": 5, "solved": true});
            let action = format!("{path}/actions/review");
            let after = stage.post("评单 review", &resident, &action, vote).await?;
            if text(&after, "state") == "reviewed" {
                return Ok(());
            }
        }
    }
    bail!(Stop::Failed("评单未达到法定人数 (no quorum)".to_owned()))
}

/// Id of the item about the order with this number.
fn find(page: &Value, number: &str) -> Option<String> {
    let items = page.get("items")?.as_array()?;
    let item = items.iter().find(|item| text(item, "number") == number)?;
    Some(text(item, "id").to_owned())
}
