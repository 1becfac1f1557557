//! Opens the order that carries out a resolution of a joint meeting (联席会议决议立单).

use contracts::registry::ResolutionPassed;
use kernel::{OrderId, TypedId};
use store::Tx;

use super::App;
use super::calendars::calendar_of;
use super::cause::Cause;
use super::open_at::NOTHING;
use super::open_order::{NewOrder, OpenOrderError, insert};
use super::place::find_place;
use super::routing::propose_unit;
use crate::domain::order::{self, Categorisation};
use crate::domain::wording::Bilingual;

/// Workflow of the orders.
const WORKFLOW: &str = "six-step";
/// Their channel.
pub(super) const CHANNEL: &str = "meeting_resolution";

/// Opens the order of a resolution. It has the resolution's UUID: told again, it is there already.
pub(crate) async fn open_for_resolution(
    app: &App,
    tx: &Tx,
    told: ResolutionPassed,
    cause: &Cause,
) -> Result<(), OpenOrderError> {
    let definition = app
        .workflows
        .latest_in(WORKFLOW, told.place_code.district())
        .ok_or_else(|| OpenOrderError::UnknownWorkflow(WORKFLOW.to_owned()))?;
    let place = find_place(tx, &told.place_code).await?;
    let named = told.category.filter(|code| app.categories.contains(code));
    let found = match named {
        Some(code) => Categorisation {
            category: Some(code),
            reason: Bilingual::new("会议指定", "named by the meeting"),
        },
        None => app.categories.propose(&told.title, &told.text),
    };
    let route = propose_unit(app, tx, definition, &place, (&found, None)).await?;
    let matter = order::OpenOrder {
        title: told.title,
        content: told.text,
        org_code: place.code,
        org_path: place.path,
        requester: None,
        confidential: false,
        channel: CHANNEL.to_owned(),
        location: None,
        categorisation: Some(found),
        route: None,
    };
    let calendar = calendar_of(app, tx, matter.org_code.district()).await?;
    let new = NewOrder {
        definition,
        calendar,
        id: OrderId::from_uuid(told.resolution_id.uuid()),
        matter,
        place: place.name,
        route,
        split_from: None,
        filed_by: None,
        contact: None,
        about: None,
        intake: &NOTHING,
    };
    match insert(app, tx, new, cause).await {
        Ok(_) | Err(OpenOrderError::IdTaken(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
