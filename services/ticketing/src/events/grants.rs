//! Identity's grants tell who can be drawn to judge a result.

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountGranted, AccountRevoked};
use store::Tx;

use crate::store::holders::{end_grant, insert_grant};
use crate::store::orgs::find_org;

/// Keeps who holds a role where.
pub(crate) struct Grants;

#[async_trait]
impl Handler for Grants {
    fn types(&self) -> &'static [&'static str] {
        &[AccountGranted::TYPE, AccountRevoked::TYPE]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        if event.kind == AccountRevoked::TYPE {
            let revoked: AccountRevoked = event.payload()?;
            return Ok(end_grant(tx, revoked.grant_id).await?);
        }
        let AccountGranted {
            account_id,
            grant_id,
            role,
            org_path,
        } = event.payload()?;
        // identity may not have heard of a move yet
        let node = match org_path.leaf() {
            Some(code) => find_org(tx, &code).await?,
            None => None,
        };
        let place = node.map_or(org_path, |node| node.path);
        Ok(insert_grant(tx, grant_id, account_id, role, &place).await?)
    }
}
