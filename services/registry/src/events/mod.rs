//! What registry tells the others.

use bus::Envelope;
use contracts::registry::{
    OrganisationClosed, OrganisationEstablished, OrganisationMoved, OrganisationRenamed,
};
use kernel::{IdSource, IdSourceExt, OrgCode};

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

/// A node came under another one, with everything below it.
pub(crate) fn moved(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    before: &Organisation,
    organisation: &Organisation,
) -> Envelope {
    Envelope::new(
        origin.meta(ids.next(), organisation),
        &OrganisationMoved {
            code: organisation.code.clone(),
            from: before.path.clone(),
            path: organisation.path.clone(),
        },
    )
}

/// A node came to its end.
pub(crate) fn closed(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    organisation: &Organisation,
    successors: &[OrgCode],
) -> Envelope {
    Envelope::new(
        origin.meta(ids.next(), organisation),
        &OrganisationClosed {
            code: organisation.code.clone(),
            successors: successors.to_vec(),
        },
    )
}
