//! What volunteering tells of voluntary service: ids, states and times, never a person's facts.

use auth::Ctx;
use bus::{Envelope, EventMeta};
use contracts::volunteering::VolunteerChanged;
use kernel::{IdSource, IdSourceExt, Named, OrgPath, Version};

use crate::domain::volunteer::Volunteer;

fn by_caller(
    ids: &dyn IdSource,
    ctx: &Ctx,
    (subject, version): (String, Version),
    place: &OrgPath,
) -> EventMeta {
    let place = place.leaf();
    EventMeta {
        id: ids.next(),
        subject,
        aggregate_version: version.get(),
        time: ctx.now,
        district: place.map(|code| code.district().to_owned()).unwrap_or_default(),
        actor: Some(ctx.principal.account.to_string()),
        correlation_id: ctx.trace.trace_id.clone(),
        causation_id: None,
        traceparent: Some(ctx.trace.traceparent()),
    }
}

/// A volunteer registered, was certified, was suspended or moved.
pub(crate) fn volunteer_changed(ids: &dyn IdSource, ctx: &Ctx, volunteer: &Volunteer) -> Envelope {
    let of = (volunteer.id.to_string(), volunteer.version);
    Envelope::new(
        by_caller(ids, ctx, of, &volunteer.home),
        &VolunteerChanged {
            volunteer_id: volunteer.id,
            volunteer: volunteer.account,
            home: volunteer.home.clone(),
            state: volunteer.state.name().to_owned(),
        },
    )
}
