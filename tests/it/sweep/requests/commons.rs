//! What organisations share: lists, agreements, alliances, meetings.

use kernel::Role;
use scenarios::order::{COMPOUND, DEPARTMENT, text};
use serde_json::{Value, json};

use crate::world::World;

/// The organisation that most of it belongs to.
const COMMUNITY: &str = "420105011010";

/// A building in the compound.
const BUILDING: &str = "420105011010.X01.B71";

/// Ids of real objects.
pub(super) struct Commons {
    need: String,
    /// Another one, to be claimed for and to be finished.
    other_need: String,
    finished: String,
    resource: String,
    /// Asked by the need's side.
    claim: String,
    draft: String,
    /// Another draft, to be proposed.
    proposed: String,
    commitment: String,
    alliance: String,
    meeting: String,
    /// Another one, that is being held.
    held: String,
}

fn path(list: &str) -> String {
    format!("/api/registry/v1/{list}")
}

async fn make(world: &World, list: &str, body: &Value) -> Value {
    world.platform.post(&path(list), body).await.expect(201)
}

async fn step(world: &World, list: &str, id: &str, body: &Value) -> Value {
    let path = path(&format!("{list}/{id}/steps"));
    world.platform.post(&path, body).await.expect(200)
}

fn entry(kind: &str, owner: &str) -> Value {
    json!({"kind": kind, "topic": "venue", "title": "周末场地", "owner_code": owner})
}

fn agreement() -> Value {
    json!({
        "drafted_by": COMMUNITY, "title": "共享停车", "parties": [COMMUNITY, DEPARTMENT],
        "term_from": "2026-01-01", "term_until": "2099-12-31",
        "commitments": [
            {"by_code": COMMUNITY, "what": "组织引导员", "measure": "每晚两人", "due_on": "2099-06-30"},
            {"by_code": DEPARTMENT, "what": "划线", "measure": "30 个", "due_on": "2099-06-30"},
        ],
    })
}

fn meeting() -> Value {
    json!({
        "convener_code": COMMUNITY, "title": "停车难", "starts_at": "2026-12-01T06:00:00Z",
        "invited": [DEPARTMENT], "agenda": [{"subject": "夜间车位"}],
    })
}

impl Commons {
    pub(super) async fn make(world: &World) -> Self {
        let id = |object: &Value| text(object, "id").to_owned();
        let building = json!({
            "code": BUILDING, "name": "71栋", "kind": "building", "parent_code": COMPOUND,
        });
        make(world, "organisations", &building).await;
        let shapes = json!({"compound_code": COMPOUND, "buildings": [
            {"code": BUILDING, "units": 2, "floors": 6, "rooms_per_unit": 12},
        ]});
        let set = world
            .platform
            .request(reqwest::Method::PUT, &path("buildings"));
        world.platform.send(set.json(&shapes)).await.expect(200);
        let mut needs = Vec::new();
        for _ in 0..3 {
            needs.push(id(
                &make(world, "list-entries", &entry("need", COMMUNITY)).await
            ));
        }
        let [need, other_need, finished] = needs.try_into().expect("three needs");
        let resource = id(&make(world, "list-entries", &entry("resource", DEPARTMENT)).await);
        let claim = json!({"wanted_id": need, "resource_id": resource, "asked_by": "wanting"});
        let claim = id(&make(world, "list-claims", &claim).await);
        let draft = id(&make(world, "agreements", &agreement()).await);
        let proposed = id(&make(world, "agreements", &agreement()).await);
        let concluded = id(&make(world, "agreements", &agreement()).await);
        let propose = json!({"step": "propose", "party_code": COMMUNITY});
        step(world, "agreements", &concluded, &propose).await;
        let consent = json!({"step": "consent", "party_code": DEPARTMENT});
        // nobody consents for two parties
        let other = world.host.caller(&[(Role::PlatformOperator, "/")]);
        let consented = path(&format!("agreements/{concluded}/steps"));
        let concluded = other.post(&consented, &consent).await.expect(200);
        let founded = json!({"name": "党建联盟", "org_code": COMMUNITY});
        let alliance = id(&make(world, "alliances", &founded).await);
        let called = id(&make(world, "meetings", &meeting()).await);
        let held = id(&make(world, "meetings", &meeting()).await);
        step(world, "meetings", &held, &json!({"step": "hold"})).await;
        Self {
            need,
            other_need,
            finished,
            resource,
            claim,
            draft,
            proposed,
            commitment: id(&concluded["commitments"][0]),
            alliance,
            meeting: called,
            held,
        }
    }

    /// The object that an operation is called on.
    pub(super) fn id(&self, operation: &str) -> Option<&str> {
        let id = match operation {
            "show_list_entry" | "suggest_matches" => &self.need,
            "change_list_entry" => &self.finished,
            "change_list_claim" => &self.claim,
            "show_agreement" | "revise_agreement" => &self.draft,
            "change_agreement" => &self.proposed,
            "change_commitment" => &self.commitment,
            "show_alliance" | "change_alliance" => &self.alliance,
            "show_meeting" | "change_meeting" => &self.meeting,
            "record_minutes" | "pass_resolution" => &self.held,
            "set_households" | "list_households" => BUILDING,
            _ => return None,
        };
        Some(id)
    }

    /// What a list is asked for.
    pub(super) fn query(&self, operation: &str) -> Option<String> {
        match operation {
            "list_entries" => Some(format!("owner_code={COMMUNITY}")),
            "list_claims" => Some(format!("entry_id={}", self.need)),
            "list_buildings" | "count_dwellings" => Some(format!("compound_code={COMPOUND}")),
            "list_agreements" | "list_commitments" | "show_fulfilment" | "list_alliances"
            | "list_meetings" => Some(format!("org_code={COMMUNITY}")),
            _ => None,
        }
    }

    /// A body that an operation takes.
    pub(super) fn body(&self, operation: &str) -> Option<Value> {
        let body = match operation {
            "open_list_entry" => entry("need", COMMUNITY),
            "change_list_entry" => json!({"step": "finish"}),
            "open_list_claim" => json!({
                "wanted_id": self.other_need, "resource_id": self.resource, "asked_by": "wanting",
            }),
            "change_list_claim" => json!({"step": "confirm"}),
            "draft_agreement" | "revise_agreement" => agreement(),
            "change_agreement" => json!({"step": "propose", "party_code": COMMUNITY}),
            "change_commitment" => json!({"step": "report", "party_code": COMMUNITY}),
            "found_alliance" => json!({"name": "党建联盟", "org_code": COMMUNITY}),
            "change_alliance" => json!({"step": "invite", "org_code": DEPARTMENT}),
            "call_meeting" => meeting(),
            "change_meeting" => json!({"step": "hold"}),
            "record_minutes" => json!({"item": 1, "minutes": "同意增设。"}),
            "pass_resolution" => json!({
                "item": 1, "title": "增设车位", "text": "在北门外划线。", "owner_code": DEPARTMENT,
            }),
            "set_buildings" => json!({"compound_code": COMPOUND, "buildings": [
                {"code": BUILDING, "units": 2, "floors": 6, "rooms_per_unit": 12},
            ]}),
            "set_households" => json!({"households": [{"room": "1-101", "persons": 3}]}),
            _ => return None,
        };
        Some(body)
    }
}
