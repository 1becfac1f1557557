//! Whether a holder counts: where a grant says that an organisation is, it has to be.
//!
//! A granter may write any path below the own place, so that a path may end with the code of an organisation that is
//! somewhere else. Its holder is not one there: neither drawn to judge its orders nor told of them.

use kernel::{OrgCode, OrgPath};
use store::{StoreError, Tx};

use crate::store::grant_claims::{GrantClaim, delete_claim, list_waiting, refute, save_claim};
use crate::store::holders::{insert_grant, insert_grant_again};
use crate::store::orgs::list_orgs;

/// Enters a holder unless something is known that says otherwise; what is not proved is kept, to be looked at when
/// more is told of the organisations on the path.
pub(super) async fn admit(tx: &Tx, claim: GrantClaim, again: bool) -> Result<(), StoreError> {
    let levels = claim.path.ancestors();
    let codes: Vec<OrgCode> = levels.iter().filter_map(OrgPath::leaf).collect();
    let nodes = list_orgs(tx, &codes).await?;
    let (mut refuted, mut proved) = (false, true);
    for level in levels.iter().filter(|level| level.leaf().is_some()) {
        let node = nodes
            .iter()
            .find(|node| Some(&node.code) == level.leaf().as_ref());
        match node {
            Some(node) => refuted |= node.path != *level,
            None => proved = false,
        }
    }
    proved &= !refuted;
    if !refuted {
        let GrantClaim {
            grant,
            account,
            role,
            ref path,
            ..
        } = claim;
        if again {
            insert_grant_again(tx, grant, account, role, path).await?;
        } else {
            insert_grant(tx, grant, account, role, path).await?;
        }
    }
    if proved {
        return delete_claim(tx, claim.grant).await;
    }
    let claim = GrantClaim {
        entered: !refuted,
        ..claim
    };
    save_claim(tx, &claim).await
}

/// Looks again at what grants say of a node, when it is told where that is.
pub(super) async fn settle(tx: &Tx, code: &OrgCode, place: &OrgPath) -> Result<(), StoreError> {
    refute(tx, code, place).await?;
    let mut after = None;
    loop {
        let waiting = list_waiting(tx, place, after).await?;
        let Some(last) = waiting.last() else {
            return Ok(());
        };
        after = Some(last.grant);
        for claim in waiting {
            admit(tx, claim, true).await?;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use bus::{Envelope, EventMeta, Handler};
    use contracts::Event;
    use contracts::identity::{AccountGranted, AccountRevoked};
    use contracts::registry::{OrgKind, OrganisationEstablished, OrganisationMoved};
    use kernel::{AccountId, GrantId, IdSourceExt, OrgPath, Role, Timestamp, TypedId};
    use store::StoreError;
    use uuid::Uuid;

    use crate::app::testing::Bench;
    use crate::events::grants::Grants;
    use crate::events::organisations::Organisations;
    use crate::store::holders::{changes, list_holders};

    const STREET: &str = "/420106000000/420106011000/";
    const FROM: &str = "/420106000000/420106011000/420106011010/";
    const TO: &str = "/420106000000/420106011000/420106011011/";
    const BEFORE: &str = "/420106000000/420106011000/420106011010/420106011010.X01/";
    const AFTER: &str = "/420106000000/420106011000/420106011011/420106011010.X01/";

    fn path(text: &str) -> OrgPath {
        text.parse().unwrap()
    }

    fn minute(number: i64) -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000 + number * 60_000_000).unwrap()
    }

    fn told<P: Event>(bench: &Bench, at: i64, payload: &P) -> Envelope {
        let meta = EventMeta {
            id: bench.app.ids.next(),
            subject: "test".to_owned(),
            aggregate_version: 1,
            time: minute(at),
            district: "420106".to_owned(),
            actor: None,
            correlation_id: "test".to_owned(),
            causation_id: None,
            traceparent: None,
        };
        Envelope::new(meta, payload)
    }

    fn established(bench: &Bench, place: &str) -> Envelope {
        let path = path(place);
        let payload = OrganisationEstablished {
            code: path.leaf().unwrap(),
            path,
            kind: OrgKind::Community,
            name: "示例".to_owned(),
        };
        told(bench, 0, &payload)
    }

    fn moved(bench: &Bench, at: i64) -> Envelope {
        let payload = OrganisationMoved {
            code: path(AFTER).leaf().unwrap(),
            from: path(BEFORE),
            path: path(AFTER),
        };
        told(bench, at, &payload)
    }

    fn granted(bench: &Bench, at: i64, number: u128, place: &str) -> Envelope {
        let payload = AccountGranted {
            account_id: AccountId::from_uuid(Uuid::from_u128(number)),
            grant_id: GrantId::from_uuid(Uuid::from_u128(number)),
            role: Role::Resident,
            org_path: path(place),
        };
        told(bench, at, &payload)
    }

    async fn hear(bench: &Bench, event: &Envelope) {
        let done = bench.app.db.write("test.hear", async |tx| {
            let about_grants = event.kind.starts_with("linli.identity.");
            let heard = if about_grants {
                Grants.handle(&tx, event).await
            } else {
                Organisations.handle(&tx, event).await
            };
            heard.unwrap();
            Ok::<_, StoreError>(())
        });
        done.await.unwrap();
    }

    /// Who counts at a node by now.
    async fn holders(bench: &Bench, scope: &str) -> Vec<u128> {
        let db = bench.app.db.reader();
        let now = changes(db).await.unwrap();
        let found = list_holders(db, scope, Role::Resident, now).await.unwrap();
        let mut found: Vec<u128> = found.iter().map(|id| id.uuid().as_u128()).collect();
        found.sort_unstable();
        found
    }

    #[tokio::test]
    async fn a_holder_at_a_place_that_is_elsewhere_does_not_count_until_it_is_there() {
        let bench = Bench::new().await;
        for place in ["/420106000000/", STREET, FROM, TO, BEFORE] {
            hear(&bench, &established(&bench, place)).await;
        }
        // whoever runs the other community writes its path before the code of a compound that is not there
        hear(&bench, &granted(&bench, 1, 7, AFTER)).await;
        let below = format!("{AFTER}420106011010.X01.B1/");
        hear(&bench, &granted(&bench, 1, 8, &below)).await;
        hear(&bench, &granted(&bench, 1, 1, BEFORE)).await;
        assert_eq!(holders(&bench, "420106011010.X01").await, [1]);
        assert!(holders(&bench, "420106011010.X01.B1").await.is_empty());
        // ended meanwhile, it stays so
        hear(&bench, &granted(&bench, 1, 9, AFTER)).await;
        let revoked = AccountRevoked {
            account_id: AccountId::from_uuid(Uuid::from_u128(9)),
            grant_id: GrantId::from_uuid(Uuid::from_u128(9)),
        };
        hear(&bench, &told(&bench, 2, &revoked)).await;
        hear(&bench, &moved(&bench, 3)).await;
        assert_eq!(holders(&bench, "420106011010.X01").await, [1, 7, 8]);
        assert!(holders(&bench, "420106011010").await.is_empty());
        assert_eq!(holders(&bench, "420106011011").await, [1, 7, 8]);
    }

    #[tokio::test]
    async fn a_holder_that_came_before_the_organisation_counts_until_it_turns_out_to_be_elsewhere()
    {
        let bench = Bench::new().await;
        hear(&bench, &granted(&bench, 1, 7, AFTER)).await;
        hear(&bench, &granted(&bench, 1, 1, BEFORE)).await;
        assert_eq!(holders(&bench, "420106011010.X01").await, [1, 7]);
        for place in [TO, FROM, "/420106000000/", STREET, BEFORE] {
            hear(&bench, &established(&bench, place)).await;
        }
        assert_eq!(holders(&bench, "420106011010.X01").await, [1]);
        assert!(holders(&bench, "420106011011").await.is_empty());
    }

    #[tokio::test]
    async fn holders_come_out_the_same_in_whatever_order_grants_and_moves_are_told() {
        // of each organisation the first news comes first
        let orders: [[usize; 6]; 8] = [
            [0, 1, 2, 3, 4, 5],
            [4, 5, 0, 1, 2, 3],
            [0, 4, 1, 5, 2, 3],
            [2, 3, 4, 5, 1, 0],
            [2, 4, 5, 3, 0, 1],
            [5, 2, 3, 1, 4, 0],
            [1, 0, 2, 4, 5, 3],
            [5, 4, 2, 1, 3, 0],
        ];
        for order in orders {
            let bench = Bench::new().await;
            let events = [
                established(&bench, FROM),
                established(&bench, TO),
                established(&bench, BEFORE),
                moved(&bench, 10),
                // made before the move, and after it when identity had followed
                granted(&bench, 9, 1, BEFORE),
                granted(&bench, 11, 2, AFTER),
            ];
            for index in order {
                hear(&bench, events.get(index).unwrap()).await;
            }
            assert_eq!(
                holders(&bench, "420106011010.X01").await,
                [1, 2],
                "{order:?}"
            );
            assert!(
                holders(&bench, "420106011010").await.is_empty(),
                "{order:?}"
            );
            assert_eq!(holders(&bench, "420106011011").await, [1, 2], "{order:?}");
        }
    }
}
