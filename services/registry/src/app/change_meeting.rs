use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{MeetingId, Text, Version};
use serde::Serialize;

use super::meeting_error::MeetingError;
use super::{App, Origin};
use crate::domain::meeting::{Meeting, MeetingStep};
use crate::store;

/// What the convener does with a meeting.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum MeetingDeed {
    /// Takes it a step further.
    Step(MeetingStep),
    /// Records what was said about the item of this number.
    Record(u16, Text<1, 4000>),
}

/// Changes a meeting.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangeMeeting {
    pub(crate) id: MeetingId,
    pub(crate) deed: MeetingDeed,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Finds a meeting that an organisation of the caller's has called. Who is only invited may not change it, and to strangers it
/// does not exist.
pub(super) async fn load_own(
    tx: &Tx,
    origin: &Origin<'_>,
    id: MeetingId,
) -> Result<Meeting, MeetingError> {
    let found = store::find_meeting(tx, id).await?;
    let meeting = found.ok_or(MeetingError::NotFound)?;
    let convener = store::find_organisation(tx, &meeting.convener).await?;
    if convener.is_some_and(|convener| origin.speaks_for(&convener.path)) {
        return Ok(meeting);
    }
    let invited = store::load_organisations(tx, &meeting.invited).await?;
    if invited.iter().any(|node| origin.speaks_for(&node.path)) {
        return Err(MeetingError::OutOfScope);
    }
    Err(MeetingError::NotFound)
}

/// Holds, closes or cancels a meeting, or records minutes, in the name of its convener.
pub(crate) async fn change_meeting(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &ChangeMeeting,
) -> Result<Meeting, MeetingError> {
    app.db
        .write("meeting.change", |tx| async move {
            let effect = async {
                let mut meeting = load_own(&tx, origin, command.id).await?;
                let seen = meeting.version;
                if command.seen.is_some_and(|known| known != seen) {
                    return Err(MeetingError::OtherVersion);
                }
                match &command.deed {
                    MeetingDeed::Step(step) => meeting.step(*step, origin.now)?,
                    MeetingDeed::Record(item, minutes) => {
                        meeting.record(*item, minutes.to_string(), origin.now)?;
                    }
                }
                store::save_meeting(&tx, &meeting, seen).await?;
                Ok(meeting)
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}
