use contracts::Event;
use contracts::ticketing::OrderAssisted;

use super::tell::{Relation, Told, of_order};
use crate::domain::occurrence::Occurrence;

impl Told for OrderAssisted {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            step: self.part_state,
            part_unit: Some(self.part_unit),
            due_at: Some(self.part_due_at),
            ..of_order(Self::TYPE, self.order)
        }
    }
}
