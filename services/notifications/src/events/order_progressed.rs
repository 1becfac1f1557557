use contracts::Event;
use contracts::ticketing::OrderProgressed;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for OrderProgressed {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            number: self.number,
            workflow: self.workflow,
            state: self.state,
            step: self.step,
            followers: self.followers,
            ..Occurrence::of(Self::TYPE, self.order_id)
        }
    }
}
