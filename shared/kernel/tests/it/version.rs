use kernel::{Version, VersionError};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_version_reads_back_from_its_tag(number in 1_i64..) {
        let version = Version::new(number).unwrap();
        prop_assert_eq!(Version::parse_etag(&version.etag()), Ok(version));
        prop_assert_eq!(serde_json::to_string(&version).unwrap(), number.to_string());
        prop_assert!(version.next() > version || number == i64::MAX);
    }

    #[test]
    fn numbers_below_one_are_no_versions(number in ..=0_i64) {
        prop_assert_eq!(Version::new(number), Err(VersionError::NotPositive));
        prop_assert!(serde_json::from_str::<Version>(&number.to_string()).is_err());
    }

    #[test]
    fn garbage_is_no_tag(text in "\\PC{0,30}") {
        if let Ok(version) = Version::parse_etag(&text) {
            prop_assert_eq!(version.etag(), text.trim());
        }
    }
}

#[test]
fn versions_start_at_one() {
    assert_eq!(Version::FIRST.etag(), "\"1\"");
    assert_eq!(Version::default().next().get(), 2);
}

#[test]
fn only_one_strong_tag_is_read() {
    let wrong = [
        "",
        "1",
        "\"\"",
        "\"",
        "W/\"1\"",
        "*",
        "\"1\", \"2\"",
        "\"+1\"",
        "\"01\"",
        "\"0\"",
        "\"99999999999999999999\"",
    ];
    for text in wrong {
        assert_eq!(
            Version::parse_etag(text),
            Err(VersionError::Malformed),
            "{text}"
        );
    }
    assert_eq!(Version::parse_etag(" \"7\" ").unwrap().get(), 7);
}
