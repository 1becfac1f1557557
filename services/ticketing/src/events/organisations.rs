//! Registry's organisations become the places and units of orders.

use async_trait::async_trait;
use bus::{Envelope, Handler, HandlerError};
use contracts::Event;
use contracts::registry::{
    OrganisationClosed, OrganisationEstablished, OrganisationMoved, OrganisationRenamed,
};
use kernel::{OrgCode, OrgPath};
use store::{StoreError, Tx};

use super::claims::settle;
use crate::store::grant_claims::{insert_move, rebase_claims};
use crate::store::grids::delete_shape;
use crate::store::holders::move_holders;
use crate::store::orgs::{Org, delete_org, find_org, rebase_orgs, rename_org, save_org};
use crate::store::relocations::{Relocation, insert_relocation};

/// Keeps the organisations that registry tells of.
pub(crate) struct Organisations;

#[async_trait]
impl Handler for Organisations {
    fn types(&self) -> &'static [&'static str] {
        &[
            OrganisationEstablished::TYPE,
            OrganisationRenamed::TYPE,
            OrganisationMoved::TYPE,
            OrganisationClosed::TYPE,
        ]
    }

    async fn handle(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        match event.kind.as_str() {
            OrganisationRenamed::TYPE => {
                let OrganisationRenamed { code, name } = event.payload()?;
                Ok(rename_org(tx, &code, &name).await?)
            }
            OrganisationMoved::TYPE => Ok(move_org(tx, event, event.payload()?).await?),
            OrganisationClosed::TYPE => {
                let OrganisationClosed { code, .. } = event.payload()?;
                delete_shape(tx, &code).await?;
                Ok(delete_org(tx, &code).await?)
            }
            _ => establish(tx, event.payload()?).await,
        }
    }
}

async fn establish(tx: &Tx, told: OrganisationEstablished) -> Result<(), HandlerError> {
    let kind = serde_json::to_value(told.kind).map_err(HandlerError::retry)?;
    let org = Org {
        path: place(tx, &told.code, &told.path).await?,
        code: told.code,
        kind: kind.as_str().unwrap_or_default().to_owned(),
        name: told.name,
    };
    let (code, path) = (org.code.clone(), org.path.clone());
    save_org(tx, org).await?;
    Ok(settle(tx, &code, &path).await?)
}

async fn move_org(tx: &Tx, event: &Envelope, told: OrganisationMoved) -> Result<(), StoreError> {
    let Some(org) = find_org(tx, &told.code).await? else {
        return Ok(());
    };
    let to = place(tx, &told.code, &told.path).await?;
    if org.path == to {
        return Ok(());
    }
    rebase_orgs(tx, &org.path, &to).await?;
    move_holders(tx, &org.path, &to).await?;
    rebase_claims(tx, &org.path, &to).await?;
    insert_move(tx, event.id, &org.path, &to, event.time).await?;
    settle(tx, &told.code, &to).await?;
    let moved = Relocation {
        id: event.id,
        code: told.code,
        from: org.path,
        to,
        after: None,
    };
    insert_relocation(tx, &moved).await
}

/// Finds the place of a node: below where its parent is by now. Events of different nodes come in any
/// order, so the one told may be overtaken by a move of something above.
async fn place(tx: &Tx, code: &OrgCode, told: &OrgPath) -> Result<OrgPath, StoreError> {
    let Some(parent) = told.parent().and_then(|parent| parent.leaf()) else {
        return Ok(told.clone());
    };
    let parent = find_org(tx, &parent).await?;
    let place = parent.and_then(|parent| parent.path.child(code).ok());
    Ok(place.unwrap_or_else(|| told.clone()))
}
