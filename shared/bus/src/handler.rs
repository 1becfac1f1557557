use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use store::{StoreError, Tx};

use crate::{Envelope, PayloadError};

/// What a service does about events of some types.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Types of the events that it wants.
    fn types(&self) -> &'static [&'static str];

    /// Takes the effect of one event within the transaction, and nowhere else: the transaction may
    /// be rolled back and the event come again.
    ///
    /// # Errors
    /// [`HandlerError::Retry`] when a later run may succeed, [`HandlerError::Poison`] when none will.
    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError>;

    /// Takes the effects of several events, in order and within one transaction, as [`Self::handle`]
    /// would one by one. Worth its own code where they can share statements.
    ///
    /// # Errors
    /// As [`Self::handle`]; each of the events is then tried alone.
    async fn handle_all(&self, tx: &Tx, events: &[Arc<Envelope>]) -> Result<(), HandlerError> {
        for event in events {
            self.handle(tx, event).await?;
        }
        Ok(())
    }

    /// Hears of events whose effects have been committed, e.g. to wake a live stream. A process
    /// that is killed in between never calls it: nothing that must happen belongs here.
    fn committed(&self, events: &[Envelope]) {
        let _ = events;
    }
}

/// Why a handler could not take the effect of an event.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// A later run may succeed.
    #[error("event cannot be handled now")]
    Retry(#[source] Box<dyn Error + Send + Sync>),
    /// No later run will succeed; the text says why, without anything personal.
    #[error("event cannot be handled: {0}")]
    Poison(String),
}

impl HandlerError {
    /// Wraps a failure that a later run may not meet.
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }
}

impl From<StoreError> for HandlerError {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.into())
    }
}

impl From<sea_orm::DbErr> for HandlerError {
    fn from(error: sea_orm::DbErr) -> Self {
        StoreError::from(error).into()
    }
}

impl From<PayloadError> for HandlerError {
    fn from(error: PayloadError) -> Self {
        Self::Poison(crate::consumer::chain(&error))
    }
}
