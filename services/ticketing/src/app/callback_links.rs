//! 短信回访: the link of a message by which who asked answers without an account.
//!
//! The token is 256 random bits; what is stored of it is its SHA-256. It is good for one answer, about the round for
//! which it was made, for as long as the definition says, and gone when another one is made. The message itself is
//! sent by whoever holds the contact data, by the event `order.invited`.

use std::time::Duration;

use ::store::{StoreError, Writes};
use auth::{Ctx, PublicCtx};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use kernel::{OrderId, OrgCode, Timestamp};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

use super::App;
use super::access::{actor_of, load_visible};
use super::advance::advance;
use super::callback_error::CallbackError;
use super::cause::Cause;
use crate::domain::actor::Actor;
use crate::domain::callback::CallbackRule;
use crate::domain::panel::hex;
use crate::domain::workflow::{Action, Definition, legal_actions};
use crate::events::outgoing::{self, Invited};
use crate::store::callback_links::{
    CallbackLink, find_link, find_link_by_hash, forget_links, save_link, take_link,
};
use crate::store::orders::{StoredOrder, find_order};

/// How long it takes until another message may be sent about the same matter.
const AGAIN: Duration = Duration::from_hours(4);

/// A message that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CallbackInvitationView {
    /// The order.
    pub(crate) order_id: OrderId,
    /// Until when the link is good.
    pub(crate) expires_at: Timestamp,
}

/// What the holder of a link is asked: nothing that says who asked or what was written.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct CallbackQuestionView {
    /// The number of the order.
    pub(crate) number: String,
    /// The place.
    pub(crate) org_code: OrgCode,
    /// The name of the place.
    pub(crate) org_name: String,
    /// When the order was opened.
    pub(crate) opened_at: Timestamp,
    /// Until when the link is good.
    pub(crate) expires_at: Timestamp,
    /// JSON Schema of the answer.
    #[schema(value_type = Object)]
    pub(crate) form: Arc<Value>,
}

/// Makes a link and has it sent to who asked (发送回访短信); the link itself is shown to nobody here.
pub(crate) async fn request_callback(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
) -> Result<CallbackInvitationView, CallbackError> {
    let token = token()?;
    let (cause, token) = (&Cause::request(ctx), &token);
    app.db
        .write("callback.invite", |tx| async move {
            let (stored, _) = load_visible(&*tx, ctx, id).await?;
            let order = &stored.order;
            let (definition, rule) = asked(app, &stored)?;
            let offers = legal_actions(definition, order, &actor_of(&ctx.principal), ctx.now);
            if !answering(definition, rule, &stored)?
                .from
                .contains(&order.state)
            {
                return Err(CallbackError::NotNow);
            }
            if !offers.iter().any(|offer| offer.name == rule.by_person) {
                return Err(CallbackError::NotAllowed);
            }
            let to = match (order.requester, order.contact) {
                (Some(requester), _) => Invited::Requester(requester),
                (None, Some(contact)) => Invited::Caller(contact),
                (None, None) => return Err(CallbackError::NobodyAsked),
            };
            let lasts = Duration::from_hours(u64::from(rule.link_hours));
            let known = find_link(&*tx, id).await?;
            let since = known.map(|link| (link.round, link.expires_at.minus(lasts)));
            if since.is_some_and(|(round, at)| round == order.round && ctx.now < at.plus(AGAIN)) {
                return Err(CallbackError::InvitedAlready);
            }
            let link = CallbackLink {
                order_id: id,
                token_hash: hash(token),
                round: order.round,
                expires_at: ctx.now.plus(lasts),
            };
            save_link(&tx, &link).await?;
            let invited = (to, token.clone(), link.expires_at);
            let told = outgoing::callback_invited(app.ids.as_ref(), cause, order, invited);
            let mut writes = Writes::default();
            bus::emit_with(&mut writes, &[told]);
            writes.run(&tx).await?;
            Ok(CallbackInvitationView {
                order_id: id,
                expires_at: link.expires_at,
            })
        })
        .await
}

/// Shows what the holder of a link is asked.
pub(crate) async fn show_callback_question(
    app: &App,
    ctx: &PublicCtx,
    token: &str,
) -> Result<CallbackQuestionView, CallbackError> {
    app.guesses.check(ctx.source, ctx.now)?;
    let found = open(app, app.db.reader(), token, ctx.now).await;
    let (link, stored) = note(app, ctx, found)?;
    let (definition, rule) = asked(app, &stored)?;
    Ok(CallbackQuestionView {
        number: stored.order.number.as_str().to_owned(),
        org_code: stored.order.org_code.clone(),
        org_name: stored.org_name.clone(),
        opened_at: stored.order.created_at,
        expires_at: link.expires_at,
        form: Arc::clone(&answering(definition, rule, &stored)?.schema),
    })
}

/// Takes the answer of the holder of a link, once.
pub(crate) async fn answer_callback(
    app: &App,
    ctx: &PublicCtx,
    token: &str,
    answer: Value,
) -> Result<(), CallbackError> {
    app.guesses.check(ctx.source, ctx.now)?;
    let (cause, answer) = (&Cause::anybody(ctx), &answer);
    let outcome = app
        .db
        .write("callback.answer", |tx| async move {
            let (link, before) = open(app, &*tx, token, ctx.now).await?;
            if !take_link(&tx, &link).await? {
                return Err(CallbackError::NoLink);
            }
            let (_, rule) = asked(app, &before)?;
            let actor = Actor::System { on_behalf_of: None };
            let step = (rule.by_requester.as_str(), answer);
            advance(app, &tx, &before, step, &actor, cause).await?;
            Ok(())
        })
        .await;
    note(app, ctx, outcome)
}

/// Forgets links that are good no longer.
pub(crate) async fn forget_callback_links(app: &App) -> Result<u64, StoreError> {
    let now = app.clock.now();
    app.db
        .maintain("callback.forget", async |tx| forget_links(&tx, now).await)
        .await
}

/// Remembers from where tokens come that are none.
fn note<T>(
    app: &App,
    ctx: &PublicCtx,
    outcome: Result<T, CallbackError>,
) -> Result<T, CallbackError> {
    if matches!(outcome, Err(CallbackError::NoLink)) {
        app.guesses.missed(ctx.source, ctx.now);
    }
    outcome
}

/// Finds what a token opens: one that was used, has expired or is about a round that is over opens nothing.
async fn open(
    app: &App,
    db: &impl ConnectionTrait,
    token: &str,
    now: Timestamp,
) -> Result<(CallbackLink, StoredOrder), CallbackError> {
    let link = find_link_by_hash(db, &hash(token)).await?;
    let link = link.filter(|link| now < link.expires_at);
    let link = link.ok_or(CallbackError::NoLink)?;
    let stored = find_order(db, link.order_id).await?;
    let stored = stored.ok_or(CallbackError::NoLink)?;
    let (definition, rule) = asked(app, &stored)?;
    let waits = answering(definition, rule, &stored)?
        .from
        .contains(&stored.order.state);
    if link.round != stored.order.round || !waits {
        return Err(CallbackError::NoLink);
    }
    Ok((link, stored))
}

/// Finds how an order's workflow calls back.
fn asked<'a>(
    app: &'a App,
    stored: &StoredOrder,
) -> Result<(&'a Definition, &'a CallbackRule), CallbackError> {
    let order = &stored.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let definition = definition.ok_or(CallbackError::NoCallback)?;
    let rule = definition.callback.as_ref();
    Ok((definition.as_ref(), rule.ok_or(CallbackError::NoCallback)?))
}

fn answering<'a>(
    definition: &'a Definition,
    rule: &CallbackRule,
    stored: &StoredOrder,
) -> Result<&'a Action, CallbackError> {
    let action = definition.action(&rule.by_requester);
    action.ok_or(CallbackError::DefinitionBroken(stored.order.id))
}

/// Draws a fresh token.
fn token() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| std::io::Error::other("the system gives no random bytes"))?;
    Ok(hex(&bytes))
}

fn hash(token: &str) -> String {
    hex(digest(&SHA256, token.as_bytes()).as_ref())
}
