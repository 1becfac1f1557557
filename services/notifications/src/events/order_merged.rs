use contracts::Event;
use contracts::ticketing::OrderMerged;

use super::tell::{Relation, Told, of_order};
use crate::domain::occurrence::Occurrence;

impl Told for OrderMerged {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        let step = if self.undone { "undone" } else { "merged" };
        Occurrence {
            step: step.to_owned(),
            ..of_order(Self::TYPE, self.order)
        }
    }
}
