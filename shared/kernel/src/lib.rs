#![doc = include_str!("../README.md")]

#[macro_use]
mod macros;
mod base32;

pub mod codes;
pub mod cursor;
pub mod exclusion;
pub mod geo;
pub mod ids;
pub mod named;
pub mod org;
pub mod org_move;
pub mod role;
pub mod telltale;
pub mod text;
pub mod time;
pub mod version;

pub use codes::{DivisionCode, DivisionLevel, ResidentIdNumber, Uscc};
pub use cursor::{Cursor, CursorError};
pub use exclusion::{Exclusion, Exclusions};
pub use geo::{Crs, GeoPoint};
pub use ids::{
    AccountId, ActivityId, AgreementId, AllianceId, AttachmentId, BookingId, CalendarFeedId,
    CertificateId, CertificateRequestId, ClaimId, ClientId, CommitmentId, ConsentId, ContactId,
    EventId, ExclusionId, ExportId, GrantId, GuardianshipId, HoursObjectionId, IdError, IdSource,
    IdSourceExt, ImportId, ListEntryId, MeetingId, MessageId, OrderId, OrgId, PostId,
    PrivacyRequestId, PublicationId, RecordEntryId, ReportInId, RequestId, ResolutionId, RevealId,
    RosterPlanId, ServiceRecordId, SessionId, ShiftId, SignUpId, SystemIds, TaskId, TeamId,
    TimeReservationId, TypedId, VenueId, VolunteerId, VoteId,
};
pub use named::Named;
pub use org::{OrgCode, OrgCodeError, OrgPath, OrgPathError};
pub use org_move::OrgMove;
pub use role::{Role, RoleError};
pub use telltale::{Telltale, telltale};
pub use text::{Line, Text, TextError};
pub use time::{Clock, SystemClock, Timestamp, TimestampError};
pub use version::{Version, VersionError};
