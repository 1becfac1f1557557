//! Whatever is moved wherever: the tree stays a tree and everybody keeps id and code.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::collections::HashMap;

use contracts::registry::OrgKind;
use kernel::{OrgCode, OrgPath};
use proptest::prelude::*;

use super::kind;
use super::organisation::Organisation;
use super::organisation::tests::{on, organisation};

/// Two districts with three streets each, three communities in each street, a compound with a building
/// and a grid in each.
fn city() -> Vec<Organisation> {
    let mut nodes = vec![organisation(OrgKind::City, "/420100000000/")];
    for district in 5..7 {
        let path = format!("/420100000000/42010{district}000000/");
        nodes.push(organisation(OrgKind::District, &path));
        for street in 1..4 {
            let path = format!("{path}42010{district}00{street}000/");
            nodes.push(organisation(OrgKind::Street, &path));
            for community in 1..4 {
                let code = format!("42010{district}00{street}00{community}");
                let path = format!("{path}{code}/");
                nodes.push(organisation(OrgKind::Community, &path));
                let compound = format!("{path}{code}.X01/");
                nodes.push(organisation(OrgKind::Compound, &compound));
                for (kind, segment) in [(OrgKind::Building, "B1"), (OrgKind::Grid, "G1")] {
                    nodes.push(organisation(
                        kind,
                        &format!("{compound}{code}.X01.{segment}/"),
                    ));
                }
            }
        }
    }
    nodes
}

/// What a store does in one statement: the sub-tree follows its top.
fn move_in(nodes: &mut [Organisation], which: usize, to: usize) -> bool {
    let parent = nodes[to].clone();
    let from = nodes[which].path.clone();
    let Ok(Some(_)) = nodes[which].move_under(&parent, on(2)) else {
        return false;
    };
    let path = nodes[which].path.clone();
    for node in nodes.iter_mut() {
        if let Some(rebased) = node.path.rebased(&from, &path) {
            node.path = rebased;
        }
    }
    true
}

proptest! {
    #[test]
    fn moves_keep_the_tree_whole(moves in prop::collection::vec((0..70_usize, 0..70_usize), 1..40)) {
        let mut nodes = city();
        let before: Vec<_> = nodes.iter().map(|node| (node.id, node.code.clone())).collect();
        for (which, to) in moves {
            let (which, to) = (which % nodes.len(), to % nodes.len());
            move_in(&mut nodes, which, to);
        }
        let after: Vec<_> = nodes.iter().map(|node| (node.id, node.code.clone())).collect();
        prop_assert_eq!(before, after);
        let paths: HashMap<OrgCode, OrgPath> =
            nodes.iter().map(|node| (node.code.clone(), node.path.clone())).collect();
        for node in &nodes {
            let Some(parent) = &node.parent_code else {
                prop_assert_eq!(node.path.depth(), 1);
                continue;
            };
            let above = nodes.iter().find(|other| &other.code == parent).unwrap();
            prop_assert_eq!(&paths[parent].child(&node.code).unwrap(), &node.path);
            prop_assert!(kind::parents_of(node.kind).contains(&above.kind));
        }
    }

    #[test]
    fn there_and_back_again_is_where_it_was(which in 0..70_usize, to in 0..70_usize) {
        let mut nodes = city();
        let (which, to) = (which % nodes.len(), to % nodes.len());
        let before: Vec<_> = nodes.iter().map(|node| node.path.clone()).collect();
        let home = nodes[which].parent_code.clone();
        if move_in(&mut nodes, which, to) {
            let home = nodes.iter().position(|node| Some(&node.code) == home.as_ref()).unwrap();
            prop_assert!(move_in(&mut nodes, which, home));
        }
        let after: Vec<_> = nodes.iter().map(|node| node.path.clone()).collect();
        prop_assert_eq!(before, after);
    }
}
