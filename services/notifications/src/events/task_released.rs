use contracts::Event;
use contracts::volunteering::TaskReleased;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for TaskReleased {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            volunteer: Some(self.volunteer),
            ..Occurrence::of(Self::TYPE, self.order_id)
        }
    }
}
