//! Sets what a district may take in (设定配额).

use ::store::idempotency;
use auth::Ctx;
use kernel::{OrderId, OrgPath, Role, Timestamp, TypedId};
use serde::Serialize;
use uuid::Uuid;

use super::App;
use super::quotas::day_of;
use super::show_quotas::{QuotasError, QuotasView, check_district, view};
use crate::domain::quota::Quota;
use crate::store::quotas::{StoredQuota, find_quota, insert_quota, recount_day};

/// What a district may take in from now on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SetQuotas {
    /// Six digits.
    pub(crate) district: String,
    /// The limits; what is absent has none.
    pub(crate) quota: Quota,
    /// Why.
    pub(crate) reason: String,
}

/// Sets the limits in the place of those before; other processes follow within ten seconds.
pub(crate) async fn set_quotas(
    app: &App,
    ctx: &Ctx,
    command: SetQuotas,
) -> Result<QuotasView, QuotasError> {
    check_district(&command.district)?;
    if !ctx
        .principal
        .holds(Role::PlatformOperator, &OrgPath::root())
    {
        return Err(QuotasError::NotAllowed(command.district));
    }
    command.quota.check()?;
    let key = ctx.idempotency(&command);
    let (key, command) = (key.as_ref(), &command);
    let shown = app
        .db
        .write("quotas.set", |tx| async move {
            let effect = async {
                let district = &command.district;
                let before = find_quota(&*tx, district).await?;
                let limited = |quota: &Quota| quota.orders_per_day.is_some();
                let counted = before.as_ref().is_some_and(|set| limited(&set.quota));
                let stored = StoredQuota {
                    district: district.clone(),
                    version: before.map_or(1, |before| before.version + 1),
                    quota: command.quota,
                    reason: command.reason.clone(),
                    author: ctx.principal.account,
                    at: ctx.now,
                };
                insert_quota(&tx, &stored).await?;
                if limited(&command.quota) && !counted {
                    let first = first_of_the_day(app, ctx.now);
                    recount_day(&tx, district, &day_of(app, ctx.now), first).await?;
                }
                Ok::<_, QuotasError>(view(app, &*tx, district, ctx.now).await?)
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await?;
    app.quotas.forget();
    Ok(shown)
}

/// Returns the least id of an order that was made today: its first 48 bits are milliseconds.
fn first_of_the_day(app: &App, now: Timestamp) -> OrderId {
    let begins = now.date_in(&app.zone).to_zoned(app.zone.clone());
    let millis = begins.map_or(0, |begins| begins.timestamp().as_millisecond());
    let millis = u128::try_from(millis).unwrap_or_default();
    OrderId::from_uuid(Uuid::from_u128(millis << 80))
}
