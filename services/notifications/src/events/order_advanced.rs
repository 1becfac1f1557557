use contracts::Event;
use contracts::ticketing::OrderAdvanced;

use super::tell::{Relation, Told, of_order};
use crate::domain::occurrence::Occurrence;

impl Told for OrderAdvanced {
    const PARTIES: Relation = Relation::Says;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            action: self.action,
            from: self.from,
            ..of_order(Self::TYPE, self.order)
        }
    }
}
