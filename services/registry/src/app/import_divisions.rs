use jiff::civil::Date;
use kernel::OrgCode;
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::division_plan::Plan;
use super::move_organisation::follow;
use super::report_ins::tell_report_ins;
use super::{App, ChangeError, Origin};
use crate::domain::division::{Outcome, RawDivision};
use crate::domain::history::{Effective, Untimely};
use crate::events;
use crate::store::{end_what_is_at, hold, insert_organisations, lock_nodes, save_change};

/// Most rows of one import.
pub(crate) const MOST_ROWS: usize = 500;

/// Takes over divisions.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportDivisions {
    pub(crate) dry_run: bool,
    /// Day from which the rows count, if not today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_on: Option<Date>,
    pub(crate) rows: Vec<RawDivision>,
}

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    #[error(transparent)]
    Untimely(#[from] Untimely),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ImportError {
    fn fact(&self) -> Fact {
        match self {
            Self::TooManyRows => Fact::new(
                Kind::Invalid,
                "too-many-rows",
                format!("一次最多导入 {MOST_ROWS} 行"),
                format!("at most {MOST_ROWS} rows at once"),
            )
            .at("/rows"),
            Self::Untimely(error) => error.fact(),
            Self::Change(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Takes over divisions in one transaction; says of each row what became of it.
pub(crate) async fn import_divisions(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ImportDivisions,
) -> Result<Vec<Outcome>, ImportError> {
    if command.rows.len() > MOST_ROWS {
        return Err(ImportError::TooManyRows);
    }
    let when = app.effective(command.effective_on, origin.now)?;
    if command.dry_run {
        let plan = Plan::make(app, origin, command, when, app.db.reader()).await?;
        return Ok(plan.outcomes);
    }
    app.db
        .write("divisions.import", |tx| async move {
            idempotency::once(&tx, key, import(app, origin, command, when, &tx)).await
        })
        .await
}

async fn import(
    app: &App,
    origin: &Origin<'_>,
    command: &ImportDivisions,
    when: Effective,
    tx: &Tx,
) -> Result<Vec<Outcome>, ImportError> {
    let codes = command.rows.iter().filter(|row| row.withdrawn);
    lock_nodes(
        tx,
        &codes
            .filter_map(|row| row.code.trim().parse().ok())
            .collect::<Vec<_>>(),
    )
    .await?;
    let plan = Plan::make(app, origin, command, when, tx).await?;
    let parents: Vec<_> = plan.parents.iter().collect();
    hold(tx, &parents).await?;
    let created = u64::try_from(plan.created.len()).unwrap_or(u64::MAX);
    if insert_organisations(tx, &plan.created).await? != created {
        return Err(StoreError::Stale.into());
    }
    let ids = app.ids.as_ref();
    let mut told = Vec::with_capacity(plan.created.len() + plan.steps.len());
    for organisation in &plan.created {
        told.push(events::established(origin, ids, organisation));
    }
    // in the order of the plan: places below a moved node are found by the place it had then
    for step in &plan.steps {
        let (before, after) = (&step.before, &step.after);
        if step.outcome == Outcome::Moved {
            follow(tx, before, after, &step.change).await?;
            told.push(events::moved(origin, ids, before, after));
        } else {
            save_change(tx, after, &step.change).await?;
        }
        match step.outcome {
            Outcome::Withdrawn => told.push(events::closed(origin, ids, after, &[])),
            Outcome::Restored => told.push(events::established(origin, ids, after)),
            _ if before.name != after.name => told.push(events::renamed(origin, ids, after)),
            _ => {}
        }
    }
    let withdrawn = plan.steps.iter();
    let withdrawn = withdrawn.filter(|step| step.outcome == Outcome::Withdrawn);
    let withdrawn: Vec<OrgCode> = withdrawn.map(|step| step.after.code.clone()).collect();
    let ended = end_what_is_at(tx, &withdrawn, when).await?;
    tell_report_ins(app, origin, &ended, tx).await?;
    bus::emit(tx, told).await?;
    Ok(plan.outcomes)
}
