//! Contacts (联系信息): how to reach a person, in clear only where it must be.

mod details;
mod phone;
mod reveal;

pub use details::{Address, ContactField, Details, PersonName};
pub use phone::{ContactPhone, ContactPhoneError};
pub use reveal::RevealState;
pub(crate) use reveal::{Decision, Reveal, RevealRefused};

use kernel::{AccountId, ContactId, OrgPath, Timestamp, Version};

/// Contacts that one account keeps of itself.
pub const MAX_OWN_CONTACTS: u64 = 20;

/// A contact without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) id: ContactId,
    /// Whose it is, if the person has an account.
    pub(crate) owner: Option<AccountId>,
    /// Where it was taken: who works there may ask for it.
    pub(crate) path: OrgPath,
    /// The person asked for confidentiality: a second person decides on each reveal.
    pub(crate) confidential: bool,
    /// The person wants it used for nothing but storage.
    pub(crate) restricted: bool,
    pub(crate) version: Version,
    pub(crate) created_by: AccountId,
    pub(crate) created_at: Timestamp,
    /// When it is forgotten, of one that staff took in; a person's own stays until they delete it.
    pub(crate) kept_until: Option<Timestamp>,
}
