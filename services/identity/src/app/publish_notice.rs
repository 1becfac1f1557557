//! Publish a notice, or another version of it (发布告知书).

use auth::Ctx;
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{Notice, Purpose};
use crate::store::{access_log, consents};

/// Purposes that a city has at most: every one is asked about.
const MOST: usize = 50;

/// What people are told.
pub(crate) struct PublishNotice {
    pub(crate) purpose: Purpose,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) sensitive: bool,
}

/// Why a notice is not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishNoticeError {
    #[error("too many purposes")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PublishNoticeError {
    fn fact(&self) -> Fact {
        match self {
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "notices-too-many",
                "处理目的过多，请合并",
                "there are too many purposes; join some of them",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Publishes it; whoever answered an older version is asked again.
pub(crate) async fn publish_notice(
    app: &Identity,
    ctx: &Ctx,
    command: PublishNotice,
) -> Result<Notice, PublishNoticeError> {
    let entry = Caller::from(ctx).entry(&command.purpose, OK);
    app.db
        .maintain("notice.publish", async |tx| {
            let known = consents::list_notices(&tx).await?;
            let before = known.iter().find(|known| known.purpose == command.purpose);
            if before.is_none() && known.len() >= MOST {
                return Err(PublishNoticeError::TooMany);
            }
            let notice = Notice {
                purpose: command.purpose.clone(),
                version: before.map_or(1, |before| before.version + 1),
                title: command.title.clone(),
                text: command.text.clone(),
                sensitive: command.sensitive,
                published_at: ctx.now,
            };
            consents::publish(&tx, &notice, ctx.principal.account).await?;
            access_log::append(&tx, &entry).await?;
            Ok(notice)
        })
        .await
}

/// Lists the current versions, for everyone.
pub(crate) async fn list_notices(app: &Identity) -> Result<Vec<Notice>, StoreError> {
    let listed = app
        .db
        .read("notice.list", async |tx| consents::list_notices(&tx).await);
    listed.await
}
