use kernel::{AccountId, IdSourceExt};
use store::Writes;

use super::App;
use crate::domain::hours::{GivenService, ServedIn, ServiceHours, TimedBy};
use crate::store::{PlaceList, insert_hours, show_at};

/// Records what was served, in a shift or with an order's task: it waits for somebody else to confirm it (待确认).
pub(super) fn record_service(app: &App, writes: &mut Writes, served: GivenService) {
    // a shift was as long as it was; whoever took a task did not work on it all the time
    let most = match served.served_in {
        ServedIn::Shift { .. } | ServedIn::Elsewhere(_) => u32::MAX,
        ServedIn::Task(_) => app.catalogue.task_hours.most_minutes,
    };
    let hours = ServiceHours::served(app.ids.next(), served, most);
    insert(writes, &hours);
}

/// The same of a shift: by what its time is known, and who noted it where somebody did.
pub(super) fn record_shift(
    app: &App,
    writes: &mut Writes,
    served: GivenService,
    (timed_by, noted_by): (TimedBy, Option<AccountId>),
) {
    let hours = ServiceHours {
        timed_by: Some(timed_by),
        noted_by,
        ..ServiceHours::served(app.ids.next(), served, u32::MAX)
    };
    insert(writes, &hours);
}

fn insert(writes: &mut Writes, hours: &ServiceHours) {
    insert_hours(writes, hours);
    show_at(writes, PlaceList::PendingHours, &hours.org_path, hours.id);
}
