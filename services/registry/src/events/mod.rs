//! What registry tells the others.

use bus::Envelope;
use contracts::registry::{OrganisationEstablished, OrganisationRenamed};
use kernel::{IdSource, IdSourceExt};

use crate::app::Origin;
use crate::domain::organisation::Organisation;

/// A node was set up.
pub(crate) fn established(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    organisation: &Organisation,
) -> Envelope {
    Envelope::new(
        origin.meta(ids.next(), organisation),
        &OrganisationEstablished {
            code: organisation.code.clone(),
            path: organisation.path.clone(),
            kind: organisation.kind,
            name: organisation.name.clone(),
        },
    )
}

/// A node got another name.
pub(crate) fn renamed(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    organisation: &Organisation,
) -> Envelope {
    Envelope::new(
        origin.meta(ids.next(), organisation),
        &OrganisationRenamed {
            code: organisation.code.clone(),
            name: organisation.name.clone(),
        },
    )
}
