use contracts::Event;
use contracts::volunteering::HoursObjectionAnswered;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for HoursObjectionAnswered {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            state: self.state,
            volunteer: Some(self.volunteer),
            area: self.org_path,
            ..Occurrence::of(Self::TYPE, self.record_id)
        }
    }
}
