use contracts::Event;
use contracts::ticketing::OrderCallbackInvited;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

/// The token stays out of what is kept: whoever reads the message here is signed in and needs none.
impl Told for OrderCallbackInvited {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            number: self.number,
            requester: Some(self.requester),
            due_at: Some(self.expires_at),
            ..Occurrence::of(Self::TYPE, self.order_id)
        }
    }
}
