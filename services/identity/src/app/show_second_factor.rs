//! How the caller's own second factor stands.

use auth::Ctx;
use kernel::Timestamp;
use store::StoreError;

use super::Identity;
use crate::store::{grants, second_factors};

/// A second factor, or that there is none.
pub(crate) struct SecondFactorFacts {
    pub(crate) enrolled_at: Option<Timestamp>,
    /// From then on the account signs in with one only.
    pub(crate) required_from: Option<Timestamp>,
    pub(crate) recovery_codes_left: u64,
}

/// Shows the caller's second factor.
pub(crate) async fn show_second_factor(
    app: &Identity,
    ctx: &Ctx,
) -> Result<SecondFactorFacts, StoreError> {
    let id = ctx.principal.account;
    let policy = app.config.second_factor_policy();
    app.db
        .read("second_factor.show", async |tx| {
            let held = grants::list_held(&*tx, &[id], ctx.now).await?;
            let factor = second_factors::find(tx.as_ref(), id).await?;
            Ok(SecondFactorFacts {
                enrolled_at: factor.and_then(|factor| factor.enrolled_at),
                required_from: policy.required_from(&held, ctx.now),
                recovery_codes_left: second_factors::count_recovery_codes(&tx, id).await?,
            })
        })
        .await
}
