//! Rules of accounts, passwords, sessions, grants and sign-in attempts.

mod access;
mod account;
mod contact;
mod delegation;
mod exclusion;
mod grant;
mod password;
mod session;
mod throttle;

pub(crate) use access::{Entry, Logged};
pub use account::{Account, AccountStatus, DisplayName, Username, UsernameError};
pub use contact::{
    Address, ContactField, Details, MAX_OWN_CONTACTS, PersonName, Phone, PhoneError, RevealState,
};
pub(crate) use contact::{Contact, Decision, Reveal, RevealRefused};
pub(crate) use delegation::GRANTERS;
pub use delegation::{Authority, Beyond, Wanted, check_delegation, is_certified};
pub(crate) use exclusion::Exclusion;
pub use exclusion::{About, MAX_EXCLUSIONS};
pub(crate) use grant::HeldGrant;
pub use grant::{Period, Separation, check_separation, is_administrator};
pub use password::{ChosenPassword, Password, WeakPassword};
pub(crate) use session::{Presented, Session, Verdict};
pub use throttle::Pace;
pub(crate) use throttle::Throttle;
