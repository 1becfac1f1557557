//! The access log, for the audit administrator.

use auth::Ctx;
use kernel::AccountId;
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::Logged;
use crate::store::access_log;

/// Which entries.
pub(crate) struct ListAccessLog {
    pub(crate) account: Option<AccountId>,
    pub(crate) before: Option<i64>,
    pub(crate) limit: u64,
}

/// Lists entries, latest first; reading the log is an entry too.
pub(crate) async fn list_access_log(
    app: &Identity,
    ctx: &Ctx,
    query: ListAccessLog,
) -> Result<Vec<Logged>, StoreError> {
    let subject = query
        .account
        .map(|account| account.to_string())
        .unwrap_or_default();
    let entry = Caller::from(ctx).entry(&subject, OK);
    app.db
        .maintain("access_log.list", async |tx| {
            let found = access_log::list(&tx, query.account, query.before, query.limit).await?;
            access_log::append(&tx, &entry).await?;
            Ok(found)
        })
        .await
}
