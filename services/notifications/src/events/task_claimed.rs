use contracts::Event;
use contracts::volunteering::TaskClaimed;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for TaskClaimed {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            volunteer: Some(self.volunteer),
            ..Occurrence::of(Self::TYPE, self.order_id)
        }
    }
}
