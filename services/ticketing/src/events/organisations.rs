//! Registry's organisations become the places and units of orders.

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::{OrganisationEstablished, OrganisationRenamed};
use store::Tx;

use crate::store::orgs::{Org, rename_org, save_org};

/// Keeps the organisations that registry tells of.
pub(crate) struct Organisations;

#[async_trait]
impl Handler for Organisations {
    fn types(&self) -> &'static [&'static str] {
        &[OrganisationEstablished::TYPE, OrganisationRenamed::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.kind == OrganisationRenamed::TYPE {
            let OrganisationRenamed { code, name } = event.payload()?;
            return Ok(rename_org(tx, &code, &name).await?);
        }
        let OrganisationEstablished {
            code,
            path,
            kind,
            name,
        } = event.payload()?;
        let kind = serde_json::to_value(kind).map_err(HandlerError::retry)?;
        let kind = kind.as_str().unwrap_or_default().to_owned();
        Ok(save_org(
            tx,
            Org {
                code,
                path,
                kind,
                name,
            },
        )
        .await?)
    }
}
