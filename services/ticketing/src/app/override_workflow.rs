//! Publishes what a district does otherwise than a workflow's file (区级调整), and makes it known to the process.

use std::sync::Arc;
use std::time::Duration;

use ::store::{StoreError, Writes, idempotency};
use auth::Ctx;
use chassis::http::Page;
use kernel::{OrgPath, Role, Timestamp};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::rehearse_workflow::unsound;
use super::show_calendar::is_district;
use super::show_workflows::{NoWorkflow, find_workflow};
use crate::domain::workflow::LoadError;
use crate::domain::workflow::district::{MOST_VERSIONS, Override, version_of};
use crate::store::calendars::CITY;
use crate::store::overrides::{StoredOverride, insert_override, list_all, list_overrides};

/// How often a process looks for what another one has published.
const FOLLOW_EVERY: Duration = Duration::from_secs(15);

/// What a district does otherwise from now on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OverrideWorkflow {
    /// The workflow.
    pub(crate) workflow: String,
    /// Six digits.
    pub(crate) district: String,
    /// What is otherwise; nothing at all takes the file as it is.
    pub(crate) changes: Override,
    /// Why.
    pub(crate) reason: String,
}

/// A version of what a district does otherwise (区级调整).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct WorkflowOverrideView {
    /// The workflow.
    pub(crate) workflow: String,
    /// The district.
    pub(crate) district: String,
    /// The version that orders begin with and keep.
    pub(crate) version: u32,
    /// The version of the file that it changes.
    pub(crate) base: u32,
    /// What is otherwise.
    #[schema(value_type = Object)]
    pub(crate) changes: Override,
    /// Why.
    pub(crate) reason: String,
    /// When it was published.
    pub(crate) at: Timestamp,
}

/// Why nothing was published or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OverrideError {
    /// There is no such workflow.
    #[error(transparent)]
    NoWorkflow(#[from] NoWorkflow),
    /// The text is no district.
    #[error("no district {0:?}")]
    NoDistrict(String),
    /// The caller does not run the platform of the city.
    #[error("the caller does not run the platform of the city")]
    NotAllowed,
    /// What becomes of the definition is refused.
    #[error("the definition is refused")]
    Unsound(#[source] LoadError),
    /// The district has made as many versions as it can.
    #[error("too many versions")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for OverrideError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoWorkflow(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::Unsound(error) => unsound(error),
            Self::NoDistrict(_) => Fact::new(
                Kind::NotFound,
                "no-district",
                "须为六位区划代码",
                "must be the six digits of a district",
            ),
            Self::NotAllowed => Fact::new(
                Kind::Forbidden,
                "not-your-city",
                "仅市级平台运营人员可调整流程",
                "only who runs the platform of the city may change workflows",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-versions",
                format!("每区每流程最多 {MOST_VERSIONS} 个版本"),
                format!("a district has at most {MOST_VERSIONS} versions of a workflow"),
            ),
        }
    }
}

/// Publishes a version; orders of the district that begin from now on run by it.
pub(crate) async fn override_workflow(
    app: &App,
    ctx: &Ctx,
    command: OverrideWorkflow,
) -> Result<WorkflowOverrideView, OverrideError> {
    check_district(&command.district)?;
    if !ctx
        .principal
        .holds(Role::PlatformOperator, &OrgPath::root())
    {
        return Err(OverrideError::NotAllowed);
    }
    let base = find_workflow(app, &command.workflow)?.version;
    let key = ctx.idempotency(&command);
    let (key, command) = (key.as_ref(), &command);
    let shown: WorkflowOverrideView = app
        .db
        .write("workflow.override", |tx| async move {
            let effect = async {
                let of = (command.workflow.as_str(), command.district.as_str());
                let before = list_overrides(&*tx, of, 1).await?;
                let first = version_of(&command.district, 1);
                let next = match before.first() {
                    Some(newest) => newest.version.checked_add(1),
                    None => first,
                };
                let last = version_of(&command.district, MOST_VERSIONS);
                let version = next.filter(|next| Some(*next) <= last);
                let version = version.ok_or(OverrideError::TooMany)?;
                // checked as strictly as a file, before anything is stored
                app.workflows
                    .overridden((&command.workflow, base), &command.changes, version)
                    .map_err(OverrideError::Unsound)?
                    .ok_or_else(|| NoWorkflow::named(&command.workflow))?;
                let stored = StoredOverride {
                    workflow: command.workflow.clone(),
                    district: command.district.clone(),
                    version,
                    base,
                    changes: command.changes.clone(),
                    reason: command.reason.clone(),
                    author: ctx.principal.account,
                    at: ctx.now,
                };
                let mut writes = Writes::default();
                insert_override(&mut writes, &stored)?;
                writes.run(&tx).await?;
                Ok::<_, OverrideError>(view(stored))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await?;
    follow_overrides(app).await?;
    Ok(shown)
}

/// Lists the versions of a district, the newest first.
pub(crate) async fn list_workflow_overrides(
    app: &App,
    workflow: &str,
    district: &str,
) -> Result<Page<WorkflowOverrideView>, OverrideError> {
    check_district(district)?;
    find_workflow(app, workflow)?;
    let most = u64::from(MOST_VERSIONS);
    let found = list_overrides(app.db.reader(), (workflow, district), most).await?;
    Ok(Page {
        items: found.into_iter().map(view).collect(),
        next: None,
    })
}

/// Makes known what was published, here or by another process.
pub(crate) async fn follow_overrides(app: &App) -> Result<(), StoreError> {
    for stored in list_all(app.db.reader()).await? {
        if app.workflows.knows(&stored.workflow, stored.version) {
            continue;
        }
        let base = (stored.workflow.as_str(), stored.base);
        let made = app
            .workflows
            .overridden(base, &stored.changes, stored.version);
        if let Ok(Some(definition)) = made {
            app.workflows.publish(&stored.district, definition);
        } else {
            // a file that was taken away, or a check that became stricter: its orders say so when they are touched
            tracing::error!(
                workflow = stored.workflow,
                version = stored.version,
                "what a district does otherwise can't be applied"
            );
        }
    }
    Ok(())
}

/// Follows what other processes publish, until the process stops.
pub(crate) fn keep_following(app: &Arc<App>, stop: impl Future<Output = ()> + Send + 'static) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        tokio::pin!(stop);
        let mut turns = tokio::time::interval(FOLLOW_EVERY);
        loop {
            tokio::select! {
                () = &mut stop => break,
                _ = turns.tick() => {}
            }
            if let Err(error) = follow_overrides(&app).await {
                tracing::warn!(%error, "what districts do otherwise was not read");
            }
        }
    });
}

fn check_district(district: &str) -> Result<(), OverrideError> {
    if is_district(district) && district != CITY {
        Ok(())
    } else {
        Err(OverrideError::NoDistrict(district.to_owned()))
    }
}

fn view(stored: StoredOverride) -> WorkflowOverrideView {
    WorkflowOverrideView {
        workflow: stored.workflow,
        district: stored.district,
        version: stored.version,
        base: stored.base,
        changes: stored.changes,
        reason: stored.reason,
        at: stored.at,
    }
}
