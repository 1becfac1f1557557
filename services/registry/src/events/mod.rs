//! What registry tells the others.

pub(crate) mod orders;
pub(crate) mod senders;

use bus::Envelope;
use contracts::registry::{
    AgreementConcluded, AgreementEnded, AgreementFacts, AgreementProposed, ClaimConfirmed,
    ClaimEnded, ClaimFacts, ClaimProposed, CompoundCounted, GridDrawn, MeetingCalled,
    OrganisationClosed, OrganisationEstablished, OrganisationMoved, OrganisationRenamed,
    ReportInConfirmed, ReportInEnded, ResolutionPassed,
};
use kernel::{GeoPoint, IdSource, IdSourceExt, Named, OrgCode, Version};

use crate::app::Origin;
use crate::domain::agreement::{Agreement, AgreementState};
use crate::domain::dwelling::DwellingCount;
use crate::domain::grid::Grid;
use crate::domain::list_claim::{Claim, ClaimState};
use crate::domain::list_entry::ListEntry;
use crate::domain::meeting::{Meeting, Resolution};
use crate::domain::organisation::Organisation;
use crate::domain::report_in::{Party, ReportIn, ReportInState};

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

/// A grid lies on the map as it does now; nothing of one that has no shape.
pub(crate) fn drawn(origin: &Origin<'_>, ids: &dyn IdSource, grid: &Grid) -> Option<Envelope> {
    let shape = grid.shape.as_ref()?;
    // the shape has versions of its own, beside those of the node
    let subject = format!("grid:{}", grid.code);
    let ring = |ring: &Vec<GeoPoint>| {
        ring.iter()
            .map(|point| [point.lon(), point.lat()])
            .collect()
    };
    let event = Envelope::new(
        origin.meta_of(ids.next(), subject, grid.version, &grid.code),
        &GridDrawn {
            code: grid.code.clone(),
            rings: shape.rings().iter().map(ring).collect(),
            area: shape.area(),
        },
    );
    Some(event)
}

/// A report-in was confirmed, or one that was came to its end; nothing of the others.
pub(crate) fn report_in_changed(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    report: &ReportIn,
) -> Option<Envelope> {
    let place = &report.community_code;
    let meta = || origin.meta_of(ids.next(), report.id.to_string(), report.version, place);
    match report.state {
        ReportInState::Confirmed => {
            let (unit_code, member) = match &report.party {
                Party::Unit(unit) => (Some(unit.clone()), None),
                Party::Member(account) => (None, Some(*account)),
            };
            let told = ReportInConfirmed {
                report_in_id: report.id,
                community_code: place.clone(),
                unit_code,
                member,
                reported_at: report.created_at,
            };
            Some(Envelope::new(meta(), &told))
        }
        ReportInState::Ended => {
            let told = ReportInEnded {
                report_in_id: report.id,
                community_code: place.clone(),
            };
            Some(Envelope::new(meta(), &told))
        }
        ReportInState::Reported | ReportInState::Refused => None,
    }
}

/// A claim was asked, confirmed, or came to its end.
pub(crate) fn claim_changed(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    claim: &Claim,
    wanted: &ListEntry,
    resource: &ListEntry,
) -> Envelope {
    let meta = origin.meta_of(
        ids.next(),
        claim.id.to_string(),
        claim.version,
        &wanted.place_code,
    );
    let facts = ClaimFacts {
        claim_id: claim.id,
        wanted_id: wanted.id,
        wanted_by: wanted.owner_code.clone(),
        resource_id: resource.id,
        given_by: resource.owner_code.clone(),
        topic: wanted.topic.name().to_owned(),
        quantity: claim.quantity,
        state: claim.state.name().to_owned(),
    };
    match claim.state {
        ClaimState::Proposed => Envelope::new(meta, &ClaimProposed { claim: facts }),
        ClaimState::Confirmed => Envelope::new(meta, &ClaimConfirmed { claim: facts }),
        _ => Envelope::new(meta, &ClaimEnded { claim: facts }),
    }
}

/// An agreement waits for consents, came into force, or came to its end; nothing where it is a draft.
pub(crate) fn agreement_changed(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    agreement: &Agreement,
) -> Option<Envelope> {
    let subject = agreement.id.to_string();
    let meta = origin.meta_of(
        ids.next(),
        subject,
        agreement.version,
        &agreement.drafted_by,
    );
    let parties = agreement.parties.iter();
    let agreement_of = AgreementFacts {
        agreement_id: agreement.id,
        parties: parties.map(|party| party.org_code.clone()).collect(),
        until: agreement.until.to_string(),
        state: agreement.state.name().to_owned(),
    };
    let event = match agreement.state {
        AgreementState::Draft => return None,
        AgreementState::Proposed => Envelope::new(
            meta,
            &AgreementProposed {
                agreement: agreement_of,
            },
        ),
        AgreementState::InForce => Envelope::new(
            meta,
            &AgreementConcluded {
                agreement: agreement_of,
            },
        ),
        _ => Envelope::new(
            meta,
            &AgreementEnded {
                agreement: agreement_of,
            },
        ),
    };
    Some(event)
}

/// Organisations are called together.
pub(crate) fn meeting_called(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    meeting: &Meeting,
) -> Envelope {
    let subject = meeting.id.to_string();
    Envelope::new(
        origin.meta_of(ids.next(), subject, meeting.version, &meeting.convener),
        &MeetingCalled {
            meeting_id: meeting.id,
            convened_by: meeting.convener.clone(),
            invited: meeting.invited.clone(),
            starts_at: meeting.starts_at,
        },
    )
}

/// A meeting passed a resolution.
pub(crate) fn resolution_passed(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    meeting: &Meeting,
    passed: &Resolution,
) -> Envelope {
    let subject = passed.id.to_string();
    Envelope::new(
        origin.meta_of(ids.next(), subject, passed.version, &passed.place),
        &ResolutionPassed {
            resolution_id: passed.id,
            meeting_id: meeting.id,
            convened_by: meeting.convener.clone(),
            owned_by: passed.owner.clone(),
            place_code: passed.place.clone(),
            category: passed.category.clone(),
            wants_order: passed.wants_order,
            title: passed.title.clone(),
            text: passed.text.clone(),
        },
    )
}

/// What a compound has has come to something else.
pub(crate) fn compound_counted(
    origin: &Origin<'_>,
    ids: &dyn IdSource,
    compound: &OrgCode,
    total: DwellingCount,
    version: Version,
) -> Envelope {
    // the count has versions of its own, beside those of the node
    let subject = format!("dwellings:{compound}");
    Envelope::new(
        origin.meta_of(ids.next(), subject, version, compound),
        &CompoundCounted {
            code: compound.clone(),
            buildings: total.buildings,
            units: total.units,
            rooms: total.rooms,
            households: total.households,
        },
    )
}
