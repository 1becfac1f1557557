use kernel::{Cursor, CursorError, OrderId, Timestamp, TypedId};
use proptest::prelude::*;
use uuid::Uuid;

type Key = (Timestamp, OrderId);

proptest! {
    #[test]
    fn a_cursor_gives_its_key_back(micros in 0_i64..4_000_000_000_000_000, id: u128, name in "\\PC{0,40}") {
        let key = (
            Timestamp::from_micros(micros).unwrap(),
            OrderId::from_uuid(Uuid::from_u128(id)),
            name,
        );
        let text = Cursor::encode("orders", &key);
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        prop_assert_eq!(Cursor::decode::<(Timestamp, OrderId, String)>("orders", &text), Ok(key));
    }

    #[test]
    fn garbage_is_refused(text in "[A-Za-z0-9_-]{0,600}") {
        prop_assert!(Cursor::decode::<Key>("orders", &text).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in "\\PC*") {
        prop_assert!(Cursor::decode::<Key>("orders", &text).is_err());
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let text = Cursor::encode("tasks", &(7, "x"));
    assert_eq!(
        Cursor::decode::<(u8, String)>("orders", &text),
        Err(CursorError::OtherList)
    );
    assert_eq!(
        Cursor::decode::<(u8, String)>("tasks", &text),
        Ok((7, "x".to_owned()))
    );
}

#[test]
fn a_key_of_another_shape_is_refused() {
    let text = Cursor::encode("orders", &(7, "x"));
    assert_eq!(
        Cursor::decode::<Key>("orders", &text),
        Err(CursorError::Malformed)
    );
}

#[test]
fn an_oversize_cursor_is_refused_before_it_is_read() {
    let text = "A".repeat(Cursor::MAX_LENGTH + 1);
    assert_eq!(
        Cursor::decode::<Key>("orders", &text),
        Err(CursorError::TooLong)
    );
    let text = "A".repeat(Cursor::MAX_LENGTH);
    assert_eq!(
        Cursor::decode::<Key>("orders", &text),
        Err(CursorError::Malformed)
    );
}
