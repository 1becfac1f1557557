//! A service without its server, for the unit tests.
#![expect(clippy::unwrap_used, reason = "tests may")]

use std::sync::Arc;

use auth::KeyRing;
use jiff::tz::TimeZone;
use kernel::{AccountId, EventId, OrderId, SystemClock, SystemIds, TypedId};
use store::Writes;
use testkit::Storage;
use uuid::Uuid;

use super::App;
use super::streams::Streams;
use crate::config::NotificationsConfig;
use crate::domain::message::{Bilingual, Wording};
use crate::domain::rules;
use crate::migrations;
use crate::store::messages::{self, NewMessage};

pub(crate) async fn app(config: NotificationsConfig) -> (Arc<App>, Storage) {
    let storage = Storage::new().await;
    let db = storage
        .migrated("notifications", migrations::migrations)
        .await;
    let app = App {
        db,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::new()),
        keys: Arc::new(KeyRing::new()),
        rules: rules::load(rules::BUILT_IN, TimeZone::UTC).unwrap(),
        streams: Arc::new(Streams::new(config.streams.clone())),
        stop: tokio_util::sync::CancellationToken::new(),
        config,
    };
    (Arc::new(app), storage)
}

pub(crate) fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn order(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(number))
}

/// Puts a message into the inbox of `account` as a consumer elsewhere would.
pub(crate) async fn send(app: &Arc<App>, event: u128, order: OrderId, account: AccountId) {
    let now = app.clock.now();
    app.db
        .write("test.send", |tx| async move {
            let text = Bilingual::new("标题", "title");
            let new = NewMessage {
                account,
                event: EventId::from_uuid(Uuid::from_u128(event)),
                subject: order.into(),
                kind: "test".to_owned(),
                wording: Wording {
                    title: text.clone(),
                    body: text,
                },
            };
            let mut writes = Writes::default();
            messages::raise_unread(&mut writes, [(account, 1)].into());
            writes.run(&tx).await?;
            messages::insert(&tx, app.ids.as_ref(), vec![new], now).await
        })
        .await
        .unwrap();
}
