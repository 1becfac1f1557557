use kernel::{
    AgreementId, BookingId, Line, ListEntryId, MeetingId, OrderId, OrgCode, ResolutionId, Text,
    Timestamp, TypedId, Version,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::public::{Public, Several};
use crate::app::{CallMeeting, PassResolution};
use crate::domain::meeting::{
    AgendaItem, Meeting, MeetingState, MeetingStep, OrderStanding, Resolution, ResolutionState,
};

/// A meeting to call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallMeetingBody {
    /// 召集单位 (organisation that calls it).
    convener_code: OrgCode,
    /// 会议名称，不得含个人信息 (what it is about; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Public<Line<1, 100>>,
    /// 开始时间 (when it begins).
    starts_at: Timestamp,
    /// 场地预约 (where: a booking of a venue).
    #[serde(default)]
    booking_id: Option<BookingId>,
    /// 受邀组织 (organisations that are invited).
    #[schema(value_type = Vec<OrgCode>, min_items = 1, max_items = 50)]
    invited: Several<OrgCode, 1, 50>,
    /// 议题 (what is on the agenda).
    #[schema(value_type = Vec<AgendaItemBody>, min_items = 1, max_items = 30)]
    agenda: Several<AgendaItemBody, 1, 30>,
}

/// A matter to discuss.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgendaItemBody {
    /// 议题，不得含个人信息 (what it is about; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    subject: Public<Line<1, 200>>,
    /// 相关清单事项 (an entry of a list that it is about).
    #[serde(default)]
    entry_id: Option<ListEntryId>,
    /// 相关协议 (an agreement that it is about).
    #[serde(default)]
    agreement_id: Option<AgreementId>,
}

/// What the convener does with a meeting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeMeetingBody {
    /// 处理 (the step).
    pub(super) step: MeetingStep,
}

/// What was said about an item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordMinutesBody {
    /// 议题序号，从 1 起 (number of the item, from 1).
    pub(super) item: u16,
    /// 纪要，不得含个人信息 (what was said; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub(super) minutes: Public<Text<1, 4000>>,
}

/// A resolution to pass.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassResolutionBody {
    /// 议题序号，从 1 起 (number of the item, from 1).
    item: u16,
    /// 决议，不得含个人信息 (what is resolved, in a line; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    title: Public<Line<1, 100>>,
    /// 决议内容，不得含个人信息 (what is to be done; nothing about a person).
    #[schema(value_type = String, min_length = 1, max_length = 2000)]
    text: Public<Text<1, 2000>>,
    /// 责任单位 (organisation that answers for it).
    owner_code: OrgCode,
    /// 地点，默认为召集单位 (where; by default with the convener).
    #[serde(default)]
    place_code: Option<OrgCode>,
    /// 工单类别，不填则由系统建议 (category of the order; proposed where none is named).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 6)]
    category: Option<Line<1, 6>>,
    /// 是否立工单 (whether an order is opened for it).
    #[serde(default)]
    order: bool,
}

/// A matter on the agenda (议题).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgendaItemView {
    /// 序号 (its number, from 1).
    item: usize,
    /// 议题 (what it is about).
    subject: String,
    /// 相关清单事项 (an entry of a list that it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_id: Option<ListEntryId>,
    /// 相关协议 (an agreement that it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement_id: Option<AgreementId>,
    /// 纪要 (what was said).
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<String>,
}

/// How the order of a resolution stands (工单进展).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResolutionOrderView {
    /// 工单编号 (the order).
    id: OrderId,
    /// 工单号 (its number).
    number: String,
    /// 工单状态 (its state).
    state: String,
    /// 结果是否已公示 (whether its result was made public).
    published: bool,
}

/// A resolution (决议).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResolutionView {
    /// 编号 (its id).
    id: ResolutionId,
    /// 会议编号 (the meeting).
    meeting_id: MeetingId,
    /// 议题序号 (number of the item).
    item: u16,
    /// 决议 (what is resolved).
    title: String,
    /// 决议内容 (what is to be done).
    text: String,
    /// 责任单位 (organisation that answers for it).
    owner_code: OrgCode,
    /// 地点 (where).
    place_code: OrgCode,
    /// 工单类别 (category of the order).
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// 状态 (what became of it).
    state: ResolutionState,
    /// 工单进展 (how its order stands).
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<ResolutionOrderView>,
    /// 版本 (its version).
    version: Version,
    /// 通过时间 (when it was passed).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

/// A joint meeting (联席会议).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeetingView {
    /// 编号 (its id).
    id: MeetingId,
    /// 召集单位 (organisation that calls it).
    convener_code: OrgCode,
    /// 会议名称 (what it is about).
    title: String,
    /// 开始时间 (when it begins).
    starts_at: Timestamp,
    /// 场地预约 (where: a booking of a venue).
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_id: Option<BookingId>,
    /// 受邀组织 (organisations that are invited).
    invited: Vec<OrgCode>,
    /// 议题 (what is on the agenda).
    agenda: Vec<AgendaItemView>,
    /// 决议 (what was resolved; a single meeting only).
    #[serde(skip_serializing_if = "Option::is_none")]
    resolutions: Option<Vec<ResolutionView>>,
    /// 状态 (how far it has come).
    state: MeetingState,
    /// 版本 (its version).
    version: Version,
    /// 召集时间 (when it was called).
    created_at: Timestamp,
    /// 最近变动时间 (when it last changed).
    updated_at: Timestamp,
}

impl From<CallMeetingBody> for CallMeeting {
    fn from(body: CallMeetingBody) -> Self {
        let agenda = body.agenda.0.into_iter().map(|item| AgendaItem {
            subject: item.subject.0.into_string(),
            entry: item.entry_id,
            agreement: item.agreement_id,
            minutes: None,
        });
        Self {
            convener: body.convener_code,
            title: body.title.0,
            starts_at: body.starts_at,
            booking: body.booking_id,
            invited: body.invited.0,
            agenda: agenda.collect(),
        }
    }
}

impl PassResolutionBody {
    pub(super) fn command(self, meeting: MeetingId) -> PassResolution {
        PassResolution {
            meeting,
            item: self.item,
            title: self.title.0,
            text: self.text.0,
            owner: self.owner_code,
            place: self.place_code,
            category: self.category,
            wants_order: self.order,
        }
    }
}

impl From<Resolution> for ResolutionView {
    fn from(passed: Resolution) -> Self {
        let order = |order: OrderStanding| ResolutionOrderView {
            id: OrderId::from_uuid(passed.id.uuid()),
            number: order.number,
            state: order.state,
            published: order.published,
        };
        Self {
            id: passed.id,
            meeting_id: passed.meeting,
            item: passed.item,
            title: passed.title,
            text: passed.text,
            owner_code: passed.owner,
            place_code: passed.place,
            category: passed.category,
            state: passed.state,
            order: passed.order.map(order),
            version: passed.version,
            created_at: passed.created_at,
            updated_at: passed.updated_at,
        }
    }
}

impl MeetingView {
    pub(super) fn new(meeting: Meeting, resolutions: Option<Vec<Resolution>>) -> Self {
        let agenda = (1..)
            .zip(meeting.agenda)
            .map(|(item, known)| AgendaItemView {
                item,
                subject: known.subject,
                entry_id: known.entry,
                agreement_id: known.agreement,
                minutes: known.minutes,
            });
        let passed = |passed: Vec<Resolution>| passed.into_iter().map(Into::into).collect();
        Self {
            agenda: agenda.collect(),
            resolutions: resolutions.map(passed),
            id: meeting.id,
            convener_code: meeting.convener,
            title: meeting.title,
            starts_at: meeting.starts_at,
            booking_id: meeting.booking,
            invited: meeting.invited,
            state: meeting.state,
            version: meeting.version,
            created_at: meeting.created_at,
            updated_at: meeting.updated_at,
        }
    }
}
