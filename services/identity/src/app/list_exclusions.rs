//! Exclusions of an account: the caller's own, or another's.

use auth::Ctx;
use kernel::AccountId;
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity};
use crate::domain::Exclusion;
use crate::store::{access_log, exclusions};

/// Lists the caller's own.
pub(crate) async fn list_my_exclusions(
    app: &Identity,
    ctx: &Ctx,
) -> Result<Vec<Exclusion>, StoreError> {
    let own = app.db.read("exclusion.mine", async |tx| {
        exclusions::list(&tx, ctx.principal.account).await
    });
    own.await
}

/// Lists another's, and notes that they were read.
pub(crate) async fn list_exclusions(
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
) -> Result<Vec<Exclusion>, StoreError> {
    let entry = Caller::from(ctx).entry(&account, OK);
    app.db
        .maintain("exclusion.list", async |tx| {
            let listed = exclusions::list(&tx, account).await?;
            access_log::append(&tx, &entry).await?;
            Ok(listed)
        })
        .await
}
