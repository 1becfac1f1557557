//! Whatever is merged and taken apart: every follower, photo and vote can still be reached from each number.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::collections::BTreeSet;
use std::time::Duration;

use ::store::{StoreError, Writes};
use auth::Ctx;
use kernel::{AccountId, AttachmentId, IdSourceExt, OrderId, OrgPath, Role, TypedId};
use serde_json::json;

use super::{MergeOrder, TakeOrdersApart, merge_order, take_orders_apart};
use crate::app::act_on_order::{ActOnOrder, act_on_order};
use crate::app::fold_figures::fold_figures;
use crate::app::open_at::HowItCame;
use crate::app::open_order::{OpenOrder, open_order};
use crate::app::recount_orders::recount_orders;
use crate::app::show_attachment::list_attachments;
use crate::app::show_family::{find_order_by_number, survivor_of};
use crate::app::show_statistics::{ShowStatistics, show_statistics};
use crate::app::testing::{Bench, PLACE};
use crate::domain::photo::PhotoKind;
use crate::domain::review::Vote;
use crate::store::attachments::{Attachment, insert_attachment};
use crate::store::draws::insert_vote;
use crate::store::merges::{count_votes, list_merges};
use crate::store::orders::{StoredOrder, find_order};

/// What one resident brought in.
struct Matter {
    id: OrderId,
    number: String,
    resident: Ctx,
    photos: Vec<AttachmentId>,
}

fn account(ctx: &Ctx) -> AccountId {
    ctx.principal.account
}

async fn open(bench: &Bench, photos: u64) -> Matter {
    open_as(bench, photos, None).await
}

async fn open_as(bench: &Bench, photos: u64, client_id: Option<OrderId>) -> Matter {
    let resident = bench.caller(Role::Resident);
    let path: OrgPath = PLACE.parse().unwrap();
    let command = OpenOrder {
        workflow: "six-step".to_owned(),
        title: "路灯不亮".to_owned(),
        content: "楼道路灯坏了".to_owned(),
        category: None,
        org_code: path.leaf().unwrap(),
        location: None,
        confidential: false,
        client_id,
        intake: HowItCame::default(),
    };
    let view = open_order(&bench.app, &bench.now(&resident), command)
        .await
        .unwrap();
    let (ids, now) = (bench.app.ids.as_ref(), bench.now(&resident).now);
    let photos: Vec<Attachment> = (0..photos)
        .map(|_| Attachment {
            id: ids.next(),
            order_id: view.id,
            account: account(&resident),
            round: 1,
            kind: PhotoKind::Png,
            size: 1,
            width: 1,
            height: 1,
            digest: String::new(),
            at: now,
            came_from: None,
        })
        .collect();
    let (photos, voter) = (&photos, account(&resident));
    let written = bench.app.db.write("test.matter", |tx| async move {
        for photo in photos {
            insert_attachment(&tx, photo).await?;
        }
        let vote = Vote {
            voter,
            round: 1,
            score: 3,
            solved: true,
            at: now,
        };
        let mut writes = Writes::default();
        insert_vote(&mut writes, view.id, &vote, None);
        writes.run(&tx).await?;
        Ok::<_, StoreError>(())
    });
    written.await.unwrap();
    Matter {
        id: view.id,
        number: view.number,
        photos: photos.iter().map(|photo| photo.id).collect(),
        resident,
    }
}

async fn stored(bench: &Bench, id: OrderId) -> StoredOrder {
    find_order(bench.app.db.reader(), id)
        .await
        .unwrap()
        .unwrap()
}

/// Counts the votes on an order and on everything that is part of it.
async fn votes_within(bench: &Bench, id: OrderId) -> i64 {
    let db = bench.app.db.reader();
    let (mut open, mut family) = (vec![id], Vec::new());
    while let Some(next) = open.pop() {
        family.push(next);
        let merges = list_merges(db, next, 200).await.unwrap();
        open.extend(merges.into_iter().map(|merge| merge.order_id));
    }
    count_votes(db, &family).await.unwrap().values().sum()
}

async fn check(bench: &Bench, operator: &Ctx, matters: &[Matter]) {
    let db = bench.app.db.reader();
    let mut survivors = BTreeSet::new();
    for matter in matters {
        let survivor = survivor_of(db, stored(bench, matter.id).await)
            .await
            .unwrap();
        let order = &survivor.order;
        assert!(order.merged_into.is_none());
        // who asked sees the order that goes on, by their own number too
        let resident = account(&matter.resident);
        let known = order.requester == Some(resident) || order.joint_requesters.contains(&resident);
        assert!(known, "{} is lost", matter.number);
        let ctx = bench.now(&matter.resident);
        let found = find_order_by_number(&bench.app, &ctx, &matter.number)
            .await
            .unwrap();
        assert_eq!(found.order.id, order.id);
        let photos = list_attachments(&bench.app, &bench.now(operator), order.id)
            .await
            .unwrap();
        for photo in &matter.photos {
            assert!(
                photos.iter().any(|view| view.id == *photo),
                "a photo is lost"
            );
        }
        survivors.insert(order.id);
        // an order that is part of another one has no limit that runs, every other has one
        let own = stored(bench, matter.id).await.order;
        assert_eq!(own.clocks.is_empty(), own.merged_into.is_some());
        assert_eq!(own.due_at.is_none(), own.merged_into.is_some());
    }
    let mut votes = 0;
    let mut joint_requesters = 0;
    for survivor in &survivors {
        votes += votes_within(bench, *survivor).await;
        joint_requesters += stored(bench, *survivor).await.order.joint_requesters.len() + 1;
    }
    assert_eq!(votes, i64::try_from(matters.len()).unwrap());
    // nobody follows what has been taken apart again
    assert_eq!(joint_requesters, matters.len());
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[tokio::test]
async fn no_sequence_of_merges_loses_a_follower_a_photo_or_a_vote() {
    let bench = Bench::new().await;
    let operator = bench.caller(Role::DistrictOperator);
    let (mut merged, mut parted) = (0, 0);
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let mut matters = Vec::new();
        for number in 0..7 {
            matters.push(open(&bench, number % 3).await);
        }
        for _ in 0..24 {
            let (one, other) = (dice.roll(matters.len()), dice.roll(matters.len()));
            let id = matters[one].id;
            let ctx = bench.now(&operator);
            match dice.roll(8) {
                0..=3 => {
                    let command = MergeOrder {
                        id,
                        into: matters[other].id,
                        reason: "同一处".to_owned(),
                    };
                    let done = merge_order(&bench.app, &ctx, command).await;
                    merged += u32::from(done.is_ok());
                }
                4..=6 => {
                    let command = TakeOrdersApart {
                        id,
                        reason: "并非同一处".to_owned(),
                    };
                    let done = take_orders_apart(&bench.app, &ctx, command).await;
                    parted += u32::from(done.is_ok());
                }
                _ => {
                    let command = ActOnOrder {
                        id,
                        action: "accept".to_owned(),
                        input: json!({}),
                    };
                    // refused where it was accepted or merged before
                    let _moved = act_on_order(&bench.app, &ctx, command).await.is_ok();
                }
            }
            check(&bench, &operator, &matters).await;
        }
    }
    assert!(
        merged > 15 && parted > 5,
        "{merged} merges, {parted} undone"
    );
}

#[tokio::test]
async fn orders_that_are_taken_apart_follow_a_calendar_that_was_corrected_meanwhile() {
    let bench = Bench::new().await;
    let operator = bench.caller(Role::DistrictOperator);
    let [survivor, merged, twin] = [
        open(&bench, 0).await.id,
        open(&bench, 0).await.id,
        open(&bench, 0).await.id,
    ];
    let due = async |id| stored(&bench, id).await.order.due_at;
    let before = due(twin).await;
    let merge = MergeOrder {
        id: merged,
        into: survivor,
        reason: "同一处".to_owned(),
    };
    let ctx = bench.now(&operator);
    merge_order(&bench.app, &ctx, merge).await.unwrap();
    bench.stand_still_for_two_days().await;
    bench.clock.advance(Duration::from_hours(1));
    // the survivor and the twin
    assert_eq!(recount_orders(&bench.app).await.unwrap(), 2);
    let apart = TakeOrdersApart {
        id: merged,
        reason: "并非同一处".to_owned(),
    };
    let ctx = bench.now(&operator);
    // recounting is a step of the survivor's too, and says nothing of the matter
    let parted = take_orders_apart(&bench.app, &ctx, apart).await;
    assert!(parted.is_ok(), "{parted:?}");
    assert_ne!(due(twin).await, before);
    assert_eq!(due(merged).await, due(twin).await);
    assert_eq!(due(survivor).await, due(twin).await);
}

/// Counts the repeated matters of a year.
async fn repeated(bench: &Bench) -> u64 {
    let counts = fold_figures(&bench.app).await.unwrap();
    assert!(counts > 0);
    let wanted = ShowStatistics {
        from: "2026-01-01".parse().unwrap(),
        to: "2026-12-31".parse().unwrap(),
        org_code: None,
        by: None,
    };
    let city = bench.caller_at(Role::PlatformOperator, "/");
    let shown = show_statistics(&bench.app, &bench.now(&city), &wanted).await;
    shown.unwrap().counts.repeated
}

#[tokio::test]
async fn a_matter_brought_forward_again_is_a_repeated_one_whatever_clock_a_telephone_has() {
    let bench = Bench::new().await;
    let operator = bench.caller(Role::DistrictOperator);
    // made by a telephone whose clock stands in January 2020
    let old: OrderId = OrderId::from_uuid("016f5e66-e800-7000-8000-000000000001".parse().unwrap());
    let first = open_as(&bench, 0, Some(old)).await;
    let mut matters = vec![first.id];
    for days in [2, 40] {
        bench.clock.advance(Duration::from_hours(24 * days));
        matters.push(open(&bench, 0).await.id);
    }
    for (id, counted) in [(matters[1], 1), (matters[2], 1)] {
        let command = MergeOrder {
            id,
            into: first.id,
            reason: "同一处".to_owned(),
        };
        let ctx = bench.now(&operator);
        merge_order(&bench.app, &ctx, command).await.unwrap();
        // within 30 days it counts, after 42 it does not
        assert_eq!(repeated(&bench).await, counted);
    }
}
