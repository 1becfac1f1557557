use std::collections::HashMap;

use bus::Envelope;
use jiff::civil::Date;
use kernel::OrgCode;
use serde::{Deserialize, Serialize};
use store::{IdempotencyKey, Tx, idempotency};

use super::close_organisation::close;
use super::move_organisation::put_under;
use super::{App, ChangeError, Origin};
use crate::domain::history::{Effective, Succession};
use crate::domain::organisation::{Organisation, Refused};
use crate::store::{find_for_change, insert_successions, list_children};

/// Most parts of a merger or a split.
pub(crate) const MOST_PARTS: usize = 20;
/// Most nodes directly below one that is merged or split.
const MOST_CHILDREN: u64 = 2_000;

/// Several areas become one, which is there already (合并).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MergeDivisions {
    pub(crate) from: Vec<OrgCode>,
    pub(crate) into: OrgCode,
    pub(crate) effective_on: Option<Date>,
}

/// What lies directly below an area goes to others, which are there already (拆分).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SplitDivision {
    pub(crate) code: OrgCode,
    pub(crate) parts: Vec<Part>,
    /// Whether the area itself goes on with what is left.
    pub(crate) keep: bool,
    pub(crate) effective_on: Option<Date>,
}

/// An area and what it takes over.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Part {
    pub(crate) into: OrgCode,
    pub(crate) children: Vec<OrgCode>,
}

/// What a merger or a split did.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reorganised {
    /// Nodes that went from one area to another.
    pub(crate) moved: usize,
    /// Areas that came to their end.
    pub(crate) closed: Vec<OrgCode>,
    /// Who took whose place.
    pub(crate) successions: Vec<Succession>,
}

/// Merges areas: everything below them goes to the other one, and they close.
pub(crate) async fn merge_divisions(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &MergeDivisions,
) -> Result<Reorganised, ChangeError> {
    app.db
        .write("divisions.merge", |tx| async move {
            idempotency::once(&tx, key, merge(app, origin, command, &tx)).await
        })
        .await
}

async fn merge(
    app: &App,
    origin: &Origin<'_>,
    command: &MergeDivisions,
    tx: &Tx,
) -> Result<Reorganised, ChangeError> {
    let mut work = Work::begin(app, origin, tx, command.effective_on)?;
    let into = work.area(&command.into).await?;
    for code in &command.from {
        let from = work.area(code).await?;
        ensure_alike(&from, &into)?;
        for child in list_children(tx, code, MOST_CHILDREN + 1).await? {
            work.give(child, &into).await?;
        }
        work.end(from, std::slice::from_ref(&into.code)).await?;
    }
    work.finish().await
}

/// Splits an area: what is named goes to the parts; the area closes unless it is kept.
pub(crate) async fn split_division(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &SplitDivision,
) -> Result<Reorganised, ChangeError> {
    app.db
        .write("division.split", |tx| async move {
            idempotency::once(&tx, key, split(app, origin, command, &tx)).await
        })
        .await
}

async fn split(
    app: &App,
    origin: &Origin<'_>,
    command: &SplitDivision,
    tx: &Tx,
) -> Result<Reorganised, ChangeError> {
    let mut work = Work::begin(app, origin, tx, command.effective_on)?;
    let whole = work.area(&command.code).await?;
    let children = list_children(tx, &whole.code, MOST_CHILDREN + 1).await?;
    let mut children: HashMap<OrgCode, Organisation> = children
        .into_iter()
        .map(|child| (child.code.clone(), child))
        .collect();
    let mut successors = Vec::new();
    for part in &command.parts {
        let into = work.area(&part.into).await?;
        ensure_alike(&whole, &into)?;
        if successors.contains(&into.code) {
            return Err(ChangeError::Unlike);
        }
        for code in &part.children {
            let child = children.remove(code);
            let child = child.ok_or_else(|| ChangeError::NoChild(code.clone()))?;
            work.give(child, &into).await?;
        }
        successors.push(into.code);
    }
    if command.keep {
        work.succeed(&whole.code, &successors);
    } else {
        work.end(whole, &successors).await?;
    }
    work.finish().await
}

fn ensure_alike(from: &Organisation, into: &Organisation) -> Result<(), ChangeError> {
    if from.kind != into.kind || from.code == into.code {
        return Err(ChangeError::Unlike);
    }
    Ok(())
}

/// A merger or a split while it is done.
struct Work<'a> {
    app: &'a App,
    origin: &'a Origin<'a>,
    tx: &'a Tx,
    when: Effective,
    told: Vec<Envelope>,
    done: Reorganised,
}

impl<'a> Work<'a> {
    fn begin(
        app: &'a App,
        origin: &'a Origin<'a>,
        tx: &'a Tx,
        on: Option<Date>,
    ) -> Result<Self, ChangeError> {
        Ok(Self {
            app,
            origin,
            tx,
            when: app.effective(on, origin.now)?,
            told: Vec::new(),
            done: Reorganised {
                moved: 0,
                closed: Vec::new(),
                successions: Vec::new(),
            },
        })
    }

    async fn area(&self, code: &OrgCode) -> Result<Organisation, ChangeError> {
        let found = find_for_change(self.tx, code).await?;
        let area = found.ok_or_else(|| ChangeError::OtherUnknown(code.clone()))?;
        if !self.origin.may_edit(&area.path) {
            return Err(ChangeError::OutOfScope);
        }
        if area.is_closed() {
            return Err(Refused::Closed.into());
        }
        Ok(area)
    }

    async fn give(&mut self, child: Organisation, into: &Organisation) -> Result<(), ChangeError> {
        let (_, event) = put_under(self.app, self.origin, self.tx, child, into, self.when).await?;
        self.told.extend(event);
        self.done.moved += 1;
        Ok(())
    }

    async fn end(&mut self, area: Organisation, successors: &[OrgCode]) -> Result<(), ChangeError> {
        let code = area.code.clone();
        let closing = close(self.app, self.origin, self.tx, area, successors, self.when);
        let (_, event) = closing.await?;
        self.told.extend(event);
        self.succeed(&code, successors);
        self.done.closed.push(code);
        Ok(())
    }

    fn succeed(&mut self, predecessor: &OrgCode, successors: &[OrgCode]) {
        for successor in successors {
            self.done.successions.push(Succession {
                predecessor: predecessor.clone(),
                successor: successor.clone(),
                counts_from: self.when.on,
            });
        }
    }

    async fn finish(self) -> Result<Reorganised, ChangeError> {
        insert_successions(self.tx, &self.done.successions).await?;
        bus::emit(self.tx, self.told).await?;
        Ok(self.done)
    }
}
