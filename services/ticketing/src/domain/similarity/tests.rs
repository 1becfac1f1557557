//! What is taken for the same matter, and what is not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::time::Duration;

use kernel::{GeoPoint, Timestamp};

use super::{LEAST, Matter, neighbourhood, suggest};
use crate::domain::testing::path;

const COMMUNITY: &str = "/420105000000/420105011000/420105011010/";
const COMPOUND: &str = "/420105000000/420105011000/420105011010/420105011010.X01/";

fn at(day: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.plus(Duration::from_hours(24 * day))
}

fn matter(title: &str, content: &str, day: u64) -> Matter {
    Matter::new(title, content, path(COMMUNITY), at(day))
}

fn known() -> Vec<Matter> {
    vec![
        matter(
            "三号楼路灯不亮",
            "三号楼前面的路灯坏了三天，晚上回家看不清路。",
            9,
        ),
        matter(
            "垃圾无人清运",
            "小区门口的垃圾桶满了没有人清运，臭气很大。",
            9,
        ),
        matter(
            "楼上装修噪音",
            "楼上周末早上装修，电钻声音很大，影响孩子学习。",
            8,
        ),
        matter(
            "电梯经常停运",
            "二号楼的电梯一周停了两次，老人上下楼困难。",
            7,
        ),
    ]
}

#[test]
fn the_same_matter_in_other_words_is_suggested_first_with_reasons() {
    let new = matter(
        "路灯坏了没人修",
        "三号楼门前路灯坏了好几天，晚上看不清路，请维修。",
        11,
    );
    let found = suggest(&new, &known());
    assert_eq!(found[0].index, 0);
    assert!(found.len() == 1 && found[0].score >= LEAST, "{found:?}");
    let said: Vec<&str> = found[0]
        .reasons
        .iter()
        .map(|reason| reason.zh.as_str())
        .collect();
    assert!(said[0].starts_with("文字相似度"), "{said:?}");
    assert_eq!(said.last(), Some(&"2 天前提出"));
}

#[test]
fn another_matter_is_not() {
    for (title, content) in [
        ("自来水发黄", "早上放出来的自来水发黄，有铁锈味。"),
        ("请问如何办理居住证", "外地户口在本区工作，想办理居住证。"),
        ("", ""),
        ("灯", "？"),
    ] {
        assert_eq!(
            suggest(&matter(title, content, 11), &known()),
            [],
            "{title}"
        );
    }
    assert_eq!(suggest(&matter("路灯", "路灯", 11), &[]), []);
}

#[test]
fn place_time_and_category_count() {
    let title = "路灯坏了没人修";
    let content = "三号楼门前路灯坏了好几天，晚上看不清路，请维修。";
    let score =
        |new: &Matter, known: &[Matter]| suggest(new, known).first().map(|found| found.score);
    let new = matter(title, content, 11);
    let plain = score(&new, &known()).unwrap();
    // long ago
    assert_eq!(score(&matter(title, content, 109), &known()), None);
    // on the map
    let point = |lat| Some(GeoPoint::new(114.2, lat).unwrap());
    let mut here = new.clone();
    here.location = point(30.5);
    let mut all = known();
    all[0].location = point(30.5009);
    assert!(score(&here, &all).unwrap() > plain);
    all[0].location = point(30.53);
    assert!(score(&here, &all).unwrap_or_default() < plain);
    // in one compound
    let mut all = known();
    all[0].place = path(COMPOUND);
    let mut there = new.clone();
    there.place = path(COMPOUND);
    assert!(score(&there, &all).unwrap() > plain);
    // of one category
    let mut all = known();
    all[0].category = Some("0104".to_owned());
    let mut same = new.clone();
    same.category = Some("0104".to_owned());
    assert!(score(&same, &all).unwrap() > plain);
    same.category = Some("0901".to_owned());
    assert!(score(&same, &all).unwrap_or_default() < plain);
}

#[test]
fn what_is_compared_is_of_one_community() {
    assert_eq!(neighbourhood(&path(COMPOUND)), path(COMMUNITY));
    assert_eq!(neighbourhood(&path(COMMUNITY)), path(COMMUNITY));
    let unit = path("/420105000000/420105000000.CG/");
    assert_eq!(neighbourhood(&unit), path("/420105000000/"));
}
