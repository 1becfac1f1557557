//! Grants of staff in a part of the tree, the first due first (待复核授权).

use auth::Ctx;
use kernel::{GrantId, OrgPath, Timestamp};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, authority};
use crate::domain::HeldGrant;
use crate::store::{access_log, grants};

/// Which grants.
pub(crate) struct ListCertifications {
    pub(crate) path: OrgPath,
    pub(crate) after: Option<(Timestamp, GrantId)>,
    pub(crate) limit: u64,
}

/// Why nothing is listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListCertificationsError {
    #[error("the caller does not oversee the place")]
    PlaceOutside,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ListCertificationsError {
    fn fact(&self) -> Fact {
        match self {
            Self::PlaceOutside => Fact::new(
                Kind::Forbidden,
                "place-outside",
                "此范围不归您管理",
                "the place is not yours to oversee",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists them, and notes that they were read.
pub(crate) async fn list_certifications(
    app: &Identity,
    ctx: &Ctx,
    query: ListCertifications,
) -> Result<Vec<HeldGrant>, ListCertificationsError> {
    if !authority::oversees(ctx, &query.path) {
        return Err(ListCertificationsError::PlaceOutside);
    }
    let entry = Caller::from(ctx).entry(&query.path, OK);
    app.db
        .maintain("certification.list", async |tx| {
            let due = grants::list_due(&tx, &query.path, query.after, query.limit).await?;
            access_log::append(&tx, &entry).await?;
            Ok(due)
        })
        .await
}
