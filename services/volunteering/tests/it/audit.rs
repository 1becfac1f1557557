use chassis::Tally;
use contracts::facts::Fact;
use testkit::eventually;

use crate::stage::Stage;
use crate::{COMPOUND, claim, release};

/// Waits until volunteering tells these offers and these running tasks.
async fn tells(stage: &Stage, offers: &Tally, running: &Tally) {
    let db = &stage.host.deps("volunteering").db;
    eventually("the tallies", async || {
        let told = (volunteering::MODULE.audit)(db.clone()).await.unwrap();
        (told == [*offers, *running]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_offer_is_told_for_good_and_a_task_while_it_runs() {
    let stage = Stage::start().await;
    let mut order = stage.order(COMPOUND);
    let task = stage.offer(&order).await;
    let volunteer = stage.volunteer(COMPOUND);
    let (mut offers, none) = (Tally::new(Fact::Offers), Tally::new(Fact::RunningTasks));
    offers.add(&[&order.order_id, &1]);
    let running = |claimed_by: &str| {
        let mut running = none;
        running.add(&[&order.order_id, &claimed_by]);
        running
    };
    let (waiting, taken) = (running("-"), running(&volunteer.account.to_string()));
    tells(&stage, &offers, &waiting).await;
    claim(&volunteer, &task).await.expect(200);
    tells(&stage, &offers, &taken).await;
    release(&volunteer, &task).await.expect(200);
    tells(&stage, &offers, &waiting).await;
    stage.recall(order.order_id).await;
    tells(&stage, &offers, &none).await;
    order.round = 2;
    stage.offer(&order).await;
    offers.add(&[&order.order_id, &2]);
    tells(&stage, &offers, &waiting).await;
    stage.host.stop().await;
}
