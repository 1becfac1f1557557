//! Typed ids: a UUID that knows what it names.
//!
//! On the wire an id is a `TypeID`, `ord_01jc…`: the prefix says what it names, 26 characters of
//! Crockford base32 hold the UUID. In the database it is a 16-byte UUID column. Ids of the system
//! are `UUIDv7`, so they sort by the time they were made.

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use uuid::{ContextV7, Uuid};

use crate::base32;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text names something else, or has no prefix.
    #[error("编号不是{zh}编号 (not {en} id)")]
    OtherKind {
        /// Chinese name of the wanted kind.
        zh: &'static str,
        /// English name of the wanted kind, with its article.
        en: &'static str,
    },
    /// The prefix fits, the rest is not 26 characters of base32.
    #[error("{zh}编号格式不正确 (malformed id: expected {prefix}_ and 26 base32 characters)")]
    Malformed {
        /// Chinese name of the wanted kind.
        zh: &'static str,
        /// Prefix of the wanted kind.
        prefix: &'static str,
    },
}

/// What every typed id can do.
pub trait TypedId: Copy {
    /// Prefix on the wire.
    const PREFIX: &'static str;

    /// Makes an id of this kind from a UUID.
    fn from_uuid(uuid: Uuid) -> Self;

    /// Returns the UUID inside.
    fn uuid(self) -> Uuid;
}

/// Where new ids come from.
pub trait IdSource: Send + Sync {
    /// Makes a new UUID that sorts after all earlier ones of this source.
    fn next_uuid(&self) -> Uuid;
}

/// Typed ids from any source.
pub trait IdSourceExt: IdSource {
    /// Makes a new id of the wanted kind.
    fn next<I: TypedId>(&self) -> I {
        I::from_uuid(self.next_uuid())
    }
}

impl<S: IdSource + ?Sized> IdSourceExt for S {}

/// Makes `UUIDv7` from the system clock, strictly increasing even when the clock steps back.
#[derive(Debug, Default)]
pub struct SystemIds {
    context: Mutex<ContextV7>,
}

impl SystemIds {
    /// Makes a source.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl IdSource for SystemIds {
    fn next_uuid(&self) -> Uuid {
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::now(&*context))
    }
}

/// Defines the id types: name, prefix, Chinese name, English name with its article.
macro_rules! define_ids {
    ($($ty:ident $prefix:literal $zh:literal $en:literal;)+) => {
        $(
            #[doc = concat!("Id of ", $en, " (", $zh, "), written `", $prefix, "_…`.")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $ty(Uuid);

            impl TypedId for $ty {
                const PREFIX: &'static str = $prefix;

                fn from_uuid(uuid: Uuid) -> Self {
                    Self(uuid)
                }

                fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl fmt::Display for $ty {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    let digits = base32::encode(self.0.as_u128());
                    f.write_str(concat!($prefix, "_"))?;
                    f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
                }
            }

            impl fmt::Debug for $ty {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(self, f)
                }
            }

            impl FromStr for $ty {
                type Err = IdError;

                fn from_str(text: &str) -> Result<Self, IdError> {
                    let Some(digits) = text.strip_prefix(concat!($prefix, "_")) else {
                        return Err(IdError::OtherKind { zh: $zh, en: $en });
                    };
                    match base32::decode(digits) {
                        Some(value) => Ok(Self(Uuid::from_u128(value))),
                        None => Err(IdError::Malformed { zh: $zh, prefix: $prefix }),
                    }
                }
            }

            wire_text!($ty, "an id string");

            column!(
                $ty,
                Uuid,
                Uuid,
                sea_orm::sea_query::ColumnType::Uuid,
                |id| id.0,
                |uuid: Uuid| Ok::<$ty, std::convert::Infallible>($ty(uuid))
            );

            schema_text!(
                $ty,
                concat!($zh, "编号 (id of ", $en, ")"),
                concat!("^", $prefix, "_[0-9a-hjkmnp-tv-z]{26}$"),
                concat!($prefix, "_01jcgb2r00e8arc5tmvkbzqy7x")
            );
        )+
    };
}

define_ids! {
    AccountId "acc" "账号" "an account";
    ActivityId "act" "活动" "an activity";
    AgreementId "agr" "共建协议" "an agreement";
    AllianceId "aln" "联盟" "an alliance";
    AttachmentId "att" "附件" "an attachment";
    BookingId "bkg" "预约" "a booking";
    CalendarFeedId "fed" "日历订阅" "a calendar feed";
    CertificateId "crt" "服务记录证明" "a certificate";
    CertificateRequestId "crq" "证明申请" "a request for a certificate";
    ClaimId "clm" "认领" "a claim";
    ClientId "cli" "应用" "an application";
    CommitmentId "cmt" "承诺事项" "a commitment";
    ConsentId "cst" "同意记录" "a consent";
    ContactId "con" "联系信息" "a contact";
    EventId "evt" "事件" "an event";
    ExclusionId "exc" "回避" "an exclusion";
    ExportId "exp" "导出" "an export";
    GrantId "gra" "授权" "a grant";
    GuardianshipId "gdn" "监护关系" "a guardianship";
    HoursObjectionId "hob" "时长异议" "an objection to hours";
    ImportId "imp" "导入" "an import";
    ListEntryId "lst" "清单事项" "a list entry";
    MeetingId "mtg" "联席会议" "a joint meeting";
    MessageId "msg" "消息" "a message";
    OrderId "ord" "工单" "an order";
    OrgId "org" "组织" "an organisation";
    PostId "pst" "任职" "a post held";
    PrivacyRequestId "prq" "个人信息请求" "a privacy request";
    PublicationId "pub" "公示" "a publication";
    RecordEntryId "ren" "培训表彰记录" "an entry of a volunteer's record";
    ReportInId "rpt" "报到" "a report-in";
    RequestId "req" "申请" "a request";
    ResolutionId "rsl" "决议" "a resolution";
    RevealId "rev" "查看申请" "a reveal";
    RosterPlanId "pln" "排班方案" "a roster plan";
    ServiceRecordId "srv" "服务记录" "a service record";
    SessionId "ses" "会话" "a session";
    ShiftId "shf" "班次" "a shift";
    SignUpId "sgn" "报名" "a sign-up";
    TaskId "tsk" "任务" "a task";
    TeamId "tem" "队伍" "a team";
    TimeReservationId "tmr" "时间预约" "a reservation of time";
    VenueId "vnu" "场地" "a venue";
    VolunteerId "vol" "志愿者" "a volunteer";
    VoteId "vot" "表决" "a vote";
}
