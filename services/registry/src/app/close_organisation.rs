use bus::Envelope;
use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{OrgCode, Version};
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::grids::take_off_map;
use super::report_ins::tell_report_ins;
use super::{App, ChangeError, Origin};
use crate::domain::history::Effective;
use crate::domain::organisation::Organisation;
use crate::events;
use crate::store::{end_what_is_at, find_for_change, list_children, save_change};

/// Brings a node to its end.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CloseOrganisation {
    pub(crate) code: OrgCode,
    /// First day without it, if not today.
    pub(crate) effective_on: Option<Date>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Brings a node to its end (撤销). Its code stays its own until it is set up again.
pub(crate) async fn close_organisation(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &CloseOrganisation,
) -> Result<Organisation, ChangeError> {
    let done = app
        .db
        .write("organisation.close", |tx| async move {
            let effect = async {
                let found = find_for_change(&tx, &command.code).await?;
                let node = found.ok_or(ChangeError::NotFound)?;
                if command.seen.is_some_and(|seen| seen != node.version) {
                    return Err(ChangeError::OtherVersion);
                }
                let when = app.effective(command.effective_on, origin.now)?;
                let (node, told) = close(app, origin, &tx, node, &[], when).await?;
                bus::emit(&tx, told.into_iter().collect()).await?;
                Ok(node)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await;
    app.map.expire();
    done
}

/// Closes a node with nothing open below it; returns it with the event to tell, none where it was
/// closed already.
pub(super) async fn close(
    app: &App,
    origin: &Origin<'_>,
    tx: &Tx,
    mut node: Organisation,
    successors: &[OrgCode],
    when: Effective,
) -> Result<(Organisation, Option<Envelope>), ChangeError> {
    if !origin.may_edit(&node.path) {
        return Err(ChangeError::OutOfScope);
    }
    let Some(change) = node.close(when)? else {
        return Ok((node, None));
    };
    if !list_children(tx, &node.code, 1).await?.is_empty() {
        return Err(ChangeError::NotEmpty);
    }
    save_change(tx, &node, &change).await?;
    let ended = end_what_is_at(tx, std::slice::from_ref(&node.code), when).await?;
    tell_report_ins(app, origin, &ended, tx).await?;
    if node.kind == OrgKind::Grid {
        take_off_map(origin, &node.code, tx).await?;
    }
    let event = events::closed(origin, app.ids.as_ref(), &node, successors);
    Ok((node, Some(event)))
}
