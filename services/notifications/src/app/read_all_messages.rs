use auth::Ctx;
use store::StoreError;

use super::App;
use crate::store::messages;

/// Marks all of the caller's messages as read; returns how many were not.
pub(crate) async fn read_all_messages(app: &App, ctx: &Ctx) -> Result<u64, StoreError> {
    let (account, now) = (ctx.principal.account, ctx.now);
    app.db
        .maintain("message.read_all", |tx| async move {
            messages::mark_all_read(&tx, account, now).await
        })
        .await
}
