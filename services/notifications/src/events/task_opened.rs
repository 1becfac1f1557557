use contracts::Event;
use contracts::volunteering::TaskOpened;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for TaskOpened {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            number: self.number,
            roles: self.roles,
            requester: self.requester,
            area: self.org_path,
            ..Occurrence::of(Self::TYPE, self.order_id)
        }
    }
}
