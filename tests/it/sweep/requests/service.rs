//! Voluntary service: volunteers, teams, activities, sign-ups.

use std::time::Duration;

use kernel::{Clock, Role, SystemClock};
use reqwest::Method;
use scenarios::order::text;
use serde_json::{Value, json};
use testkit::{Caller, eventually};

use crate::world::{COMPOUND, World};

/// Ids of real objects.
pub(super) struct Service {
    volunteer: String,
    team: String,
    /// Who asked to join it.
    asking: String,
    /// An activity that recruits, and a draft.
    activity: String,
    draft: String,
    shift: String,
    /// Two that nobody signed up for: one to change, one to cancel.
    spare: [String; 2],
    sign_up: String,
    /// Who is in charge of certificates.
    charge: String,
    /// A plan that is to be cancelled, and one that is solved.
    plans: [String; 2],
    /// A sheet that was taken over.
    import: String,
    /// An entry of the volunteer's record.
    entry: String,
    /// Secret of a calendar.
    pub(super) token: String,
}

fn path(list: &str) -> String {
    format!("/api/volunteering/v1/{list}")
}

async fn make(caller: &Caller, list: &str, body: &Value) -> Value {
    caller.post(&path(list), body).await.expect(201)
}

fn activity() -> Value {
    json!({"org_path": COMPOUND, "kind": "clean_up", "title": "扫查活动", "admission": "open"})
}

/// A shift of an hour, so many hours from now.
fn shift(hours: u64) -> Value {
    let begins_at = SystemClock.now().plus(Duration::from_hours(hours));
    let ends_at = begins_at.plus(Duration::from_hours(1));
    json!({"begins_at": begins_at, "ends_at": ends_at, "positions": [{"needed": 5}]})
}

/// What a plan is asked for.
fn planned(shift: &str) -> Value {
    json!({"org_path": COMPOUND, "shifts": [shift], "iterations": 1000})
}

fn proof() -> Value {
    json!({"kind": "insurance", "valid_from": "2026-01-01", "valid_until": "2099-12-31"})
}

impl Service {
    pub(super) async fn make(world: &World) -> Self {
        let id = |object: &Value| text(object, "id").to_owned();
        let staff = &world.platform;
        let volunteer = world.host.caller(&[(Role::Volunteer, COMPOUND)]);
        let registered = make(&volunteer, "volunteers", &json!({"home": COMPOUND})).await;
        let proven = volunteer.post(&path("me/proofs"), &proof()).await;
        proven.expect(200);
        let steps = path(&format!("volunteers/{}/steps", text(&registered, "id")));
        staff
            .post(&steps, &json!({"step": "confirm"}))
            .await
            .expect(200);
        let founded = json!({"org_path": COMPOUND, "kind": "unit", "name": "扫查队"});
        let team = id(&make(staff, "teams", &founded).await);
        let joining = path(&format!("teams/{team}/members"));
        volunteer.post(&joining, &Value::Null).await.expect(200);
        let draft = id(&make(staff, "activities", &activity()).await);
        let recruiting = id(&make(staff, "activities", &activity()).await);
        let steps = path(&format!("activities/{recruiting}/steps"));
        staff
            .post(&steps, &json!({"step": "publish"}))
            .await
            .expect(200);
        let shifts = format!("activities/{recruiting}/shifts");
        let made = id(&make(staff, &shifts, &shift(48)).await);
        let spare = [
            id(&make(staff, &shifts, &shift(50)).await),
            id(&make(staff, &shifts, &shift(52)).await),
        ];
        let sign_ups = format!("shifts/{made}/sign-ups");
        let sign_up = id(&make(&volunteer, &sign_ups, &json!({})).await);
        let wanted = planned(&made);
        let plans = [
            id(&make(staff, "plans", &wanted).await),
            id(&make(staff, "plans", &wanted).await),
        ];
        let plan = path(&format!("plans/{}", plans[1]));
        eventually("the plan is solved", async || {
            let shown = staff.get(&plan).await.expect(200);
            (text(&shown, "state") == "solved").then_some(())
        })
        .await;
        let import = Self::imported(staff).await;
        let entries = format!("volunteers/{}/record-entries", text(&registered, "id"));
        let entry = id(&make(staff, &entries, &Self::entered()).await);
        let feed = make(&volunteer, "calendar-feeds", &json!({})).await;
        let address = text(&feed, "path");
        let (_, token) = address.rsplit_once('/').expect("an address");
        Self {
            volunteer: id(&registered),
            team,
            asking: volunteer.account.to_string(),
            activity: recruiting,
            draft,
            shift: made,
            spare,
            sign_up,
            charge: staff.account.to_string(),
            plans,
            import,
            entry,
            token: token.to_owned(),
        }
    }

    /// A training that is entered.
    fn entered() -> Value {
        json!({"kind": "training", "title": "急救员培训", "from": "2026-01-05", "minutes": 90})
    }

    /// Takes over a sheet with one activity in some days.
    async fn imported(staff: &Caller) -> String {
        let day = SystemClock.now().plus(Duration::from_hours(96)).to_string();
        let (day, _) = day.split_once('T').expect("a day and a time");
        let sheet =
            format!("title,kind,date,begin,end,needed\n扫查导入,clean_up,{day},09:00,11:00,5\n");
        let path = path(&format!("imports?kind=activities&org_path={COMPOUND}"));
        let request = staff.request(Method::POST, &path);
        let request = request.header("Content-Type", "text/csv").body(sheet);
        let sent = staff.send(request).await.expect(201);
        text(&sent, "id").to_owned()
    }

    /// The object that an operation is called on.
    pub(super) fn id(&self, operation: &str) -> Option<&str> {
        let id = match operation {
            "show_volunteer"
            | "change_volunteer"
            | "change_proof"
            | "issue_certificate"
            | "show_service_record"
            | "register_record_entry"
            | "list_record_entries" => &self.volunteer,
            "show_record_entry" | "change_record_entry" => &self.entry,
            "answer_hours_objection" => "hob_01jcgb2r00e8arc5tmvkbzqy7x",
            "refuse_certificate_request" => "crq_01jcgb2r00e8arc5tmvkbzqy7x",
            "show_team" | "join_team" | "change_team_member" | "list_team_shifts" => &self.team,
            "change_activity" => &self.draft,
            "show_activity"
            | "update_activity"
            | "open_shift"
            | "list_shifts"
            | "list_activity_hours" => &self.activity,
            "open_sign_up" | "list_sign_ups" | "show_shift_code" | "check_in" | "check_out"
            | "show_shift" => &self.shift,
            "update_shift" => &self.spare[0],
            "change_shift" => &self.spare[1],
            "show_sign_up" | "change_sign_up" => &self.sign_up,
            "show_plan" | "cancel_plan" => &self.plans[0],
            "accept_plan" => &self.plans[1],
            "show_service_import" | "undo_service_import" => &self.import,
            "change_time_reservation" => "tmr_01jcgb2r00e8arc5tmvkbzqy7x",
            "show_hours"
            | "confirm_hours"
            | "rate_hours"
            | "open_hours_objection"
            | "list_objections_of_hours" => "srv_01jcgb2r00e8arc5tmvkbzqy7x",
            "revoke_calendar_feed" => "fed_01jcgb2r00e8arc5tmvkbzqy7x",
            "revoke_certificate"
            | "open_certificate_objection"
            | "list_certificate_objections"
            | "answer_certificate_objections" => "crt_01jcgb2r00e8arc5tmvkbzqy7x",
            _ => return None,
        };
        Some(id)
    }

    /// What a list is asked for.
    pub(super) fn query(operation: &str) -> Option<String> {
        match operation {
            "list_volunteers" => Some(format!("org_path={COMPOUND}&state=certified")),
            "list_teams"
            | "list_activities"
            | "list_plans"
            | "list_certificate_notices"
            | "list_pending_hours"
            | "list_sign_up_appeals"
            | "list_hours_objections"
            | "list_certificate_requests"
            | "list_service_imports"
            | "list_time_reservations" => Some(format!("org_path={COMPOUND}")),
            "show_service_statistics" => {
                Some(format!("org_path={COMPOUND}&from=2026-09-01&to=2026-09-30"))
            }
            "import_service_sheet" => Some(format!("kind=hours&org_path={COMPOUND}&dry_run=true")),
            "list_reported_units" => Some("community_code=420105011010".to_owned()),
            "show_service_import_template" => Some("kind=proofs".to_owned()),
            "show_fairness" => Some(format!(
                "org_path={COMPOUND}&from=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"
            )),
            _ => None,
        }
    }

    /// A body that an operation takes.
    pub(super) fn body(&self, operation: &str) -> Option<Value> {
        let body = match operation {
            "register_volunteer" | "update_my_volunteer" => json!({"home": COMPOUND}),
            "claim_my_proof" => proof(),
            "change_volunteer" => json!({"step": "confirm"}),
            "change_proof" => json!({"number": 1, "step": "confirm"}),
            "found_team" => json!({"org_path": COMPOUND, "kind": "unit", "name": "扫查队"}),
            "change_team_member" => json!({"account_id": self.asking, "step": "confirm"}),
            "open_activity" | "update_activity" => activity(),
            "change_activity" => json!({"step": "submit"}),
            "open_shift" | "update_shift" => shift(72),
            "change_shift" => json!({"step": "cancel", "reason": "扫查取消"}),
            "open_sign_up" | "open_calendar_feed" => json!({}),
            "open_plan" => planned(&self.shift),
            "set_task_positions" => json!({"positions": [{"name": "搬运", "needed": 2}]}),
            "invite_to_task" => json!({"account_id": self.asking}),
            "change_sign_up" => json!({"step": "refuse"}),
            "check_in" | "check_out" => json!({"code": "linli-shift"}),
            "open_time_reservation" => json!({"minutes": 60, "org_path": COMPOUND}),
            "change_time_reservation" => json!({"step": "release"}),
            "rate_hours" => json!({"score": 5}),
            "open_service_export" => json!({"table": "hours", "org_path": COMPOUND}),
            "confirm_hours" => json!({"verdict": "confirm"}),
            "register_record_entry" => Self::entered(),
            "change_record_entry" => json!({"step": "revoke", "reason": "登记有误"}),
            "request_my_certificate" => json!({"from": "2026-01-01", "until": "2026-12-31"}),
            "answer_hours_objection" => json!({"upheld": false, "answer": "核实无误"}),
            "issue_certificate" => json!({
                "from": "2026-01-01", "until": "2026-12-31", "office": "扫查社区", "person_in_charge": self.charge,
            }),
            "revoke_certificate"
            | "open_certificate_objection"
            | "answer_certificate_objections"
            | "open_hours_objection"
            | "refuse_certificate_request" => {
                json!({"reason": "信息有误"})
            }
            _ => return None,
        };
        Some(body)
    }
}
