//! Opens an order (点单、上报).

use std::sync::Arc;
use std::time::Duration;

use ::store::{StoreError, Tx, Writes, idempotency};
use auth::Ctx;
use kernel::{AccountId, ContactId, GeoPoint, IdSourceExt, OrderId, OrgCode, Timestamp, TypedId};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use serde_json::Value;

use super::App;
use super::advance::AdvanceError;
use super::calendars::calendar_of;
use super::cause::Cause;
use super::check_intake::text_of;
use super::chosen_category::{UnknownCategory, check_open_category};
use super::open_at::{Came, HowItCame, IntakeError, check, check_about, dispatch_at_once};
use super::place::{PlaceError, find_place};
use super::quotas::{QuotaError, take_in_order};
use super::routing::{ProposedUnit, propose_unit};
use super::view::{OrderView, order_view};
use crate::domain::calendar::Calendar;
use crate::domain::event::DomainEvent;
use crate::domain::number::OrderNumber;
use crate::domain::order::{self, Categorisation, Order};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::Definition;
use crate::events::outgoing;
use crate::store::intakes::{Intake, insert_intake};
use crate::store::orders::{StoredOrder, find_order, insert_order};
use crate::store::orgs::Org;
use crate::store::search::insert_terms;
use crate::store::timeline::{Entry, insert_entries};
use crate::store::{grids, scopes};

/// Numbers tried for one order; a clash of one is rarer than one in a million.
const NUMBER_ATTEMPTS: u32 = 8;
/// How far ahead the clock of an app may be.
const CLOCK_SKEW: Duration = Duration::from_hours(24);

/// A matter to be opened; its texts have been checked at the edge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenOrder {
    /// The workflow.
    pub(crate) workflow: String,
    /// What it is about.
    pub(crate) title: String,
    /// The matter.
    pub(crate) content: String,
    /// The category that the caller chose.
    pub(crate) category: Option<String>,
    /// The place.
    pub(crate) org_code: OrgCode,
    /// Where on the map.
    pub(crate) location: Option<GeoPoint>,
    /// Whether it must not be published.
    pub(crate) confidential: bool,
    /// The id that the caller made.
    pub(crate) client_id: Option<OrderId>,
    /// How it came in.
    pub(crate) intake: HowItCame,
}

/// Why an order was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenOrderError {
    /// There is no such category.
    #[error(transparent)]
    Category(#[from] UnknownCategory),
    /// The place does not serve.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is no such workflow.
    #[error("unknown workflow {0:?}")]
    UnknownWorkflow(String),
    /// The id claims to be made in the future, which would keep it ahead of every later order.
    #[error("order id {0} is of the future")]
    IdOfTheFuture(OrderId),
    /// The id is taken by another order.
    #[error("order id {0} is taken")]
    IdTaken(OrderId),
    /// No free number was found.
    #[error("no free number for order {0}")]
    NoNumber(OrderId),
    /// How it came in does not fit.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The district takes no more in.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// The step of a rule that needs nobody's word failed.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for OpenOrderError {
    fn fact(&self) -> Fact {
        match self {
            Self::Category(error) => error.fact(),
            Self::Place(error) => error.fact(),
            Self::UnknownWorkflow(_) => Fact::new(
                Kind::Invalid,
                "unknown-workflow",
                "没有这个流程",
                "there is no such workflow",
            )
            .at("/workflow"),
            Self::IdOfTheFuture(_) => Fact::new(
                Kind::Invalid,
                "id-of-the-future",
                "client_id 须为生成时刻的 UUIDv7 编号",
                "client_id must be a UUIDv7 of the moment it was made",
            )
            .at("/client_id"),
            Self::IdTaken(_) => Fact::new(
                Kind::Conflict,
                "id-taken",
                "该编号已用于另一工单",
                "this id is taken by another order",
            )
            .at("/client_id"),
            Self::NoNumber(_) => Fact::new(
                Kind::Unavailable,
                "no-number",
                "暂时无法编号",
                "no number could be given right now",
            ),
            Self::Intake(error) => error.fact(),
            Self::Quota(error) => error.fact(),
            Self::Advance(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Opens an order; the same command with the same `client_id` again finds the order it opened.
pub(crate) async fn open_order(
    app: &App,
    ctx: &Ctx,
    command: OpenOrder,
) -> Result<OrderView, OpenOrderError> {
    let definition = app
        .workflows
        .latest_in(&command.workflow, command.org_code.district())
        .ok_or_else(|| OpenOrderError::UnknownWorkflow(command.workflow.clone()))?;
    let categorisation = categorise(app, ctx, &command)?;
    let category = categorisation.category.as_deref();
    let text = text_of(&command.title, &command.content);
    let chosen = command.category.is_some();
    let came = check(app, ctx, &command.intake, (&text, category, chosen))?;
    let came = &came;
    if let Some(id) = command
        .client_id
        .filter(|id| is_of_the_future(*id, ctx.now))
    {
        return Err(OpenOrderError::IdOfTheFuture(id));
    }
    let key = ctx.idempotency(&command);
    let id = command.client_id.unwrap_or_else(|| app.ids.next());
    let cause = Cause::request(ctx);
    let (key, command, cause) = (key.as_ref(), &command, &cause);
    let categorisation = &categorisation;
    app.db
        .write("order.open", |tx| async move {
            let effect = async {
                if let Some(known) = find_repeated(&tx, ctx, command).await? {
                    return Ok(order_view(app, ctx, &known));
                }
                let place = find_place(&*tx, &command.org_code).await?;
                came.check_place(ctx, &place.path)?;
                let about = command.intake.about.as_ref();
                check_about(&*tx, &place, about).await?;
                let found = categorisation.clone();
                let route = propose_unit(app, &*tx, definition, &place, (&found, about)).await?;
                let automatic = route.as_ref().is_some_and(|route| route.automatic);
                let matter = matter(came, command, &place, found);
                let calendar = calendar_of(app, &*tx, command.org_code.district()).await?;
                let new = NewOrder {
                    definition,
                    calendar,
                    id,
                    matter,
                    place: place.name,
                    route,
                    split_from: None,
                    filed_by: came.filed_by,
                    contact: came.contact,
                    about: about.cloned(),
                    intake: &came.kept,
                };
                let stored = match insert(app, &tx, new, cause).await {
                    // the same draft, sent twice at once
                    Err(OpenOrderError::IdTaken(id)) => find_repeated(&tx, ctx, command)
                        .await?
                        .ok_or(OpenOrderError::IdTaken(id))?,
                    outcome => outcome?,
                };
                let stored = dispatch_at_once(app, &tx, stored, automatic, cause).await?;
                take_in_order(app, &tx, came, (&command.org_code, ctx.now)).await?;
                Ok(order_view(app, ctx, &stored))
            };
            // boxed: all the steps of an opening in one future are too large for the stack
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await
}

/// Tells whether an id's time, its first 48 bits in milliseconds, lies ahead by more than a clock
/// may be wrong.
pub(super) fn is_of_the_future(id: OrderId, now: Timestamp) -> bool {
    let made = id.uuid().as_u128() >> 80;
    let latest = now.plus(CLOCK_SKEW).micros() / 1000;
    u128::try_from(latest).is_ok_and(|latest| made > latest)
}

/// Takes the caller's category, or proposes one with its reason.
fn categorise(app: &App, ctx: &Ctx, command: &OpenOrder) -> Result<Categorisation, OpenOrderError> {
    let Some(code) = &command.category else {
        return Ok(app.categories.propose(&command.title, &command.content));
    };
    check_open_category(app, code, ctx.now)?;
    Ok(Categorisation {
        category: Some(code.clone()),
        reason: Bilingual::new("提交人选择", "chosen by the requester"),
    })
}

/// Finds the order that the same command opened before.
async fn find_repeated(
    tx: &Tx,
    ctx: &Ctx,
    command: &OpenOrder,
) -> Result<Option<StoredOrder>, OpenOrderError> {
    let Some(id) = command.client_id else {
        return Ok(None);
    };
    let Some(known) = find_order(tx, id).await? else {
        return Ok(None);
    };
    let order = &known.order;
    let me = Some(ctx.principal.account);
    let by_me = match order.filed_by {
        None => order.requester == me,
        filed_by => filed_by == me && order.requester == command.intake.on_behalf_of,
    };
    let same = by_me
        && order.channel == command.intake.channel()
        && order.workflow == command.workflow
        && order.title == command.title
        && order.content == command.content
        && order.confidential == command.confidential
        && order.location == command.location
        && order.contact == command.intake.contact
        && order.about == command.intake.about;
    if same {
        Ok(Some(known))
    } else {
        Err(OpenOrderError::IdTaken(id))
    }
}

fn matter(
    came: &Came,
    command: &OpenOrder,
    place: &Org,
    categorisation: Categorisation,
) -> order::OpenOrder {
    order::OpenOrder {
        title: command.title.clone(),
        content: command.content.clone(),
        org_code: place.code.clone(),
        org_path: place.path.clone(),
        requester: came.requester,
        confidential: command.confidential,
        channel: command.intake.channel().to_owned(),
        location: command.location,
        categorisation: Some(categorisation),
        route: None,
    }
}

/// An order about to be put into the store.
pub(super) struct NewOrder<'a> {
    pub(super) definition: &'a Definition,
    pub(super) calendar: Arc<Calendar>,
    pub(super) id: OrderId,
    pub(super) matter: order::OpenOrder,
    /// Name of the place.
    pub(super) place: String,
    pub(super) route: Option<ProposedUnit>,
    /// The order that it was split off from (分案).
    pub(super) split_from: Option<OrderId>,
    /// Who filed it for somebody else (代为登记).
    pub(super) filed_by: Option<AccountId>,
    /// How somebody without an account is reached.
    pub(super) contact: Option<ContactId>,
    /// The unit that it is about (被反映单位).
    pub(super) about: Option<OrgCode>,
    /// What was answered and acknowledged before.
    pub(super) intake: &'a Intake,
}

/// Puts a new order with its timeline, places and event into the store.
pub(super) async fn insert(
    app: &App,
    tx: &Tx,
    new: NewOrder<'_>,
    cause: &Cause,
) -> Result<StoredOrder, OpenOrderError> {
    let NewOrder {
        definition,
        calendar,
        id,
        mut matter,
        place,
        route,
        split_from,
        filed_by,
        contact,
        about,
        intake,
    } = new;
    let category_reason = matter
        .categorisation
        .as_ref()
        .map(|found| found.reason.clone());
    let (mut unit_name, mut suggested) = (None, None);
    if let Some(route) = route {
        suggested = route.suggested();
        unit_name = Some(route.name);
        matter.route = Some((route.unit, route.reason));
    }
    let number = number(app, definition, id, cause, 0);
    let (mut order, events) = Order::open(definition, matter, id, number, &calendar, cause.now);
    order.split_from = split_from;
    order.filed_by = filed_by;
    order.contact = contact;
    order.suggested = suggested;
    order.about = about;
    let mut stored = StoredOrder {
        order,
        org_name: place,
        unit_name,
        category_reason,
        overdue: false,
    };
    let mut attempt = 0;
    while !insert_order(tx, &stored).await? {
        if find_order(tx, id).await?.is_some() {
            return Err(OpenOrderError::IdTaken(id));
        }
        attempt += 1;
        if attempt == NUMBER_ATTEMPTS {
            return Err(OpenOrderError::NoNumber(id));
        }
        stored.order.number = self::number(app, definition, id, cause, attempt);
    }
    let mut writes = Writes::default();
    insert_entries(&mut writes, &[opened_entry(&stored.order, &events)?])?;
    scopes::insert_scopes(&mut writes, &[&stored.order]);
    insert_terms(&mut writes, [(&stored.order, stored.org_name.as_str())]);
    insert_intake(&mut writes, id, intake)?;
    if stored.order.location.is_some() {
        grids::mark_due(&mut writes, id);
    }
    let event = outgoing::opened(app.ids.as_ref(), cause, definition, &stored.order);
    bus::emit_with(&mut writes, &[event]);
    writes.run(tx).await?;
    Ok(stored)
}

fn number(
    app: &App,
    definition: &Definition,
    id: OrderId,
    cause: &Cause,
    attempt: u32,
) -> OrderNumber {
    OrderNumber::derive(&definition.number_prefix, id, cause.now, &app.zone, attempt)
}

/// Makes the first line of the timeline.
pub(crate) fn opened_entry(order: &Order, events: &[DomainEvent]) -> Result<Entry, StoreError> {
    let mut facts = Vec::new();
    for event in events {
        if !matches!(event, DomainEvent::Opened { .. }) {
            let fact = serde_json::to_value(event);
            facts.push(fact.map_err(|error| StoreError::Corrupt(error.to_string()))?);
        }
    }
    let capacity = if order.filed_by.is_some() {
        "on_behalf"
    } else if order.requester.is_some() {
        "requester"
    } else {
        "system"
    };
    Ok(Entry {
        order_id: order.id,
        seq: order.version.get(),
        kind: "opened".to_owned(),
        action: String::new(),
        from_state: String::new(),
        to_state: order.state.clone(),
        round: order.round,
        actor: order.filed_by.or(order.requester),
        capacity: capacity.to_owned(),
        input: Value::Object(serde_json::Map::new()),
        facts,
        late: false,
        at: order.created_at,
    })
}
