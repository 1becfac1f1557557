use contracts::Event;
use contracts::volunteering::{CertificateIssued, CertificateRevoked};

use super::tell::{Relation, Told};
use crate::domain::occurrence::Occurrence;

impl Told for CertificateIssued {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            number: self.number,
            volunteer: Some(self.volunteer),
            area: self.org_path,
            ..Occurrence::of(Self::TYPE, self.certificate_id)
        }
    }
}

impl Told for CertificateRevoked {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        Occurrence {
            number: self.number,
            step: self.code,
            volunteer: Some(self.volunteer),
            area: self.org_path,
            ..Occurrence::of(Self::TYPE, self.certificate_id)
        }
    }
}
