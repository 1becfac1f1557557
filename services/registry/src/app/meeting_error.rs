use kernel::{CursorError, OrgCode};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::change_error::{organisation_unknown, out_of_scope, version_changed};
use crate::domain::meeting::WrongMeetingStep;

/// Why a meeting or a resolution is not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeetingError {
    #[error("no such meeting or item")]
    NotFound,
    #[error("organisation {code} does not exist")]
    OrgUnknown { code: OrgCode, pointer: String },
    #[error("nothing at {0}")]
    ReferenceUnknown(String),
    #[error("the same organisation twice")]
    InvitedTwice,
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the organisation that answers for it does not take part")]
    OwnerAbsent,
    #[error("the place is none of a participant's")]
    PlaceOutside,
    #[error("not from its state")]
    WrongState,
    #[error("no item of that number")]
    NoItem,
    #[error("as many resolutions as a meeting has")]
    Full,
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<WrongMeetingStep> for MeetingError {
    fn from(why: WrongMeetingStep) -> Self {
        match why {
            WrongMeetingStep::State => Self::WrongState,
            WrongMeetingStep::NoItem => Self::NoItem,
        }
    }
}

impl Category for MeetingError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "meeting-not-found",
                "没有这个联席会议",
                "there is no such meeting",
            ),
            Self::OrgUnknown { code, pointer } => organisation_unknown(code).at(pointer.as_str()),
            Self::ReferenceUnknown(pointer) => Fact::new(
                Kind::Invalid,
                "reference-unknown",
                "所引用的事项不存在",
                "what it refers to does not exist",
            )
            .at(pointer.as_str()),
            Self::InvitedTwice => Fact::new(
                Kind::Invalid,
                "invited-twice",
                "同一组织不能重复，召集单位不必受邀",
                "an organisation is invited once, and the convener is there anyway",
            )
            .at("/invited"),
            Self::OutOfScope => out_of_scope(),
            Self::OwnerAbsent => Fact::new(
                Kind::Invalid,
                "owner-does-not-take-part",
                "责任单位须是参会单位",
                "the organisation that answers for it must take part in the meeting",
            )
            .at("/owner_code"),
            Self::PlaceOutside => Fact::new(
                Kind::Invalid,
                "place-outside-the-meeting",
                "地点须在某一参会单位的范围之内",
                "the place must lie within that of an organisation that takes part",
            )
            .at("/place_code"),
            Self::WrongState => Fact::new(
                Kind::Conflict,
                "meeting-in-other-state",
                "会议的当前状态不能执行该操作",
                "the meeting is in a state that does not allow this",
            ),
            Self::NoItem => Fact::new(
                Kind::Invalid,
                "agenda-item-unknown",
                "没有这个议题",
                "there is no item of that number on the agenda",
            )
            .at("/item"),
            Self::Full => Fact::new(
                Kind::Conflict,
                "too-many-resolutions",
                "一次会议最多 100 项决议",
                "a meeting passes at most 100 resolutions",
            ),
            Self::OtherVersion => version_changed(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}
