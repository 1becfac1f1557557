use contracts::Event;
use contracts::volunteering::{SignUpChanged, SignUpFacts, SignUpReminded};

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

/// Until when an offer stands, else when the shift begins.
fn of_sign_up(event: &'static str, sign_up: SignUpFacts) -> Occurrence {
    Occurrence {
        volunteer: Some(sign_up.volunteer),
        state: sign_up.state,
        area: sign_up.org_path,
        due_at: Some(sign_up.due_at.unwrap_or(sign_up.begins_at)),
        ..Occurrence::of(event, sign_up.sign_up_id)
    }
}

impl Told for SignUpChanged {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        of_sign_up(Self::TYPE, self.sign_up)
    }
}

impl Told for SignUpReminded {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        of_sign_up(Self::TYPE, self.sign_up)
    }
}
