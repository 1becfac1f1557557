//! Imports of sheets that are taken back, made once more, or never come on.

use kernel::Role;
use serde_json::{Value, json};

use crate::sheets::{IMPORTS, dry_run, export, import, rows, undo};
use crate::{hanyang, operator, show};

#[tokio::test]
async fn what_was_taken_back_is_imported_once_more() {
    let host = hanyang().await;
    let staff = operator(&host);
    // parent and child in one chunk, both closed by the undo
    let sheet = "code,name,kind\n420105011010.X77,小区,小区\n420105011010.X77.B1,一号楼,楼栋\n";
    let first = import(&staff, "organisations", sheet).await;
    assert_eq!(undo(&staff, &first).await["undone"], 2);
    let again = import(&staff, "organisations", sheet).await;
    assert_eq!(
        (&again["created"], &again["refused"]),
        (&json!(2), &json!(0))
    );
    let building = show(&staff, "420105011010.X77.B1").await;
    assert_eq!(building["closed_on"], Value::Null);
    // and a new one below one whose code is used again
    undo(&staff, &again).await;
    let more = "code,name,kind\n420105011010.X77,小区,小区\n420105011010.X77.B2,二号楼,楼栋\n";
    assert_eq!(import(&staff, "organisations", more).await["created"], 2);
    host.stop().await;
}

#[tokio::test]
async fn a_code_that_was_closed_elsewhere_is_not_taken_from_there() {
    let host = hanyang().await;
    let staff = operator(&host);
    import(
        &staff,
        "organisations",
        "code,name,kind\n420105011010.X77,小区,小区\n",
    )
    .await;
    let away = json!({"parent_code": "420105011011"});
    crate::act(&staff, "420105011010.X77", "move", &away)
        .await
        .expect(200);
    crate::act(&staff, "420105011010.X77", "close", &json!({}))
        .await
        .expect(200);
    let before = "/420105000000/420105011000/420105011010/";
    let own = host.caller(&[(Role::DistrictOperator, before)]);
    let sheet = "code,name,kind\n420105011010.X77,小区,小区\n";
    let report = dry_run(&own, "organisations", sheet).await;
    assert_eq!(report["refused"], 1, "{report}");
    assert_eq!(import(&own, "organisations", sheet).await["refused"], 1);
    assert!(show(&staff, "420105011010.X77").await["closed_on"].is_string());
    host.stop().await;
}

#[tokio::test]
async fn posts_and_venues_are_taken_back_only_where_the_caller_is_staff_by_now() {
    let host = hanyang().await;
    let community = "/420105000000/420105011000/420105011010/";
    let own = host.caller(&[(Role::CommunityDispatcher, community)]);
    import(
        &operator(&host),
        "organisations",
        "code,name,kind\n420105011010.G001,网格,网格\n",
    )
    .await;
    let posts = format!(
        "org_code,kind,account_id\n420105011010.G001,专职网格员,{}\n",
        own.account
    );
    let venues = "org_code,name,capacity\n420105011010,一号室,10\n";
    // the same person, at another community since
    let other = "/420105000000/420105011000/420105011011/".parse().unwrap();
    let principal = auth::Principal {
        account: own.account,
        session: kernel::IdSourceExt::next(host.deps("registry").ids.as_ref()),
        grants: vec![auth::Grant::new(Role::CommunityDispatcher, other)],
    };
    let moved = host.caller_with(own.account, host.signer().token(principal));
    for (resource, sheet) in [("posts", posts.as_str()), ("venues", venues)] {
        let done = import(&own, resource, sheet).await;
        assert_eq!(done["created"], 1, "{done}");
        let undone = undo(&moved, &done).await;
        assert_eq!(
            (&undone["undone"], &undone["kept"]),
            (&json!(0), &json!(1)),
            "{resource}"
        );
        let kept = rows(&own, &done, "?outcome=kept").await;
        assert_eq!(kept[0]["errors"][0]["detail"], "不在您的管理范围内");
        let there = export(&own, resource, "420105011010").await;
        assert_eq!(there.lines().count(), 2, "{there}");
    }
    host.stop().await;
}

#[tokio::test]
async fn an_import_that_never_comes_on_is_stopped_and_says_why() {
    let host = hanyang().await;
    let staff = operator(&host);
    let sheet = "org_code,name,capacity\n420105011010,会议室,40\n";
    let done = import(&staff, "venues", sheet).await;
    let deps = host.deps("registry").clone();
    // as if it had been left behind with something in it that no attempt reads
    let broken = "UPDATE sheet_import SET state = 'applying', cursor = 0, grants = 'broken'";
    deps.db
        .write("test.break", |tx| async move {
            sea_orm::ConnectionTrait::execute_unprepared(&*tx, broken).await?;
            Ok::<_, store::StoreError>(())
        })
        .await
        .unwrap();
    let clock = std::sync::Arc::new(testkit::FrozenClock::at(deps.clock.now()));
    let later = chassis::Deps {
        clock: clock.clone(),
        ..deps
    };
    let service = (registry::MODULE.build)(later).unwrap();
    let resume = service
        .schedules()
        .iter()
        .find(|schedule| schedule.name() == "resume_imports")
        .unwrap();
    let path = format!("{IMPORTS}/{}", done["id"].as_str().unwrap());
    for turn in 0..10 {
        let now = staff.get(&path).await.expect(200);
        assert_eq!(now["state"], "applying", "after {turn} turns");
        assert_eq!(now["stopped_because"], Value::Null);
        clock.advance(std::time::Duration::from_mins(2));
        resume.run_once().await.unwrap();
    }
    let stopped = staff.get(&path).await.expect(200);
    assert_eq!(
        (&stopped["state"], &stopped["stopped_because"]),
        (&json!("stopped"), &json!("kept_failing"))
    );
    host.stop().await;
}
