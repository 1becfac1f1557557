//! Say yes, no or no longer to a notice (同意、拒绝、撤回): for oneself, or for one's child.

use auth::Ctx;
use kernel::{AccountId, ConsentId, GuardianshipId, IdSourceExt};
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{Choice, ChoiceError, Consent, ConsentState, Notice, Purpose, check_choice};
use crate::store::{access_log, accounts, consents, guardianships};

/// What is said to which version.
#[derive(Debug, Clone)]
pub(crate) struct SetConsent {
    pub(crate) purpose: Purpose,
    pub(crate) version: i64,
    pub(crate) choice: Choice,
    pub(crate) channel: String,
}

/// A notice, and how somebody stands to it.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) notice: Notice,
    pub(crate) state: ConsentState,
    pub(crate) latest: Option<Consent>,
}

impl Standing {
    fn of(notice: Notice, latest: Option<Consent>) -> Self {
        let said = latest.as_ref().map(|said| (said.version, said.choice));
        Self {
            state: ConsentState::of(notice.version, said),
            notice,
            latest,
        }
    }
}

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetConsentError {
    #[error("no such notice")]
    NoticeUnknown,
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error("no guardianship of the caller's that counts")]
    GuardianshipUnknown,
    #[error("a guardian has to consent")]
    GuardianNeeded,
    #[error("the choice does not fit")]
    Choice(#[from] ChoiceError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for SetConsentError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoticeUnknown => Fact::new(
                Kind::NotFound,
                "notice-not-found",
                "没有此处理目的的告知书",
                "there is no notice of this purpose",
            ),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::GuardianshipUnknown => Fact::new(
                Kind::NotFound,
                "guardianship-not-found",
                "没有这项已核实的监护关系",
                "there is no such guardianship, or it does not count",
            ),
            Self::GuardianNeeded => Fact::new(
                Kind::Forbidden,
                "guardian-needed",
                "未满十四周岁须由监护人同意",
                "under 14, a guardian has to consent",
            ),
            Self::Choice(ChoiceError::NoticeOutdated) => Fact::new(
                Kind::Conflict,
                "notice-outdated",
                "告知书已更新，请阅读新版后再选择",
                "the notice is another one by now; read it and choose again",
            )
            .at("/version"),
            Self::Choice(ChoiceError::NothingGiven) => Fact::new(
                Kind::Conflict,
                "consent-not-given",
                "此前未同意，无需撤回",
                "nothing was given that could be withdrawn",
            )
            .at("/choice"),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists the current notices with the caller's standing.
pub(crate) async fn list_my_consents(
    app: &Identity,
    ctx: &Ctx,
) -> Result<Vec<Standing>, StoreError> {
    let listed = app.db.read("consent.mine", async |tx| {
        standings(&tx, ctx.principal.account).await
    });
    listed.await
}

/// How an account stands to the current notices.
pub(crate) async fn standings(tx: &Tx, account: AccountId) -> Result<Vec<Standing>, StoreError> {
    let notices = consents::list_notices(tx).await?;
    let mut latest = consents::list_latest(tx, account).await?;
    let standing = |notice: Notice| {
        let said = latest
            .iter()
            .position(|said| said.purpose == notice.purpose);
        let said = said.map(|place| latest.swap_remove(place));
        Standing::of(notice, said)
    };
    Ok(notices.into_iter().map(standing).collect())
}

/// Records what the caller says.
pub(crate) async fn set_my_consent(
    app: &Identity,
    ctx: &Ctx,
    command: SetConsent,
) -> Result<Standing, SetConsentError> {
    let account = ctx.principal.account;
    app.db
        .maintain("consent.set", async |tx| {
            if accounts::lock_active(&tx, account).await?.is_none() {
                return Err(SetConsentError::CallerUnknown);
            }
            let guardians = guardianships::list_of_minor(&tx, account).await?;
            let is_child = guardians.iter().any(|guardian| guardian.counts(ctx.now));
            // a child may always say no
            if is_child && command.choice == Choice::Given {
                return Err(SetConsentError::GuardianNeeded);
            }
            say(&tx, app, ctx, account, &command).await
        })
        .await
}

/// Records what the caller says for a child.
pub(crate) async fn set_ward_consent(
    app: &Identity,
    ctx: &Ctx,
    guardianship: GuardianshipId,
    command: SetConsent,
) -> Result<Standing, SetConsentError> {
    app.db
        .maintain("consent.set_ward", async |tx| {
            let guardian = ctx.principal.account;
            if accounts::lock_active(&tx, guardian).await?.is_none() {
                return Err(SetConsentError::CallerUnknown);
            }
            let found = guardianships::find(&tx, guardianship).await?;
            let counts = found.filter(|found| found.guardian == guardian && found.counts(ctx.now));
            let ward = counts.ok_or(SetConsentError::GuardianshipUnknown)?.minor;
            say(&tx, app, ctx, ward, &command).await
        })
        .await
}

async fn say(
    tx: &Tx,
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
    command: &SetConsent,
) -> Result<Standing, SetConsentError> {
    let notice = consents::find_notice(tx, &command.purpose).await?;
    let notice = notice.ok_or(SetConsentError::NoticeUnknown)?;
    let before = consents::list_said(tx, account, &command.purpose, None, 1).await?;
    let before = before.into_iter().next();
    let said = before.as_ref().map(|said| (said.version, said.choice));
    check_choice(notice.version, command.version, command.choice, said)?;
    // the same again is no other word
    if command.choice != Choice::Withdrawn && said == Some((command.version, command.choice)) {
        return Ok(Standing::of(notice, before));
    }
    let id: ConsentId = app.ids.next();
    let consent = Consent {
        id,
        account,
        purpose: command.purpose.clone(),
        version: command.version,
        seq: before.map_or(1, |before| before.seq + 1),
        choice: command.choice,
        by: ctx.principal.account,
        channel: command.channel.clone(),
        at: ctx.now,
    };
    consents::insert(tx, &consent).await?;
    access_log::append(tx, &Caller::from(ctx).entry(&id, OK)).await?;
    Ok(Standing::of(notice, Some(consent)))
}
