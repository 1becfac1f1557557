//! Checking in and out (签到、签退): a code on a screen at the place that is another every half minute, and the place.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{GeoPoint, ShiftId, Timestamp, TypedId, Version};

use super::activity::{Shift, ShiftState, Venue};
use super::sign_up::{SignUp, SignUpState};

/// Seconds for which one code is shown.
pub(crate) const STEP: i64 = 30;
/// Codes before and after the present one that are good as well: clocks differ, and people need a moment.
const TOLERANCE: i64 = 1;
/// How long before a shift one may check in, and after it check out.
const EARLY: Duration = Duration::from_hours(1);
pub(crate) const LATE: Duration = Duration::from_hours(2);
/// First part of every code, so that an app knows what it scanned.
const PREFIX: &str = "linli-shift";
/// Mean radius of the earth in metres.
const EARTH: f64 = 6_371_008.8;

/// Key of an activity's codes.
pub(crate) struct CodeKey(hmac::Key);

/// Why somebody is not checked in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCheck {
    /// The code is not good now.
    Code,
    /// Too far away, or nobody knows where.
    Far,
    /// Not at the time of the shift.
    Time,
    /// Not from this state.
    State,
    /// A span that is none, lies outside of the shift, or has not ended.
    Span,
}

impl CodeKey {
    /// Reads a key as it is stored.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() >= 16).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    fn message(shift: ShiftId, step: i64) -> Vec<u8> {
        let mut message = shift.uuid().as_bytes().to_vec();
        message.extend(step.to_be_bytes());
        message
    }

    /// The code of a shift that is shown now, and when the next one comes.
    pub(crate) fn code(&self, shift: ShiftId, now: Timestamp) -> (String, i64) {
        let step = now.seconds().div_euclid(STEP);
        let tag = hmac::sign(&self.0, &Self::message(shift, step));
        let tag = URL_SAFE_NO_PAD.encode(tag.as_ref());
        (format!("{PREFIX}:{shift}:{tag}"), (step + 1) * STEP)
    }

    /// Says whether a code is good for a shift now. The comparison takes the same time wherever they differ.
    pub(crate) fn is_good(&self, code: &str, shift: ShiftId, now: Timestamp) -> bool {
        let mut parts = code.split(':');
        let of = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(PREFIX), Some(named), Some(tag), None) = of else {
            return false;
        };
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else {
            return false;
        };
        let present = now.seconds().div_euclid(STEP);
        let steps = present - TOLERANCE..=present + TOLERANCE;
        let mut steps = steps.into_iter();
        named == shift.to_string()
            && steps.any(|step| hmac::verify(&self.0, &Self::message(shift, step), &tag).is_ok())
    }
}

/// Metres between two points, along the surface of a sphere.
fn metres_between(one: GeoPoint, other: GeoPoint) -> f64 {
    let (lat, other_lat) = (one.lat().to_radians(), other.lat().to_radians());
    let half_lat = (other_lat - lat) / 2.0;
    let half_lon = (other.lon() - one.lon()).to_radians() / 2.0;
    let square = half_lat.sin().powi(2) + lat.cos() * other_lat.cos() * half_lon.sin().powi(2);
    2.0 * EARTH * square.sqrt().min(1.0).asin()
}

/// Says whether somebody is where the activity is; where it has no place everybody is.
pub(crate) fn is_there(venue: Option<&Venue>, point: Option<GeoPoint>) -> bool {
    match (venue, point) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(venue), Some(point)) => metres_between(venue.point, point) <= f64::from(venue.metres),
    }
}

/// Checks somebody in; the same again changes nothing. Says whether it changed.
pub(crate) fn check_in(
    sign_up: &mut SignUp,
    shift: &Shift,
    now: Timestamp,
) -> Result<bool, NoCheck> {
    match sign_up.state {
        SignUpState::CheckedIn | SignUpState::Attended => return Ok(false),
        SignUpState::Confirmed => {}
        _ => return Err(NoCheck::State),
    }
    if now < shift.begins_at.minus(EARLY) || now >= shift.ends_at {
        return Err(NoCheck::Time);
    }
    sign_up.checked_in_at = Some(now);
    sign_up.enter(SignUpState::CheckedIn, now);
    Ok(true)
}

/// Checks somebody out; the same again changes nothing. Says whether it changed.
pub(crate) fn check_out(
    sign_up: &mut SignUp,
    shift: &Shift,
    now: Timestamp,
) -> Result<bool, NoCheck> {
    match sign_up.state {
        SignUpState::Attended => return Ok(false),
        SignUpState::CheckedIn => {}
        _ => return Err(NoCheck::State),
    }
    if now > shift.ends_at.plus(LATE) {
        return Err(NoCheck::Time);
    }
    sign_up.checked_out_at = Some(now);
    sign_up.enter(SignUpState::Attended, now);
    Ok(true)
}

/// Notes when somebody came and left who could not check in or out, as an organiser says (补记到场): within the times at
/// which they could have.
pub(crate) fn attend(
    sign_up: &mut SignUp,
    shift: &Shift,
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(), NoCheck> {
    use SignUpState as State;
    let noted = matches!(
        sign_up.state,
        State::Confirmed | State::CheckedIn | State::Absent | State::Appealed
    );
    if !noted || shift.state != ShiftState::Open {
        return Err(NoCheck::State);
    }
    let comes = shift.begins_at.minus(EARLY) <= from && from < shift.ends_at;
    let leaves = shift.begins_at < until && until <= shift.ends_at.plus(LATE);
    if !comes || !leaves || until <= from || until > now {
        return Err(NoCheck::Span);
    }
    sign_up.checked_in_at = Some(from);
    sign_up.checked_out_at = Some(until);
    sign_up.enter(State::Attended, now);
    Ok(())
}

/// Ends the check-ins of a shift that nobody ended (自动签退), at the end of the shift; returns them with the versions
/// before.
pub(crate) fn close_left_open(
    list: Vec<SignUp>,
    shift: &Shift,
    now: Timestamp,
) -> Vec<(SignUp, Version)> {
    let left = list
        .into_iter()
        .filter(|sign_up| sign_up.state == SignUpState::CheckedIn);
    let close = |mut sign_up: SignUp| {
        let seen = sign_up.version;
        sign_up.checked_out_at = Some(shift.ends_at);
        sign_up.enter(SignUpState::Attended, now);
        (sign_up, seen)
    };
    left.map(close).collect()
}

/// The span of a shift that somebody served: no time before and none after it counts.
pub(crate) fn served(sign_up: &SignUp, shift: &Shift) -> Option<(Timestamp, Timestamp)> {
    let begin = sign_up.checked_in_at?.max(shift.begins_at);
    let end = sign_up.checked_out_at?.min(shift.ends_at);
    (begin < end).then_some((begin, end))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::{GeoPoint, ShiftId, Timestamp, TypedId};
    use uuid::Uuid;

    use super::{CodeKey, is_there};
    use crate::domain::activity::Venue;

    #[test]
    fn a_code_is_good_for_its_shift_its_key_and_its_time() {
        let key = CodeKey::read(&"A".repeat(43)).unwrap();
        let other = CodeKey::read(&"B".repeat(40)).unwrap();
        let shift = ShiftId::from_uuid(Uuid::from_u128(1));
        let now: Timestamp = "2026-11-27T10:00:05Z".parse().unwrap();
        let (code, until) = key.code(shift, now);
        assert_eq!(until, now.seconds() + 25);
        for (seconds, good) in [
            (0, true),
            (30, true),
            (54, true),
            (55, false),
            (3600, false),
        ] {
            let then = now.plus(Duration::from_secs(seconds));
            assert_eq!(key.is_good(&code, shift, then), good, "{seconds}");
        }
        assert!(key.is_good(&code, shift, now.minus(Duration::from_secs(30))));
        assert!(!key.is_good(&code, shift, now.minus(Duration::from_secs(36))));
        assert!(!other.is_good(&code, shift, now));
        assert!(!key.is_good(&code, ShiftId::from_uuid(Uuid::from_u128(2)), now));
        for wrong in [
            "",
            ":::",
            "linli-shift",
            &format!("{code}:"),
            &format!("x{code}"),
            &code.to_uppercase(),
        ] {
            assert!(!key.is_good(wrong, shift, now), "{wrong}");
        }
        assert!(CodeKey::read("AAAA").is_none());
        assert!(CodeKey::read("?").is_none());
    }

    #[test]
    fn near_is_within_the_metres() {
        let at = |lon: f64, lat: f64| GeoPoint::new(lon, lat).unwrap();
        let venue = Venue {
            point: at(114.2, 30.5),
            metres: 100,
        };
        // a thousandth of a degree of latitude is 111 m, of longitude there 96 m
        assert!(is_there(Some(&venue), Some(at(114.201, 30.5))));
        assert!(!is_there(Some(&venue), Some(at(114.2, 30.501))));
        assert!(!is_there(Some(&venue), None));
        assert!(is_there(None, None));
    }
}
