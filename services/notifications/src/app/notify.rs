use std::collections::HashSet;

use bus::Envelope;
use kernel::AccountId;
use store::{StoreError, Tx};

use super::App;
use crate::domain::occurrence::Occurrence;
use crate::domain::rules::{Notice, Recipient};
use crate::store::holders;
use crate::store::messages::{self, NewMessage};

/// Tells those whom an event concerns, each once, within the consumer's transaction.
pub(crate) async fn notify(
    app: &App,
    tx: &Tx,
    event: &Envelope,
    occurrence: &Occurrence,
) -> Result<(), StoreError> {
    let mut told: HashSet<AccountId> = HashSet::new();
    // Whoever did it knows.
    told.extend(
        event
            .actor
            .as_deref()
            .and_then(|actor| actor.parse::<AccountId>().ok()),
    );
    let mut new = Vec::new();
    for notice in app.rules.applying(occurrence) {
        let mut fresh = recipients(app, tx, notice, occurrence).await?;
        fresh.retain(|account| told.insert(*account));
        if fresh.is_empty() {
            continue;
        }
        let wording = app.rules.word(notice, occurrence);
        new.extend(fresh.into_iter().map(|account| NewMessage {
            account,
            kind: notice.kind.clone(),
            wording: wording.clone(),
        }));
    }
    if new.is_empty() {
        return Ok(());
    }
    app.streams
        .expect(event.id, new.iter().map(|message| message.account));
    let now = app.clock.now();
    messages::insert(tx, app.ids.as_ref(), event.id, occurrence.order, new, now).await
}

async fn recipients(
    app: &App,
    tx: &Tx,
    notice: &Notice,
    occurrence: &Occurrence,
) -> Result<Vec<AccountId>, StoreError> {
    let mut accounts = Vec::new();
    for recipient in &notice.to {
        match recipient {
            Recipient::Requester => accounts.extend(occurrence.requester),
            Recipient::Assignee => accounts.extend(occurrence.assignee),
            Recipient::Panel => accounts.extend(&occurrence.panel),
            Recipient::Volunteer => accounts.extend(occurrence.volunteer),
            Recipient::WaitingRoles | Recipient::TaskRoles => {
                accounts.extend(holders_of(app, tx, notice, occurrence).await?);
            }
        }
    }
    Ok(accounts)
}

async fn holders_of(
    app: &App,
    tx: &Tx,
    notice: &Notice,
    occurrence: &Occurrence,
) -> Result<Vec<AccountId>, StoreError> {
    let limit = app.config.max_recipients;
    let mut accounts = Vec::new();
    for (path, roles) in occurrence.searches(&notice.roles, app.rules.unit_roles()) {
        let found = holders::list_nearest(tx, &roles, path, limit + 1).await?;
        if u64::try_from(found.len()).unwrap_or(u64::MAX) > limit {
            tracing::warn!(
                notice = notice.kind,
                limit,
                "more holders than may be told of one event, the others are left out"
            );
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        accounts.extend(found.into_iter().take(limit));
    }
    Ok(accounts)
}
