use auth::Ctx;
use kernel::{AccountId, GeoPoint, ShiftId, Timestamp};
use serde::Serialize;
use store::{StoreError, Tx, Writes};

use super::App;
use super::record_service::record_shift;
use super::sign_up_error::SignUpError;
use super::sign_ups::{hold, power_at, save_list};
use crate::domain::activity::{Activity, Shift};
use crate::domain::check_in::{CodeKey, NoCheck, check_in, check_out, is_there, served};
use crate::domain::hours::{GivenService, ServedIn, TimedBy};
use crate::domain::sign_up::{SignUp, SignUpRefusal, lacks_for};
use crate::domain::volunteer::Volunteer;
use crate::events::Cause;
use crate::store::{find_secret, hold_volunteer_of, list_of_shift};

/// Which way somebody goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Way {
    /// 签到
    In,
    /// 签退
    Out,
}

/// What somebody shows when checking in or out.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Check {
    pub(crate) shift: ShiftId,
    pub(crate) way: Way,
    pub(crate) code: String,
    pub(crate) point: Option<GeoPoint>,
}

/// A code that is shown at the place.
#[derive(Debug)]
pub(crate) struct ShownCode {
    pub(crate) code: String,
    pub(crate) until: Timestamp,
}

impl From<NoCheck> for SignUpError {
    fn from(no: NoCheck) -> Self {
        match no {
            NoCheck::Code => Self::BadCode,
            NoCheck::Far => Self::TooFar,
            NoCheck::Time => Self::WrongTime,
            NoCheck::State => Self::State,
            NoCheck::Span => Self::Span,
        }
    }
}

fn key(secret: Option<&str>) -> Result<CodeKey, SignUpError> {
    let secret = secret.and_then(CodeKey::read);
    let secret = secret.ok_or_else(|| StoreError::Corrupt("secret of an activity".to_owned()));
    Ok(secret?)
}

/// Shows the code of a shift to those who run its activity.
pub(crate) async fn show_shift_code(
    app: &App,
    ctx: &Ctx,
    shift: ShiftId,
) -> Result<ShownCode, SignUpError> {
    let db = app.db.reader();
    let (_, activity, shift) = power_at(db, ctx, shift).await?;
    let key = key(find_secret(db, activity.id).await?.as_deref())?;
    let (code, until) = key.code(shift.id, ctx.now);
    let until = until.saturating_mul(1_000_000);
    let until = Timestamp::from_micros(until).unwrap_or(ctx.now);
    Ok(ShownCode { code, until })
}

/// Checks the caller in or out; the same again is harmless. Whoever lacks by now what the service needs does not begin.
pub(crate) async fn check(app: &App, ctx: &Ctx, shown: &Check) -> Result<SignUp, SignUpError> {
    app.db
        .write("sign_up.check", |tx| async move {
            let account = ctx.principal.account;
            // the person before the shift, as when signing up
            let volunteer = match shown.way {
                Way::In => hold_volunteer_of(&tx, account).await?,
                Way::Out => None,
            };
            let (activity, shift) = hold(&tx, shown.shift).await?;
            let list = list_of_shift(&*tx, shift.id).await?;
            let own = list.into_iter().find(|other| other.account == account);
            let mut sign_up = own.ok_or(SignUpError::NotFound)?;
            let key = key(find_secret(&*tx, activity.id).await?.as_deref())?;
            if !key.is_good(&shown.code, shift.id, ctx.now) {
                return Err(NoCheck::Code.into());
            }
            if !is_there(activity.venue.as_ref(), shown.point) {
                return Err(NoCheck::Far.into());
            }
            let seen = sign_up.version;
            let changed = match shown.way {
                Way::In => check_in(&mut sign_up, &shift, ctx.now)?,
                Way::Out => check_out(&mut sign_up, &shift, ctx.now)?,
            };
            if changed && shown.way == Way::In {
                let volunteer = volunteer.as_ref().ok_or(SignUpError::NoVolunteer)?;
                let position = sign_up.position;
                still_fit(app, volunteer, (&activity, &shift, position))?;
            }
            if changed {
                let cause = Cause::Caller(ctx);
                save_list(app, cause, &tx, &activity, &[(sign_up.clone(), seen)]).await?;
                let by = (TimedBy::Code, None);
                record(app, &tx, (&activity, &shift), (&sign_up, by)).await?;
            }
            Ok(sign_up)
        })
        .await
}

/// Refuses who lacks what the service needs: since the place was given somebody may have been suspended, a proof refused
/// or withdrawn, or the volunteer may have turned out to be a minor (S35, S39).
pub(super) fn still_fit(
    app: &App,
    volunteer: &Volunteer,
    (activity, shift, position): (&Activity, &Shift, u32),
) -> Result<(), SignUpError> {
    let kind = app.catalogue.kinds.get(&activity.kind);
    let kind = kind.ok_or_else(|| StoreError::Corrupt(format!("kind {}", activity.kind)))?;
    let position = shift.position(position).ok_or(SignUpRefusal::NoPosition)?;
    let lacks = lacks_for(volunteer, (kind, shift, position), &app.catalogue.zone);
    if lacks.is_empty() {
        return Ok(());
    }
    Err(SignUpRefusal::Lacks(lacks).into())
}

/// Records what was served once it is known when somebody came and left; it waits for confirmation.
pub(super) async fn record(
    app: &App,
    tx: &Tx,
    (activity, shift): (&Activity, &Shift),
    (sign_up, timed): (&SignUp, (TimedBy, Option<AccountId>)),
) -> Result<(), StoreError> {
    let Some((began_at, ended_at)) = served(sign_up, shift) else {
        return Ok(());
    };
    let mut writes = Writes::default();
    let served = GivenService {
        served_in: ServedIn::Shift {
            sign_up: sign_up.id,
            activity: activity.id,
        },
        volunteer: sign_up.account,
        org_path: activity.org_path.clone(),
        kind: activity.kind.clone(),
        title: None,
        began_at,
        ended_at,
        at: sign_up.updated_at,
    };
    record_shift(app, &mut writes, served, timed);
    writes.run(tx).await
}
