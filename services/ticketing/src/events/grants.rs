//! Identity's grants tell who can be drawn to judge a result.

use std::time::Duration;

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::identity::{AccountGranted, AccountRevoked};
use store::Tx;

use super::claims::admit;
use crate::store::grant_claims::{GrantClaim, delete_claim, place_by_now};
use crate::store::holders::end_grant;

/// How long identity may take to hear of a move: a grant made meanwhile has the place before.
const HEARD_BY: Duration = Duration::from_hours(1);

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
            delete_claim(tx, revoked.grant_id).await?;
            return Ok(end_grant(tx, revoked.grant_id).await?);
        }
        let AccountGranted {
            account_id,
            grant_id,
            role,
            org_path,
        } = event.payload()?;
        let claim = GrantClaim {
            grant: grant_id,
            account: account_id,
            role,
            path: place_by_now(tx, org_path, event.time.minus(HEARD_BY)).await?,
            entered: false,
        };
        Ok(admit(tx, claim, false).await?)
    }
}
