//! Rules of accounts, passwords, second factors, sessions, grants and sign-in attempts.

mod access;
mod account;
mod client;
mod common_password;
mod consent;
mod contact;
mod delegation;
mod exclusion;
mod grant;
mod guardianship;
mod key_schedule;
mod mobile;
mod password;
mod privacy;
mod relocation;
mod second_factor;
mod session;
mod throttle;

pub(crate) use access::{Entry, LogQuery, Logged};
pub use account::{Account, AccountStatus, DisplayName, Username, UsernameError};
pub(crate) use client::{Client, Scope};
pub use client::{ClientKind, ClientName, RedirectUri, RedirectUriError};
pub use consent::{
    Choice, ChoiceError, ConsentState, NoticeText, NoticeTitle, Purpose, PurposeError, check_choice,
};
pub(crate) use consent::{Consent, Notice};
pub use contact::{
    Address, ContactField, ContactPhone, ContactPhoneError, Details, MAX_OWN_CONTACTS, PersonName,
    RevealState,
};
pub(crate) use contact::{Contact, Decision, Reveal, RevealRefused};
pub(crate) use delegation::GRANTERS;
pub use delegation::{Authority, Beyond, Wanted, check_delegation, is_certified};
pub(crate) use exclusion::Exclusion;
pub use exclusion::{About, MAX_EXCLUSIONS};
pub(crate) use grant::HeldGrant;
pub use grant::{Period, Separation, check_separation, is_administrator, reaches};
pub(crate) use guardianship::{Guardianship, GuardianshipStep, OutOfOrder};
pub use guardianship::{GuardianshipState, LONGEST_CHILDHOOD};
pub(crate) use key_schedule::{KeyTimes, current_key, plan_keys};
pub use mobile::{Mobile, MobileError};
pub use password::{ChosenPassword, Password, WeakPassword};
pub(crate) use privacy::{AnswerRefused, PrivacyRequest};
pub use privacy::{MAX_OPEN_REQUESTS, PrivacyKind, PrivacyState};
pub(crate) use relocation::{Relocation, Stage};
pub(crate) use second_factor::{Demand, RECOVERY_CODES, SecondFactor, SecondFactorPolicy};
pub use session::SignInMethod;
pub(crate) use session::{Presented, Session, Verdict};
pub use throttle::Pace;
