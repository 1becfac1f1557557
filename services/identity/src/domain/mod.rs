//! Rules of accounts, passwords, second factors, sessions, grants and sign-in attempts.

mod access;
mod account;
mod client;
mod grant;
mod key_schedule;
mod password;
mod phone;
mod second_factor;
mod session;
mod throttle;

pub(crate) use access::{Entry, Logged};
pub use account::{Account, AccountStatus, DisplayName, Username, UsernameError};
pub(crate) use client::{Client, Scope};
pub use client::{ClientKind, ClientName, RedirectUri, RedirectUriError};
pub(crate) use grant::HeldGrant;
pub use grant::{Period, Separation, check_separation, is_administrator};
pub(crate) use key_schedule::{KeyTimes, current_key, plan_keys};
pub use password::{ChosenPassword, Password, WeakPassword};
pub use phone::{Phone, PhoneError};
pub(crate) use second_factor::{Demand, RECOVERY_CODES, SecondFactor, SecondFactorPolicy};
pub use session::SignInMethod;
pub(crate) use session::{Presented, Session, Verdict};
pub use throttle::Pace;
pub(crate) use throttle::Throttle;
