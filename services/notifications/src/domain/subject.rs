//! What a message is about.

use kernel::{CertificateId, GrantId, OrderId, ServiceRecordId, SignUpId, TypedId};
use uuid::Uuid;

/// What an event, and a message that tells of it, is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An order (工单).
    Order(OrderId),
    /// A grant of the reader's own (授权).
    Grant(GrantId),
    /// A sign-up of the reader's own for voluntary service (报名).
    SignUp(SignUpId),
    /// A certificate of the reader's own service (志愿服务证明).
    Certificate(CertificateId),
    /// A record of the reader's own service (服务记录).
    ServiceRecord(ServiceRecordId),
}

impl Subject {
    /// Reads it as it is stored; nothing for a kind that is not known.
    #[must_use]
    pub fn stored(kind: &str, id: Uuid) -> Option<Self> {
        match kind {
            "order" => Some(Self::Order(OrderId::from_uuid(id))),
            "grant" => Some(Self::Grant(GrantId::from_uuid(id))),
            "sign_up" => Some(Self::SignUp(SignUpId::from_uuid(id))),
            "certificate" => Some(Self::Certificate(CertificateId::from_uuid(id))),
            "service_record" => Some(Self::ServiceRecord(ServiceRecordId::from_uuid(id))),
            _ => None,
        }
    }

    /// Returns the name of its kind in the store.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Grant(_) => "grant",
            Self::SignUp(_) => "sign_up",
            Self::Certificate(_) => "certificate",
            Self::ServiceRecord(_) => "service_record",
        }
    }

    /// Returns its id in the store.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Order(id) => id.uuid(),
            Self::Grant(id) => id.uuid(),
            Self::SignUp(id) => id.uuid(),
            Self::Certificate(id) => id.uuid(),
            Self::ServiceRecord(id) => id.uuid(),
        }
    }

    /// Returns the order, where it is one.
    #[must_use]
    pub const fn order(self) -> Option<OrderId> {
        match self {
            Self::Order(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the grant, where it is one.
    #[must_use]
    pub const fn grant(self) -> Option<GrantId> {
        match self {
            Self::Grant(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the sign-up, where it is one.
    #[must_use]
    pub const fn sign_up(self) -> Option<SignUpId> {
        match self {
            Self::SignUp(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the certificate, where it is one.
    #[must_use]
    pub const fn certificate(self) -> Option<CertificateId> {
        match self {
            Self::Certificate(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the record of service, where it is one.
    #[must_use]
    pub const fn service_record(self) -> Option<ServiceRecordId> {
        match self {
            Self::ServiceRecord(id) => Some(id),
            _ => None,
        }
    }
}

impl From<OrderId> for Subject {
    fn from(order: OrderId) -> Self {
        Self::Order(order)
    }
}

impl From<GrantId> for Subject {
    fn from(grant: GrantId) -> Self {
        Self::Grant(grant)
    }
}

impl From<SignUpId> for Subject {
    fn from(sign_up: SignUpId) -> Self {
        Self::SignUp(sign_up)
    }
}

impl From<CertificateId> for Subject {
    fn from(certificate: CertificateId) -> Self {
        Self::Certificate(certificate)
    }
}

impl From<ServiceRecordId> for Subject {
    fn from(record: ServiceRecordId) -> Self {
        Self::ServiceRecord(record)
    }
}
