//! The access log, for the audit administrator.

use auth::Ctx;
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::{LogQuery, Logged};
use crate::store::access_log;

/// Lists entries, latest first; reading the log is an entry too.
pub(crate) async fn list_access_log(
    app: &Identity,
    ctx: &Ctx,
    query: LogQuery,
) -> Result<Vec<Logged>, StoreError> {
    let account = query.account.map(|account| account.to_string());
    let subject = query.subject.clone().or(account).unwrap_or_default();
    let entry = Caller::from(ctx).entry(&subject, OK);
    app.db
        .maintain("access_log.list", async |tx| {
            let found = access_log::list(&tx, &query).await?;
            access_log::append(&tx, &entry).await?;
            Ok(found)
        })
        .await
}
