use auth::Ctx;
use store::StoreError;

use super::App;
use crate::store::messages;

/// Counts what the caller has not read.
pub(crate) async fn count_unread(app: &App, ctx: &Ctx) -> Result<u64, StoreError> {
    messages::count_unread(&app.db, ctx.principal.account).await
}
