//! 技能证书 by volunteer number: they wait for somebody else to confirm them, like those a volunteer hands in.

use std::collections::BTreeMap;

use kernel::{Line, Timestamp};
use problem::Message;
use tables::sheet::{Cells, SheetRow};

use super::ServiceImportKind;
use super::lines::{LineError, day, number, one_of, read_rows, skill, volunteer_unknown};
use crate::domain::catalogue::Catalogue;
use crate::domain::volunteer::{Proof, ProofKind, ProofState, Volunteer};

/// Most last characters of a paper's number.
const TAIL: usize = 4;

/// A proof of the volunteer of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProofRow {
    pub(crate) line: u32,
    pub(crate) number: String,
    proof: Proof,
}

/// Proofs of a volunteer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedProofs {
    pub(crate) before: Volunteer,
    pub(crate) after: Volunteer,
    /// Line and number of each proof.
    pub(crate) proofs: Vec<(u32, u32)>,
}

fn title(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Skill => "技能证书",
        ProofKind::Insurance => "保险",
        ProofKind::GuardianConsent => "监护人同意书",
        ProofKind::Training => "培训",
        ProofKind::Award => "表彰奖励",
    }
}

fn tail(text: &str) -> Result<String, Message> {
    if text.len() <= TAIL && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err(Message::fixed(
        "只填最后 1 至 4 位字母或数字",
        "the last 1 to 4 letters or digits alone",
    ))
}

/// Reads the rows of a file of proofs.
pub(crate) fn read_proofs(
    rules: &Catalogue,
    rows: &[SheetRow],
    errors: &mut Vec<LineError>,
) -> Vec<ProofRow> {
    let columns = ServiceImportKind::Proofs.columns();
    read_rows(columns, rows, errors, |cells, line| {
        read_proof(rules, cells, line)
    })
}

fn read_proof(rules: &Catalogue, cells: &mut Cells<'_>, line: u32) -> Option<ProofRow> {
    let number = cells.must_be("volunteer_number", number);
    let kind = cells.may_be("kind", |text| one_of(text, title));
    let kind = kind.unwrap_or(ProofKind::Skill);
    let skill = match kind {
        ProofKind::Skill => cells.must_be("skill", |text| skill(text, &rules.skills)),
        _ => cells.may_be("skill", |_| {
            Err(Message::fixed(
                "只有技能证书填写技能",
                "of a proof of a skill alone",
            ))
        }),
    };
    let paper = cells.may::<Line<1, 60>>("paper").map(Line::into_string);
    let tail = cells.may_be("tail", tail);
    let valid_from = cells.must_be("valid_from", day);
    let valid_until = cells.may_be("valid_until", |text| {
        let until = day(text)?;
        if valid_from.is_some_and(|from| until < from) {
            let why = Message::fixed("到期日须不早于生效日", "it ends before it begins");
            return Err(why);
        }
        Ok(until)
    });
    Some(ProofRow {
        line,
        number: number?,
        proof: Proof {
            number: 0,
            kind,
            skill,
            paper,
            tail,
            valid_from: valid_from?,
            valid_until,
            state: ProofState::Claimed,
            decided_by: None,
            decided_at: None,
        },
    })
}

/// Weighs proofs against what volunteers have; people are known by their number.
pub(crate) fn weigh_proofs(
    rows: Vec<ProofRow>,
    people: &BTreeMap<String, Volunteer>,
    now: Timestamp,
    errors: &mut Vec<LineError>,
) -> Vec<PlannedProofs> {
    let mut planned: BTreeMap<String, PlannedProofs> = BTreeMap::new();
    for ProofRow {
        line,
        number,
        proof,
    } in rows
    {
        let Some(person) = people.get(&number) else {
            errors.push(volunteer_unknown(line));
            continue;
        };
        let plan = planned.entry(number).or_insert_with(|| PlannedProofs {
            before: person.clone(),
            after: person.clone(),
            proofs: Vec::new(),
        });
        if plan.after.shows(&proof) {
            let why = Message::fixed(
                "该证明已登记，或在文件中重复",
                "the proof is known already, or twice in the file",
            );
            errors.push(LineError::at(line, "skill", "known", &why));
            continue;
        }
        if let Ok(number) = plan.after.claim(proof, now) {
            plan.proofs.push((line, number));
        } else {
            let why = Message::fixed(
                "该志愿者的证明数量已达上限",
                "the volunteer has too many proofs",
            );
            errors.push(LineError::at(line, "skill", "too_many_proofs", &why));
        }
    }
    planned.into_values().collect()
}
