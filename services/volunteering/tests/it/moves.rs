//! An organisation goes to another place in the tree, and its tasks with it.

use contracts::registry::OrganisationMoved;
use testkit::eventually;

use crate::stage::Stage;
use crate::{COMPOUND, TASKS, claim, ids, release};

const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
const OTHER: &str = "/420105000000/420105011000/420105011011/";
const MOVED: &str = "/420105000000/420105011000/420105011011/420105011010.X01/";

#[tokio::test]
async fn open_and_claimed_tasks_follow_a_compound_that_is_moved() {
    let stage = Stage::start().await;
    let open = stage.offer(&stage.order(COMPOUND)).await;
    let claimed = stage.offer(&stage.order(COMPOUND)).await;
    let helper = stage.volunteer(COMPOUND);
    claim(&helper, &claimed).await.expect(200);
    let payload = OrganisationMoved {
        code: "420105011010.X01".parse().unwrap(),
        from: COMPOUND.parse().unwrap(),
        path: MOVED.parse().unwrap(),
    };
    stage
        .say(stage.order(COMPOUND).order_id, vec![payload])
        .await;
    let (before, after) = (stage.volunteer(COMMUNITY), stage.volunteer(OTHER));
    let list = format!("{TASKS}?state=open");
    eventually("the open task is there", async || {
        let page = after.get(&list).await.expect(200);
        (ids(&page) == [open.as_str()]).then_some(())
    })
    .await;
    assert!(ids(&before.get(&list).await.expect(200)).is_empty());
    // given back, it is open where it is now
    release(&helper, &claimed).await.expect(200);
    let page = after.get(&list).await.expect(200);
    assert_eq!(ids(&page).len(), 2);
    assert!(ids(&before.get(&list).await.expect(200)).is_empty());
    stage.host.stop().await;
}
