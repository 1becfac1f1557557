use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, PlatformError};
use crate::crd::{Quotas, QuotasStatus};

const QUOTAS: &str = "/api/ticketing/v1/quotas";

#[derive(Deserialize)]
struct Answer {
    version: i64,
    orders_per_day: Option<i64>,
    attachments_gib: Option<i64>,
}

fn read(answer: Value) -> Result<QuotasStatus, PlatformError> {
    let answer: Answer =
        serde_json::from_value(answer).map_err(|_| PlatformError::Unexpected("quotas"))?;
    Ok(QuotasStatus {
        limits: Quotas {
            orders_per_day: answer.orders_per_day,
            attachments_gib: answer.attachments_gib,
        },
        version: answer.version,
    })
}

impl Client {
    /// Finds the quotas of a district (six digits).
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn quotas(&self, district: &str) -> Result<QuotasStatus, PlatformError> {
        read(self.get(&format!("{QUOTAS}/{district}")).await?)
    }

    /// Sets the quotas of a district.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn set_quotas(
        &self,
        district: &str,
        limits: Quotas,
        reason: &str,
    ) -> Result<QuotasStatus, PlatformError> {
        let body = json!({
            "orders_per_day": limits.orders_per_day,
            "attachments_gib": limits.attachments_gib,
            "reason": reason,
        });
        read(self.put(&format!("{QUOTAS}/{district}"), &body).await?)
    }
}
