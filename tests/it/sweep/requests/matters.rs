//! Six-step orders on their way, for what is done about orders beside their actions.

use kernel::Role;
use scenarios::order::{DEPARTMENT, act, open, path, six_step, text};
use serde_json::{Value, json};

use crate::world::{DEPARTMENT as UNIT, DISTRICT, ORGANISATIONS, World};

/// Ids of real orders.
pub(super) struct Matters {
    /// With the unit that handles it, which has asked another one for its part.
    in_hand: String,
    /// Its number.
    number: String,
    /// To become part of another one.
    merging: String,
    /// Waits for its callback.
    called: String,
    /// Is part of another one, and to be taken out.
    merged: String,
    /// An extension that waits.
    request: String,
}

/// Departments that don't handle the order: one assists, one is asked.
const OTHER: &str = "420105000000.SW";
const ASKED: &str = "420105000000.ZJ";

impl Matters {
    pub(super) async fn make(world: &World) -> Self {
        for code in [OTHER, ASKED] {
            let body = json!({
                "code": code, "kind": "department", "name": "扫查部门", "parent_code": "420105000000",
            });
            world.platform.post(ORGANISATIONS, &body).await.expect(201);
        }
        // until ticketing knows them
        world.settled().await;
        let operator = world.host.caller(&[(Role::DistrictOperator, DISTRICT)]);
        let liaison = world.host.caller(&[(Role::DepartmentLiaison, UNIT)]);
        let mut orders: Vec<Value> = Vec::new();
        for title in ["路面破损", "路面坑洼", "井盖异响", "路面积水", "井盖缺失"]
        {
            orders.push(open(&operator, &six_step(title)).await);
        }
        let [first, merging, merged, survivor, called] = orders.try_into().expect("five orders");
        let unit = json!({"unit": DEPARTMENT});
        for (caller, action, body) in [
            (&operator, "accept", json!({})),
            (&operator, "dispatch", unit),
            (&liaison, "sign", json!({})),
        ] {
            act(caller, &first, action, body).await.expect(200);
        }
        let inspector = world.host.caller(&[(Role::Inspector, DISTRICT)]);
        let unit = json!({"unit": DEPARTMENT});
        let report = json!({"handling_note": "已处理", "public_answer": "已处理"});
        for (caller, action, body) in [
            (&operator, "accept", json!({})),
            (&operator, "dispatch", unit),
            (&liaison, "sign", json!({})),
            (&liaison, "feedback", report),
            (&inspector, "verify", json!({"passed": true})),
        ] {
            act(caller, &called, action, body).await.expect(200);
        }
        let part = json!({"unit": OTHER, "asked": "配合"});
        let parts = format!("{}/parts", path(&first));
        operator.post(&parts, &part).await.expect(201);
        let body = json!({"into": survivor["id"], "reason": "同一处"});
        let merge = format!("{}/merge", path(&merged));
        operator.post(&merge, &body).await.expect(200);
        let body =
            json!({"kind": "extend", "clock": "handle", "work_days": 2, "reason": "材料待采购"});
        let requests = format!("{}/requests", path(&first));
        let request = liaison.post(&requests, &body).await.expect(201);
        Self {
            in_hand: text(&first, "id").to_owned(),
            number: text(&first, "number").to_owned(),
            called: text(&called, "id").to_owned(),
            merging: text(&merging, "id").to_owned(),
            merged: text(&merged, "id").to_owned(),
            request: text(&request, "id").to_owned(),
        }
    }

    /// The object that an operation is called on.
    pub(super) fn id(&self, operation: &str) -> Option<&str> {
        let id = match operation {
            "ask_for_part" | "list_order_parts" | "take_part_step" | "split_order"
            | "show_order_family" | "open_request" => &self.in_hand,
            "merge_order" => &self.merging,
            "request_callback" => &self.called,
            "take_orders_apart" => &self.merged,
            "take_request_step" => &self.request,
            _ => return None,
        };
        Some(id)
    }

    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// A body that an operation takes.
    pub(super) fn body(&self, operation: &str) -> Option<Value> {
        let body = match operation {
            "ask_for_part" => json!({"unit": ASKED, "asked": "到场配合"}),
            "take_part_step" => json!({"text": "现场不需要"}),
            "request_callback" => json!({}),
            "set_household" => json!({"accounts": []}),
            "open_export" => json!({"org_code": "420105000000"}),
            "show_callback_question" => json!({"token": "0123456789abcdef"}),
            "answer_callback" => {
                json!({"token": "0123456789abcdef", "solved": "yes", "satisfaction": 5, "attitude": 5})
            }
            "merge_order" => json!({"into": self.in_hand, "reason": "同一处"}),
            "take_orders_apart" => json!({"reason": "并非同一处"}),
            "split_order" => json!({"title": "另有井盖松动", "content": "楼前井盖松动。"}),
            "rehearse_workflow" => json!({"org_code": "420105000000", "definition": include_str!(
                "../../../../services/ticketing/workflows/five-order.toml"
            )}),
            "migrate_orders" => json!({"from": 2, "to": 3}),
            "override_workflow" => json!({"changes": {"max_rounds": 2}, "reason": "本区试点"}),
            _ => return None,
        };
        Some(body)
    }
}
