use kernel::{Cursor, MeetingId, OrgCode};

use super::meeting_error::MeetingError;
use super::page::{Paged, paged, rows_for};
use super::{App, Origin};
use crate::domain::meeting::{Meeting, Resolution};
use crate::store;

/// Name of the list in its cursors.
const MEETINGS: &str = "meetings";

/// Shows a meeting with its resolutions to somebody who speaks for a participant; to others it does not exist.
pub(crate) async fn show_meeting(
    app: &App,
    origin: &Origin<'_>,
    id: MeetingId,
) -> Result<(Meeting, Vec<Resolution>), MeetingError> {
    let db = app.db.reader();
    let found = store::find_meeting(db, id).await?;
    let meeting = found.ok_or(MeetingError::NotFound)?;
    let codes: Vec<OrgCode> = meeting.participants().cloned().collect();
    let participants = store::load_organisations(db, &codes).await?;
    if !participants
        .iter()
        .any(|node| origin.speaks_for(&node.path))
    {
        return Err(MeetingError::NotFound);
    }
    let passed = store::list_resolutions(db, id).await?;
    Ok((meeting, passed))
}

/// Lists one page of the meetings of an organisation that the caller speaks for.
pub(crate) async fn list_meetings(
    app: &App,
    origin: &Origin<'_>,
    org_code: &OrgCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<Meeting>, MeetingError> {
    let after: Option<MeetingId> = cursor
        .map(|cursor| Cursor::decode(MEETINGS, cursor))
        .transpose()?;
    let db = app.db.reader();
    let found = store::find_organisation(db, org_code).await?;
    let participant = found.ok_or_else(|| MeetingError::OrgUnknown {
        code: org_code.clone(),
        pointer: "/org_code".to_owned(),
    })?;
    if !origin.speaks_for(&participant.path) {
        return Err(MeetingError::OutOfScope);
    }
    let found = store::list_meetings(db, org_code, after, rows_for(limit)).await?;
    Ok(paged(MEETINGS, found, limit, |meeting| meeting.id))
}
