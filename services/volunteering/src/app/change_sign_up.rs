use std::time::Duration;

use auth::Ctx;
use kernel::{SignUpId, Timestamp};
use serde::Serialize;
use store::{IdempotencyKey, Tx, idempotency};

use super::App;
use super::activities::power_over;
use super::appeals::{decide, open_appeal};
use super::check_in::{record, still_fit};
use super::sign_up_error::SignUpError;
use super::sign_ups::{check_again, fill_places, hold, save_list};
use crate::domain::activity::{Activity, Shift};
use crate::domain::check_in::attend;
use crate::domain::hours::TimedBy;
use crate::domain::sign_up::{SignUp, SignUpState, SignUpStep, has_place};
use crate::events::Cause;
use crate::store::{find_sign_up, hold_volunteer_of, list_of_shift};

/// A step with a sign-up.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeSignUp {
    pub(crate) id: SignUpId,
    pub(crate) step: SignUpStep,
}

/// Takes a step with a sign-up; a place that becomes free is offered to those who wait, in the same transaction.
pub(crate) async fn change_sign_up(
    app: &App,
    ctx: &Ctx,
    key: Option<&IdempotencyKey>,
    command: &ChangeSignUp,
) -> Result<SignUp, SignUpError> {
    app.db
        .write("sign_up.change", |tx| async move {
            idempotency::once(&tx, key, change(app, ctx, command, &tx)).await
        })
        .await
}

async fn change(
    app: &App,
    ctx: &Ctx,
    command: &ChangeSignUp,
    tx: &Tx,
) -> Result<SignUp, SignUpError> {
    let found = find_sign_up(tx, command.id)
        .await?
        .ok_or(SignUpError::NotFound)?;
    let own = found.account == ctx.principal.account;
    // the person before the shift, as when signing up
    let volunteer = hold_volunteer_of(tx, found.account).await?;
    let volunteer = volunteer.ok_or(SignUpError::NoVolunteer)?;
    let (activity, shift) = hold(tx, found.shift).await?;
    let of = (&activity.org_path, activity.team);
    let runs = power_over(tx, &ctx.principal, of).await?.is_some();
    if !own && !runs {
        return Err(SignUpError::NotFound);
    }
    // nobody decides about themselves, and nobody answers for others
    if command.step.is_own() != own {
        return Err(SignUpError::NotAllowed);
    }
    let list = list_of_shift(tx, shift.id).await?;
    let now = list.iter().find(|other| other.id == found.id);
    let mut sign_up = now.cloned().ok_or(SignUpError::NotFound)?;
    let seen = sign_up.version;
    if ctx.if_match.is_some_and(|version| version != seen) {
        return Err(SignUpError::OtherVersion);
    }
    let verdict = command.step.verdict(sign_up.state);
    if let SignUpStep::Attended { from, until, .. } = &command.step {
        attend(&mut sign_up, &shift, (*from, *until), ctx.now)?;
        still_fit(app, &volunteer, (&activity, &shift, sign_up.position))?;
        decide(tx, ctx, sign_up.id, verdict).await?;
        let changed = [(sign_up.clone(), seen)];
        save_list(app, Cause::Caller(ctx), tx, &activity, &changed).await?;
        let by = (TimedBy::Organiser, Some(ctx.principal.account));
        record(app, tx, (&activity, &shift), (&sign_up, by)).await?;
        return Ok(sign_up);
    }
    let next = next_state(
        &command.step,
        (&activity, &shift),
        (&sign_up, &list),
        ctx.now,
    )?;
    decide(tx, ctx, sign_up.id, verdict).await?;
    if let SignUpStep::Appeal { reason } = &command.step {
        open_appeal(tx, ctx, (&activity, &sign_up), reason).await?;
    }
    if next == SignUpState::Confirmed {
        let of = (&activity, &shift);
        check_again(app, tx, of, (&volunteer, &sign_up), ctx.now).await?;
    }
    let held = sign_up.state.holds_place();
    sign_up.enter(next, ctx.now);
    let cause = Cause::Caller(ctx);
    save_list(app, cause, tx, &activity, &[(sign_up.clone(), seen)]).await?;
    if held && !next.holds_place() || next == SignUpState::Waiting {
        fill_places(app, cause, tx, (&activity, &shift)).await?;
        let after = find_sign_up(tx, sign_up.id).await?;
        return after.ok_or(SignUpError::NotFound);
    }
    Ok(sign_up)
}

/// Says where a step leads.
fn next_state(
    step: &SignUpStep,
    (activity, shift): (&Activity, &Shift),
    (sign_up, list): (&SignUp, &[SignUp]),
    now: Timestamp,
) -> Result<SignUpState, SignUpError> {
    use SignUpState as State;
    let minutes = u64::from(activity.terms.withdraw_before);
    let deadline = shift.begins_at.minus(Duration::from_secs(minutes * 60));
    let begun = now >= shift.begins_at;
    let state = match (step, sign_up.state) {
        (SignUpStep::Accept, State::Offered) => {
            // whoever answers late has lost the place, also before the job has noticed
            if sign_up.offer_until.is_some_and(|until| until <= now) {
                return Err(SignUpError::TooLate);
            }
            State::Confirmed
        }
        (SignUpStep::Decline, State::Offered) => State::Declined,
        (SignUpStep::Withdraw, State::Applied | State::Waiting | State::Offered) if !begun => {
            State::Withdrawn
        }
        (SignUpStep::Withdraw, State::Confirmed) => {
            if now > deadline {
                return Err(SignUpError::TooLate);
            }
            State::Withdrawn
        }
        // who was not excused was heard
        (SignUpStep::Appeal { .. }, State::Absent) if !sign_up.appealed => State::Appealed,
        (SignUpStep::Admit, State::Applied) if !begun => {
            if has_place(shift, list, sign_up.position) {
                State::Confirmed
            } else {
                State::Waiting
            }
        }
        (
            SignUpStep::Refuse,
            State::Applied | State::Waiting | State::Offered | State::Confirmed,
        ) if !begun => State::Refused,
        (SignUpStep::MarkAbsent { .. }, State::Confirmed) => {
            if !begun {
                return Err(SignUpError::TooEarly);
            }
            State::Absent
        }
        (SignUpStep::MarkAbsent { .. }, State::Appealed) => State::Absent,
        (SignUpStep::Excuse { .. }, State::Confirmed | State::Absent | State::Appealed) => {
            State::Excused
        }
        _ => return Err(SignUpError::State),
    };
    Ok(state)
}
