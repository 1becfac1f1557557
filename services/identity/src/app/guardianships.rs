//! Guardians of children under 14 (监护关系): claimed by the guardian, checked by staff.

use auth::Ctx;
use kernel::{AccountId, GuardianshipId, IdSourceExt, OrgPath, Role, Timestamp, Version};
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{
    Guardianship, GuardianshipState, GuardianshipStep, HeldGrant, LONGEST_CHILDHOOD, OutOfOrder,
};
use crate::store::{access_log, accounts, grants, guardianships};

/// Guardianships of one account, those of before too.
const MOST: usize = 20;
/// Guardianships of one child that are claimed or confirmed: two parents, and whoever takes over.
const MOST_OF_CHILD: usize = 4;

/// Whose guardian the caller is, and until when.
#[derive(Debug, Clone)]
pub(crate) struct ClaimGuardianship {
    pub(crate) minor: AccountId,
    /// The child's 14th birthday.
    pub(crate) ends_at: Timestamp,
}

/// Why a guardianship is not claimed or goes no step further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GuardianshipError {
    #[error("no such guardianship within the caller's reach")]
    Unknown,
    #[error("no such account")]
    AccountUnknown,
    #[error("the account of the token does not exist")]
    CallerUnknown,
    #[error("nobody is their own guardian, or checks their own claim")]
    Oneself,
    #[error("the birthday is past, or more than 14 years ahead")]
    NoChild,
    #[error("claimed already, or too many")]
    AlreadyClaimed,
    #[error("it does not follow")]
    OutOfOrder(#[from] OutOfOrder),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for GuardianshipError {
    fn fact(&self) -> Fact {
        match self {
            Self::Unknown => Fact::new(
                Kind::NotFound,
                "guardianship-not-found",
                "没有这项监护关系",
                "there is no such guardianship",
            ),
            Self::AccountUnknown => Fact::new(
                Kind::Invalid,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            )
            .at("/minor"),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::Oneself => Fact::new(
                Kind::Forbidden,
                "guardian-of-oneself",
                "不能与本人建立监护关系，也不能核实自己的申报",
                "nobody is their own guardian, or checks their own claim",
            ),
            Self::NoChild => Fact::new(
                Kind::Invalid,
                "no-child",
                "十四周岁生日须在今后十四年内",
                "the 14th birthday must lie within the next 14 years",
            )
            .at("/ends_at"),
            Self::AlreadyClaimed => Fact::new(
                Kind::Conflict,
                "guardianship-exists",
                "已申报此监护关系，或申报过多",
                "the guardianship was claimed already, or there are too many",
            ),
            Self::OutOfOrder(OutOfOrder(state)) => Fact::new(
                Kind::Conflict,
                "guardianship-state",
                "监护关系的当前状态不允许此操作",
                format!("the guardianship is {}", state.as_str()),
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Claims to be a child's guardian.
pub(crate) async fn claim_guardianship(
    app: &Identity,
    ctx: &Ctx,
    command: ClaimGuardianship,
) -> Result<Guardianship, GuardianshipError> {
    let guardian = ctx.principal.account;
    if command.minor == guardian {
        return Err(GuardianshipError::Oneself);
    }
    let latest = ctx.now.plus(LONGEST_CHILDHOOD);
    if command.ends_at <= ctx.now || command.ends_at > latest {
        return Err(GuardianshipError::NoChild);
    }
    let claim = Guardianship {
        id: app.ids.next(),
        minor: command.minor,
        guardian,
        state: GuardianshipState::Claimed,
        ends_at: command.ends_at,
        claimed_at: ctx.now,
        decided_by: None,
        version: Version::FIRST,
    };
    let entry = Caller::from(ctx).entry(&claim.id, OK);
    app.db
        .maintain("guardianship.claim", async |tx| {
            lock_both(&tx, guardian, claim.minor).await?;
            let known = guardianships::list_of_guardian(&tx, guardian).await?;
            let open = |known: &Guardianship| {
                matches!(
                    known.state,
                    GuardianshipState::Claimed | GuardianshipState::Confirmed
                )
            };
            let again = |known: &Guardianship| known.minor == claim.minor && open(known);
            if known.len() >= MOST || known.iter().any(again) {
                return Err(GuardianshipError::AlreadyClaimed);
            }
            let of_child = guardianships::list_of_minor(&tx, claim.minor).await?;
            if of_child.iter().filter(|known| open(known)).count() >= MOST_OF_CHILD {
                return Err(GuardianshipError::AlreadyClaimed);
            }
            guardianships::insert(&tx, &claim).await?;
            access_log::append(&tx, &entry).await?;
            Ok(claim.clone())
        })
        .await
}

/// Lets claims of the same guardian or for the same child come one after the other. The order is the same
/// for all, so that no two wait for each other.
async fn lock_both(
    tx: &Tx,
    guardian: AccountId,
    minor: AccountId,
) -> Result<(), GuardianshipError> {
    let mut accounts = [guardian, minor];
    accounts.sort_unstable();
    for account in accounts {
        if accounts::lock_active(tx, account).await?.is_none() {
            return Err(if account == guardian {
                GuardianshipError::CallerUnknown
            } else {
                GuardianshipError::AccountUnknown
            });
        }
    }
    Ok(())
}

/// Lists those in which the caller is guardian or child.
pub(crate) async fn list_my_guardianships(
    app: &Identity,
    ctx: &Ctx,
) -> Result<Vec<Guardianship>, StoreError> {
    let account = ctx.principal.account;
    let listed = app.db.read("guardianship.mine", async |tx| {
        let mut own = guardianships::list_of_guardian(&tx, account).await?;
        own.extend(guardianships::list_of_minor(&tx, account).await?);
        Ok::<_, StoreError>(own)
    });
    listed.await
}

/// Ends one of the caller's own.
pub(crate) async fn end_guardianship(
    app: &Identity,
    ctx: &Ctx,
    id: GuardianshipId,
) -> Result<Guardianship, GuardianshipError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    app.db
        .maintain("guardianship.end", async |tx| {
            let found = guardianships::find(&tx, id).await?;
            let own = found.filter(|found| found.guardian == ctx.principal.account);
            let own = own.ok_or(GuardianshipError::Unknown)?;
            let own = step(&tx, own, GuardianshipStep::End, (None, None)).await?;
            access_log::append(&tx, &entry).await?;
            Ok(own)
        })
        .await
}

/// Checks a claim of somebody at a place within the caller's reach.
pub(crate) async fn decide_guardianship(
    app: &Identity,
    ctx: &Ctx,
    id: GuardianshipId,
    decision: GuardianshipStep,
) -> Result<Guardianship, GuardianshipError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    let by = ctx.principal.account;
    app.db
        .maintain("guardianship.decide", async |tx| {
            let found = guardianships::find(&tx, id).await?;
            let found = found.ok_or(GuardianshipError::Unknown)?;
            // both must be known at a place of the caller's: that is what staff can check
            let people = [found.minor, found.guardian];
            let held = grants::list_held(&*tx, &people, ctx.now).await?;
            if !people.iter().all(|person| known_here(ctx, &held, *person)) {
                return Err(GuardianshipError::Unknown);
            }
            if people.contains(&by) {
                return Err(GuardianshipError::Oneself);
            }
            let decided = step(&tx, found, decision, (Some(by), None)).await?;
            access_log::append(&tx, &entry).await?;
            Ok(decided)
        })
        .await
}

/// Ends a confirmed guardianship of others that should not have been confirmed, or is over: whoever checks at
/// a place where both are known, as for the confirmation, and the security administrator anywhere.
pub(crate) async fn withdraw_guardianship(
    app: &Identity,
    ctx: &Ctx,
    id: GuardianshipId,
    reason: String,
) -> Result<Guardianship, GuardianshipError> {
    let entry = Caller::from(ctx).entry(&id, OK);
    let by = ctx.principal.account;
    app.db
        .maintain("guardianship.withdraw", async |tx| {
            let found = guardianships::find(&tx, id).await?;
            let found = found.ok_or(GuardianshipError::Unknown)?;
            let people = [found.minor, found.guardian];
            let held = grants::list_held(&*tx, &people, ctx.now).await?;
            let everywhere = ctx.principal.holds(Role::SecurityAdmin, &OrgPath::root());
            let here = people.iter().all(|person| known_here(ctx, &held, *person));
            if !everywhere && !here {
                return Err(GuardianshipError::Unknown);
            }
            if people.contains(&by) {
                return Err(GuardianshipError::Oneself);
            }
            // a claim is refused, not ended
            if found.state != GuardianshipState::Confirmed {
                return Err(OutOfOrder(found.state).into());
            }
            let why = (Some(by), Some(reason.as_str()));
            let ended = step(&tx, found, GuardianshipStep::End, why).await?;
            access_log::append(&tx, &entry).await?;
            Ok(ended)
        })
        .await
}

/// Says whether somebody is known at a place where the caller may do this.
fn known_here(ctx: &Ctx, held: &[HeldGrant], person: AccountId) -> bool {
    let mut own = held.iter().filter(|grant| grant.account == person);
    own.any(|grant| ctx.is_open_at(&grant.path))
}

async fn step(
    tx: &Tx,
    mut guardianship: Guardianship,
    step: GuardianshipStep,
    (by, reason): (Option<AccountId>, Option<&str>),
) -> Result<Guardianship, GuardianshipError> {
    let before = guardianship.version;
    guardianship.step(step)?;
    guardianship.decided_by = by.or(guardianship.decided_by);
    guardianships::save(tx, &guardianship, before, reason).await?;
    Ok(guardianship)
}
