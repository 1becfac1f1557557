//! 六步闭环: reported by a grid worker, handled by a department, verified by an inspector, closed, archived, assessed.

use serde_json::{Value, json};

use super::stage::{Stage, order_path};

/// Department of the demo that handles it.
const UNIT: &str = "420105000000.CG";

pub(super) async fn play(stage: &mut Stage) -> anyhow::Result<()> {
    let reporter = stage.actor("grid_worker").await?;
    let order = json!({
        "workflow": "six-step",
        "title": "路口垃圾堆积",
        "content": "小区东门外路口的垃圾堆积，影响通行，请安排清运。",
        "org_code": "420105011010.X01",
        "location": {"lon": 114.17, "lat": 30.52},
    });
    let order = stage
        .post(
            "发现上报 report",
            &reporter,
            "/api/ticketing/v1/orders",
            order,
        )
        .await?;
    let path = order_path(&order);

    let steps: [(&str, &str, &str, Value); 8] = [
        ("受理 accept", "district_operator", "accept", json!({})),
        (
            "派遣 dispatch",
            "district_operator",
            "dispatch",
            json!({"unit": UNIT}),
        ),
        ("签收 sign", "department_liaison", "sign", json!({})),
        (
            "处置反馈 feedback",
            "department_liaison",
            "feedback",
            json!({
                "handling_note": "安排清运车辆到场清理，并加密巡查频次。",
                "public_answer": "路口垃圾已清运完毕，今后将加密巡查。",
            }),
        ),
        (
            "任务核查 verify",
            "inspector",
            "verify",
            json!({"passed": true}),
        ),
        (
            "回访 call back",
            "callback_agent",
            "call_back",
            json!({"reached": true, "solved": "yes", "satisfaction": 5, "attitude": 5}),
        ),
        (
            "事件归档 archive",
            "district_operator",
            "archive",
            json!({}),
        ),
        (
            "考核评价 evaluate",
            "assessor",
            "evaluate",
            json!({"score": 95}),
        ),
    ];
    for (step, role, action, body) in steps {
        let actor = stage.actor(role).await?;
        let action = format!("{path}/actions/{action}");
        stage.post(step, &actor, &action, body).await?;
    }
    Ok(())
}
