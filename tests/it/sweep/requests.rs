//! A good request for every operation, about real objects.

mod bulletins;
mod commons;
mod matters;
mod private;
mod service;

use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Clock, Role, SystemClock, Timestamp};
use reqwest::Method;
use scenarios::order::{self, COMPOUND, DEPARTMENT, INBOX, ORDERS, PUBLICATIONS, act, items, text};
use serde_json::{Value, json};

use crate::five_order::crew::Crew;
use crate::openapi::Operation;
use crate::six_step;
use crate::world::{DEPARTMENT as UNIT, DISTRICT, World};
use commons::Commons;
use matters::Matters;
use private::Private;
use service::Service;

/// Real objects, by what they are.
pub(crate) struct Objects {
    /// An order that is offered to volunteers.
    order: String,
    /// Another, to be recalled.
    recalled: String,
    /// One that was judged and published.
    judged: String,
    attachment: String,
    /// One that a department handles, and a request for another such order (终止) that waits for its
    /// decision.
    handled: String,
    side_request: String,
    /// The task of the first.
    task: String,
    publication: String,
    message: String,
    account: String,
    grant: String,
    private: Private,
    commons: Commons,
    matters: Matters,
    service: Service,
    /// Somebody nominated for a post.
    post: String,
    /// Somebody who reported in.
    report_in: String,
    /// A place that can be booked, and a booking of it.
    venue: String,
    booking: String,
    /// An import of a sheet.
    sheet_import: String,
}

/// The next half hour that nobody has asked for.
static NEXT_HALF_HOUR: AtomicI64 = AtomicI64::new(5);

/// A sheet of venues.
pub(crate) const SHEET: &str = "org_code,name,capacity\n420105011010.X01,扫查室,10\n";

/// A sheet of hours, of nobody.
pub(crate) const SERVICE_SHEET: &str = "volunteer_number,activity,kind,date,begin,minutes\n42010599999999,扫查活动,clean_up,2026-10-18,09:00,60\n";

/// A grid on the map.
const GRID: &str = "420105011010.G901";
/// An organisation that is moved, and one that is closed.
const MOVED: &str = "420105011010.X98";
const CLOSED: &str = "420105011010.X99";

impl Objects {
    /// Makes one of everything.
    pub(crate) async fn make(world: &World) -> Self {
        let crew = Crew::in_compound(world).await;
        bulletins::make(world).await;
        let (judged, publication) = Self::published(&crew).await;
        let recalled = order::open(&crew.requester, &order::five_order("门禁失灵")).await;
        act(&crew.dispatcher, &recalled, "dispatch", json!({}))
            .await
            .expect(200);
        let order = order::open(&crew.requester, &order::five_order("单元门损坏")).await;
        let photo = order::upload(&crew.requester, &order, "a.png", order::photo())
            .await
            .expect(201);
        act(&crew.dispatcher, &order, "dispatch", json!({}))
            .await
            .expect(200);
        let task = order::task(&crew.volunteer, &order).await;
        let (handled, side_request) = Self::in_hand(world).await;
        world.settled().await;
        let messages = crew.requester.get(INBOX).await.expect(200);
        let account = world
            .person(&[(Role::DepartmentLiaison, UNIT)])
            .await
            .account
            .to_string();
        let post = Self::places(world, &account).await;
        let community = json!({"community_code": "420105011010"});
        let reported = crew
            .requester
            .post("/api/registry/v1/report-ins", &community)
            .await;
        let report_in = text(&reported.expect(201), "id").to_owned();
        let (venue, booking) = Self::booked(world, &crew).await;
        let sheet_import = Self::imported(world).await;
        let security = world.host.caller(&[(Role::SecurityAdmin, "/")]);
        let shown = security
            .get(&format!("/api/identity/v1/accounts/{account}"))
            .await
            .expect(200);
        Self {
            order: text(&order, "id").to_owned(),
            recalled: text(&recalled, "id").to_owned(),
            judged,
            handled,
            side_request,
            attachment: text(&photo, "id").to_owned(),
            task,
            publication,
            message: text(&items(&messages)[0], "id").to_owned(),
            grant: text(&shown["grants"][0], "id").to_owned(),
            private: Private::make(world, &account).await,
            commons: Commons::make(world).await,
            matters: Matters::make(world).await,
            service: Service::make(world).await,
            account,
            post,
            report_in,
            venue,
            booking,
            sheet_import,
        }
    }

    async fn in_hand(world: &World) -> (String, String) {
        let crew = six_step::Crew::new(world).await;
        let handled = crew.signed("路面积水").await;
        let other = crew.signed("井盖松动").await;
        let path = format!("{ORDERS}/{}/requests", text(&other, "id"));
        let asked = crew.liaison.post(&path, &termination()).await.expect(201);
        (
            text(&handled, "id").to_owned(),
            text(&asked, "id").to_owned(),
        )
    }

    async fn imported(world: &World) -> String {
        let path = "/api/registry/v1/sheets/venues/imports";
        let request = world.platform.request(Method::POST, path);
        let request = request.header("Content-Type", "text/csv").body(SHEET);
        let sent = world.platform.send(request).await.expect(201);
        text(&sent, "id").to_owned()
    }

    async fn booked(world: &World, crew: &Crew) -> (String, String) {
        let body = json!({"org_code": COMPOUND, "name": "会议室", "capacity": 20});
        let venue = world
            .platform
            .post("/api/registry/v1/venues", &body)
            .await
            .expect(201);
        let venue = text(&venue, "id").to_owned();
        let path = format!("/api/registry/v1/venues/{venue}/bookings");
        let booking = crew.requester.post(&path, &half_hour(1)).await.expect(201);
        (venue, text(&booking, "id").to_owned())
    }

    /// Sets up a grid, what is to be moved, closed, merged and split; nominates somebody.
    async fn places(world: &World, account: &str) -> String {
        let registry = |path: &str| format!("/api/registry/v1/{path}");
        let platform = &world.platform;
        let areas = [
            "420105091000",
            "420105092000",
            "420105093000",
            "420105094000",
        ];
        let rows = areas.map(|code| {
            json!({"code": code, "name": "扫查街道", "level": "street", "parent_code": "420105000000"})
        });
        platform
            .post(&registry("divisions/imports"), &json!({"rows": rows}))
            .await
            .expect(200);
        for (code, kind) in [
            (MOVED, "compound"),
            (CLOSED, "compound"),
            ("420105011010.DW", "party_committee"),
        ] {
            let body =
                json!({"code": code, "kind": kind, "name": "扫查", "parent_code": "420105011010"});
            platform
                .post(&registry("organisations"), &body)
                .await
                .expect(201);
        }
        let features = json!({"features": [feature(GRID)]});
        platform
            .post(&registry("grids/imports"), &features)
            .await
            .expect(200);
        let body = json!({
            "kind": "part_time_member", "org_code": "420105011010.DW", "account_id": account, "nominated": true,
        });
        let post = platform.post(&registry("posts"), &body).await.expect(201);
        text(&post, "id").to_owned()
    }

    async fn published(crew: &Crew) -> (String, String) {
        let order = order::open(&crew.requester, &order::five_order("楼道照明灯不亮")).await;
        act(&crew.dispatcher, &order, "dispatch", json!({}))
            .await
            .expect(200);
        order::claim(&crew.volunteer, &order).await;
        order::handle(&crew.volunteer, &order).await;
        order::review(&crew.neighbours(), &order, 5, true).await;
        let publication = json!({"title": "楼道照明灯已修复", "summary": "当日更换灯泡。"});
        act(&crew.dispatcher, &order, "publish", publication)
            .await
            .expect(200);
        let page = crew.requester.get(PUBLICATIONS).await.expect(200);
        let publication = text(&items(&page)[0], "id").to_owned();
        (text(&order, "id").to_owned(), publication)
    }

    /// Where the operation is called.
    pub(crate) fn address(&self, operation: &Operation) -> String {
        let path = operation.path.as_str();
        let has = |part: &str| path.contains(&format!("/{part}/{{id}}"));
        let shared = self.commons.id(&operation.id);
        let shared = shared.or_else(|| self.matters.id(&operation.id));
        let shared = shared.or_else(|| self.service.id(&operation.id));
        let id = match () {
            () if shared.is_some() => shared.unwrap_or_default(),
            () if operation.id == "act_on_order" => &self.recalled,
            () if operation.id == "show_draw" => &self.judged,
            () if operation.id == "open_request" => &self.handled,
            () if has("orders") || has("follows") => &self.order,
            () if has("requests") => &self.side_request,
            () if has("tasks") => &self.task,
            () if has("publications") => &self.publication,
            () if has("inbox") => &self.message,
            () if has("accounts") => &self.account,
            () if has("clients") => "cli_01jcgb2r00e8arc5tmvkbzqy7x",
            () if has("sessions") => "ses_01jcgb2r00e8arc5tmvkbzqy7x",
            () if has("contacts") => &self.private.contact,
            () if operation.id == "refuse_reveal" => &self.private.refused_reveal,
            () if has("reveals") => &self.private.reveal,
            () if operation.id == "refuse_guardianship" => &self.private.refused_guardianship,
            () if has("guardianships") => &self.private.guardianship,
            () if has("privacy-requests") => &self.private.request,
            () if has("posts") => &self.post,
            () if has("report-ins") => &self.report_in,
            () if has("venues") => &self.venue,
            () if has("bookings") => &self.booking,
            () if has("exports") => "exp_01jcgb2r00e8arc5tmvkbzqy7x",
            () if has("sheet-imports") => &self.sheet_import,
            () => "{id}",
        };
        let code = match operation.id.as_str() {
            "show_grid" | "update_grid" => GRID,
            "move_organisation" => MOVED,
            "close_organisation" => CLOSED,
            "set_households" | "list_households" => shared.unwrap_or_default(),
            _ => COMPOUND,
        };
        let address = path
            .replace("{id}", id)
            .replace("{attachment_id}", &self.attachment)
            .replace("{grant_id}", &self.grant)
            .replace("{exclusion_id}", &self.private.exclusion)
            .replace("/parts/{number}/steps/{step}", "/parts/1/steps/waive")
            .replace("/objections/{number}", "/objections/1")
            .replace("{number}", self.matters.number())
            .replace("{step}", "approve")
            .replace("{position}", "1")
            .replace("{token}", &self.service.token)
            .replace("{serial}", "00000000000000000000")
            .replace("{district}", "420105")
            .replace("{period}", bulletins::period(&operation.id))
            .replace("{purpose}", "order-callback")
            .replace("{action}", "recall")
            .replace("{code}", code)
            .replace("{org_code}", "420105011010.X01")
            .replace("{reference}", "H0001")
            .replace("{resource}", "venues")
            // of which there is more than one version
            .replace("{name}/migrations", "six-step/migrations")
            .replace("{name}", "five-order");
        assert!(!address.contains('{'), "an object for {address}");
        let query = self.commons.query(&operation.id);
        if let Some(query) = query.or_else(|| Service::query(&operation.id)) {
            return format!("{address}?{query}");
        }
        match operation.id.as_str() {
            // about the place where the demo is, not the caller's own
            "show_statistics" | "show_project_board" | "list_flags" | "list_orders"
            | "list_parts" => {
                format!("{address}?org_code=420105000000")
            }
            "list_figure_orders" => format!("{address}?count=opened&org_code=420105000000"),
            "search_orders" => format!("{address}?q=%E5%8D%95%E5%85%83&org_code=420105000000"),
            "list_precedents" => format!("{address}?category=01&org_code=420105000000"),
            "list_hotspots" => format!("{address}?org_code=420105000000"),
            "list_certifications" => format!("{address}?org_path={DISTRICT}"),
            "explain_permission" | "explain_account_permission" => {
                format!("{address}?operation=grant_role")
            }
            "show_organisation_as_of" => format!("{address}?on=9999-12-31"),
            "list_venues" => format!("{address}?org_code={COMPOUND}"),
            "list_grids" => format!("{address}?community_code=420105011010"),
            "list_party_gaps" => format!("{address}?below={COMPOUND}"),
            "show_post_coverage" | "show_party_figures" | "list_contact_spans" | "export_sheet" => {
                format!("{address}?below={COMPOUND}")
            }
            "import_sheet" => format!("{address}?dry_run=true"),
            "list_vacancies" => format!("{address}?below={COMPOUND}&kind=grid_worker"),
            "locate_grid" => format!("{address}?lon=114.2005&lat=30.5005"),
            _ => address,
        }
    }

    /// A body that the operation takes.
    pub(crate) fn body(&self, operation: &str) -> Option<Value> {
        if operation == "act_on_orders" {
            return Some(json!({"orders": [{"id": self.judged}]}));
        }
        let shared = self.commons.body(operation);
        let shared = shared.or_else(|| self.matters.body(operation));
        let shared = shared.or_else(|| self.service.body(operation));
        shared.or_else(|| Self::usual_body(operation))
    }

    fn usual_body(operation: &str) -> Option<Value> {
        let body = match operation {
            "open_session" => {
                json!({"username": "nobody-here", "password": "wrong-for-test-quartz"})
            }
            "refresh_session" => json!({"refresh_token": "wrong"}),
            "change_password" => {
                json!({"current_password": "wrong-for-test-quartz", "new_password": "other-for-test-quartz"})
            }
            "pass_second_factor" | "confirm_at_sign_in" => {
                json!({"challenge": "wrong", "code": "000000"})
            }
            "enrol_at_sign_in" => json!({"challenge": "wrong"}),
            "confirm_second_factor" | "renew_recovery_codes" => json!({"code": "000000"}),
            "enrol_second_factor" => json!({"current_password": "wrong-for-test-quartz"}),
            "remove_second_factor" => {
                json!({"current_password": "wrong-for-test-quartz", "code": "000000"})
            }
            "request_phone_code" => json!({"phone": "13900001234"}),
            "open_phone_session" => json!({"phone": "13900001234", "code": "000000"}),
            "register_client" => json!({"name": "扫查", "kind": "machine"}),
            "register_account" => json!({"username": "sweep", "display_name": "扫查"}),
            "withdraw_guardianship" => json!({"reason": "核实有误"}),
            "grant_role" => json!({"role": "volunteer", "org_path": UNIT}),
            "establish_organisation" => {
                json!({"code": "420105011010.X01.B7", "name": "7栋", "kind": "building", "parent_code": COMPOUND})
            }
            "rename_organisation" => json!({"name": "新名称"}),
            "import_divisions" => json!({"rows": [
                {"code": "420105011011", "name": "墨水湖社区", "level": "community", "parent_code": "420105011000"},
            ]}),
            "move_organisation" => json!({"parent_code": "420105011011"}),
            "set_superior" => json!({"superior_code": null}),
            "merge_divisions" => json!({"from": ["420105091000"], "into": "420105092000"}),
            "split_division" => {
                json!({"code": "420105093000", "parts": [{"into": "420105094000", "children": []}]})
            }
            "import_grids" => json!({"features": [feature(GRID)]}),
            "update_grid" => json!({"duties": ["party"]}),
            "fill_post" => {
                json!({"kind": "grid_worker", "org_code": GRID, "account_id": "acc_01jcgb2r00e8arc5tmvkbzqy7x"})
            }
            "open_venue" => json!({"org_code": COMPOUND, "name": "活动室", "capacity": 20}),
            "book_venue" => half_hour(NEXT_HALF_HOUR.fetch_add(1, Ordering::Relaxed)),
            "open_report_in" => json!({"community_code": "420105011010"}),
            "change_report_in" => json!({"step": "confirm"}),
            "leave_post" => json!({"reason": "resigned"}),
            "import_orders" => json!({"channel": "12345", "org_code": "420105000000", "rows": [
                {"external_id": "1", "title": "路灯不亮", "content": "路灯不亮", "occurred_at": "2026-11-01T00:00:00Z"},
            ]}),
            "open_request" => termination(),
            "find_similar_orders" => {
                json!({"title": "单元门损坏", "content": "单元门损坏", "org_code": "420105011010.X01"})
            }
            "save_view" => json!({"overdue": true}),
            "check_intake" => json!({"title": "路灯不亮", "content": "路灯不亮"}),
            "simulate_dispatch" => json!({"org_code": "420105000000", "category": "0104"}),
            "correct_catalogue" => {
                json!({"reason": "本区权责清单", "catalogue": {"without": ["dogs"]}})
            }
            "correct_calendar" => json!({"reason": "本区调整作息", "calendar": {
                "zone": "Asia/Shanghai", "blocks": ["09:00-12:00", "13:00-17:00"], "workdays": ["mon", "tue"],
            }}),
            "set_quotas" => json!({"orders_per_day": 1_000, "reason": "本区试点"}),
            "open_order" => order::five_order("路灯"),
            "withdraw_publication" => json!({"reason": "含个人信息"}),
            "open_bulletin_issue" => json!({"district": "420105", "period": "2025Q3"}),
            "answer_objection" => json!({"upheld": false, "answer": "口径一致"}),
            "open_objection" => json!({"org_code": COMPOUND, "reason": "口径有误"}),
            "register_contact" | "register_my_contact" | "change_my_contact" => {
                private::contact(false)
            }
            "find_contacts" => json!({"phone": private::PHONE}),
            "request_reveal" => json!({"fields": ["phone"], "reason": "回访核实"}),
            "exclude_account" | "exclude_myself" => {
                json!({"organisation": DEPARTMENT, "reason": "曾在该单位任职"})
            }
            "publish_notice" => json!({
                "purpose": "order-callback", "title": "办结回访告知书", "text": "为核实办理结果，我们会电话回访。",
            }),
            "set_my_consent" | "set_ward_consent" => {
                json!({"version": 1, "choice": "given", "channel": "app"})
            }
            "claim_guardianship" => private::claim("acc_01jcgb2r00e8arc5tmvkbzqy7x"),
            "request_privacy" => json!({"kind": "restrict", "detail": "请依法办理"}),
            "answer_privacy_request" => json!({"granted": false, "answer": "材料不全"}),
            "act_on_order"
            | "claim_task"
            | "release_task"
            | "close_organisation"
            | "appoint_post"
            | "rotate_signing_keys"
            | "take_request_step" => json!({}),
            "dispatch_order" => json!({"unit": DEPARTMENT}),
            _ => return None,
        };
        Some(body)
    }
}

/// Asks for the end of an order that can't be handled (终止).
fn termination() -> Value {
    json!({"kind": "terminate", "reason": "诉求人不配合", "ground": "不配合"})
}

/// Half an hour of tomorrow, counted from now.
fn half_hour(number: i64) -> Value {
    const HALF_HOUR: i64 = 30 * 60 * 1_000_000;
    let first = SystemClock.now().micros() / HALF_HOUR + 48 + number;
    let at = |slot: i64| Timestamp::from_micros(slot * HALF_HOUR).expect("a near instant");
    json!({"starts_at": at(first), "ends_at": at(first + 1)})
}

/// A grid of about 100 by 100 m.
fn feature(code: &str) -> Value {
    json!({
        "type": "Feature",
        "properties": {"code": code, "name": "扫查网格"},
        "geometry": {"type": "Polygon", "coordinates": [[
            [114.2, 30.5], [114.201, 30.5], [114.201, 30.501], [114.2, 30.501], [114.2, 30.5],
        ]]},
    })
}

/// Whether an answer without items says that there is nothing: rows that were all refused, figures
/// that are all zero.
pub(crate) fn counts_nothing(operation: &str, body: &Value) -> bool {
    match operation {
        "import_divisions" | "import_grids" | "import_orders" => {
            let rows = body["rows"].as_array();
            rows.is_some_and(|rows| {
                !rows.is_empty() && rows.iter().all(|row| row["outcome"] == "refused")
            })
        }
        // everybody hears for each order that it does not exist
        "act_on_orders" => body["done"] == 0,
        "import_sheet" => body["rows"] == 1 && body["refused"] == 1,
        _ => false,
    }
}
