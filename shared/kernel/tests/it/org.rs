use kernel::{OrgCode, OrgCodeError, OrgPath, OrgPathError};
use proptest::{collection::vec, prelude::*, sample};

/// Codes of which some are the beginning of others.
fn code() -> impl Strategy<Value = OrgCode> {
    sample::select(vec![
        "420100000000",
        "420105000000",
        "420105000000.CG",
        "420105011000",
        "420105011010",
        "420105011010.X0",
        "420105011010.X01",
        "420105011010.X01.B",
        "420105011010.X01.B3",
        "420105011011",
    ])
    .prop_map(|text| text.parse().unwrap())
}

/// Paths of up to six nodes.
fn path() -> impl Strategy<Value = OrgPath> {
    vec(code(), 0..6).prop_map(|codes| {
        codes.iter().fold(OrgPath::root(), |path, code| {
            path.child(code).unwrap_or(path)
        })
    })
}

proptest! {
    #[test]
    fn a_path_contains_itself_and_the_root_contains_all(path in path()) {
        prop_assert!(path.contains(&path));
        prop_assert!(OrgPath::root().contains(&path));
        prop_assert_eq!(OrgPath::parse(path.as_str()), Ok(path.clone()));
    }

    #[test]
    fn containing_is_transitive_and_antisymmetric(one in path(), two in path(), three in path()) {
        if one.contains(&two) && two.contains(&three) {
            prop_assert!(one.contains(&three));
        }
        if one.contains(&two) && two.contains(&one) {
            prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn ancestors_are_exactly_what_contains_a_path(path in path(), other in path()) {
        let ancestors = path.ancestors();
        prop_assert_eq!(ancestors.len(), path.depth() + 1);
        prop_assert_eq!(ancestors.first(), Some(&OrgPath::root()));
        prop_assert_eq!(ancestors.last(), Some(&path));
        prop_assert_eq!(ancestors.contains(&other), other.contains(&path));
        prop_assert!(ancestors.is_sorted_by(|above, below| above != below && above.contains(below)));
    }

    #[test]
    fn a_child_lies_below_and_names_its_code(path in path(), code in code()) {
        if let Ok(child) = path.child(&code) {
            prop_assert!(path.contains(&child));
            prop_assert!(!child.contains(&path));
            prop_assert_eq!(child.leaf(), Some(code));
            prop_assert_eq!(child.parent(), Some(path));
        }
    }

    #[test]
    fn siblings_contain_nothing_of_each_other(path in path(), left in code(), right in code()) {
        if let (Ok(one), Ok(two)) = (path.child(&left), path.child(&right)) {
            prop_assert_eq!(one.contains(&two), left == right);
        }
    }

    #[test]
    fn garbage_is_no_path(text in "[/0-9A-Z. -]{0,40}") {
        if let Ok(path) = OrgPath::parse(&text) {
            prop_assert_eq!(path.as_str(), &text);
        }
        let _ = text.parse::<OrgCode>();
    }
}

#[test]
fn a_sibling_whose_code_begins_alike_is_outside() {
    let community = OrgPath::parse("/420105000000/420105011010/").unwrap();
    let compound = community
        .child(&"420105011010.X0".parse().unwrap())
        .unwrap();
    let longer = community
        .child(&"420105011010.X01".parse().unwrap())
        .unwrap();
    assert!(!compound.contains(&longer));
    assert!(!longer.contains(&compound));
    // text that is a mere prefix is no path at all
    for text in [
        "/42010501",
        "/42010501/",
        "/420105011/",
        "/420105000000/420105011",
    ] {
        assert!(OrgPath::parse(text).is_err(), "{text} was accepted");
    }
}

#[test]
fn the_root_has_no_leaf_and_no_parent() {
    let root = OrgPath::root();
    assert_eq!(root.as_str(), "/");
    assert_eq!(root.leaf(), None);
    assert_eq!(root.parent(), None);
    assert_eq!(root.depth(), 0);
    assert_eq!(root.ancestors(), vec![root.clone()]);
}

#[test]
fn malformed_paths_are_refused() {
    for text in [
        "",
        "420105000000",
        "420105000000/",
        "/420105000000",
        "//",
        "/ /",
    ] {
        assert!(OrgPath::parse(text).is_err(), "{text:?} was accepted");
    }
    assert_eq!(
        OrgPath::parse("/420105000000/420105000000/"),
        Err(OrgPathError::Repeated)
    );
    assert_eq!(
        OrgPath::parse("/420105000000//420105011000/"),
        Err(OrgPathError::Code(OrgCodeError::Division))
    );
}

#[test]
fn a_tree_has_a_floor() {
    let mut path = OrgPath::root();
    for number in 0..OrgPath::MAX_DEPTH {
        path = path
            .child(&format!("420105011010.X{number}").parse().unwrap())
            .unwrap();
    }
    let below = "420105011010.Z".parse().unwrap();
    assert_eq!(path.child(&below), Err(OrgPathError::TooDeep));
    let text = format!("{path}420105011010.Z/");
    assert_eq!(OrgPath::parse(&text), Err(OrgPathError::TooDeep));
}

#[test]
fn a_code_knows_its_area() {
    for text in [
        "420105011010",
        "420105011010.X01",
        "420105011010.X01.B3.U-2.R1503",
    ] {
        let code: OrgCode = text.parse().unwrap();
        assert_eq!(code.as_str(), text);
        assert_eq!(code.division(), "420105011010");
        assert_eq!(code.district(), "420105");
    }
}

#[test]
fn malformed_codes_are_refused() {
    for text in [
        "",
        "42010501101",
        "4201050110100",
        "42010501101X",
        "４20105011010",
    ] {
        assert_eq!(
            text.parse::<OrgCode>(),
            Err(OrgCodeError::Division),
            "{text}"
        );
    }
    let wrong = [
        "420105011010.",
        "420105011010.x01",
        "420105011010.X_1",
        "420105011010..X",
        "420105011010.ABCDEFGHIJKLM",
        "420105011010.A.B.C.D.E",
        "420105011010.楼",
    ];
    for text in wrong {
        assert_eq!(
            text.parse::<OrgCode>(),
            Err(OrgCodeError::Segment),
            "{text}"
        );
    }
}

#[test]
fn a_path_follows_a_node_above_it() {
    let path = |text: &str| OrgPath::parse(text).unwrap();
    let (from, to) = (
        path("/420105000000/420105011000/"),
        path("/420106000000/420105011000/"),
    );
    let below = path("/420105000000/420105011000/420105011010/");
    assert_eq!(
        below.rebased(&from, &to).unwrap().as_str(),
        "/420106000000/420105011000/420105011010/"
    );
    assert_eq!(from.rebased(&from, &to), Some(to.clone()));
    assert_eq!(path("/420105000000/").rebased(&from, &to), None);
    assert_eq!(
        path("/420105000000/420105012000/").rebased(&from, &to),
        None
    );
}

#[test]
fn everything_below_a_node_lies_in_its_range() {
    let path = |text: &str| OrgPath::parse(text).unwrap();
    for place in ["/", "/420105000000/", "/420105000000/420105011000/"] {
        let place = path(place);
        for other in [
            "/",
            "/420105000000/",
            "/420105000000.CG/",
            "/420105000000/420105011000/",
            "/420105000000/420105011000/420105011010/",
            "/420105000000/420105012000/",
            "/420106000000/",
        ] {
            let other = path(other);
            let inside =
                other.as_str() >= place.as_str() && other.as_str() < place.range_end().as_str();
            assert_eq!(inside, place.contains(&other), "{place} {other}");
        }
    }
}
