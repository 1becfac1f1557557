//! What can be found by its form: phones, id numbers, rooms, plates, e-mail addresses.

use std::ops::Range;
use std::sync::LazyLock;

use kernel::ResidentIdNumber;
use regex::Regex;

use super::FindingKind;
use super::normal::Normal;

/// Compiles a pattern of this file.
#[expect(
    clippy::expect_used,
    reason = "the patterns are constants and a test compiles each of them"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

static MOBILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\+?86[ -]?)?1[ .-]{0,2}[3-9](?:[ .-]{0,2}[0-9]){9}"));

static LANDLINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\(?0[1-9][0-9]{1,2}\)?[ -]{0,2}[2-9][0-9]{2,3}[ -]?[0-9]{4}"));

static LOCAL_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:电话|座机|手机|致电|拨打|联系方式)(?:号码)?[:是为 ]{0,3}([2-9][0-9]{3}[ -]?[0-9]{3,4}|[2-9][0-9]{2}[ -]?[0-9]{4})",
    )
});

static RESIDENT_ID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[1-9][0-9]{5}[ -]?(?:18|19|20)[0-9]{2}[ -]?(?:0[1-9]|1[0-2])[ -]?",
        r"(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9X]"
    ))
});

static OLD_RESIDENT_ID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}",
        r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
    ))
});

/// A building with a unit, floor or room behind it, and N号楼 in any case.
static BUILDING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:[A-Z]?[0-9]{1,3}(?:号楼|#楼)|(?:[A-Z]?[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:栋|幢|号楼)",
        r"(?:[0-9A-Z一二三四五六七八九十甲乙丙丁]{1,3}单元|[0-9]{1,2}[楼层]|[ -]?[0-9]{3,4}(?:室|号|户|房)?))",
        r"(?:[0-9A-Z一二三四五六七八九十甲乙丙丁]{1,3}单元)?(?:[0-9]{1,2}[楼层])?(?:[ -]?[0-9]{1,4}(?:室|号|户|房)?)?"
    ))
});

/// A building right behind the name of a compound.
static NAMED_BUILDING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:小区|苑|园|公寓|家园|新村|大院|府|城|湾|庭|郡|号)([A-Z]?[0-9]{1,3}[栋幢])")
});

static LETTER_BUILDING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Z][0-9]{0,2}[座栋幢][ -]?[0-9]{3,4}(?:室|号|户|房)?"));

static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})单元(?:[0-9]{1,2}[楼层])?(?:[ -]?[0-9]{1,4}(?:室|号|户|房)?)?",
    )
});

static ROOM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:[0-9]{1,3}-){0,2}[0-9]{3,4}(?:室|号房|房间|房|户)"));

static TRIPLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}"));

static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-Z][ .-]{0,2}",
        r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳领]"
    ))
});

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Z0-9][A-Z0-9.%+-]*@[A-Z0-9-]+(?:\.[A-Z0-9-]+)+"));

/// Finds everything that has a form.
pub(super) fn find(normal: &Normal) -> Vec<(FindingKind, Range<usize>)> {
    let mut found = Vec::new();
    let mut add = |kind, spans: Vec<Range<usize>>| {
        found.extend(spans.into_iter().map(|span| (kind, span)));
    };
    add(FindingKind::Phone, mobiles(normal));
    add(FindingKind::Phone, mobiles(&normal.with_digits()));
    add(
        FindingKind::Phone,
        spans(normal, &LANDLINE, |span| alone(normal, span)),
    );
    add(FindingKind::Phone, local_numbers(normal));
    add(
        FindingKind::ResidentId,
        spans(normal, &RESIDENT_ID, |span| is_resident_id(normal, span)),
    );
    add(
        FindingKind::ResidentId,
        spans(normal, &OLD_RESIDENT_ID, |span| alone(normal, span)),
    );
    for building in [&BUILDING, &LETTER_BUILDING] {
        add(
            FindingKind::Room,
            spans(normal, building, |span| begins(normal, span)),
        );
    }
    add(FindingKind::Room, named_buildings(normal));
    add(
        FindingKind::Room,
        spans(normal, &UNIT, |span| {
            normal.before(span.start) != Some('第')
        }),
    );
    add(
        FindingKind::Room,
        spans(normal, &ROOM, |span| is_room(normal, span)),
    );
    add(
        FindingKind::Room,
        spans(normal, &TRIPLE, |span| is_triple(normal, span)),
    );
    add(
        FindingKind::Plate,
        spans(normal, &PLATE, |span| is_plate(normal, span)),
    );
    add(FindingKind::Email, spans(normal, &EMAIL, |_| true));
    found
}

/// Collects the matches of a pattern that a check lets pass.
fn spans(
    normal: &Normal,
    pattern: &Regex,
    passes: impl Fn(&Range<usize>) -> bool,
) -> Vec<Range<usize>> {
    let matches = pattern.find_iter(&normal.text);
    matches
        .map(|found| normal.span(&found.range()))
        .filter(|span| passes(span))
        .collect()
}

fn is_digit(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letter.is_ascii_digit())
}

fn is_alphanumeric(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| letter.is_ascii_alphanumeric())
}

/// Tells whether no digit goes on before the match.
fn begins(normal: &Normal, span: &Range<usize>) -> bool {
    !is_digit(normal.before(span.start))
}

/// Tells whether the match is no part of a longer number.
fn alone(normal: &Normal, span: &Range<usize>) -> bool {
    begins(normal, span) && !is_digit(normal.at(span.end))
}

fn mobiles(normal: &Normal) -> Vec<Range<usize>> {
    spans(normal, &MOBILE, |span| alone(normal, span))
}

fn local_numbers(normal: &Normal) -> Vec<Range<usize>> {
    let captures = LOCAL_NUMBER.captures_iter(&normal.text);
    captures
        .filter_map(|captured| captured.get(1))
        .map(|number| normal.span(&number.range()))
        .filter(|span| alone(normal, span))
        .collect()
}

/// A building behind a name; «12栋楼» is a count of buildings, not one of them.
fn named_buildings(normal: &Normal) -> Vec<Range<usize>> {
    let captures = NAMED_BUILDING.captures_iter(&normal.text);
    captures
        .filter_map(|captured| captured.get(1))
        .map(|building| normal.span(&building.range()))
        .filter(|span| {
            !normal
                .at(span.end)
                .is_some_and(|letter| "楼房建住高老".contains(letter))
        })
        .collect()
}

/// Eighteen digits with a correct check character, or announced as an id number.
fn is_resident_id(normal: &Normal, span: &Range<usize>) -> bool {
    if is_alphanumeric(normal.before(span.start)) || is_alphanumeric(normal.at(span.end)) {
        return false;
    }
    let letters = normal.chars.get(span.clone()).unwrap_or_default();
    let digits: String = letters
        .iter()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .collect();
    if digits.parse::<ResidentIdNumber>().is_ok() {
        return true;
    }
    let start = span.start.saturating_sub(12);
    let before: String = normal
        .chars
        .get(start..span.start)
        .unwrap_or_default()
        .iter()
        .collect();
    ["身份证", "证件号", "身份号"]
        .iter()
        .any(|word| before.contains(word))
}

/// «1203室», but not «1203房屋».
fn is_room(normal: &Normal, span: &Range<usize>) -> bool {
    let last = normal.before(span.end);
    let next = normal.at(span.end);
    let goes_on = match last {
        Some('房') => next.is_some_and(|letter| "子屋产东租地管源价改车贷".contains(letter)),
        // «300户居民» is a count
        Some('户') => !normal
            .chars
            .get(span.clone())
            .unwrap_or_default()
            .contains(&'-'),
        _ => false,
    };
    let continued = matches!(normal.before(span.start), Some('.' | '-' | '第'));
    !goes_on && !continued && begins(normal, span)
}

/// «3-2-501», but not a date such as «11-22-2026» and no part of a longer number.
fn is_triple(normal: &Normal, span: &Range<usize>) -> bool {
    let joined =
        |letter: Option<char>| is_alphanumeric(letter) || matches!(letter, Some('-' | '.'));
    if joined(normal.before(span.start)) || joined(normal.at(span.end)) {
        return false;
    }
    let text: String = normal
        .chars
        .get(span.clone())
        .unwrap_or_default()
        .iter()
        .collect();
    let room = text.rsplit('-').next().unwrap_or_default();
    !(room.len() == 4 && (room.starts_with("19") || room.starts_with("20")))
}

/// Two digits at least, so that a word in capitals is no plate.
fn is_plate(normal: &Normal, span: &Range<usize>) -> bool {
    let letters = normal.chars.get(span.clone()).unwrap_or_default();
    let digits = letters
        .iter()
        .filter(|letter| letter.is_ascii_digit())
        .count();
    digits >= 2 && !is_alphanumeric(normal.at(span.end))
}
