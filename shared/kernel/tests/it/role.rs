use kernel::Role;

#[test]
fn every_role_reads_back_and_has_a_title() {
    assert_eq!(Role::ALL.len(), 18);
    for role in Role::ALL {
        assert_eq!(role.to_string().parse::<Role>(), Ok(*role));
        let json = serde_json::to_string(role).unwrap();
        assert_eq!(json, format!("\"{}\"", role.as_str()));
        assert_eq!(serde_json::from_str::<Role>(&json).unwrap(), *role);
        assert!(!role.title_zh().is_ascii());
    }
}

#[test]
fn an_unknown_role_is_refused() {
    for text in ["", "Resident", "root", "system-admin", " resident"] {
        assert!(text.parse::<Role>().is_err(), "{text} was accepted");
    }
}
