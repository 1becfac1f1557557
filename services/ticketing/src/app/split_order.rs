//! Makes an order of its own out of the second matter of an order (分案).

use ::store::{Tx, idempotency};
use auth::Ctx;
use kernel::{AttachmentId, IdSourceExt, OrderId, OrgCode};
use serde::Serialize;

use super::App;
use super::access::{Standing, actor_of, load_visible};
use super::calendars::calendar_of;
use super::cause::Cause;
use super::chosen_category::check_category;
use super::merge_error::MergeError;
use super::merge_orders::{definition_of, keep};
use super::open_at::NOTHING;
use super::open_order::{NewOrder, OpenOrderError, insert, is_of_the_future};
use super::place::PlaceError;
use super::routing::propose_unit;
use super::view::{OrderView, order_view};
use crate::domain::event::DomainEvent;
use crate::domain::merge::MergeRefusal;
use crate::domain::order::{self, Categorisation};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::engine::capacity_among;
use crate::store::merges::move_photos;
use crate::store::orders::{StoredOrder, find_order};
use crate::store::orgs::find_org;

/// A second matter; its texts have been checked at the edge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SplitOrder {
    /// The order that holds two matters.
    pub(crate) id: OrderId,
    /// What the second one is about.
    pub(crate) title: String,
    /// The second matter.
    pub(crate) content: String,
    /// Its category; proposed from the text where it is left out.
    pub(crate) category: Option<String>,
    /// Its place; that of the first where it is left out.
    pub(crate) org_code: Option<OrgCode>,
    /// The photos that show it.
    pub(crate) photos: Vec<AttachmentId>,
    /// The id that the caller made.
    pub(crate) client_id: Option<OrderId>,
}

/// Opens an order for the second matter and shows it; who asked for the first asked for it.
pub(crate) async fn split_order(
    app: &App,
    ctx: &Ctx,
    command: SplitOrder,
) -> Result<OrderView, MergeError> {
    if let Some(id) = command
        .client_id
        .filter(|id| is_of_the_future(*id, ctx.now))
    {
        return Err(OpenOrderError::IdOfTheFuture(id).into());
    }
    let key = ctx.idempotency(&command);
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    app.db
        .write("order.split", |tx| async move {
            let effect = async {
                let new = split(app, &tx, ctx, command, cause).await?;
                Ok(order_view(app, ctx, &new))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

async fn split(
    app: &App,
    tx: &Tx,
    ctx: &Ctx,
    command: &SplitOrder,
    cause: &Cause,
) -> Result<StoredOrder, MergeError> {
    let (before, standing) = load_visible(tx, ctx, command.id).await?;
    if let Some(known) = find_repeated(tx, command).await? {
        return Ok(known);
    }
    if ctx
        .if_match
        .is_some_and(|seen| seen != before.order.version)
    {
        return Err(MergeError::VersionMoved);
    }
    let definition = definition_of(app, &before)?;
    let rule = definition.merge.as_ref().ok_or(MergeRefusal::NotNow)?;
    let capacity = capacity_among(&rule.who, &before.order, &actor_of(&ctx.principal));
    let capacity = capacity
        .filter(|_| standing == Standing::Staff)
        .ok_or(MergeError::NotAllowed)?;
    if definition.is_terminal(&before.order.state) {
        return Err(MergeError::NotSplit);
    }
    let id = command.client_id.unwrap_or_else(|| app.ids.next());
    let new = matter(app, tx, (&before, id), command).await?;
    let stored = insert(app, tx, new, cause).await?;
    let moved = move_photos(tx, command.id, id, &command.photos).await?;
    if moved != u64::try_from(command.photos.len()).unwrap_or(u64::MAX) {
        return Err(MergeError::UnknownPhotos);
    }
    let mut order = before.order.clone();
    order.updated_at = ctx.now;
    let after = StoredOrder {
        order,
        ..before.clone()
    };
    let events = [DomainEvent::SplitOff { other: id }];
    let by = (ctx.principal.account, capacity.to_string());
    keep(tx, &before, after, &events, by).await?;
    Ok(stored)
}

/// Finds the order that the same command opened before.
async fn find_repeated(tx: &Tx, command: &SplitOrder) -> Result<Option<StoredOrder>, MergeError> {
    let Some(id) = command.client_id else {
        return Ok(None);
    };
    let Some(known) = find_order(tx, id).await? else {
        return Ok(None);
    };
    let order = &known.order;
    let same = order.split_from == Some(command.id)
        && order.title == command.title
        && order.content == command.content;
    if same {
        Ok(Some(known))
    } else {
        Err(OpenOrderError::IdTaken(id).into())
    }
}

/// Describes the second matter: everything that the command doesn't say is as with the first.
async fn matter<'a>(
    app: &'a App,
    tx: &Tx,
    (before, id): (&StoredOrder, OrderId),
    command: &SplitOrder,
) -> Result<NewOrder<'a>, MergeError> {
    let first = &before.order;
    let about = first.about.as_ref();
    let definition = app
        .workflows
        .latest_in(&first.workflow, first.org_code.district())
        .ok_or(MergeError::DefinitionMissing(first.id))?;
    let categorisation = match &command.category {
        None => app.categories.propose(&command.title, &command.content),
        Some(code) => {
            check_category(app, code).map_err(OpenOrderError::from)?;
            Categorisation {
                category: Some(code.clone()),
                reason: Bilingual::new("分案人选择", "chosen by who split the order"),
            }
        }
    };
    let code = command.org_code.as_ref().unwrap_or(&first.org_code);
    let place = find_org(tx, code).await?;
    let place = place.filter(|place| place.code.district() == first.org_code.district());
    let place = place.ok_or_else(|| PlaceError::Unknown(code.clone()));
    let place = place.map_err(OpenOrderError::from)?;
    let route = propose_unit(app, tx, definition, &place, (&categorisation, about)).await?;
    let calendar = calendar_of(app, tx, place.code.district()).await?;
    Ok(NewOrder {
        definition,
        calendar,
        id,
        matter: order::OpenOrder {
            title: command.title.clone(),
            content: command.content.clone(),
            org_code: place.code,
            org_path: place.path,
            requester: first.requester,
            confidential: first.confidential,
            channel: first.channel.clone(),
            location: first.location,
            categorisation: Some(categorisation),
            route: None,
        },
        place: place.name,
        route,
        split_from: Some(first.id),
        filed_by: None,
        contact: first.contact,
        about: about.cloned(),
        intake: &NOTHING,
    })
}
