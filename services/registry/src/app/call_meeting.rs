use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{BookingId, IdSourceExt, Line, OrgCode, Timestamp, Version};
use serde::Serialize;

use super::meeting_error::MeetingError;
use super::{App, Origin};
use crate::domain::meeting::{AgendaItem, Meeting, MeetingState};
use crate::domain::venue::BookingState;
use crate::{events, store};

/// Calls a joint meeting.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CallMeeting {
    pub(crate) convener: OrgCode,
    pub(crate) title: Line<1, 100>,
    pub(crate) starts_at: Timestamp,
    pub(crate) booking: Option<BookingId>,
    pub(crate) invited: Vec<OrgCode>,
    pub(crate) agenda: Vec<AgendaItem>,
}

/// Calls a meeting of an organisation that the caller speaks for.
pub(crate) async fn call_meeting(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &CallMeeting,
) -> Result<Meeting, MeetingError> {
    let mut participants: Vec<&OrgCode> = command.invited.iter().collect();
    participants.push(&command.convener);
    participants.sort_unstable();
    if participants
        .windows(2)
        .any(|pair| pair.first() == pair.last())
    {
        return Err(MeetingError::InvitedTwice);
    }
    app.db
        .write("meeting.call", |tx| async move {
            idempotency::once(&tx, key, call(app, origin, command, &tx)).await
        })
        .await
}

async fn call(
    app: &App,
    origin: &Origin<'_>,
    command: &CallMeeting,
    tx: &Tx,
) -> Result<Meeting, MeetingError> {
    let unknown = |code: &OrgCode, pointer: String| MeetingError::OrgUnknown {
        code: code.clone(),
        pointer,
    };
    let convener = store::find_organisation(tx, &command.convener).await?;
    let convener = convener.filter(|node| !node.is_closed());
    let convener =
        convener.ok_or_else(|| unknown(&command.convener, "/convener_code".to_owned()))?;
    if !origin.speaks_for(&convener.path) {
        return Err(MeetingError::OutOfScope);
    }
    let known = store::load_organisations(tx, &command.invited).await?;
    for (index, code) in command.invited.iter().enumerate() {
        if !known
            .iter()
            .any(|node| node.code == *code && !node.is_closed())
        {
            return Err(unknown(code, format!("/invited/{index}")));
        }
    }
    check_references(command, tx).await?;
    let meeting = Meeting {
        id: app.ids.next(),
        convener: convener.code,
        title: command.title.to_string(),
        starts_at: command.starts_at,
        booking: command.booking,
        invited: command.invited.clone(),
        agenda: command.agenda.clone(),
        state: MeetingState::Called,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    store::insert_meeting(tx, &meeting).await?;
    let event = events::meeting_called(origin, app.ids.as_ref(), &meeting);
    bus::emit(tx, vec![event]).await?;
    Ok(meeting)
}

/// Checks that what the agenda refers to is there: an agenda has thirty items at most.
async fn check_references(command: &CallMeeting, tx: &Tx) -> Result<(), MeetingError> {
    if let Some(id) = command.booking {
        let booking = store::find_booking(tx, id).await?;
        if booking.is_none_or(|booking| booking.state != BookingState::Booked) {
            return Err(MeetingError::ReferenceUnknown("/booking_id".to_owned()));
        }
    }
    for (index, item) in command.agenda.iter().enumerate() {
        if let Some(id) = item.entry
            && store::find_entry(tx, id).await?.is_none()
        {
            let pointer = format!("/agenda/{index}/entry_id");
            return Err(MeetingError::ReferenceUnknown(pointer));
        }
        if let Some(id) = item.agreement
            && store::find_agreement(tx, id).await?.is_none()
        {
            let pointer = format!("/agenda/{index}/agreement_id");
            return Err(MeetingError::ReferenceUnknown(pointer));
        }
    }
    Ok(())
}
