//! Makes a side request about an order (退单、延期、挂账、剔除、终止的申请).

use ::store::{Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{AccountId, AttachmentId, IdSourceExt, OrderId, Version};
use serde::Serialize;

use super::App;
use super::access::{actor_of, load_visible};
use super::cause::Cause;
use super::request_error::RequestError;
use super::request_view::{RequestView, request_view};
use super::take_request_step::{Changed, keep};
use crate::domain::order::Order;
use crate::domain::request::{
    self, Ask, RequestKind, RequestRefusal, RequestRule, RequestState, SideRequest, Standing,
};
use crate::domain::workflow::engine::capacity_among;
use crate::store::attachments::count_of_order;
use crate::store::orders::StoredOrder;
use crate::store::requests::{StoredRequest, insert_request, list_of_order};

/// A request to be made; its texts have been checked at the edge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenRequest {
    /// The order.
    pub(crate) order_id: OrderId,
    /// What is asked for.
    pub(crate) ask: Ask,
    /// Why.
    pub(crate) reason: String,
    /// Whether it is handed in later.
    pub(crate) draft: bool,
}

/// Makes a request; one that is no draft waits for its decision at once.
pub(crate) async fn open_request(
    app: &App,
    ctx: &Ctx,
    command: OpenRequest,
) -> Result<RequestView, RequestError> {
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("request.open", |tx| async move {
            let effect = async {
                let stored = open(app, &tx, ctx, command, cause).await?;
                Ok(request_view(app, ctx, &stored))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn open(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    command: &OpenRequest,
    cause: &Cause,
) -> Result<StoredRequest, RequestError> {
    let (before, _) = load_visible(tx, ctx, command.order_id).await?;
    let order = &before.order;
    let definition = app
        .workflows
        .find(&order.workflow, order.workflow_version)
        .ok_or(RequestError::DefinitionMissing(order.id))?;
    let rule = definition
        .request(command.ask.kind())
        .ok_or(RequestRefusal::NotNow)?;
    let actor = actor_of(&ctx.principal);
    let all = list_of_order(tx, order.id).await?;
    let all: Vec<&StoredRequest> = all.iter().collect();
    let applicant = ctx.principal.account;
    let known = had(order, command.ask.kind(), applicant, &all);
    let number = request::start(rule, order, &actor, &command.ask, &known, ctx.now)?;
    check_evidence(tx, order, &command.ask).await?;
    let request = make(app, ctx, order, command, rule, (number, known.units));
    let stored = StoredRequest {
        conference: request.state == RequestState::Conference,
        request,
    };
    let mut writes = Writes::default();
    insert_request(&mut writes, &stored, &order.org_path)?;
    let capacity = capacity_among(&rule.apply, order, &actor);
    let mut after = StoredOrder::clone(&before);
    after.order.version = order.version.next();
    after.order.updated_at = ctx.now;
    let changed = Changed {
        definition,
        before: &before,
        after: &after,
        events: Vec::new(),
        by: (
            actor.account(),
            capacity.map_or_else(String::new, |capacity| capacity.to_string()),
        ),
    };
    keep(app, tx, writes, changed, &stored, cause).await?;
    Ok(stored)
}

fn make(
    app: &App,
    ctx: &Ctx,
    order: &Order,
    command: &OpenRequest,
    rule: &RequestRule,
    (number, units): (u32, u32),
) -> SideRequest {
    SideRequest {
        id: app.ids.next(),
        order_id: order.id,
        state: if command.draft {
            RequestState::Draft
        } else {
            request::submitted(rule, number, units)
        },
        number,
        ask: command.ask.clone(),
        reason: command.reason.clone(),
        applicant: ctx.principal.account,
        unit: order.unit_code(),
        decided_by: None,
        note: None,
        named_unit: None,
        review_at: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        version: Version::FIRST,
    }
}

/// Works out what the other requests that the order has had mean for one of a kind that somebody makes.
pub(super) fn had(
    order: &Order,
    kind: RequestKind,
    applicant: AccountId,
    others: &[&StoredRequest],
) -> Standing {
    let of_kind = || {
        others
            .iter()
            .copied()
            .filter(|stored| stored.request.ask.kind() == kind)
    };
    // what somebody writes for themselves is in nobody else's way
    let in_the_way = |request: &SideRequest| match request.state {
        RequestState::Draft => request.applicant == applicant,
        state => state.is_open(),
    };
    let mut units: Vec<_> = of_kind().map(|stored| &stored.request.unit).collect();
    let mine = order.unit_code();
    units.push(&mine);
    units.sort_unstable();
    units.dedup();
    let decided = |stored: &StoredRequest| {
        let request = &stored.request;
        let refused = request.state == RequestState::Refused;
        let agreed = request.state == RequestState::Approved;
        (refused && request.unit == mine)
            || (stored.conference && (refused || (agreed && request.named_unit.is_some())))
    };
    Standing {
        before: u32::try_from(of_kind().count()).unwrap_or(u32::MAX),
        open: of_kind().any(|stored| in_the_way(&stored.request)),
        units: u32::try_from(units.len()).unwrap_or(u32::MAX),
        is_final: of_kind().any(decided),
    }
}

/// Evidence are attachments of the order itself.
async fn check_evidence(tx: &Tx, order: &Order, ask: &Ask) -> Result<(), RequestError> {
    let Ask::Exclude { evidence, .. } = ask else {
        return Ok(());
    };
    let mut ids: Vec<AttachmentId> = evidence.clone();
    ids.sort_unstable();
    ids.dedup();
    let found = count_of_order(tx, order.id, &ids).await?;
    if found == u64::try_from(ids.len()).unwrap_or(u64::MAX) {
        Ok(())
    } else {
        Err(RequestError::UnknownEvidence)
    }
}
