use contracts::identity::{AccountExcluded, AccountReadmitted, AccountReminded};
use contracts::ticketing::OrderPublished;
use contracts::volunteering::{
    CertificateIssued, CertificateRevoked, HoursObjectionAnswered, SignUpChanged, SignUpFacts,
    SignUpReminded, TaskOpened,
};
use kernel::Role::{
    CommunityDispatcher, CompoundDispatcher, DepartmentLiaison, GridWorker, PartyMember,
    PlatformOperator, StreetDispatcher,
};
use reqwest::Method;

use crate::world::{
    COMMUNITY, COMPOUND, DEPARTMENT, INBOX, STREET, World, advanced, items, kinds, opened, unread,
};

#[tokio::test]
async fn the_nearest_level_with_a_holder_is_told_and_the_city_last() {
    let world = World::start().await;
    let [near, far, city] = [world.person(), world.person(), world.person()];
    let roles = [CompoundDispatcher, CommunityDispatcher, PlatformOperator];
    let of_near = world.grant(&near, CompoundDispatcher, COMPOUND).await;
    let of_far = world.grant(&far, CommunityDispatcher, COMMUNITY).await;
    world.grant(&city, PlatformOperator, "/").await;
    world
        .tell(None, &opened(world.facts("requested", &roles)))
        .await;
    world.revoke(&near, of_near).await;
    world
        .tell(None, &opened(world.facts("requested", &roles)))
        .await;
    world.revoke(&far, of_far).await;
    world
        .tell(None, &opened(world.facts("requested", &roles)))
        .await;
    world.settle().await;
    for person in [near, far, city] {
        assert_eq!(kinds(&person).await, ["order_new"]);
    }
    world.host.stop().await;
}

#[tokio::test]
async fn nobody_elses_place_or_role_is_told() {
    let world = World::start().await;
    let [sibling, other_role] = [world.person(), world.person()];
    let beside = "/420105000000/420105011000/420105011010/420105011010.X02/";
    world.grant(&sibling, CompoundDispatcher, beside).await;
    world.grant(&other_role, StreetDispatcher, STREET).await;
    world
        .tell(
            None,
            &opened(world.facts("requested", &[CompoundDispatcher])),
        )
        .await;
    world.settle().await;
    assert_eq!((unread(&sibling).await, unread(&other_role).await), (0, 0));
    world.host.stop().await;
}

#[tokio::test]
async fn the_actor_is_not_told_and_nobody_is_told_twice() {
    let world = World::start().await;
    let [requester, dispatcher] = [world.person(), world.person()];
    world.grant(&requester, CompoundDispatcher, COMPOUND).await;
    world.grant(&requester, CommunityDispatcher, COMPOUND).await;
    world.grant(&dispatcher, CompoundDispatcher, COMPOUND).await;
    let roles = [CompoundDispatcher, CommunityDispatcher];
    let mut order = world.facts("requested", &roles);
    order.requester = Some(requester.account);
    world.tell(None, &opened(order.clone())).await;
    world.tell(Some(&requester), &opened(order)).await;
    world.settle().await;
    assert_eq!(kinds(&requester).await, ["order_registered"]);
    assert_eq!(kinds(&dispatcher).await, ["order_new", "order_new"]);
    world.host.stop().await;
}

#[tokio::test]
async fn whoever_asked_for_the_same_is_told_what_the_requester_is_told() {
    let world = World::start().await;
    let [requester, joint, stranger] = [world.person(), world.person(), world.person()];
    let mut order = world.facts("accepted", &[]);
    order.requester = Some(requester.account);
    order.joint_requesters = vec![joint.account];
    world
        .tell(None, &advanced(order, "accept", "dispatched"))
        .await;
    world.settle().await;
    assert_eq!(kinds(&joint).await, kinds(&requester).await);
    assert_eq!((unread(&joint).await, unread(&stranger).await), (1, 0));
    world.host.stop().await;
}

#[tokio::test]
async fn a_unit_is_asked_along_its_own_path() {
    let world = World::start().await;
    let [liaison, street] = [world.person(), world.person()];
    world.grant(&liaison, DepartmentLiaison, DEPARTMENT).await;
    world.grant(&street, StreetDispatcher, STREET).await;
    let mut order = world.facts("assigned", &[DepartmentLiaison, StreetDispatcher]);
    order.workflow = "six-step".to_owned();
    order.unit_path = Some(DEPARTMENT.parse().unwrap());
    world
        .tell(None, &advanced(order, "dispatch", "pending_dispatch"))
        .await;
    world.settle().await;
    assert_eq!(kinds(&liaison).await, ["unit_waiting"]);
    assert_eq!(unread(&street).await, 0);
    world.host.stop().await;
}

#[tokio::test]
async fn requester_handler_and_panel_follow_the_order_to_its_publication() {
    let world = World::start().await;
    let [requester, handler, juror] = [world.person(), world.person(), world.person()];
    let mut order = world.facts("accepted", &[]);
    order.requester = Some(requester.account);
    order.assignee = Some(handler.account);
    world
        .tell(
            Some(&handler),
            &advanced(order.clone(), "accept", "dispatched"),
        )
        .await;
    order.state = "reviewing".to_owned();
    order.panel = vec![requester.account, juror.account];
    world
        .tell(
            Some(&handler),
            &advanced(order.clone(), "handle", "accepted"),
        )
        .await;
    // a vote that decides nothing
    world
        .tell(
            Some(&juror),
            &advanced(order.clone(), "review", "reviewing"),
        )
        .await;
    let published = OrderPublished {
        order_id: order.order_id,
        number: order.number.clone(),
        publication_id: world.id(),
        org_code: order.org_code.clone(),
    };
    world.tell(None, &published).await;
    world.settle().await;
    let told = ["order_progress", "review_wanted", "order_published"];
    assert_eq!(kinds(&requester).await, told);
    assert_eq!(kinds(&juror).await, ["review_wanted"]);
    assert_eq!(kinds(&handler).await, ["order_published"]);
    let first = items(&requester).await.pop().unwrap();
    assert_eq!(
        first["body"],
        "工单 WD20261122-00000001：接单，现为「办理中」。"
    );
    assert_eq!(first["order_id"], order.order_id.to_string());
    world.host.stop().await;
}

#[tokio::test]
async fn a_task_is_told_to_those_who_may_take_it() {
    let world = World::start().await;
    let member = world.person();
    world.grant(&member, PartyMember, COMPOUND).await;
    let task = TaskOpened {
        task_id: world.id(),
        order_id: world.id(),
        number: "WD20261122-00000001".to_owned(),
        org_path: COMPOUND.parse().unwrap(),
        roles: vec![PartyMember],
        requester: None,
    };
    world.tell(None, &task).await;
    world.settle().await;
    assert_eq!(kinds(&member).await, ["task_open"]);
    world.host.stop().await;
}

#[tokio::test]
async fn a_task_is_told_neither_to_who_asked_nor_to_who_keeps_out_of_them() {
    let world = World::start().await;
    let [requester, kept_out, other] = [world.person(), world.person(), world.person()];
    for person in [&requester, &kept_out, &other] {
        world.grant(person, PartyMember, COMPOUND).await;
    }
    let excluded = AccountExcluded {
        account_id: kept_out.account,
        exclusion_id: world.id(),
        organisation: None,
        person: Some(requester.account),
    };
    world.tell(None, &excluded).await;
    let mut task = TaskOpened {
        task_id: world.id(),
        order_id: world.id(),
        number: "WD20261122-00000001".to_owned(),
        org_path: COMPOUND.parse().unwrap(),
        roles: vec![PartyMember],
        requester: Some(requester.account),
    };
    world.tell(None, &task).await;
    world.settle().await;
    assert_eq!(unread(&requester).await, 0);
    assert_eq!(unread(&kept_out).await, 0);
    assert_eq!(kinds(&other).await, ["task_open"]);
    // of somebody else's they hear like everybody
    task.order_id = world.id();
    task.requester = Some(other.account);
    world.tell(None, &task).await;
    world.settle().await;
    for person in [&requester, &kept_out, &other] {
        assert_eq!(kinds(person).await, ["task_open"]);
    }
    world.host.stop().await;
}

#[tokio::test]
async fn where_all_of_the_nearest_keep_out_those_above_are_told() {
    let world = World::start().await;
    let [near, second, above, city] = [
        world.person(),
        world.person(),
        world.person(),
        world.person(),
    ];
    let requester = world.person();
    world.grant(&near, CompoundDispatcher, COMPOUND).await;
    world.grant(&above, CommunityDispatcher, COMMUNITY).await;
    world.grant(&city, PlatformOperator, "/").await;
    let excluded = AccountExcluded {
        account_id: near.account,
        exclusion_id: world.id(),
        organisation: None,
        person: Some(requester.account),
    };
    world.tell(None, &excluded).await;
    let roles = [CompoundDispatcher, CommunityDispatcher, PlatformOperator];
    let mut order = world.facts("requested", &roles);
    order.requester = Some(requester.account);
    world.tell(None, &opened(order.clone())).await;
    world.settle().await;
    let told = async || {
        let people = [&near, &second, &above, &city];
        let mut told = Vec::new();
        for person in people {
            told.push(unread(person).await);
        }
        told
    };
    assert_eq!(told().await, [0, 0, 1, 0]);
    // somebody of the nearest is enough
    world.grant(&second, CompoundDispatcher, COMPOUND).await;
    world.tell(None, &opened(order)).await;
    world.settle().await;
    assert_eq!(told().await, [0, 1, 1, 0]);
    world.host.stop().await;
}

#[tokio::test]
async fn whoever_holds_a_grant_is_reminded_of_its_certification() {
    let world = World::start().await;
    let [worker, other] = [world.person(), world.person()];
    let grant_id = world.grant(&worker, GridWorker, COMPOUND).await;
    world.grant(&other, GridWorker, COMPOUND).await;
    let reminded = AccountReminded {
        account_id: worker.account,
        grant_id,
        role: GridWorker,
        org_path: COMPOUND.parse().unwrap(),
        certified_until: "2026-12-22T01:00:00Z".parse().unwrap(),
    };
    world.tell(None, &reminded).await;
    world.settle().await;
    assert_eq!(kinds(&other).await, Vec::<String>::new());
    let told = items(&worker).await.pop().unwrap();
    assert_eq!(told["kind"], "grant_due");
    assert_eq!(
        told["body"],
        "您的“网格员”授权须在 2026-12-22 09:00 前由上级或安全管理员复核，逾期自动收回。"
    );
    assert_eq!(told["grant_id"], grant_id.to_string());
    assert!(told.get("order_id").is_none());
    let english = worker
        .request(Method::GET, INBOX)
        .header("accept-language", "en");
    let english = worker.send(english).await.expect(200);
    assert_eq!(
        english["items"][0]["body"],
        "Your grant as grid worker must be certified by 2026-12-22 09:00, or it ends. Ask whoever \
         runs your place, or the security administrator."
    );
    world.host.stop().await;
}

#[tokio::test]
async fn whoever_keeps_out_is_not_told_for_their_role() {
    let world = World::start().await;
    let [of_person, of_place, other] = [world.person(), world.person(), world.person()];
    let requester = world.person();
    for person in [&of_person, &of_place, &other] {
        world.grant(person, CompoundDispatcher, COMPOUND).await;
    }
    let mut order = world.facts("requested", &[CompoundDispatcher]);
    order.requester = Some(requester.account);
    let ended = world.id();
    for (account_id, organisation, person) in [
        (of_person.account, None, Some(requester.account)),
        (of_place.account, Some(order.org_code.clone()), None),
    ] {
        let exclusion_id = if person.is_some() { ended } else { world.id() };
        let excluded = AccountExcluded {
            account_id,
            exclusion_id,
            organisation,
            person,
        };
        world.tell(None, &excluded).await;
    }
    world.tell(None, &opened(order.clone())).await;
    world.settle().await;
    assert_eq!(unread(&of_person).await, 0);
    assert_eq!(unread(&of_place).await, 0);
    assert_eq!(unread(&other).await, 1);
    let readmitted = AccountReadmitted {
        account_id: of_person.account,
        exclusion_id: ended,
    };
    world.tell(None, &readmitted).await;
    world.tell(None, &opened(order)).await;
    world.settle().await;
    assert_eq!(unread(&of_person).await, 1);
    assert_eq!(unread(&of_place).await, 0);
    world.host.stop().await;
}

#[tokio::test]
async fn an_event_that_comes_again_tells_nobody_again() {
    let world = World::start().await;
    let dispatcher = world.person();
    world.grant(&dispatcher, CompoundDispatcher, COMPOUND).await;
    let order = opened(world.facts("requested", &[CompoundDispatcher]));
    let event = world.envelope(None, &order);
    world.emit(&event).await;
    world.emit(&event).await;
    world.settle().await;
    assert_eq!(unread(&dispatcher).await, 1);
    // even when the bus has forgotten it; those who came meanwhile are told
    let newcomer = world.person();
    world.grant(&newcomer, CompoundDispatcher, COMPOUND).await;
    world.settle().await;
    let deps = world.host.deps("notifications");
    let later = deps.clock.now().plus(std::time::Duration::from_mins(1));
    store::inbox::forget(&deps.db, later, 1_000).await.unwrap();
    world.emit(&event).await;
    world.settle().await;
    assert_eq!(unread(&dispatcher).await, 1);
    assert_eq!(items(&dispatcher).await.len(), 1);
    assert_eq!(unread(&newcomer).await, 1);
    world.host.stop().await;
}

#[tokio::test]
async fn a_volunteer_is_told_of_a_place_and_reminded_of_the_shift() {
    let world = World::start().await;
    let [volunteer, other] = [world.person(), world.person()];
    let sign_up = SignUpFacts {
        sign_up_id: world.id(),
        shift_id: world.id(),
        activity_id: world.id(),
        volunteer: volunteer.account,
        org_path: COMPOUND.parse().unwrap(),
        state: "offered".to_owned(),
        begins_at: "2026-11-27T10:00:00Z".parse().unwrap(),
        ends_at: "2026-11-27T12:00:00Z".parse().unwrap(),
        due_at: Some("2026-11-22T03:00:00Z".parse().unwrap()),
    };
    let offered = SignUpChanged {
        sign_up: sign_up.clone(),
    };
    world.tell(None, &offered).await;
    world.settle().await;
    let told = items(&volunteer).await.pop().unwrap();
    assert_eq!(told["kind"], "sign_up_offered");
    let body = "为您保留了一个志愿服务班次的名额，请在 2026-11-22 11:00 前确认，逾期让给他人。";
    assert_eq!(told["body"], body);
    assert_eq!(told["sign_up_id"], sign_up.sign_up_id.to_string());
    let reminded = SignUpReminded {
        sign_up: SignUpFacts {
            due_at: None,
            ..sign_up
        },
    };
    world.tell(None, &reminded).await;
    world.settle().await;
    let mut told = kinds(&volunteer).await;
    told.sort_unstable();
    assert_eq!(told, ["shift_reminder", "sign_up_offered"]);
    assert_eq!(kinds(&other).await, Vec::<String>::new());
    world.host.stop().await;
}

#[tokio::test]
async fn a_volunteer_is_told_of_a_certificate_and_why_it_was_withdrawn() {
    let world = World::start().await;
    let [volunteer, staff] = [world.person(), world.person()];
    let number = "0123456789ABCDEFGHJK".to_owned();
    let issued = CertificateIssued {
        certificate_id: world.id(),
        number: number.clone(),
        volunteer: volunteer.account,
        org_path: COMPOUND.parse().unwrap(),
    };
    world.tell(None, &issued).await;
    world.settle().await;
    let told = items(&volunteer).await.pop().unwrap();
    assert_eq!(told["kind"], "certificate_issued");
    let body = "您的志愿服务记录证明（编号 0123456789ABCDEFGHJK）已出具，可在“我的证明”中下载。";
    assert_eq!(told["body"], body);
    assert_eq!(told["certificate_id"], issued.certificate_id.to_string());
    for code in ["corrected", "objection_upheld", "wrong_record", "other"] {
        let revoked = CertificateRevoked {
            certificate_id: issued.certificate_id,
            number: number.clone(),
            volunteer: volunteer.account,
            org_path: COMPOUND.parse().unwrap(),
            code: code.to_owned(),
        };
        world.tell(Some(&staff), &revoked).await;
        world.settle().await;
    }
    assert_eq!(
        kinds(&volunteer).await,
        [
            "certificate_issued",
            "certificate_corrected",
            "certificate_objected",
            "certificate_wrong",
            "certificate_revoked",
        ]
    );
    let english = volunteer.request(Method::GET, INBOX);
    let english = volunteer
        .send(english.header("Accept-Language", "en"))
        .await;
    let english = english.expect(200);
    assert_eq!(
        english["items"][0]["title"],
        "Your certificate of service was withdrawn"
    );
    assert_eq!(kinds(&staff).await, Vec::<String>::new());
    world.host.stop().await;
}

#[tokio::test]
async fn a_volunteer_is_told_what_became_of_an_objection_to_hours() {
    let world = World::start().await;
    let [volunteer, staff] = [world.person(), world.person()];
    let record_id = world.id();
    for state in ["dismissed", "upheld"] {
        let answered = HoursObjectionAnswered {
            objection_id: world.id(),
            record_id,
            volunteer: volunteer.account,
            org_path: COMPOUND.parse().unwrap(),
            state: state.to_owned(),
        };
        world.tell(Some(&staff), &answered).await;
        world.settle().await;
    }
    let told = items(&volunteer).await;
    let kinds_of: Vec<&str> = told
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    let mut sorted = kinds_of.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        ["hours_objection_dismissed", "hours_objection_upheld"]
    );
    assert_eq!(told[0]["service_record_id"], record_id.to_string());
    assert_eq!(kinds(&staff).await, Vec::<String>::new());
    world.host.stop().await;
}
