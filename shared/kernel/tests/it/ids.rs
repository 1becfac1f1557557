use std::{collections::BTreeSet, sync::Arc, thread};

use kernel::{AccountId, EventId, IdError, IdSource, IdSourceExt, OrderId, SystemIds, TypedId};
use proptest::prelude::*;
use uuid::Uuid;

proptest! {
    #[test]
    fn an_id_reads_back_from_its_text(value: u128) {
        let id = OrderId::from_uuid(Uuid::from_u128(value));
        let text = id.to_string();
        prop_assert_eq!(text.len(), 30);
        prop_assert_eq!(text.parse::<OrderId>(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(&json, &format!("\"{text}\""));
        prop_assert_eq!(serde_json::from_str::<OrderId>(&json).unwrap(), id);
    }

    #[test]
    fn the_text_sorts_like_the_id(left: u128, right: u128) {
        let left = OrderId::from_uuid(Uuid::from_u128(left));
        let right = OrderId::from_uuid(Uuid::from_u128(right));
        prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
    }

    #[test]
    fn an_id_of_another_kind_is_refused(value: u128) {
        let text = AccountId::from_uuid(Uuid::from_u128(value)).to_string();
        let other_kind = matches!(text.parse::<OrderId>(), Err(IdError::OtherKind { .. }));
        prop_assert!(other_kind);
    }

    #[test]
    fn garbage_is_refused(text in "\\PC*") {
        prop_assert!(text.parse::<EventId>().is_err());
    }

    #[test]
    fn garbage_after_the_prefix_is_refused(digits in "[0-9a-zA-Z_ -]{0,40}") {
        let parsed = format!("ord_{digits}").parse::<OrderId>();
        // what is accepted is exactly what is written
        if let Ok(id) = parsed {
            prop_assert_eq!(id.to_string(), format!("ord_{digits}"));
        }
    }
}

#[test]
fn the_spelling_is_that_of_typeid() {
    // vectors of the TypeID specification, with our prefix
    let vectors = [
        (
            "00000000000000000000000000",
            "00000000-0000-0000-0000-000000000000",
        ),
        (
            "00000000000000000000000001",
            "00000000-0000-0000-0000-000000000001",
        ),
        (
            "0000000000000000000000000a",
            "00000000-0000-0000-0000-00000000000a",
        ),
        (
            "0000000000000000000000000g",
            "00000000-0000-0000-0000-000000000010",
        ),
        (
            "00000000000000000000000010",
            "00000000-0000-0000-0000-000000000020",
        ),
        (
            "7zzzzzzzzzzzzzzzzzzzzzzzzz",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ),
        (
            "0123456789abcdefghjkmnpqrs",
            "0110c853-1d09-52d8-d73e-1194e95b5f19",
        ),
        (
            "01h455vb4pex5vsknk084sn02q",
            "01890a5d-ac96-774b-bcce-b302099a8057",
        ),
    ];
    for (digits, uuid) in vectors {
        let id = OrderId::from_uuid(uuid.parse().unwrap());
        assert_eq!(id.to_string(), format!("ord_{digits}"));
        assert_eq!(
            format!("ord_{digits}").parse::<OrderId>().unwrap().uuid(),
            id.uuid()
        );
    }
}

#[test]
fn look_alikes_of_an_id_are_refused() {
    let wrong = [
        "ord_8zzzzzzzzzzzzzzzzzzzzzzzzz", // 131 bits
        "ord_01H455VB4PEX5VSKNK084SN02Q", // capitals
        "ord_01h455vb4pex5vsknk084sn02l", // l is no digit
        "ord_01h455vb4pex5vsknk084sn02",  // too short
        "ord_01h455vb4pex5vsknk084sn02qq",
        "ord-01h455vb4pex5vsknk084sn02q",
        "ORD_01h455vb4pex5vsknk084sn02q",
        " ord_01h455vb4pex5vsknk084sn02q",
        "01h455vb4pex5vsknk084sn02q",
        "ord_",
        "",
    ];
    for text in wrong {
        assert!(text.parse::<OrderId>().is_err(), "{text} was accepted");
    }
}

#[test]
fn the_message_names_the_wanted_kind() {
    let error = "acc_01h455vb4pex5vsknk084sn02q"
        .parse::<OrderId>()
        .unwrap_err();
    assert_eq!(error.to_string(), "编号不是工单编号 (not an order id)");
    let error = "ord_short".parse::<OrderId>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "工单编号格式不正确 (malformed id: expected ord_ and 26 base32 characters)"
    );
}

#[test]
fn system_ids_increase_strictly() {
    let ids = SystemIds::new();
    let mut last = ids.next_uuid();
    assert_eq!(last.get_version_num(), 7);
    for _ in 0..50_000 {
        let next = ids.next_uuid();
        assert!(next > last, "{next} does not sort after {last}");
        last = next;
    }
}

#[test]
fn threads_share_one_source_without_a_repeat() {
    let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let ids = Arc::clone(&ids);
            thread::spawn(move || {
                (0..5_000)
                    .map(|_| ids.next::<EventId>())
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    for thread in threads {
        let made = thread.join().unwrap();
        assert!(made.is_sorted_by(|left, right| left < right));
        seen.extend(made);
    }
    assert_eq!(seen.len(), 20_000);
}
