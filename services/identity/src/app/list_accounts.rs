//! Accounts, page by page.

use auth::Ctx;
use kernel::AccountId;
use store::StoreError;

use super::caller::OK;
use super::{AccountFacts, Caller, Identity};
use crate::domain::Username;
use crate::store::{access_log, accounts, grants};

/// Which accounts.
pub(crate) struct ListAccounts {
    pub(crate) username: Option<Username>,
    pub(crate) after: Option<AccountId>,
    pub(crate) limit: u64,
}

/// Lists accounts in the order in which they were opened, and notes that they were read.
pub(crate) async fn list_accounts(
    app: &Identity,
    ctx: &Ctx,
    query: ListAccounts,
) -> Result<Vec<AccountFacts>, StoreError> {
    let entry = Caller::from(ctx).entry(&"", OK);
    app.db
        .maintain("account.list", async |tx| {
            let name = query.username.as_ref();
            let found = accounts::list_accounts(&tx, name, query.after, query.limit).await?;
            let ids: Vec<AccountId> = found.iter().map(|account| account.id).collect();
            let held = grants::list_held(&*tx, &ids, ctx.now).await?;
            let mut facts = Vec::with_capacity(found.len());
            for account in found {
                let own = held.iter().filter(|grant| grant.account == account.id);
                facts.push(AccountFacts {
                    grants: own.cloned().collect(),
                    account,
                });
            }
            access_log::append(&tx, &entry).await?;
            Ok(facts)
        })
        .await
}
