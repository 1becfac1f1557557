//! Whoever keeps out of somebody's orders is no candidate for them.

use contracts::identity::{AccountExcluded, AccountReadmitted};
use kernel::{AccountId, ExclusionId, IdSourceExt, OrgCode};
use serde_json::json;
use testkit::{Caller, eventually};

use crate::stage::Stage;
use crate::{COMPOUND, TASKS, claim, problem, release};

/// Says that somebody keeps out; returns the exclusion.
pub(crate) async fn exclude(
    stage: &Stage,
    who: &Caller,
    (organisation, person): (Option<OrgCode>, Option<AccountId>),
) -> ExclusionId {
    let deps = stage.host.deps("ticketing");
    let exclusion_id = deps.ids.next();
    let told = AccountExcluded {
        account_id: who.account,
        exclusion_id,
        organisation,
        person,
    };
    stage.say(deps.ids.next(), vec![told]).await;
    exclusion_id
}

async fn shown(who: &Caller, task: &str, status: u16) {
    eventually("the exclusion is heard", async || {
        let reply = who.get(&format!("{TASKS}/{task}")).await;
        (reply.status == status).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_excluded_volunteer_neither_sees_nor_takes_the_task() {
    let stage = Stage::start().await;
    let requester = stage.volunteer("/420106000000/");
    let mut order = stage.order(COMPOUND);
    order.requester = Some(requester.account);
    let task = stage.offer(&order).await;
    let volunteer = stage.volunteer(COMPOUND);
    let other = stage.volunteer(COMPOUND);
    let reasons = [
        (None, Some(requester.account)),
        (Some(order.org_code.clone()), None),
    ];
    for reason in reasons {
        shown(&volunteer, &task, 200).await;
        let exclusion_id = exclude(&stage, &volunteer, reason).await;
        shown(&volunteer, &task, 404).await;
        let refused = claim(&volunteer, &task).await.expect(404);
        assert_eq!(problem(&refused), "task-not-found");
        for list in [
            TASKS.to_owned(),
            format!("{TASKS}?order_id={}", order.order_id),
        ] {
            let listed = volunteer.get(&list).await.expect(200);
            assert_eq!(listed["items"], json!([]), "{list}");
        }
        shown(&other, &task, 200).await;
        let ended = AccountReadmitted {
            account_id: volunteer.account,
            exclusion_id,
        };
        let deps = stage.host.deps("ticketing");
        stage.say(deps.ids.next(), vec![ended]).await;
    }
    shown(&volunteer, &task, 200).await;
    claim(&volunteer, &task).await.expect(200);
    // whoever has it already may still give it back
    exclude(&stage, &volunteer, (None, Some(requester.account))).await;
    release(&volunteer, &task).await.expect(200);
    shown(&volunteer, &task, 404).await;
    stage.host.stop().await;
}
