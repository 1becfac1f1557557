//! What volunteering hears from the others and tells them.

mod order_offered;
mod order_recalled;
mod organisation_moved;
mod outgoing;
mod report_ins;
mod service;

pub(crate) use order_offered::OnOrderOffered;
pub(crate) use order_recalled::OnOrderRecalled;
pub(crate) use organisation_moved::OnOrganisationMoved;
pub(crate) use outgoing::{
    TakenBack, claimed, handed_over, invited, opened, released, reminded, taken_back,
};
pub(crate) use report_ins::OnReportIn;
pub(crate) use service::{
    Cause, activity_published, certificate_issued, certificate_revoked, hours_judged,
    hours_objection_answered, sign_up_changed, sign_up_reminded, volunteer_changed,
};
