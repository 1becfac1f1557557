//! Sessions: one refresh token at a time, each good for one use.

use std::time::Duration;

use kernel::{AccountId, SessionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Scope;

/// Time in which a token that was just used gets the same successor again: two tabs of one browser.
const GRACE: Duration = Duration::from_secs(10);

/// SHA-256 of a refresh token's secret.
pub(crate) type Digest = [u8; 32];

/// How a session began (登录方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// Name and password (密码).
    Password,
    /// Password and second factor (密码加二次验证).
    SecondFactor,
    /// A code sent to the telephone (手机验证码).
    Phone,
    /// On behalf of a session that an application was let in by (应用授权).
    Application,
}

impl SignInMethod {
    /// Returns the name in the store.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecondFactor => "second_factor",
            Self::Phone => "phone",
            Self::Application => "application",
        }
    }

    /// Reads the name in the store.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [
            Self::Password,
            Self::SecondFactor,
            Self::Phone,
            Self::Application,
        ]
        .into_iter()
        .find(|method| method.as_str() == name)
    }
}

/// A session (会话): a family of refresh tokens that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) account: AccountId,
    /// Tokens handed out so far.
    pub(crate) generation: i64,
    /// The token that is good now.
    pub(crate) current: Digest,
    /// The one before.
    pub(crate) previous: Option<Digest>,
    /// The current token's secret, legible only with the previous one's.
    pub(crate) sealed: Option<Digest>,
    pub(crate) created_at: Timestamp,
    pub(crate) rotated_at: Timestamp,
    /// End, used or not.
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) method: SignInMethod,
    /// Address that the sign-in came from, empty for the system itself.
    pub(crate) source: String,
    /// The registered application that holds it; none for our own.
    pub(crate) client_id: Option<String>,
    /// What the person let that application be told and do.
    pub(crate) scope: Scope,
}

impl Session {
    /// Says whether its holder may act for the person: our own apps, and applications that were let.
    pub(crate) fn acts(&self) -> bool {
        self.client_id.is_none() || self.scope.act
    }
}

/// A refresh token as it came back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented {
    pub(crate) digest: Digest,
    pub(crate) at: Timestamp,
}

/// What a presented token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the current one: give out the next.
    Rotate,
    /// It was used a moment ago: open the sealed successor.
    Repeat(Digest),
    /// It is not the current one: either it or its successor is in wrong hands.
    Reused,
    /// The session has ended.
    Ended,
}

impl Session {
    /// Judges a presented token.
    pub(crate) fn judge(&self, presented: &Presented, idle: Duration) -> Verdict {
        if self.has_ended(presented.at, idle) {
            return Verdict::Ended;
        }
        if presented.digest == self.current {
            return Verdict::Rotate;
        }
        let just_now = presented.at < self.rotated_at.plus(GRACE);
        match self.sealed {
            Some(sealed) if self.previous == Some(presented.digest) && just_now => {
                Verdict::Repeat(sealed)
            }
            _ => Verdict::Reused,
        }
    }

    /// Makes `next` the current token.
    pub(crate) fn rotate(&mut self, next: Digest, sealed: Digest, now: Timestamp) {
        self.previous = Some(self.current);
        self.current = next;
        self.sealed = Some(sealed);
        self.generation += 1;
        self.rotated_at = now;
    }

    /// Says whether the session is over: closed, too old, or not used for too long.
    pub(crate) fn has_ended(&self, now: Timestamp, idle: Duration) -> bool {
        self.revoked_at.is_some() || now >= self.expires_at || now >= self.rotated_at.plus(idle)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use kernel::{AccountId, IdSourceExt, SessionId, SystemIds, Timestamp};
    use proptest::prelude::*;

    use super::{GRACE, Presented, Scope, Session, SignInMethod, Verdict};

    const IDLE: Duration = Duration::from_hours(24);

    fn start() -> Timestamp {
        Timestamp::from_micros(1_795_305_600_000_000).unwrap()
    }

    fn session() -> Session {
        let ids = SystemIds::new();
        Session {
            id: ids.next::<SessionId>(),
            account: ids.next::<AccountId>(),
            generation: 1,
            current: [1; 32],
            previous: None,
            sealed: None,
            created_at: start(),
            rotated_at: start(),
            expires_at: start().plus(IDLE * 3),
            revoked_at: None,
            method: SignInMethod::Password,
            source: String::new(),
            client_id: None,
            scope: Scope::default(),
        }
    }

    fn judge(session: &Session, token: u8, at: Timestamp) -> Verdict {
        session.judge(
            &Presented {
                digest: [token; 32],
                at,
            },
            IDLE,
        )
    }

    #[test]
    fn the_previous_token_gets_the_same_successor_for_a_moment_only() {
        let mut session = session();
        assert_eq!(judge(&session, 1, start()), Verdict::Rotate);
        session.rotate([2; 32], [9; 32], start());
        assert_eq!(judge(&session, 1, start()), Verdict::Repeat([9; 32]));
        assert_eq!(judge(&session, 1, start().plus(GRACE)), Verdict::Reused);
        assert_eq!(judge(&session, 2, start().plus(GRACE)), Verdict::Rotate);
    }

    #[test]
    fn an_ended_session_takes_nothing() {
        let mut ended = session();
        ended.revoked_at = Some(start());
        assert_eq!(judge(&ended, 1, start()), Verdict::Ended);
        assert_eq!(judge(&session(), 1, start().plus(IDLE)), Verdict::Ended);
        let mut busy = session();
        busy.rotated_at = busy.expires_at;
        assert_eq!(judge(&busy, 1, busy.expires_at), Verdict::Ended);
    }

    proptest! {
        /// Whatever is presented in whatever order, only the latest token rotates, and none older
        /// than the one before is ever answered.
        #[test]
        fn only_the_latest_token_goes_on(steps in proptest::collection::vec((0..8_u8, 0..20_u64), 1..40)) {
            let mut session = session();
            let mut now = start();
            let mut latest = 1_u8;
            for (back, seconds) in steps {
                now = now.plus(Duration::from_secs(seconds));
                let token = latest.saturating_sub(back);
                match judge(&session, token, now) {
                    Verdict::Rotate => {
                        prop_assert_eq!(token, latest);
                        latest += 1;
                        session.rotate([latest; 32], [latest; 32], now);
                    }
                    Verdict::Repeat(sealed) => {
                        prop_assert_eq!(token, latest - 1);
                        prop_assert_eq!(sealed, [latest; 32]);
                    }
                    Verdict::Reused => prop_assert!(token != latest),
                    Verdict::Ended => prop_assert!(false, "it never ends here"),
                }
            }
        }
    }
}
