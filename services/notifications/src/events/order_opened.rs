use contracts::Event;
use contracts::ticketing::OrderOpened;

use super::tell::{Relation, Told, of_order};
use crate::domain::occurrence::Occurrence;

impl Told for OrderOpened {
    const PARTIES: Relation = Relation::Says;

    fn occurrence(self) -> Occurrence {
        of_order(Self::TYPE, self.order)
    }
}
