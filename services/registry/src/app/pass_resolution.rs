use ::store::{IdempotencyKey, Tx, idempotency};
use kernel::{IdSourceExt, Line, MeetingId, OrgCode, Text, Version};
use serde::Serialize;

use super::change_meeting::load_own;
use super::meeting_error::MeetingError;
use super::{App, Origin};
use crate::domain::meeting::{Meeting, Resolution, ResolutionState};
use crate::{events, store};

/// Passes a resolution.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PassResolution {
    pub(crate) meeting: MeetingId,
    /// Number of the item, from 1.
    pub(crate) item: u16,
    pub(crate) title: Line<1, 100>,
    pub(crate) text: Text<1, 2000>,
    /// Organisation that answers for it.
    pub(crate) owner: OrgCode,
    /// Where; with the convener where no place is named.
    pub(crate) place: Option<OrgCode>,
    pub(crate) category: Option<Line<1, 6>>,
    /// Whether ticketing opens an order for it.
    pub(crate) wants_order: bool,
}

/// Passes a resolution of a meeting that is held. Where it wants an order, ticketing hears of it and opens one.
pub(crate) async fn pass_resolution(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &PassResolution,
) -> Result<Resolution, MeetingError> {
    app.db
        .write("resolution.pass", |tx| async move {
            idempotency::once(&tx, key, pass(app, origin, command, &tx)).await
        })
        .await
}

/// Says whether a meeting may resolve that this organisation answers for something at this place: those who meet
/// resolve what they do themselves, and where they are.
async fn check_reach(
    tx: &Tx,
    meeting: &Meeting,
    owner: &OrgCode,
    place: &OrgCode,
) -> Result<(), MeetingError> {
    let mut codes: Vec<OrgCode> = meeting.participants().cloned().collect();
    codes.extend([owner.clone(), place.clone()]);
    let mut nodes = store::load_organisations(tx, &codes).await?;
    nodes.retain(|node| !node.is_closed());
    let find = |code: &OrgCode, pointer: &str| {
        let found = nodes.iter().find(|node| node.code == *code);
        found.ok_or_else(|| MeetingError::OrgUnknown {
            code: code.clone(),
            pointer: pointer.to_owned(),
        })
    };
    find(owner, "/owner_code")?;
    let place = find(place, "/place_code")?;
    if !meeting.participants().any(|code| code == owner) {
        return Err(MeetingError::OwnerAbsent);
    }
    let mut present = nodes
        .iter()
        .filter(|node| meeting.participants().any(|code| *code == node.code));
    if !present.any(|node| node.path.contains(&place.path)) {
        return Err(MeetingError::PlaceOutside);
    }
    Ok(())
}

async fn pass(
    app: &App,
    origin: &Origin<'_>,
    command: &PassResolution,
    tx: &Tx,
) -> Result<Resolution, MeetingError> {
    let mut meeting = load_own(tx, origin, command.meeting).await?;
    meeting.check_resolution(command.item)?;
    let passed = store::list_resolutions(tx, meeting.id).await?;
    if u64::try_from(passed.len()).is_ok_and(|passed| passed >= store::MOST_RESOLUTIONS) {
        return Err(MeetingError::Full);
    }
    let place = command.place.as_ref().unwrap_or(&meeting.convener).clone();
    check_reach(tx, &meeting, &command.owner, &place).await?;
    // two at once take turns: nothing is passed by a meeting that was closed meanwhile
    let seen = meeting.version;
    meeting.touch(origin.now);
    store::save_meeting(tx, &meeting, seen).await?;
    let resolution = Resolution {
        id: app.ids.next(),
        meeting: meeting.id,
        item: command.item,
        title: command.title.to_string(),
        text: command.text.to_string(),
        owner: command.owner.clone(),
        place,
        category: command.category.as_ref().map(ToString::to_string),
        wants_order: command.wants_order,
        state: ResolutionState::Passed,
        order: None,
        version: Version::FIRST,
        created_at: origin.now,
        updated_at: origin.now,
    };
    store::insert_resolution(tx, &resolution).await?;
    let event = events::resolution_passed(origin, app.ids.as_ref(), &meeting, &resolution);
    bus::emit(tx, vec![event]).await?;
    Ok(resolution)
}
