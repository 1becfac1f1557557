//! Takes a published result down again (撤下晒单), as when personal data slipped through: nobody is shown it any more, its
//! texts are gone, its feed says that it was taken down.
//!
//! What was counted stays counted: it was published, and figures and bulletins are worked out from the event log, which
//! keeps that it was and, from now on, that it was taken down.

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::{Ctx, Principal};
use kernel::{PublicationId, Role, Timestamp};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::App;
use super::access::STAFF;
use super::list_publications::PublicationError;
use super::record::entry_outside;
use crate::domain::event::DomainEvent;
use crate::store::orders::{find_order, save_order};
use crate::store::publications::{Publication, find_publication};
use crate::store::timeline::insert_entries;
use crate::store::withdrawals::withdraw;

/// Who takes down whatever was published in their part of the city.
const OPERATORS: &[Role] = &[Role::DistrictOperator, Role::PlatformOperator];
/// The capacity of whoever approved it.
const APPROVER: &str = "approver";

/// A publication to be taken down; the text has been checked at the edge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WithdrawPublication {
    /// The publication.
    pub(crate) id: PublicationId,
    /// Why, for those who work on the order.
    pub(crate) reason: String,
}

/// A publication that was taken down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct WithdrawnPublicationView {
    /// 编号 (the publication).
    pub(crate) id: PublicationId,
    /// 工单编号 (number of the order).
    pub(crate) number: String,
    /// 撤下时间 (when it was taken down).
    pub(crate) withdrawn_at: Timestamp,
}

/// Why a publication was not taken down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WithdrawError {
    /// There is none.
    #[error(transparent)]
    Publication(#[from] PublicationError),
    /// The caller neither approved it and still works there nor runs the platform there.
    #[error("the caller does not take publication {0} down")]
    NotAllowed(PublicationId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for WithdrawError {
    fn fact(&self) -> Fact {
        match self {
            Self::Publication(error) => error.fact(),
            Self::NotAllowed(_) => Fact::new(
                Kind::Forbidden,
                "not-allowed",
                "仅审核公开的人和本区平台运营可撤下",
                "only who approved it and the district's operators take it down",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Takes a publication down; one that was taken down before stays as it is.
pub(crate) async fn withdraw_publication(
    app: &App,
    ctx: &Ctx,
    command: WithdrawPublication,
) -> Result<WithdrawnPublicationView, WithdrawError> {
    let key = ctx.idempotency(&command);
    let (key, command) = (key.as_ref(), &command);
    app.db
        .write("publication.withdraw", |tx| async move {
            let effect = async { take_down(&tx, ctx, command).await };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn take_down(
    tx: &Tx,
    ctx: &Ctx,
    command: &WithdrawPublication,
) -> Result<WithdrawnPublicationView, WithdrawError> {
    let found = find_publication(tx, command.id).await?;
    let taken = found.ok_or(PublicationError::NotFound(command.id))?;
    let capacity = capacity_of(&ctx.principal, &taken);
    let capacity = capacity.ok_or(WithdrawError::NotAllowed(command.id))?;
    let view = |withdrawn_at| WithdrawnPublicationView {
        id: taken.id,
        number: taken.number.clone(),
        withdrawn_at,
    };
    if let Some(at) = taken.withdrawn_at {
        return Ok(view(at));
    }
    let (me, reason) = (ctx.principal.account, command.reason.as_str());
    let mut writes = Writes::default();
    if !withdraw(tx, &mut writes, &taken, (me, reason), ctx.now).await? {
        // somebody else was faster
        return Err(StoreError::Stale.into());
    }
    let before = find_order(tx, taken.order_id).await?;
    let before = before.ok_or_else(|| StoreError::Corrupt(format!("no {}", taken.order_id)))?;
    let mut after = before.clone();
    after.order.version = before.order.version.next();
    after.order.updated_at = ctx.now;
    save_order(tx, &before, &after).await?;
    let events = [DomainEvent::PublicationWithdrawn {
        publication: taken.id,
    }];
    let mut entry = entry_outside(&after, "withdrawn", &events, (Some(me), capacity))?;
    entry.input = json!({"reason": reason});
    insert_entries(&mut writes, &[entry])?;
    writes.run(tx).await?;
    Ok(view(ctx.now))
}

/// Finds in which capacity the caller takes a publication down.
fn capacity_of(principal: &Principal, taken: &Publication) -> Option<String> {
    let role = OPERATORS
        .iter()
        .find(|role| principal.holds_any(&[**role], &taken.org_path));
    // whoever works elsewhere by now has no say in it any more
    let approved =
        taken.approved_by == Some(principal.account) && principal.holds_any(STAFF, &taken.org_path);
    role.map(ToString::to_string)
        .or_else(|| approved.then(|| APPROVER.to_owned()))
}
