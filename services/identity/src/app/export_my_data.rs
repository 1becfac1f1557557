//! A copy of all that is kept of the caller (查阅、复制个人信息).

use std::time::Duration;

use auth::Ctx;
use kernel::{ContactId, IdSourceExt, Version};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::set_consent::{self, Standing};
use super::vault::ContactFacts;
use super::{AccountFacts, Caller, Identity, seconds};
use crate::crypto::SealError;
use crate::domain::{
    Consent, Exclusion, Guardianship, LogQuery, Logged, PrivacyKind, PrivacyRequest, PrivacyState,
    Reveal, Session,
};
use crate::store::{
    access_log, accounts, consents, contacts, exclusions, grants, guardianships, privacy, reveals,
    sessions,
};

/// Rows of each kind in a copy, the newest.
const MOST: usize = 1_000;
/// Copies that a person has in a day.
const MOST_A_DAY: usize = 10;
/// The time in which they are counted.
const DAY: Duration = Duration::from_hours(24);

/// All of it.
pub(crate) struct Export {
    pub(crate) account: AccountFacts,
    pub(crate) contacts: Vec<ContactFacts>,
    pub(crate) consents: Vec<Standing>,
    pub(crate) exclusions: Vec<Exclusion>,
    pub(crate) guardianships: Vec<Guardianship>,
    pub(crate) requests: Vec<PrivacyRequest>,
    pub(crate) acts: Vec<Logged>,
    pub(crate) sessions: Vec<Session>,
    /// All that was said to notices, or for the person by a guardian.
    pub(crate) said: Vec<Consent>,
    /// Who asked to see the person's contacts.
    pub(crate) reveals: Vec<Reveal>,
    /// Whether there is more than a copy holds.
    pub(crate) truncated: bool,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error("the person had many copies today")]
    TooMany { wait: Duration },
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ExportError {
    fn fact(&self) -> Fact {
        match self {
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::TooMany { wait } => Fact::new(
                Kind::TooMany,
                "exports-too-many",
                "今日导出次数过多，请稍后再试",
                "too many copies today; ask again later",
            )
            .after(seconds(*wait)),
            Self::Seal(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Copies it, and keeps that it was copied as an answered request.
pub(crate) async fn export_my_data(app: &Identity, ctx: &Ctx) -> Result<Export, ExportError> {
    let account = ctx.principal.account;
    let request = PrivacyRequest {
        id: app.ids.next(),
        account,
        kind: PrivacyKind::Export,
        detail: String::new(),
        state: PrivacyState::Granted,
        answer: String::new(),
        requested_at: ctx.now,
        due_at: ctx.now,
        answered_by: None,
        answered_at: Some(ctx.now),
        version: Version::FIRST,
    };
    let entry = Caller::from(ctx).entry(&request.id, OK);
    let acts = LogQuery {
        account: Some(account),
        subject: None,
        before: None,
        limit: one_more(),
    };
    app.db
        .maintain("privacy.export", async |tx| {
            // those of a day are counted one after the other
            let Some(own) = accounts::lock_active(&tx, account).await? else {
                return Err(ExportError::CallerUnknown);
            };
            let made = privacy::list_exports(&tx, account, ctx.now.minus(DAY)).await?;
            if let (Some(first), true) = (made.first(), made.len() >= MOST_A_DAY) {
                let wait = first.plus(DAY).duration_since(ctx.now);
                return Err(ExportError::TooMany { wait });
            }
            privacy::insert(&tx, &request).await?;
            let mut opened = Vec::new();
            let sealed = contacts::list_of(&tx, account).await?;
            let ids: Vec<ContactId> = sealed.iter().map(|sealed| sealed.contact.id).collect();
            for sealed in sealed {
                opened.push(app.open_contact(sealed)?);
            }
            let mut bonds = guardianships::list_of_guardian(&tx, account).await?;
            bonds.extend(guardianships::list_of_minor(&tx, account).await?);
            let mut cut = Cut::default();
            let all = Export {
                account: AccountFacts {
                    grants: grants::list_held(&*tx, &[account], ctx.now).await?,
                    account: own,
                },
                contacts: opened,
                consents: set_consent::standings(&tx, account).await?,
                exclusions: exclusions::list(&tx, account).await?,
                guardianships: bonds,
                requests: cut.of(privacy::list_of(&tx, account, None, one_more()).await?),
                acts: cut.of(access_log::list(&tx, &acts).await?),
                sessions: cut.of(sessions::list_kept(&tx, account, one_more()).await?),
                said: cut.of(consents::list_history(&tx, account, one_more()).await?),
                reveals: cut.of(reveals::list_of_contacts(&tx, &ids, one_more()).await?),
                truncated: cut.truncated,
            };
            access_log::append(&tx, &entry).await?;
            Ok(all)
        })
        .await
}

/// One more than a copy holds tells whether there is more.
fn one_more() -> u64 {
    u64::try_from(MOST + 1).unwrap_or(u64::MAX)
}

/// Cuts what a copy does not hold, and remembers that it did.
#[derive(Default)]
struct Cut {
    truncated: bool,
}

impl Cut {
    fn of<T>(&mut self, mut rows: Vec<T>) -> Vec<T> {
        self.truncated |= rows.len() > MOST;
        rows.truncate(MOST);
        rows
    }
}
