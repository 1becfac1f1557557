//! What volunteering tells of voluntary service: ids, states and times, never a person's facts.

use auth::Ctx;
use bus::{Envelope, EventMeta};
use contracts::volunteering::{
    ActivityPublished, CertificateIssued, CertificateRevoked, HoursConfirmed,
    HoursObjectionAnswered, SignUpChanged, SignUpFacts, SignUpReminded, VolunteerChanged,
};
use kernel::{IdSource, IdSourceExt, Named, OrgPath, Timestamp, Version};

use crate::domain::activity::Activity;
use crate::domain::certificate::Certificate;
use crate::domain::hours::{ServedIn, ServiceHours};
use crate::domain::hours_objection::HoursObjection;
use crate::domain::sign_up::SignUp;
use crate::domain::volunteer::Volunteer;

/// What makes something happen.
#[derive(Clone, Copy)]
pub(crate) enum Cause<'cause> {
    /// A request.
    Caller(&'cause Ctx),
    /// Work that the service does by itself.
    Job(Timestamp),
}

impl Cause<'_> {
    /// When it happens.
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Caller(ctx) => ctx.now,
            Self::Job(now) => *now,
        }
    }
}

fn meta(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    (subject, version): (String, Version),
    place: &OrgPath,
) -> EventMeta {
    let place = place.leaf();
    let (actor, correlation_id, traceparent) = match cause {
        Cause::Caller(ctx) => (
            Some(ctx.principal.account.to_string()),
            ctx.trace.trace_id.clone(),
            Some(ctx.trace.traceparent()),
        ),
        Cause::Job(_) => (None, subject.clone(), None),
    };
    EventMeta {
        id: ids.next(),
        subject,
        aggregate_version: version.get(),
        time: cause.now(),
        district: place
            .map(|code| code.district().to_owned())
            .unwrap_or_default(),
        actor,
        correlation_id,
        causation_id: None,
        traceparent,
    }
}

/// A volunteer registered, was certified, was suspended or moved.
pub(crate) fn volunteer_changed(ids: &dyn IdSource, ctx: &Ctx, volunteer: &Volunteer) -> Envelope {
    let of = (volunteer.id.to_string(), volunteer.version);
    Envelope::new(
        meta(ids, Cause::Caller(ctx), of, &volunteer.home),
        &VolunteerChanged {
            volunteer_id: volunteer.id,
            volunteer: volunteer.account,
            home: volunteer.home.clone(),
            state: volunteer.state.name().to_owned(),
        },
    )
}

/// An activity recruits.
pub(crate) fn activity_published(ids: &dyn IdSource, ctx: &Ctx, activity: &Activity) -> Envelope {
    let of = (activity.id.to_string(), activity.version);
    Envelope::new(
        meta(ids, Cause::Caller(ctx), of, &activity.org_path),
        &ActivityPublished {
            activity_id: activity.id,
            org_path: activity.org_path.clone(),
            kind: activity.kind.clone(),
        },
    )
}

fn facts(activity: &Activity, sign_up: &SignUp) -> SignUpFacts {
    SignUpFacts {
        sign_up_id: sign_up.id,
        shift_id: sign_up.shift,
        activity_id: sign_up.activity,
        volunteer: sign_up.account,
        org_path: activity.org_path.clone(),
        state: sign_up.state.name().to_owned(),
        begins_at: sign_up.begins_at,
        ends_at: sign_up.ends_at,
        due_at: sign_up.offer_until,
    }
}

/// Somebody signed up, or a sign-up went on.
pub(crate) fn sign_up_changed(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    activity: &Activity,
    sign_up: &SignUp,
) -> Envelope {
    let of = (sign_up.id.to_string(), sign_up.version);
    Envelope::new(
        meta(ids, cause, of, &activity.org_path),
        &SignUpChanged {
            sign_up: facts(activity, sign_up),
        },
    )
}

/// Somebody's shift begins soon.
pub(crate) fn sign_up_reminded(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    activity: &Activity,
    sign_up: &SignUp,
) -> Envelope {
    let of = (sign_up.id.to_string(), sign_up.version);
    Envelope::new(
        meta(ids, cause, of, &activity.org_path),
        &SignUpReminded {
            sign_up: facts(activity, sign_up),
        },
    )
}

/// Hours were confirmed, corrected or refused.
pub(crate) fn hours_judged(ids: &dyn IdSource, ctx: &Ctx, hours: &ServiceHours) -> Envelope {
    let (activity_id, task_id) = match hours.served_in {
        ServedIn::Shift { activity, .. } => (Some(activity), None),
        ServedIn::Task(task) => (None, Some(task)),
        ServedIn::Elsewhere(_) => (None, None),
    };
    let of = (hours.id.to_string(), hours.version);
    Envelope::new(
        meta(ids, Cause::Caller(ctx), of, &hours.org_path),
        &HoursConfirmed {
            record_id: hours.id,
            activity_id,
            task_id,
            volunteer: hours.volunteer,
            org_path: hours.org_path.clone(),
            kind: hours.kind.clone(),
            minutes: hours.minutes,
            state: hours.state.name().to_owned(),
        },
    )
}

/// An objection to hours was answered. What either side said stays here.
pub(crate) fn hours_objection_answered(
    ids: &dyn IdSource,
    ctx: &Ctx,
    objection: &HoursObjection,
) -> Envelope {
    let of = (objection.id.to_string(), objection.version);
    Envelope::new(
        meta(ids, Cause::Caller(ctx), of, &objection.org_path),
        &HoursObjectionAnswered {
            objection_id: objection.id,
            record_id: objection.record,
            volunteer: objection.volunteer,
            org_path: objection.org_path.clone(),
            state: objection.state.name().to_owned(),
        },
    )
}

/// A certificate was issued.
pub(crate) fn certificate_issued(
    ids: &dyn IdSource,
    certificate: &Certificate,
    now: Timestamp,
) -> Envelope {
    let of = (certificate.id.to_string(), certificate.version);
    Envelope::new(
        meta(ids, Cause::Job(now), of, &certificate.issuer),
        &CertificateIssued {
            certificate_id: certificate.id,
            number: certificate.number.clone(),
            volunteer: certificate.volunteer,
            org_path: certificate.issuer.clone(),
        },
    )
}

/// A certificate, or its announcement, was withdrawn. Why in somebody's own words stays here.
pub(crate) fn certificate_revoked(
    ids: &dyn IdSource,
    cause: Cause<'_>,
    certificate: &Certificate,
) -> Envelope {
    let of = (certificate.id.to_string(), certificate.version);
    let end = certificate.end.unwrap_or_else(|| certificate.usual_end());
    Envelope::new(
        meta(ids, cause, of, &certificate.issuer),
        &CertificateRevoked {
            certificate_id: certificate.id,
            number: certificate.number.clone(),
            volunteer: certificate.volunteer,
            org_path: certificate.issuer.clone(),
            code: end.name().to_owned(),
        },
    )
}
