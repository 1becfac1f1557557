//! Organisations from a sheet: new ones are set up, known ones get the sheet's name.

use std::collections::{HashMap, HashSet};

use contracts::registry::OrgKind;
use kernel::{IdSourceExt, OrgCode};
use problem::Message;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx};

use super::{App, Origin, ahead::Ahead, kept};
use crate::app::grids::take_off_map;
use crate::app::report_ins::tell_report_ins;
use crate::domain::history::Effective;
use crate::domain::import::{Answer, ImportRow, Outcome};
use crate::domain::kind;
use crate::domain::organisation::{Change, Organisation, Refused};
use crate::domain::placement::{Misplaced, place};
use crate::domain::sheet::{CellError, OrganisationRow};
use crate::events;
use crate::store::{
    end_what_is_at, hold, insert_organisations, list_open_children, load_organisations, lock_nodes,
    save_change,
};

/// What rows would do.
pub(super) struct Plan {
    pub(super) answers: Vec<Answer>,
    /// Nodes to set up.
    new: Vec<Organisation>,
    /// Nodes to save over what they were.
    changed: Vec<(Organisation, Change, Told)>,
    /// Nodes above new ones, as they were read.
    parents: Vec<Organisation>,
}

/// What the others are told of a change.
#[derive(Clone, Copy)]
enum Told {
    Established,
    Renamed,
}

/// How a node was.
#[derive(Serialize, Deserialize)]
struct Before {
    name: String,
}

impl Plan {
    pub(super) async fn make(
        app: &App,
        origin: &Origin<'_>,
        rows: &[&[String]],
        when: Effective,
        ahead: &mut Ahead,
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let rows: Vec<_> = rows.iter().map(|row| OrganisationRow::read(row)).collect();
        let mut mentioned = HashSet::new();
        for row in rows.iter().flatten() {
            mentioned.extend(above(row));
            mentioned.insert(row.code.clone());
        }
        let mentioned: Vec<OrgCode> = mentioned.into_iter().collect();
        for node in load_organisations(db, &mentioned).await? {
            // what an earlier row would make of it is what this one finds
            ahead.nodes.entry(node.code.clone()).or_insert(node);
        }
        let mut planner = Planner {
            app,
            origin,
            when,
            nodes: &mut ahead.nodes,
            plan: Self {
                answers: Vec::with_capacity(rows.len()),
                new: Vec::new(),
                changed: Vec::new(),
                parents: Vec::new(),
            },
        };
        for row in rows {
            let decided = match row {
                Ok(row) => planner.decide(&row).map_err(|why| vec![why]),
                Err(errors) => Err(errors),
            };
            let answer = decided.unwrap_or_else(Answer::refused);
            planner.plan.answers.push(answer);
        }
        Ok(planner.plan)
    }

    /// Says whether a node is there only once this plan is written: it is new, or its code is used again.
    fn sets_up(&self, code: &OrgCode) -> bool {
        let reopened = self.changed.iter();
        let mut reopened = reopened.filter(|(_, _, told)| matches!(told, Told::Established));
        self.new.iter().any(|new| new.code == *code)
            || reopened.any(|(node, _, _)| node.code == *code)
    }

    pub(super) async fn write(
        self,
        app: &App,
        origin: &Origin<'_>,
        tx: &Tx,
    ) -> Result<Vec<Answer>, StoreError> {
        hold(tx, &self.parents.iter().collect::<Vec<_>>()).await?;
        let new = u64::try_from(self.new.len()).unwrap_or(u64::MAX);
        if insert_organisations(tx, &self.new).await? != new {
            return Err(StoreError::Stale);
        }
        let ids = app.ids.as_ref();
        let mut told = Vec::with_capacity(self.new.len());
        for node in &self.new {
            told.push(events::established(origin, ids, node));
        }
        for (node, change, what) in &self.changed {
            save_change(tx, node, change).await?;
            told.push(match what {
                Told::Established => events::established(origin, ids, node),
                Told::Renamed => events::renamed(origin, ids, node),
            });
        }
        bus::emit(tx, told).await?;
        Ok(self.answers)
    }
}

/// Code of the node above: the one that the row names, else what its own code says.
fn above(row: &OrganisationRow) -> Option<OrgCode> {
    row.parent_code.clone().or_else(|| {
        let (parent, _) = row.code.as_str().rsplit_once('.')?;
        parent.parse().ok()
    })
}

struct Planner<'a> {
    app: &'a App,
    origin: &'a Origin<'a>,
    when: Effective,
    nodes: &'a mut HashMap<OrgCode, Organisation>,
    plan: Plan,
}

impl Planner<'_> {
    fn decide(&mut self, row: &OrganisationRow) -> Result<Answer, CellError> {
        check_uscc(row)?;
        match self.nodes.get(&row.code).cloned() {
            Some(known) if !known.is_closed() => self.follow(row, known),
            known => self.set_up(row, known),
        }
    }

    fn follow(
        &mut self,
        row: &OrganisationRow,
        mut known: Organisation,
    ) -> Result<Answer, CellError> {
        let same = known.kind == row.kind
            && known.uscc == row.uscc
            && (row.parent_code.is_none() || known.parent_code == row.parent_code);
        if !same {
            let why = Message::new(
                format!(
                    "代码已用于“{}”，其类型、上级或信用代码与此行不同",
                    known.name
                ),
                "the code names an organisation of another kind, parent or credit code".to_owned(),
            );
            return Err(CellError::at("code", &why));
        }
        self.allow(&known)?;
        let before = Before {
            name: known.name.clone(),
        };
        let name = row.name.as_str().to_owned();
        let change = known.rename(name, self.when).map_err(refusal)?;
        let Some(change) = change else {
            return Ok(Answer::plain(Outcome::Unchanged));
        };
        let before = serde_json::to_string(&before).unwrap_or_default();
        let answer = Answer::changed(&known.code, known.version, before);
        self.nodes.insert(known.code.clone(), known.clone());
        self.plan.changed.push((known, change, Told::Renamed));
        Ok(answer)
    }

    fn set_up(
        &mut self,
        row: &OrganisationRow,
        closed: Option<Organisation>,
    ) -> Result<Answer, CellError> {
        let parent = match above(row) {
            None => None,
            Some(code) => match self.nodes.get(&code) {
                Some(parent) => Some(parent.clone()),
                None => return Err(no_parent(&code)),
            },
        };
        let placed = place(row.kind, &row.code, parent.as_ref());
        let path = placed.map_err(|why| CellError::at(why.member(), &why.message()))?;
        let name = row.name.as_str().to_owned();
        let id = self.app.ids.next();
        let mut node =
            Organisation::establish(id, row.kind, name, row.code.clone(), path, self.when);
        let change = match closed {
            None => None,
            Some(mut known) => {
                // whoever had the code before was there: their history goes on under it
                self.allow(&known)?;
                let (name, path) = (node.name.clone(), node.path.clone());
                let change = known.reopen(row.kind, name, path, self.when);
                node = known;
                Some(change.map_err(refusal)?)
            }
        };
        node.uscc.clone_from(&row.uscc);
        self.allow(&node)?;
        // one that was planned itself is there by the time this one is written
        if let Some(parent) = parent.filter(|parent| !self.plan.sets_up(&parent.code)) {
            self.plan.parents.push(parent);
        }
        let answer = Answer::created(&node.code, node.version);
        self.nodes.insert(node.code.clone(), node.clone());
        match change {
            None => self.plan.new.push(node),
            Some(change) => self.plan.changed.push((node, change, Told::Established)),
        }
        Ok(answer)
    }

    fn allow(&self, node: &Organisation) -> Result<(), CellError> {
        if self.origin.may_edit(&node.path) {
            return Ok(());
        }
        Err(super::out_of_scope("code"))
    }
}

fn check_uscc(row: &OrganisationRow) -> Result<(), CellError> {
    let why = match &row.uscc {
        None if kind::needs_uscc(row.kind) => Message::fixed(
            "该类组织须有统一社会信用代码",
            "such an organisation has a unified social credit code",
        ),
        Some(_) if !kind::takes_uscc(row.kind) => Message::fixed(
            "该类组织没有统一社会信用代码",
            "such an organisation has no unified social credit code",
        ),
        _ => return Ok(()),
    };
    Err(CellError::at("uscc", &why))
}

fn no_parent(code: &OrgCode) -> CellError {
    let why = Message::new(
        format!("上级组织 {code} 不存在"),
        format!("there is no parent organisation {code}"),
    );
    CellError::at("parent_code", &why)
}

fn refusal(why: Refused) -> CellError {
    match why {
        Refused::Misplaced(why) => CellError::at(Misplaced::member(why), &why.message()),
        Refused::Closed | Refused::Untimely(_) => CellError::at(
            "code",
            &Message::fixed(
                "其当前状态自今天以后生效",
                "its present state counts from a later day",
            ),
        ),
    }
}

/// Takes rows back, the last one first: new nodes are closed, other names are given back.
pub(super) async fn take_back(
    app: &App,
    origin: &Origin<'_>,
    rows: &[ImportRow],
    when: Effective,
    tx: &Tx,
) -> Result<Vec<Answer>, StoreError> {
    let codes: Vec<OrgCode> = rows
        .iter()
        .filter_map(|row| row.answer.subject.as_deref()?.parse().ok())
        .collect();
    lock_nodes(tx, &codes).await?;
    let mut nodes = HashMap::new();
    for node in load_organisations(tx, &codes).await? {
        nodes.insert(node.code.to_string(), node);
    }
    let mut children: HashSet<(OrgCode, OrgCode)> =
        list_open_children(tx, &codes).await?.into_iter().collect();
    let mut told = Vec::new();
    let mut closed = Vec::new();
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        let subject = row.answer.subject.as_deref().unwrap_or_default();
        let node = nodes.remove(subject);
        let node = node.filter(|node| Some(node.version) == row.answer.version);
        let Some(mut node) = node else {
            answers.push(kept(row, &super::CHANGED_SINCE));
            continue;
        };
        let renamed: Option<Before> = match &row.answer.before {
            Some(before) => serde_json::from_str(before).ok(),
            None => None,
        };
        if !origin.may_edit(&node.path) {
            answers.push(kept(row, &super::OUT_OF_SCOPE));
            continue;
        }
        let occupied = children.iter().any(|(parent, _)| *parent == node.code);
        if renamed.is_none() && occupied {
            answers.push(kept(row, &BELOW_IT));
            continue;
        }
        let changed = match renamed {
            Some(before) => node.rename(before.name, when),
            None => node.close(when),
        };
        let Ok(Some(change)) = changed else {
            answers.push(kept(row, &super::CHANGED_SINCE));
            continue;
        };
        save_change(tx, &node, &change).await?;
        told.push(if node.is_closed() {
            children.retain(|(_, child)| *child != node.code);
            closed.push(node.code.clone());
            if node.kind == OrgKind::Grid {
                take_off_map(origin, &node.code, tx).await?;
            }
            events::closed(origin, app.ids.as_ref(), &node, &[])
        } else {
            events::renamed(origin, app.ids.as_ref(), &node)
        });
        answers.push(super::undone(row));
    }
    let ended = end_what_is_at(tx, &closed, when).await?;
    tell_report_ins(app, origin, &ended, tx).await?;
    bus::emit(tx, told).await?;
    Ok(answers)
}

const BELOW_IT: Message = Message::fixed("其下已有其他组织", "there are organisations below it");
