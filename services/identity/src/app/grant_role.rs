//! Give an account a role within a part of the organisation tree (授权).

use auth::Ctx;
use kernel::{AccountId, GrantId, IdSourceExt, OrgPath, Role, Timestamp};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{StoreError, Tx, idempotency};

use super::caller::OK;
use super::{AccountFacts, Caller, Identity, authority};
use crate::domain::{
    Account, AccountStatus, Beyond, HeldGrant, Period, Separation, Wanted, check_separation,
    is_certified, reaches,
};
use crate::events;
use crate::store::{access_log, accounts, grants};

/// Bytes of a grant in a token besides its path and categories.
const GRANT_OVERHEAD: usize = 48;
/// Bytes that all grants of an account may take in a token, before base64.
const MAX_GRANTS_WEIGHT: usize = 5 * 1024;

/// Which role, where, for what and when.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GrantRole {
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    pub(crate) path: OrgPath,
    pub(crate) categories: Vec<String>,
    pub(crate) valid_from: Option<Timestamp>,
    pub(crate) valid_until: Option<Timestamp>,
}

/// Why a role is not granted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GrantRoleError {
    #[error("no such account")]
    AccountUnknown,
    #[error("the account is closed for good")]
    Closed,
    #[error("nobody grants to themselves")]
    Oneself,
    #[error("the caller may not give this away")]
    Beyond(#[source] Beyond),
    #[error("administrators hold nothing else")]
    NotSeparate(#[source] Separation),
    #[error("administrators are those of the whole city")]
    NotCityWide,
    #[error("the account holds this role there already")]
    AlreadyHeld,
    #[error("the account's grants would not fit into a token")]
    TooMany,
    #[error("the grant would end before it begins, or has ended")]
    PeriodEmpty,
    #[error("the account changed since the caller saw it")]
    Precondition,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for GrantRoleError {
    fn fact(&self) -> Fact {
        match self {
            Self::AccountUnknown => Fact::new(
                Kind::NotFound,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            ),
            Self::Closed => Fact::new(
                Kind::Conflict,
                "account-closed",
                "账号已注销，不能授权",
                "the account is closed for good",
            ),
            Self::Oneself => Fact::new(
                Kind::Forbidden,
                "grant-to-oneself",
                "不能给自己授权",
                "nobody grants roles to themselves",
            ),
            Self::Beyond(beyond) => authority::fact(*beyond),
            Self::NotSeparate(Separation { held, wanted }) => Fact::new(
                Kind::Conflict,
                "administrators-separate",
                format!(
                    "三员分立：{}与{}不能由同一账号担任",
                    held.title_zh(),
                    wanted.title_zh()
                ),
                format!(
                    "an administrator holds no other role: {held} and {wanted} do not go together"
                ),
            ),
            Self::NotCityWide => Fact::new(
                Kind::Invalid,
                "administrator-of-a-part",
                "三员（系统、安全、审计管理员）只能在全市范围（/）授权",
                "the three administrators are granted for the whole city (/) only",
            )
            .at("/org_path"),
            Self::AlreadyHeld => Fact::new(
                Kind::Conflict,
                "grant-exists",
                "该账号在此范围已有这个角色",
                "the account holds this role there already",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "grants-too-many",
                "该账号的授权过多，请合并范围或收回旧授权",
                "the account has too many grants; join scopes or revoke old ones",
            ),
            Self::PeriodEmpty => Fact::new(
                Kind::Invalid,
                "period-empty",
                "截止时间须晚于现在和起始时间",
                "the end must be later than now and than the beginning",
            )
            .at("/valid_until"),
            Self::Precondition => Fact::new(
                Kind::Precondition,
                "version-changed",
                "账号已被修改，请刷新后重试",
                "the account changed meanwhile; read it again",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Grants a role; it counts with the holder's next access token.
pub(crate) async fn grant_role(
    app: &Identity,
    ctx: &Ctx,
    command: GrantRole,
) -> Result<AccountFacts, GrantRoleError> {
    if command.account == ctx.principal.account {
        return Err(GrantRoleError::Oneself);
    }
    let caller = Caller::from(ctx);
    let key = ctx.idempotency(&command);
    let id: GrantId = app.ids.next();
    app.db
        .write("account.grant", async |tx| {
            let account = load(&tx, ctx, command.account).await;
            idempotency::once(&tx, key.as_ref(), async {
                let mut account = account?;
                let before = account.version;
                let wanted = Wanted {
                    role: command.role,
                    path: &command.path,
                    categories: &command.categories,
                    until: command.valid_until,
                };
                authority::check(&tx, ctx, &wanted)
                    .await?
                    .map_err(GrantRoleError::Beyond)?;
                add(&tx, app, &caller, &mut account, id, &command).await?;
                accounts::save_account(&tx, &account, before).await?;
                access_log::append(&tx, &caller.entry(&id, OK)).await?;
                Ok::<_, GrantRoleError>(account.version)
            })
            .await?;
            let mut facts = facts(&tx, command.account, ctx.now).await?;
            facts.grants = authority::overseen(ctx, facts.grants);
            Ok(facts)
        })
        .await
}

/// Finds the account and checks the version that the caller has seen.
pub(super) async fn load(tx: &Tx, ctx: &Ctx, id: AccountId) -> Result<Account, GrantRoleError> {
    let Some(account) = accounts::find_account(tx, id).await? else {
        return Err(GrantRoleError::AccountUnknown);
    };
    if account.status == AccountStatus::Closed {
        return Err(GrantRoleError::Closed);
    }
    match ctx.if_match {
        Some(seen) if seen != account.version => Err(GrantRoleError::Precondition),
        _ => Ok(account),
    }
}

async fn facts(tx: &Tx, id: AccountId, now: Timestamp) -> Result<AccountFacts, GrantRoleError> {
    let Some(account) = accounts::find_account(tx, id).await? else {
        return Err(GrantRoleError::AccountUnknown);
    };
    let grants = grants::list_held(tx, &[id], now).await?;
    Ok(AccountFacts { account, grants })
}

/// Inserts a grant, with its event if it counts already, and counts the account's version up, unsaved.
/// The caller puts it on record.
pub(crate) async fn add(
    tx: &Tx,
    app: &Identity,
    caller: &Caller,
    account: &mut Account,
    id: GrantId,
    command: &GrantRole,
) -> Result<(), GrantRoleError> {
    if !reaches(command.role, &command.path) {
        return Err(GrantRoleError::NotCityWide);
    }
    let from = command.valid_from.unwrap_or(caller.now);
    let period = Period {
        from,
        until: command.valid_until,
    };
    if !period.is_ahead_of(caller.now) {
        return Err(GrantRoleError::PeriodEmpty);
    }
    let held = grants::list_held(tx, &[account.id], caller.now).await?;
    let roles: Vec<Role> = held.iter().map(|grant| grant.role).collect();
    check_separation(&roles, command.role).map_err(GrantRoleError::NotSeparate)?;
    let same = |grant: &HeldGrant| grant.role == command.role && grant.path == command.path;
    if held.iter().any(same) {
        return Err(GrantRoleError::AlreadyHeld);
    }
    if !fits_into_a_token(&held, command) {
        return Err(GrantRoleError::TooMany);
    }
    let grant = HeldGrant {
        id,
        account: account.id,
        role: command.role,
        path: command.path.clone(),
        categories: command.categories.clone(),
        period,
        certified_until: is_certified(command.role)
            .then(|| caller.now.plus(app.config.certification())),
        created_by: caller.account,
        created_at: caller.now,
        told_at: (from <= caller.now).then_some(caller.now),
    };
    grants::insert_grant(tx, &grant).await?;
    account.version = account.version.next();
    if grant.told_at.is_some() {
        bus::emit(tx, vec![events::granted(app, caller, account, &grant)]).await?;
    }
    Ok(())
}

/// Every request carries the grants in a header that is 8 KiB long at most.
fn fits_into_a_token(held: &[HeldGrant], command: &GrantRole) -> bool {
    let weight = |path: &OrgPath, categories: &[String]| {
        let named: usize = categories.iter().map(|category| category.len() + 3).sum();
        path.as_str().len() + named + GRANT_OVERHEAD
    };
    let before: usize = held
        .iter()
        .map(|grant| weight(&grant.path, &grant.categories))
        .sum();
    before + weight(&command.path, &command.categories) <= MAX_GRANTS_WEIGHT
}
