use std::sync::Arc;

use kube::api::{Patch, PatchParams};
use kube::runtime::controller::Action as Next;
use kube::runtime::finalizer::{self, Event};
use kube::{Api, ResourceExt};
use serde_json::json;
use tokio::time::Instant;

use super::Context;
use super::farewell::farewell;
use super::work::Work;
use crate::cluster::Tone;
use crate::crd::{Condition, District, DistrictStatus, FINALIZER, MANAGER};
use crate::domain::backoff;
use crate::domain::conditions::conditions;
use crate::domain::plan::{self, Place};
use crate::platform::PlatformError;

/// Why a district is tried again soon.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReconcileError {
    /// Some part did not work out; the district's conditions say which.
    #[error("{0}")]
    Incomplete(String),
    /// Its data must not go before somebody confirms or changes the policy.
    #[error("等待确认 (waits for the annotation that confirms the purge)")]
    Unconfirmed,
    /// Something below it is still there.
    #[error("其下仍有 {0} 个组织，不能撤销 (organisations below it are still there)")]
    NotEmpty(usize),
    /// The platform did not answer.
    #[error("platform")]
    Platform(#[from] PlatformError),
    /// The cluster did not answer.
    #[error("cluster")]
    Cluster(#[from] kube::Error),
}

type Failed = finalizer::Error<ReconcileError>;

/// Makes the district what its resource says, or takes leave of it.
///
/// # Errors
/// Something did not work out; it is tried again after [`again`].
pub(crate) async fn reconcile(district: Arc<District>, ctx: Arc<Context>) -> Result<Next, Failed> {
    let namespace = district.namespace().unwrap_or_default();
    let api: Api<District> = Api::namespaced(ctx.cluster.clone(), &namespace);
    let uid = district.uid().unwrap_or_default();
    let began = Instant::now();
    let done = finalizer::finalizer(&api, FINALIZER, district, async |event| match event {
        // the status as it is: what the cache has may be from before the last look
        Event::Apply(known) => apply(&api.get(&known.name_any()).await?, &ctx, &api).await,
        Event::Cleanup(known) => clean_up(&api.get(&known.name_any()).await?, &ctx).await,
    })
    .await;
    let outcome = if done.is_ok() { "done" } else { "again" };
    ctx.metrics.looked(began.elapsed(), outcome);
    if done.is_ok() {
        ctx.remember(&uid, |memory| memory.failures = 0);
    }
    done
}

/// When to try again after a failure.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the controller asks for"
)]
pub(crate) fn again(district: Arc<District>, error: &Failed, ctx: Arc<Context>) -> Next {
    let uid = district.uid().unwrap_or_default();
    let failures = ctx.remember(&uid, |memory| {
        memory.failures = memory.failures.saturating_add(1);
        memory.failures
    });
    let wait = backoff::delay(failures, rand::random());
    tracing::warn!(
        district.name = district.name_any(),
        error = chain(error),
        failures,
        wait_ms = wait.as_millis(),
        "district is tried again"
    );
    Next::requeue(wait)
}

async fn apply(
    district: &District,
    ctx: &Context,
    api: &Api<District>,
) -> Result<Next, ReconcileError> {
    let uid = district.uid().unwrap_or_default();
    let generation = district.metadata.generation.unwrap_or_default();
    let mut work = Work::new(district, ctx);
    let due_in = ctx.due_in(&uid, generation);
    let due = due_in.is_zero();
    let observed = work.observe(due).await;
    if let Some(observed) = observed {
        for action in plan::plan(&district.spec, &observed) {
            work.perform(&action).await;
        }
        if matches!(observed.place, Place::Closed) {
            work.withdrawn();
        }
    }
    work.check_hotline().await;
    let (status, failure) = finish(district, ctx, work);
    publish(district, ctx, api, &status).await?;
    if let Some(failure) = failure {
        return Err(ReconcileError::Incomplete(failure));
    }
    if !due {
        // a change in between puts the next whole look off by nothing
        return Ok(Next::requeue(due_in));
    }
    let looked = Some((generation, Instant::now()));
    ctx.remember(&uid, |memory| memory.complete = looked);
    Ok(Next::requeue(ctx.resync()))
}

/// Sums up: the new status, and what is to be tried again soon.
fn finish(district: &District, ctx: &Context, work: Work<'_>) -> (DistrictStatus, Option<String>) {
    let before = district.status.as_ref();
    let before = before.map_or(&[][..], |status| &status.conditions);
    let Work {
        mut status,
        report,
        again,
        ..
    } = work;
    let generation = district.metadata.generation;
    status.observed_generation = generation;
    let failure = report.first_failure();
    let failure = failure.map(|(kind, message)| format!("{kind}: {message}"));
    status.last_error.clone_from(&failure);
    status.conditions = conditions(&district.spec, generation, &report, before, ctx.clock.now());
    (status, failure.filter(|_| again))
}

/// Writes the status where it changed (server-side apply), and tells of conditions that turned.
async fn publish(
    district: &District,
    ctx: &Context,
    api: &Api<District>,
    status: &DistrictStatus,
) -> Result<(), kube::Error> {
    if district.status.as_ref() == Some(status) {
        return Ok(());
    }
    let wanted = json!({
        "apiVersion": "linli.city/v1alpha1",
        "kind": "District",
        "metadata": {"name": district.name_any()},
        "status": status,
    });
    let manner = PatchParams::apply(MANAGER).force();
    let name = district.name_any();
    api.patch_status(&name, &manner, &Patch::Apply(&wanted))
        .await?;
    let before = district.status.as_ref();
    let before = before.map_or(&[][..], |status| &status.conditions);
    for condition in &status.conditions {
        let mut same = before.iter();
        let turned = !same.any(|old| old.kind == condition.kind && old.status == condition.status);
        if turned {
            let reason = format!("{}{}", condition.kind, condition.status);
            ctx.news
                .tell(district, tone(condition), &reason, &condition.message)
                .await;
        }
    }
    Ok(())
}

fn tone(condition: &Condition) -> Tone {
    let bad = match condition.kind.as_str() {
        "Degraded" | "Unsupported" => "True",
        _ => "False",
    };
    if condition.status == bad {
        Tone::Warning
    } else {
        Tone::Normal
    }
}

async fn clean_up(district: &District, ctx: &Context) -> Result<Next, ReconcileError> {
    if let Err(error) = farewell(district, ctx).await {
        let note = chain(&error);
        ctx.news
            .tell(district, Tone::Warning, "NotDeleted", &note)
            .await;
        return Err(error);
    }
    ctx.forget(&district.uid().unwrap_or_default());
    Ok(Next::await_change())
}

/// The error with everything below it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        below = error.source();
    }
    text
}
