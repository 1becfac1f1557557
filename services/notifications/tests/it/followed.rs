//! Whoever follows an order is told how it goes.

use contracts::ticketing::OrderProgressed;

use crate::world::{COMPOUND, World, items, kinds, unread};

#[tokio::test]
async fn followers_are_told_the_number_and_the_state_and_each_how_it_goes() {
    let world = World::start().await;
    let [follower, mover] = [world.person(), world.person()];
    let order_id = world.id();
    let progressed = |step: &str, state: &str| OrderProgressed {
        order_id,
        number: "WD20261122-00000001".to_owned(),
        workflow: "five-order".to_owned(),
        state: state.to_owned(),
        step: step.to_owned(),
        org_code: COMPOUND.parse::<kernel::OrgPath>().unwrap().leaf().unwrap(),
        followers: vec![follower.account, mover.account],
    };
    for (step, state) in [
        (OrderProgressed::MOVED, "accepted"),
        (OrderProgressed::ENDED, "published"),
        (OrderProgressed::REOPENED, "accepted"),
        (OrderProgressed::MERGED, "merged"),
    ] {
        let told = progressed(step, state);
        world.tell(Some(&mover), &told).await;
    }
    world.settle().await;
    let wanted = [
        "followed_moved",
        "followed_ended",
        "followed_reopened",
        "followed_merged",
    ];
    assert_eq!(kinds(&follower).await, wanted);
    assert_eq!(unread(&mover).await, 0);
    let first = items(&follower).await.pop().unwrap();
    let body = first["body"].as_str().unwrap();
    assert!(body.contains("WD20261122-00000001"), "{body}");
    world.host.stop().await;
}
