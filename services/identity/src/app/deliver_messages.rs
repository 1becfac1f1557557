//! Hand over the links of callbacks (短信回访) to telephones of the contact vault: one that who asked keeps of themselves, or
//! the one that staff took in of a caller without an account.

use std::time::Duration;

use kernel::{AccountId, ContactId, EventId, OrgPath, Timestamp};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity, chain};
use crate::domain::{ContactField, Mobile};
use crate::sender::ShortMessage;
use crate::store::access_log;
use crate::store::contacts::{self, SealedContact};
use crate::store::short_messages::{self, Recipient, Waiting};

/// Messages of one turn.
const STEP: u64 = 20;
/// Pause before the second try; each further one is twice as long.
const PAUSE: Duration = Duration::from_mins(1);
/// Longest pause.
const LONGEST: Duration = Duration::from_hours(1);

/// Result of a link that was not sent, in the access log.
const NOT_FOR_THERE: &str = "contact-not-for-place";

/// What comes of a message whose turn it is.
enum Turn {
    /// It is tried.
    Ready(Ready),
    /// The contact is unknown, may not be used, or is not one for the place of the order.
    Refused(ContactId),
    /// Another process has it, its time is over, or nobody knows a telephone.
    Nothing,
}

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
            let (mut ready, mut entries) = (Vec::new(), Vec::new());
            for waiting in short_messages::list_due(&tx, caller.now, STEP).await? {
                match self.prepare(&tx, waiting, page, &caller).await? {
                    Turn::Ready(message) => {
                        entries.push(caller.entry(&message.contact, OK));
                        ready.push(message);
                    }
                    Turn::Refused(contact) => entries.push(caller.entry(&contact, NOT_FOR_THERE)),
                    Turn::Nothing => {}
                }
            }
            // the log's head last: whoever closes an account takes its messages first, too
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

    /// Takes a message for a try.
    async fn prepare(
        &self,
        tx: &Tx,
        waiting: Waiting,
        page: &str,
        caller: &Caller,
    ) -> Result<Turn, StoreError> {
        let again = caller.now.plus(pause(waiting.tries));
        if !short_messages::take(tx, &waiting, again).await? {
            return Ok(Turn::Nothing);
        }
        let token = self.open_token(&waiting);
        let found = match &waiting.to {
            Recipient::Account(account) => self.phone_of(tx, *account).await?,
            Recipient::Contact { id, place } => {
                let Some(sealed) = contact_for(tx, *id, place).await? else {
                    short_messages::delete(tx, waiting.id).await?;
                    return Ok(Turn::Refused(*id));
                };
                // it is worked with: its time begins anew
                let until = self.contact_end(caller.now);
                contacts::keep_until(tx, &sealed.contact, until).await?;
                self.phone_in(sealed)
            }
        };
        let (Some(token), Some((contact, phone)), true) =
            (token, found, caller.now < waiting.expires_at)
        else {
            short_messages::delete(tx, waiting.id).await?;
            return Ok(Turn::Nothing);
        };
        let message = ShortMessage::Callback {
            id: waiting.id,
            number: waiting.number,
            link: format!("{page}#{token}"),
            expires_at: waiting.expires_at,
        };
        let id = waiting.id;
        Ok(Turn::Ready(Ready {
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
        account: AccountId,
    ) -> Result<Option<(ContactId, Mobile)>, StoreError> {
        let own = contacts::list_of(tx, account).await?;
        let mut usable = own
            .into_iter()
            .rev()
            .filter(|sealed| !sealed.contact.restricted);
        Ok(usable.find_map(|sealed| self.phone_in(sealed)))
    }

    /// Reads the mobile telephone of a contact, if it has one.
    fn phone_in(&self, sealed: SealedContact) -> Option<(ContactId, Mobile)> {
        let id = sealed.contact.id;
        let Ok(facts) = self.open_contact(sealed) else {
            tracing::warn!(contact = %id, "the key of a contact does not open");
            return None;
        };
        let phone = facts.details.get(ContactField::Phone)?;
        Some((id, phone.parse().ok()?))
    }
}

/// Finds a contact that may be used about a matter of a place: one taken in there, below it or above it. Codes are
/// compared, so that an organisation which moves meanwhile is still the same.
async fn contact_for(
    tx: &Tx,
    id: ContactId,
    place: &OrgPath,
) -> Result<Option<SealedContact>, StoreError> {
    let found = contacts::find(tx, id).await?;
    Ok(found.filter(|sealed| {
        let taken = &sealed.contact.path;
        let above = taken.leaf().is_none_or(|code| place.passes(&code));
        let below = place.leaf().is_some_and(|code| taken.passes(&code));
        !sealed.contact.restricted && (above || below)
    }))
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
