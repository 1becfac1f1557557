//! The scan of a text before it is made public (晒单前的个人信息扫描).
//!
//! It finds what looks like a personal name, a phone, a resident id number, a room, a plate or an e-mail address, and
//! says where. It never changes the text and is no proof of the absence of personal data: a person approves every
//! publication.
//!
//! # Limits
//!
//! - Names are guessed from surnames, usual name characters and the words around them. Rare names, two-character names
//!   without a title or a word such as 姓名 before them, nicknames (小王, 老李), foreign and minority names are not found.
//!   Masked names (李某, 王××) are taken as intended and left alone.
//! - A street with a house number (解放路18号) is a public place and not reported, nor are hotlines (12345, 110, 400…).
//! - Numbers written in Chinese digits are found as phones only.
//! - Messenger accounts, bank cards and faces on photos are not looked for.
//!
//! Common words must not be reported: a scan that cries wolf is switched off in people's minds. Where a word may be
//! both, the word wins unless the context says otherwise.

mod names;
mod normal;
mod patterns;
mod wordlists;

use serde::{Deserialize, Serialize};

use super::wording::Bilingual;
use normal::Normal;

/// What a finding looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A personal name.
    Name,
    /// A mobile or landline number.
    Phone,
    /// A resident id number.
    ResidentId,
    /// A building, unit or room.
    Room,
    /// A number plate.
    Plate,
    /// An e-mail address.
    Email,
}

/// Something that looks like personal data, by its place only: the text itself is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it looks like.
    pub kind: FindingKind,
    /// The first character, counted in Unicode scalar values.
    pub start: usize,
    /// The character behind the last one.
    pub end: usize,
    /// The JSON pointer of the text.
    pub pointer: String,
}

impl FindingKind {
    /// Returns how people call it.
    #[must_use]
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Name => ("姓名", "a personal name"),
            Self::Phone => ("电话号码", "a phone number"),
            Self::ResidentId => ("身份证号", "a resident id number"),
            Self::Room => ("楼栋门牌", "a building or room number"),
            Self::Plate => ("车牌号", "a number plate"),
            Self::Email => ("电子邮箱", "an e-mail address"),
        };
        Bilingual::new(zh, en)
    }
}

impl Finding {
    /// Returns what the author of the text reads.
    #[must_use]
    pub fn reason(&self) -> Bilingual {
        let title = self.kind.title();
        let (first, last) = (self.start.saturating_add(1), self.end);
        Bilingual::new(
            format!("第 {first} 至 {last} 字疑似{}", title.zh),
            format!("characters {first} to {last} look like {}", title.en),
        )
    }
}

/// Scans one text; findings come in the order of the text and do not overlap within a kind.
#[must_use]
pub fn scan(pointer: &str, text: &str) -> Vec<Finding> {
    let normal = Normal::of(text);
    let mut spans = patterns::find(&normal);
    spans.extend(
        names::find(&normal)
            .into_iter()
            .map(|span| (FindingKind::Name, span)),
    );
    spans.sort_by_key(|(kind, span)| (*kind, span.start, std::cmp::Reverse(span.end)));
    let mut findings: Vec<Finding> = Vec::new();
    for (kind, span) in spans {
        if let Some(last) = findings
            .last_mut()
            .filter(|last| last.kind == kind && span.start < last.end)
        {
            last.end = last.end.max(span.end);
            continue;
        }
        let pointer = pointer.to_owned();
        findings.push(Finding {
            kind,
            start: span.start,
            end: span.end,
            pointer,
        });
    }
    findings.sort_by_key(|finding| (finding.start, finding.end, finding.kind));
    findings
}

/// Puts a mark in the place of everything that looks like personal data.
#[must_use]
pub fn hidden(text: &str) -> String {
    const MARK: &str = "〔已隐去〕";
    let findings = scan("", text);
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for (place, letter) in text.chars().enumerate() {
        let within = |finding: &&Finding| finding.start <= place && place < finding.end;
        match findings
            .iter()
            .filter(within)
            .map(|finding| finding.end)
            .max()
        {
            // what overlaps is hidden once
            Some(last) if place >= end => {
                shown.push_str(MARK);
                end = last;
            }
            Some(last) => end = end.max(last),
            None => shown.push(letter),
        }
    }
    shown
}

/// Scans several texts, each with its JSON pointer.
#[must_use]
pub fn scan_all<'text>(texts: impl IntoIterator<Item = (String, &'text str)>) -> Vec<Finding> {
    texts
        .into_iter()
        .flat_map(|(pointer, text)| scan(&pointer, text))
        .collect()
}

#[cfg(test)]
mod tests;
