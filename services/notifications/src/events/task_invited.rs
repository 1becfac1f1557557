use contracts::Event;
use contracts::volunteering::{TaskInvited, TaskReminded};
use kernel::{AccountId, OrgPath, Timestamp};

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

/// Somebody is to do something about a task until then.
fn asked(
    of: Occurrence,
    (number, area): (String, OrgPath),
    (volunteer, due_at): (AccountId, Timestamp),
) -> Occurrence {
    Occurrence {
        number,
        area,
        volunteer: Some(volunteer),
        due_at: Some(due_at),
        ..of
    }
}

impl Told for TaskInvited {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        let of = Occurrence::of(Self::TYPE, self.order_id);
        asked(
            of,
            (self.number, self.org_path),
            (self.volunteer, self.due_at),
        )
    }
}

impl Told for TaskReminded {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        let of = Occurrence::of(Self::TYPE, self.order_id);
        asked(
            of,
            (self.number, self.org_path),
            (self.volunteer, self.due_at),
        )
    }
}
