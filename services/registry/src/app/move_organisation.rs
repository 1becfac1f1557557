use bus::Envelope;
use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{OrgCode, Version};
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::change_error::MOST_MOVED;
use super::{App, ChangeError, Origin};
use crate::domain::grid::community_of;
use crate::domain::history::Effective;
use crate::domain::organisation::{Change, Organisation};
use crate::events;
use crate::store::{
    bring_into_community, count_within, find_for_change, find_organisation, hold, next_revision,
    rebase_below, save_change,
};

/// Puts a node, with everything below it, under another one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MoveOrganisation {
    pub(crate) code: OrgCode,
    pub(crate) parent_code: OrgCode,
    /// First day there, if not today.
    pub(crate) effective_on: Option<Date>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Puts a node under another one; ids and codes stay.
pub(crate) async fn move_organisation(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &MoveOrganisation,
) -> Result<Organisation, ChangeError> {
    app.db
        .write("organisation.move", |tx| async move {
            let effect = async {
                let found = find_for_change(&tx, &command.code).await?;
                let node = found.ok_or(ChangeError::NotFound)?;
                if command.seen.is_some_and(|seen| seen != node.version) {
                    return Err(ChangeError::OtherVersion);
                }
                let parent = find_organisation(&*tx, &command.parent_code).await?;
                let parent =
                    parent.ok_or_else(|| ChangeError::OtherUnknown(command.parent_code.clone()))?;
                let when = app.effective(command.effective_on, origin.now)?;
                let (node, told) = put_under(app, origin, &tx, node, &parent, when).await?;
                bus::emit(&tx, told.into_iter().collect()).await?;
                Ok(node)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}

/// Puts a node under another one, both as they are in this transaction; returns it with the event to
/// tell, none where it was there already.
pub(super) async fn put_under(
    app: &App,
    origin: &Origin<'_>,
    tx: &Tx,
    mut node: Organisation,
    parent: &Organisation,
    when: Effective,
) -> Result<(Organisation, Option<Envelope>), ChangeError> {
    if !(origin.may_edit(&node.path) && origin.may_edit(&parent.path)) {
        return Err(ChangeError::OutOfScope);
    }
    let before = node.clone();
    let Some(change) = node.move_under(parent, when)? else {
        return Ok((node, None));
    };
    hold(tx, &[parent]).await?;
    follow(tx, &before, &node, &change).await?;
    let event = events::moved(origin, app.ids.as_ref(), &before, &node);
    Ok((node, Some(event)))
}

/// Stores a move: the node, and the places of everything below it.
pub(super) async fn follow(
    tx: &Tx,
    before: &Organisation,
    node: &Organisation,
    change: &Change,
) -> Result<(), ChangeError> {
    if count_within(tx, &before.path, MOST_MOVED + 2).await? > MOST_MOVED + 1 {
        return Err(ChangeError::TooLarge);
    }
    save_change(tx, node, change).await?;
    rebase_below(tx, &before.path, &node.path, node.updated_at).await?;
    if matches!(node.kind, OrgKind::Compound | OrgKind::Grid) {
        bring_grids(tx, node).await?;
    }
    Ok(())
}

/// Puts the grids at or below a node that came to another community into that community.
async fn bring_grids(tx: &Tx, node: &Organisation) -> Result<(), ChangeError> {
    let parent = match &node.parent_code {
        Some(code) => find_organisation(tx, code).await?,
        None => None,
    };
    let Some(community) = parent.as_ref().and_then(community_of) else {
        return Ok(());
    };
    // whoever changes the map read where its grids are: they take turns
    next_revision(tx).await?;
    let (place, now) = (&node.path, node.updated_at);
    Ok(bring_into_community(tx, place, &community, now).await?)
}
