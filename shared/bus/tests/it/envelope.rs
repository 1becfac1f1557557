use bus::{Envelope, EventMeta, PayloadError};
use contracts::Event;
use contracts::ticketing::{OrderOpened, OrderRecalled};
use kernel::{EventId, OrderId, Timestamp, TypedId};
use serde_json::json;
use uuid::Uuid;

fn meta() -> EventMeta {
    let order = OrderId::from_uuid(Uuid::from_u128(7));
    EventMeta {
        id: EventId::from_uuid(Uuid::from_u128(1)),
        subject: order.to_string(),
        aggregate_version: 3,
        time: Timestamp::from_micros(1_795_305_600_000_001).unwrap(),
        district: "420105".to_owned(),
        actor: Some("acc_00000000000000000000000002".to_owned()),
        correlation_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        causation_id: Some(EventId::from_uuid(Uuid::from_u128(9))),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
    }
}

fn recalled() -> Envelope {
    let order_id = OrderId::from_uuid(Uuid::from_u128(7));
    Envelope::new(meta(), &OrderRecalled { order_id })
}

#[test]
fn the_wire_form_is_cloudevents() {
    insta::assert_json_snapshot!(recalled(), @r#"
    {
      "specversion": "1.0",
      "id": "evt_00000000000000000000000001",
      "type": "linli.ticketing.order.recalled.v1",
      "source": "/linli/ticketing",
      "subject": "ord_00000000000000000000000007",
      "time": "2026-11-22T00:00:00.000001Z",
      "datacontenttype": "application/json",
      "aggregateversion": 3,
      "districtcode": "420105",
      "actor": "acc_00000000000000000000000002",
      "correlationid": "4bf92f3577b34da6a3ce929d0e0e4736",
      "causationid": "evt_00000000000000000000000009",
      "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "data": {
        "order_id": "ord_00000000000000000000000007"
      }
    }
    "#);
}

#[test]
fn what_is_written_reads_back() {
    let envelope = recalled();
    assert_eq!(Envelope::from_json(&envelope.to_json()).unwrap(), envelope);
    let bare = Envelope {
        actor: None,
        causation_id: None,
        traceparent: None,
        district: String::new(),
        ..envelope
    };
    assert!(!bare.to_json().contains("null"));
    assert_eq!(Envelope::from_json(&bare.to_json()).unwrap(), bare);
}

#[test]
fn unknown_extensions_are_ignored_and_other_versions_refused() {
    let mut wire = json!(recalled());
    wire["sequence"] = json!("12");
    assert_eq!(Envelope::from_json(&wire.to_string()).unwrap(), recalled());
    wire["specversion"] = json!("0.3");
    assert!(Envelope::from_json(&wire.to_string()).is_err());
    wire["specversion"] = json!("1.0");
    wire["datacontenttype"] = json!("text/plain");
    assert!(Envelope::from_json(&wire.to_string()).is_err());
    assert!(Envelope::from_json("").is_err());
}

#[test]
fn a_payload_reads_only_as_what_it_is() {
    let envelope = recalled();
    let payload: OrderRecalled = envelope.payload().unwrap();
    assert_eq!(payload.order_id, OrderId::from_uuid(Uuid::from_u128(7)));
    assert!(matches!(
        envelope.payload::<OrderOpened>(),
        Err(PayloadError::OtherType {
            wanted: OrderOpened::TYPE,
            ..
        })
    ));
    let broken = Envelope {
        data: json!({}),
        ..envelope
    };
    assert!(matches!(
        broken.payload::<OrderRecalled>(),
        Err(PayloadError::Malformed { .. })
    ));
}

#[test]
fn the_routing_key_names_district_and_topic() {
    assert_eq!(recalled().routing_key(), "420105.ticketing.order.recalled");
    let citywide = Envelope {
        district: String::new(),
        ..recalled()
    };
    assert_eq!(citywide.routing_key(), "000000.ticketing.order.recalled");
}

#[test]
fn an_answer_carries_its_cause() {
    let cause = recalled();
    let id = EventId::from_uuid(Uuid::from_u128(11));
    let answer = EventMeta::caused_by(&cause, id, "tsk".to_owned(), 1, cause.time);
    assert_eq!(answer.causation_id, Some(cause.id));
    assert_eq!(answer.correlation_id, cause.correlation_id);
    assert_eq!(answer.traceparent, cause.traceparent);
    assert_eq!(cause.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
}
