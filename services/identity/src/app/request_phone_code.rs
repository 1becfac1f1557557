//! Send a one-time code to a telephone (发送手机验证码).

use std::time::Duration;

use problem::{Category, Fact, Kind};
use store::StoreError;

use super::{AttemptError, Caller, Identity, seconds};
use crate::crypto::{RandomError, generate_code};
use crate::domain::Mobile;
use crate::sender::{SendError, ShortMessage};
use crate::store::phones::{self, PhoneIndex};

/// How long a code is good.
pub(crate) const CODE_LIFE: Duration = Duration::from_mins(5);

/// Why no code is sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestCodeError {
    #[error("codes are not sent in this installation")]
    Off,
    #[error("too many codes were asked for")]
    TooMany { wait: Duration },
    #[error("the code was not handed over")]
    NotSent(#[source] SendError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for RequestCodeError {
    fn fact(&self) -> Fact {
        match self {
            Self::Off => Fact::new(
                Kind::Conflict,
                "phone-sign-in-off",
                "本系统未开通手机验证码登录",
                "this installation has no sign-in by telephone",
            ),
            Self::TooMany { wait } => Fact::new(
                Kind::TooMany,
                "too-many-codes",
                "验证码发送过于频繁，请稍后再试",
                "too many codes were asked for; try again later",
            )
            .after(seconds(*wait)),
            Self::NotSent(_) => Fact::new(
                Kind::Unavailable,
                "code-not-sent",
                "验证码暂时无法发送，请稍后重试",
                "the code cannot be sent now; try again later",
            )
            .after(30),
            Self::Random(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Blind index of a telephone.
pub(super) fn index_of(app: &Identity, phone: &Mobile) -> PhoneIndex {
    app.seals.index("phone", phone.reveal())
}

/// Digest of a code, which says nothing to whoever has only the database.
pub(super) fn digest_of(app: &Identity, phone: &Mobile, code: &str) -> [u8; 32] {
    app.seals
        .index("phone code", &format!("{} {code}", phone.reveal()))
}

/// Sends a code. Whether anybody signs in with this telephone makes no difference, not in time either:
/// nobody looks.
pub(crate) async fn request_phone_code(
    app: &Identity,
    caller: &Caller,
    phone: &Mobile,
) -> Result<(), RequestCodeError> {
    let Some(sender) = &app.sender else {
        return Err(RequestCodeError::Off);
    };
    let index = index_of(app, phone);
    let counted = app.count_code_request(phone, caller.source, caller.now);
    counted.await.map_err(|error| match error {
        AttemptError::TooMany { wait } => RequestCodeError::TooMany { wait },
        AttemptError::Store(error) => error.into(),
    })?;
    let code = generate_code()?;
    let digest = digest_of(app, phone, &code);
    let ends = caller.now.plus(CODE_LIFE);
    app.db
        .maintain("phone.request", async |tx| {
            phones::save_code(&tx, &index, &digest, ends).await
        })
        .await?;
    let message = ShortMessage::Code {
        code,
        expires_in: CODE_LIFE.as_secs(),
    };
    let sent = sender.send(phone, &message).await;
    sent.map_err(RequestCodeError::NotSent)
}
