use contracts::Event;
use contracts::identity::AccountReminded;

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for AccountReminded {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            holder: Some(self.account_id),
            roles: vec![self.role],
            area: self.org_path,
            due_at: Some(self.certified_until),
            ..Occurrence::of(Self::TYPE, self.grant_id)
        }
    }
}
