use contracts::Event;
use contracts::ticketing::OrderPetitioned;

use super::tell::{Relation, Told, of_order};
use crate::domain::occurrence::Occurrence;

impl Told for OrderPetitioned {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            step: self.request_state,
            applicant: Some(self.request_applicant),
            roles: self.request_deciders,
            ..of_order(Self::TYPE, self.order)
        }
    }
}
