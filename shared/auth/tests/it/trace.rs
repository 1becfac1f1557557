use auth::TraceContext;

const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn a_callers_trace_goes_on_in_a_span_of_its_own() {
    let trace = TraceContext::from_header(Some(HEADER));
    assert_eq!(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(trace.parent_id(), Some("00f067aa0ba902b7"));
    assert_ne!(trace.span_id(), "00f067aa0ba902b7");
    let below = TraceContext::parse(&trace.traceparent()).unwrap();
    assert_eq!(below.trace_id, trace.trace_id);
    assert_eq!(below.parent_id(), Some(trace.span_id()));
}

#[test]
fn a_malformed_trace_begins_a_new_one() {
    let zero_trace = HEADER.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32));
    let zero_span = HEADER.replace("00f067aa0ba902b7", &"0".repeat(16));
    let longer = format!("{HEADER}-x");
    let capitals = HEADER.to_uppercase();
    let bad = [
        "",
        "00",
        "ff-",
        &zero_trace,
        &zero_span,
        &longer,
        &capitals,
        "00-é-é-01",
    ];
    for header in bad {
        assert_eq!(TraceContext::parse(header), None, "{header}");
        let trace = TraceContext::from_header(Some(header));
        assert_eq!((trace.trace_id.len(), trace.parent_id()), (32, None));
    }
    // a later version may append parts
    assert!(TraceContext::parse(&HEADER.replacen("00-", "01-", 1)).is_some());
}
