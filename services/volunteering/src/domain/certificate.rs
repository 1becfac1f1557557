//! A certificate of service (志愿服务记录证明, S37): what was served, who says so, until when it is good. It names no
//! person: whoever holds it shows it, and its number proves it.
//!
//! Before it is issued it is announced (公示) for some days, in which anybody may object.

use std::time::Duration;

use aws_lc_rs::rand;
use jiff::civil::Date;
use kernel::{AccountId, CertificateId, OrgPath, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Letters and digits of a number: none that is taken for another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many of them: nobody finds a number by trying.
const LENGTH: usize = 20;
/// Objections that one announcement takes: those who decide have read enough by then.
const OBJECTIONS: usize = 20;
/// Of which one person has so many at most: one voice must not be all of them.
const OWN_OBJECTIONS: usize = 3;
/// A day.
const DAY: Duration = Duration::from_hours(24);

named! {
    /// Whether a certificate is good (证明状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum CertificateState {
        /// 公示中
        Announced = "announced",
        /// 有异议，处理中
        Objected = "objected",
        /// 有效
        Valid = "valid",
        /// 已更正，另有新证明
        Corrected = "corrected",
        /// 已撤销
        Revoked = "revoked",
    }
}

named! {
    /// Why a certificate ended (证明终止原因).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum CertificateEnd {
        /// 已更正，另有新证明
        Corrected = "corrected",
        /// 异议成立
        ObjectionUpheld = "objection_upheld",
        /// 记录有误
        WrongRecord = "wrong_record",
        /// 其他
        Other = "other",
    }
}

/// What somebody holds against a certificate that is announced (异议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Objection {
    pub(crate) by: AccountId,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
    /// Why it did not stand; absent while nobody has decided.
    pub(crate) answer: Option<String>,
}

/// Who answers for a certificate (出具信息, S37).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Office {
    /// 出具单位名称: as it is printed.
    pub(crate) name: String,
    /// 负责人
    pub(crate) person_in_charge: Option<AccountId>,
    /// 联系方式: of the office, never of a person.
    pub(crate) contact: Option<String>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(crate) id: CertificateId,
    pub(crate) number: String,
    pub(crate) volunteer: AccountId,
    pub(crate) volunteer_number: String,
    /// Organisation that issues it.
    pub(crate) issuer: OrgPath,
    /// 经办人
    pub(crate) issued_by: AccountId,
    #[serde(default)]
    pub(crate) office: Office,
    /// Days of the service, both included.
    pub(crate) from: Date,
    pub(crate) until: Date,
    /// Kind, times and minutes.
    pub(crate) service: Vec<(String, u32, u64)>,
    /// 公示截止; absent where it was issued before announcements were.
    #[serde(default)]
    pub(crate) announced_until: Option<Timestamp>,
    #[serde(default)]
    pub(crate) objections: Vec<Objection>,
    /// Until when it is good; absent before it is issued.
    pub(crate) good_until: Option<Timestamp>,
    /// Why it was corrected or revoked.
    pub(crate) reason: Option<String>,
    /// The same by its name; absent of those that ended before names were.
    #[serde(default)]
    pub(crate) end: Option<CertificateEnd>,
    /// The one that took its place.
    pub(crate) replaced_by: Option<String>,
    pub(crate) state: CertificateState,
    pub(crate) version: Version,
    /// When it was issued; absent before.
    pub(crate) issued_at: Option<Timestamp>,
}

/// Why a certificate takes no objection, or none is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectionRefusal {
    /// It is not announced any more.
    State,
    /// Nobody objects to a certificate of their own.
    Own,
    /// There are enough.
    Many,
    /// There are enough of the same person, and all were answered.
    ManyOwn,
}

impl Certificate {
    /// Minutes of all kinds.
    pub(crate) fn minutes(&self) -> u64 {
        self.service.iter().map(|(_, _, minutes)| minutes).sum()
    }

    /// Says whether it is good now.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        self.state == CertificateState::Valid && self.good_until.is_some_and(|until| now < until)
    }

    /// Says whether its place shows it: announced, or under objection.
    pub(crate) fn is_announced(&self) -> bool {
        matches!(
            self.state,
            CertificateState::Announced | CertificateState::Objected
        )
    }

    /// When its announcement ends; never while an objection stands.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        self.announced_until
            .filter(|_| self.state == CertificateState::Announced)
    }

    /// Notes an objection: the certificate waits until somebody has decided. Says whether it was new: who objects again
    /// before an answer has said it already.
    pub(crate) fn object(
        &mut self,
        by: AccountId,
        reason: String,
        now: Timestamp,
    ) -> Result<bool, ObjectionRefusal> {
        if by == self.volunteer {
            return Err(ObjectionRefusal::Own);
        }
        let over = self.announced_until.is_none_or(|until| until <= now);
        if !self.is_announced() || (self.state == CertificateState::Announced && over) {
            return Err(ObjectionRefusal::State);
        }
        let own = || self.objections.iter().filter(|one| one.by == by);
        if own().any(|one| one.answer.is_none()) {
            return Ok(false);
        }
        if own().count() >= OWN_OBJECTIONS {
            return Err(ObjectionRefusal::ManyOwn);
        }
        if self.objections.len() >= OBJECTIONS {
            return Err(ObjectionRefusal::Many);
        }
        self.objections.push(Objection {
            by,
            reason,
            at: now,
            answer: None,
        });
        self.state = CertificateState::Objected;
        self.version = self.version.next();
        Ok(true)
    }

    /// Answers the objections that stand: none was right, the announcement goes on to its end.
    pub(crate) fn dismiss(&mut self, answer: &str) -> Result<(), ObjectionRefusal> {
        if self.state != CertificateState::Objected {
            return Err(ObjectionRefusal::State);
        }
        let open = self
            .objections
            .iter_mut()
            .filter(|one| one.answer.is_none());
        for objection in open {
            objection.answer = Some(answer.to_owned());
        }
        self.state = CertificateState::Announced;
        self.version = self.version.next();
        Ok(())
    }

    /// Issues it once its announcement is over. Says whether it was.
    pub(crate) fn issue(&mut self, good_days: u32, now: Timestamp) -> bool {
        if self.due_at().is_none_or(|due| now < due) {
            return false;
        }
        self.state = CertificateState::Valid;
        self.issued_at = Some(now);
        self.good_until = Some(now.plus(DAY.saturating_mul(good_days)));
        self.version = self.version.next();
        true
    }

    /// Says why it would be revoked where nobody says so.
    pub(crate) fn usual_end(&self) -> CertificateEnd {
        if self.state == CertificateState::Objected {
            CertificateEnd::ObjectionUpheld
        } else {
            CertificateEnd::Other
        }
    }

    /// Ends it; nothing is deleted. Says whether it stood before.
    pub(crate) fn end(
        &mut self,
        end: CertificateEnd,
        reason: String,
        replaced_by: Option<String>,
    ) -> bool {
        if !self.is_announced() && self.state != CertificateState::Valid {
            return false;
        }
        self.state = match end {
            CertificateEnd::Corrected => CertificateState::Corrected,
            _ => CertificateState::Revoked,
        };
        self.end = Some(end);
        self.reason = Some(reason);
        self.replaced_by = replaced_by;
        self.version = self.version.next();
        true
    }
}

/// When an announcement that begins now ends.
pub(crate) fn end_of_notice(days: u32, now: Timestamp) -> Timestamp {
    now.plus(DAY.saturating_mul(days))
}

/// Makes a number that nobody guesses; nothing where the system gives no random bytes.
pub(crate) fn new_number() -> Option<String> {
    let mut bytes = [0_u8; LENGTH];
    rand::fill(&mut bytes).ok()?;
    let letter = |byte: u8| {
        ALPHABET
            .get(usize::from(byte % 32))
            .copied()
            .map(char::from)
    };
    bytes.into_iter().map(letter).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
pub(crate) mod tests {
    use std::time::Duration;

    use kernel::{AccountId, CertificateId, Timestamp, TypedId, Version};
    use uuid::Uuid;

    use super::{
        Certificate, CertificateEnd, CertificateState, ObjectionRefusal, Office, end_of_notice,
    };

    pub(crate) fn announced(now: Timestamp) -> Certificate {
        Certificate {
            id: CertificateId::from_uuid(Uuid::nil()),
            number: "0123456789ABCDEFGHJK".to_owned(),
            volunteer: AccountId::from_uuid(Uuid::from_u128(1)),
            volunteer_number: "420105-000001".to_owned(),
            issuer: "/420105000000/".parse().unwrap(),
            issued_by: AccountId::from_uuid(Uuid::from_u128(2)),
            office: Office {
                name: "晴川社区（志愿服务站）".to_owned(),
                person_in_charge: Some(AccountId::from_uuid(Uuid::from_u128(3))),
                contact: None,
            },
            from: jiff::civil::date(2026, 11, 1),
            until: jiff::civil::date(2026, 11, 30),
            service: vec![("visit".to_owned(), 2, 150)],
            announced_until: Some(end_of_notice(7, now)),
            objections: Vec::new(),
            good_until: None,
            reason: None,
            end: None,
            replaced_by: None,
            state: CertificateState::Announced,
            version: Version::FIRST,
            issued_at: None,
        }
    }

    #[test]
    fn it_is_issued_after_its_announcement_and_never_under_an_objection() {
        let begin: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let end = begin.plus(Duration::from_hours(7 * 24));
        let other = AccountId::from_uuid(Uuid::from_u128(9));
        let mut certificate = announced(begin);
        assert!(
            !certificate
                .clone()
                .issue(365, end.minus(Duration::from_secs(1)))
        );
        let own = certificate.volunteer;
        let object = |certificate: &mut Certificate, by, at| {
            certificate.object(by, "时长不实".to_owned(), at)
        };
        assert_eq!(
            object(&mut certificate, own, begin),
            Err(ObjectionRefusal::Own)
        );
        assert_eq!(
            object(&mut certificate.clone(), other, end),
            Err(ObjectionRefusal::State)
        );
        object(&mut certificate, other, begin).unwrap();
        assert!(!certificate.clone().issue(365, end));
        assert_eq!(certificate.usual_end(), CertificateEnd::ObjectionUpheld);
        certificate.dismiss("已核实").unwrap();
        assert_eq!(certificate.dismiss("again"), Err(ObjectionRefusal::State));
        assert_eq!(
            certificate.objections.first().unwrap().answer.as_deref(),
            Some("已核实")
        );
        assert!(certificate.issue(365, end) && certificate.is_good(end));
        assert!(!certificate.is_good(end.plus(Duration::from_hours(365 * 24))));
        assert!(!certificate.issue(365, end));
        assert_eq!(
            object(&mut certificate, other, end),
            Err(ObjectionRefusal::State)
        );
        assert_eq!(certificate.usual_end(), CertificateEnd::Other);
        assert!(certificate.end(CertificateEnd::WrongRecord, "误".to_owned(), None));
        assert_eq!(certificate.state, CertificateState::Revoked);
        assert!(!certificate.end(CertificateEnd::WrongRecord, "误".to_owned(), None));
    }

    #[test]
    fn nobody_is_all_the_objections_and_what_was_said_is_not_said_twice() {
        let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let mut certificate = announced(now);
        let person = |number| AccountId::from_uuid(Uuid::from_u128(number));
        let object =
            |certificate: &mut Certificate, by| certificate.object(by, "时长不实".to_owned(), now);
        for _ in 0..3 {
            assert_eq!(object(&mut certificate, person(9)), Ok(true));
            let before = certificate.clone();
            assert_eq!(object(&mut certificate, person(9)), Ok(false));
            assert_eq!(certificate, before);
            certificate.dismiss("已核实").unwrap();
        }
        let many = Err(ObjectionRefusal::ManyOwn);
        assert_eq!(object(&mut certificate, person(9)), many);
        for number in 10..27 {
            assert_eq!(object(&mut certificate, person(number)), Ok(true));
        }
        let many = Err(ObjectionRefusal::Many);
        assert_eq!(object(&mut certificate, person(27)), many);
    }

    #[test]
    fn one_from_before_announcements_still_reads() {
        let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let mut value = serde_json::to_value(announced(now)).unwrap();
        let old = value.as_object_mut().unwrap();
        for name in ["office", "announced_until", "objections", "end"] {
            old.remove(name);
        }
        old.insert("state".to_owned(), "valid".into());
        old.insert("good_until".to_owned(), "2027-12-01T00:00:00Z".into());
        let read: Certificate = serde_json::from_value(value).unwrap();
        assert!(read.is_good(now) && read.due_at().is_none());
    }
}
