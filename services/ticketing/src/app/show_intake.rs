//! Shows what was answered and acknowledged before an order was opened (受理记录).

use auth::Ctx;
use kernel::OrderId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::access::{AccessError, Standing, knows_who_asked, load_visible};
use super::view::words;
use crate::store::intakes::find_intake;

/// An answer to a question of the category.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct IntakeAnswerView {
    /// The name of the question.
    pub(crate) name: String,
    /// The question; its name where it is asked no longer.
    pub(crate) title: String,
    /// The answer.
    #[schema(value_type = Object)]
    pub(crate) value: Value,
}

/// A notice that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AcknowledgedNoticeView {
    /// Its name.
    pub(crate) id: String,
    /// What it says, in a line.
    pub(crate) title: String,
    /// The phone that it names (110、119、120).
    pub(crate) phone: Option<String>,
}

/// What was answered and acknowledged before an order was opened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct OrderIntakeView {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The channel.
    pub(crate) channel: String,
    /// The channel in words.
    pub(crate) channel_title: String,
    /// Whether somebody filed it for the requester (代为登记).
    pub(crate) on_behalf: bool,
    /// The answers, by the name of their question.
    pub(crate) answers: Vec<IntakeAnswerView>,
    /// The notices that were confirmed.
    pub(crate) acknowledged: Vec<AcknowledgedNoticeView>,
}

/// Shows it to staff and to those who take part in the order.
pub(crate) async fn show_intake(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
) -> Result<OrderIntakeView, AccessError> {
    let db = app.db.reader();
    let (stored, standing) = load_visible(db, ctx, id).await?;
    if !matches!(standing, Standing::Staff | Standing::Party) {
        return Err(AccessError::NotFound(id));
    }
    let order = &stored.order;
    let (mut answers, acknowledged) = find_intake(db, id).await?;
    if order.confidential && !knows_who_asked(&ctx.principal, order) {
        answers.clear();
    }
    let form = app.intake.form(order.category.as_deref());
    let channel = app.intake.channel(&order.channel);
    let answers = answers.into_iter().map(|(name, value)| IntakeAnswerView {
        title: form.field(&name).map_or_else(
            || name.clone(),
            |field| words(&field.title, ctx.locale).to_owned(),
        ),
        name,
        value,
    });
    let acknowledged = acknowledged.into_iter().map(|notice| {
        let known = app.intake.notice(&notice);
        AcknowledgedNoticeView {
            title: known.map_or_else(String::new, |known| {
                words(&known.title, ctx.locale).to_owned()
            }),
            phone: known.and_then(|known| known.phone.clone()),
            id: notice,
        }
    });
    Ok(OrderIntakeView {
        order_id: id,
        channel: order.channel.clone(),
        channel_title: channel.map_or_else(
            || order.channel.clone(),
            |channel| words(&channel.title, ctx.locale).to_owned(),
        ),
        on_behalf: order.filed_by.is_some(),
        answers: answers.collect(),
        acknowledged: acknowledged.collect(),
    })
}
