use contracts::Event;
use contracts::ticketing::OrderPublished;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for OrderPublished {
    const PARTIES: Relation = Relation::NeedsThem;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            number: self.number,
            ..Occurrence::of(Self::TYPE, self.order_id)
        }
    }
}
