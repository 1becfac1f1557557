//! New recovery codes in place of the old ones (重新生成恢复码).

use auth::Ctx;

use super::caller::OK;
use super::enrol_second_factor::{EnrolError, RecoveryCodes, keep_codes, make_codes, still_used};
use super::spend_code::spend_code;
use super::{Caller, Identity};
use crate::store::access_log;

/// Makes recovery codes; it takes a code of the second factor, of the app or an old recovery code.
pub(crate) async fn renew_recovery_codes(
    app: &Identity,
    ctx: &Ctx,
    code: &str,
) -> Result<RecoveryCodes, EnrolError> {
    let (caller, account) = (Caller::from(ctx), ctx.principal.account);
    spend_code(app, &caller, account, code).await?;
    let codes = make_codes()?;
    let entry = caller.entry(&account, OK);
    app.db
        .maintain("second_factor.renew", async |tx| {
            still_used(&tx, account).await?;
            keep_codes(&tx, app, account, &codes).await?;
            access_log::append(&tx, &entry).await?;
            Ok::<_, EnrolError>(())
        })
        .await?;
    Ok(codes)
}
