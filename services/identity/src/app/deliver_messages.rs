//! Hand over the links of callbacks (短信回访) to telephones that who asked keeps in the contact vault.

use std::time::Duration;

use kernel::{ContactId, EventId, Timestamp};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity, chain};
use crate::domain::{ContactField, Mobile};
use crate::sender::ShortMessage;
use crate::store::short_messages::{self, Waiting};
use crate::store::{access_log, contacts};

/// Messages of one turn.
const STEP: u64 = 20;
/// Pause before the second try; each further one is twice as long.
const PAUSE: Duration = Duration::from_mins(1);
/// Longest pause.
const LONGEST: Duration = Duration::from_hours(1);

/// A message with the telephone that it goes to.
struct Ready {
    id: EventId,
    contact: ContactId,
    phone: Mobile,
    message: ShortMessage,
}

impl Identity {
    /// Says whether links are sent in this installation.
    pub(crate) fn sends_links(&self) -> bool {
        self.sender.is_some() && self.config.phone.callback_page.is_some()
    }

    /// Seals the token of a link until it is sent.
    pub(crate) fn seal_token(
        &self,
        id: EventId,
        token: &str,
    ) -> Result<Vec<u8>, crate::crypto::SealError> {
        self.seals.seal(&context(id), token.as_bytes())
    }

    /// Hands over messages whose turn it is; returns how many. Each try is in the access log, under the contact
    /// whose telephone was used. What the gateway does not take is tried again until the link is over; a crash in
    /// between sends the same id once more.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn deliver_messages(&self) -> Result<u64, StoreError> {
        let (Some(sender), Some(page)) = (&self.sender, &self.config.phone.callback_page) else {
            return Ok(0);
        };
        let caller = Caller::system("deliver_messages", self.clock.now());
        let ready = self.db.maintain("message.take", async |tx| {
            let mut ready = Vec::new();
            for waiting in short_messages::list_due(&tx, caller.now, STEP).await? {
                ready.extend(self.prepare(&tx, waiting, page, &caller).await?);
            }
            // the log's head last: whoever closes an account takes its messages first, too
            let entry = |ready: &Ready| caller.entry(&ready.contact, OK);
            let entries: Vec<_> = ready.iter().map(entry).collect();
            access_log::append_all(&tx, &entries).await?;
            Ok::<_, StoreError>(ready)
        });
        let mut delivered = 0;
        for ready in ready.await? {
            if let Err(error) = sender.send(&ready.phone, &ready.message).await {
                tracing::warn!(message = %ready.id, error = chain(&error), "a short message was not taken");
                continue;
            }
            let done = self.db.maintain("message.done", async |tx| {
                short_messages::delete(&tx, ready.id).await
            });
            done.await?;
            delivered += 1;
        }
        Ok(delivered)
    }

    /// Takes a message for a try; `None` where there is nothing to send, or nowhere to send it to.
    async fn prepare(
        &self,
        tx: &Tx,
        waiting: Waiting,
        page: &str,
        caller: &Caller,
    ) -> Result<Option<Ready>, StoreError> {
        let again = caller.now.plus(pause(waiting.tries));
        if !short_messages::take(tx, &waiting, again).await? {
            return Ok(None);
        }
        let token = self.open_token(&waiting);
        let (Some(token), Some((contact, phone)), true) = (
            token,
            self.phone_of(tx, &waiting).await?,
            caller.now < waiting.expires_at,
        ) else {
            short_messages::delete(tx, waiting.id).await?;
            return Ok(None);
        };
        let message = ShortMessage::Callback {
            id: waiting.id,
            number: waiting.number,
            link: format!("{page}#{token}"),
            expires_at: waiting.expires_at,
        };
        let id = waiting.id;
        Ok(Some(Ready {
            id,
            contact,
            phone,
            message,
        }))
    }

    fn open_token(&self, waiting: &Waiting) -> Option<String> {
        let opened = self.seals.open(&context(waiting.id), &waiting.sealed);
        String::from_utf8(opened.ok()?).ok()
    }

    /// Finds a telephone of whoever gets a message: the newest that they keep of themselves and let be used.
    async fn phone_of(
        &self,
        tx: &Tx,
        waiting: &Waiting,
    ) -> Result<Option<(ContactId, Mobile)>, StoreError> {
        let own = contacts::list_of(tx, waiting.account).await?;
        let usable = own
            .into_iter()
            .rev()
            .filter(|sealed| !sealed.contact.restricted);
        for sealed in usable {
            let id = sealed.contact.id;
            let Ok(facts) = self.open_contact(sealed) else {
                tracing::warn!(contact = %id, "the key of a contact does not open");
                continue;
            };
            let phone = facts.details.get(ContactField::Phone);
            if let Some(mobile) = phone.and_then(|phone| phone.parse().ok()) {
                return Ok(Some((id, mobile)));
            }
        }
        Ok(None)
    }
}

fn context(id: EventId) -> String {
    format!("short_message:{id}")
}

/// Returns how long it takes until a message is tried once more.
fn pause(tries: u16) -> Duration {
    let doubled = 1_u32.checked_shl(tries.into()).unwrap_or(u32::MAX);
    PAUSE.saturating_mul(doubled).min(LONGEST)
}

/// Remembers a link that is to be sent.
pub(crate) async fn remember_link(
    app: &Identity,
    tx: &Tx,
    waiting: Waiting,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !app.sends_links() || waiting.expires_at <= now {
        return Ok(());
    }
    short_messages::insert(tx, waiting, now).await
}
