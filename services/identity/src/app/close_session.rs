//! Sign out (退出登录).

use auth::Ctx;
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::store::{access_log, sessions};

/// Ends the caller's session; ending it twice changes nothing.
pub(crate) async fn close_session(app: &Identity, ctx: &Ctx) -> Result<(), StoreError> {
    let session = ctx.principal.session;
    let entry = Caller::from(ctx).entry(&session, OK);
    app.db
        .maintain("session.close", async |tx| {
            sessions::revoke_session(&tx, session, ctx.now).await?;
            access_log::append(&tx, &entry).await
        })
        .await
}
