//! A certificate that a volunteer asks for (申请证明): those who run the home make it, or say why not.

use jiff::civil::Date;
use kernel::{
    AccountId, CertificateId, CertificateRequestId, OrgPath, Timestamp, Version, VolunteerId, named,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// How far a request for a certificate has come (证明申请状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum CertificateRequestState {
        /// 待办理
        Open = "open",
        /// 已出具（公示）
        Made = "made",
        /// 不予出具
        Refused = "refused",
    }
}

/// A request for a certificate of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CertificateRequest {
    pub(crate) id: CertificateRequestId,
    pub(crate) account: AccountId,
    pub(crate) volunteer: VolunteerId,
    /// Home of the volunteer when it was asked for.
    pub(crate) place: OrgPath,
    pub(crate) from: Date,
    pub(crate) until: Date,
    pub(crate) state: CertificateRequestState,
    /// What was made of it.
    pub(crate) certificate: Option<CertificateId>,
    /// Why it was refused.
    pub(crate) reason: Option<String>,
    pub(crate) decided_by: Option<AccountId>,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RequestOutcome {
    /// The certificate was announced.
    Made(CertificateId),
    /// It was not, for this reason.
    Refused(String),
}

/// Why a request is not decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestRefusal {
    /// Another one of the same volunteer waits.
    Open,
    /// It was decided before.
    Decided,
    /// Nobody decides on their own.
    Own,
    /// It was asked for other days.
    Days,
}

impl CertificateRequest {
    /// Says whether nobody has decided on it.
    pub(crate) fn is_open(&self) -> bool {
        self.state == CertificateRequestState::Open
    }

    /// Says whether it asks for these days, and nothing was decided.
    pub(crate) fn asks_for(&self, days: (Date, Date)) -> Result<(), RequestRefusal> {
        if !self.is_open() {
            return Err(RequestRefusal::Decided);
        }
        if (self.from, self.until) != days {
            return Err(RequestRefusal::Days);
        }
        Ok(())
    }

    /// Decides on it.
    pub(crate) fn decide(
        &mut self,
        outcome: RequestOutcome,
        (by, now): (AccountId, Timestamp),
    ) -> Result<(), RequestRefusal> {
        if by == self.account {
            return Err(RequestRefusal::Own);
        }
        if !self.is_open() {
            return Err(RequestRefusal::Decided);
        }
        match outcome {
            RequestOutcome::Made(certificate) => {
                self.state = CertificateRequestState::Made;
                self.certificate = Some(certificate);
            }
            RequestOutcome::Refused(reason) => {
                self.state = CertificateRequestState::Refused;
                self.reason = Some(reason);
            }
        }
        self.decided_by = Some(by);
        self.version = self.version.next();
        self.updated_at = now;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{
        AccountId, CertificateId, CertificateRequestId, Timestamp, TypedId, Version, VolunteerId,
    };
    use uuid::Uuid;

    use super::{CertificateRequest, CertificateRequestState, RequestOutcome, RequestRefusal};

    #[test]
    fn somebody_else_decides_once_and_on_the_days_that_were_asked_for() {
        let account = |number| AccountId::from_uuid(Uuid::from_u128(number));
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let day = |text: &str| text.parse().unwrap();
        let mut request = CertificateRequest {
            id: CertificateRequestId::from_uuid(Uuid::nil()),
            account: account(1),
            volunteer: VolunteerId::from_uuid(Uuid::nil()),
            place: "/420105000000/".parse().unwrap(),
            from: day("2026-11-01"),
            until: day("2026-11-30"),
            state: CertificateRequestState::Open,
            certificate: None,
            reason: None,
            decided_by: None,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        };
        let days = (day("2026-11-01"), day("2026-11-30"));
        assert_eq!(request.asks_for(days), Ok(()));
        let other = (days.0, day("2026-11-29"));
        assert_eq!(request.asks_for(other), Err(RequestRefusal::Days));
        let refused = || RequestOutcome::Refused("材料不全".to_owned());
        assert_eq!(
            request.decide(refused(), (account(1), now)),
            Err(RequestRefusal::Own)
        );
        let made = RequestOutcome::Made(CertificateId::from_uuid(Uuid::nil()));
        request.decide(made, (account(2), now)).unwrap();
        assert_eq!(
            (request.state, request.version),
            (CertificateRequestState::Made, Version::FIRST.next())
        );
        assert_eq!(
            request.decide(refused(), (account(2), now)),
            Err(RequestRefusal::Decided)
        );
        assert_eq!(request.asks_for(days), Err(RequestRefusal::Decided));
    }
}
