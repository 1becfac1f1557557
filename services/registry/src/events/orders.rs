//! Ticketing's orders: what becomes of resolutions.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::ticketing::{OrderAdvanced, OrderOpened, OrderPublished};
use kernel::{OrderId, ResolutionId, Timestamp, TypedId};
use store::Tx;

use crate::domain::meeting::OrderNews;
use crate::store::{load_resolutions, save_resolution};

/// Follows the orders that carry out resolutions. Of all others it knows nothing.
pub(crate) struct Orders;

#[async_trait]
impl Handler for Orders {
    fn types(&self) -> &'static [&'static str] {
        &[OrderOpened::TYPE, OrderAdvanced::TYPE, OrderPublished::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        follow(tx, &[event]).await
    }

    async fn handle_all(&self, tx: &Tx, events: &[Arc<Envelope>]) -> Result<(), HandlerError> {
        let events: Vec<&Envelope> = events.iter().map(Arc::as_ref).collect();
        follow(tx, &events).await
    }
}

/// What an event says about an order.
struct Told {
    /// The resolution that it carries out, if it carries one out: they share a UUID.
    resolution: ResolutionId,
    number: String,
    /// Nothing where it was published.
    state: Option<String>,
    version: i64,
    at: Timestamp,
}

impl Told {
    fn read(event: &Envelope) -> Result<Self, HandlerError> {
        let (order, number, state): (OrderId, _, _) = match event.kind.as_str() {
            OrderOpened::TYPE => {
                let OrderOpened { order, .. } = event.payload()?;
                (order.order_id, order.number, Some(order.state))
            }
            OrderAdvanced::TYPE => {
                let OrderAdvanced { order, .. } = event.payload()?;
                (order.order_id, order.number, Some(order.state))
            }
            _ => {
                let told: OrderPublished = event.payload()?;
                (told.order_id, told.number, None)
            }
        };
        Ok(Self {
            resolution: ResolutionId::from_uuid(order.uuid()),
            number,
            state,
            version: event.aggregate_version,
            at: event.time,
        })
    }

    fn news(&self) -> OrderNews<'_> {
        match &self.state {
            Some(state) => OrderNews::State(&self.number, state),
            None => OrderNews::Published(&self.number),
        }
    }
}

async fn follow(tx: &Tx, events: &[&Envelope]) -> Result<(), HandlerError> {
    let told: Result<Vec<Told>, HandlerError> =
        events.iter().map(|event| Told::read(event)).collect();
    let told = told?;
    let ids: Vec<ResolutionId> = told.iter().map(|told| told.resolution).collect();
    // hardly any order carries out a resolution: one look for all of them
    for mut resolution in load_resolutions(tx, &ids).await? {
        let (id, seen) = (resolution.id, resolution.version);
        for told in told.iter().filter(|told| told.resolution == id) {
            resolution.follow(told.news(), told.version, told.at);
        }
        if resolution.version != seen {
            save_resolution(tx, &resolution, seen).await?;
        }
    }
    Ok(())
}
