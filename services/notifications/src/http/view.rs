use kernel::{CertificateId, GrantId, MessageId, OrderId, ServiceRecordId, SignUpId, Timestamp};
use problem::Locale;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::message::{Bilingual, Message};

/// 一条消息 (a message of the caller's inbox).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// 消息编号 (the message).
    pub(crate) id: MessageId,
    /// 消息类别 (which notice it is).
    #[schema(example = "order_waiting")]
    pub(crate) kind: String,
    /// 标题 (title, in the language of the answer).
    #[schema(example = "工单待处理")]
    pub(crate) title: String,
    /// 正文 (body, in the language of the answer).
    #[schema(example = "工单 WD20261122-00000001 等待您处理。")]
    pub(crate) body: String,
    /// 相关工单 (order that it is about; absent where it is about something else).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<OrderId>,
    /// 相关授权 (grant of the reader's own that it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grant_id: Option<GrantId>,
    /// 相关志愿服务报名 (sign-up of the reader's own for voluntary service that it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_up_id: Option<SignUpId>,
    /// 相关志愿服务证明 (certificate of the reader's own service that it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_id: Option<CertificateId>,
    /// 相关服务记录 (record of the reader's own service that it is about).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service_record_id: Option<ServiceRecordId>,
    /// 时间 (when it came).
    pub(crate) created_at: Timestamp,
    /// 是否已读 (whether it was read).
    pub(crate) read: bool,
}

/// 一页消息 (one page of the inbox).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxView {
    /// 消息，新的在前 (messages, newest first).
    pub(crate) items: Vec<MessageView>,
    /// 下一页游标，末页没有 (cursor of the next page; absent on the last one).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// 未读数 (number of unread messages).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadView {
    /// 未读数 (how many).
    #[schema(example = 3)]
    pub(crate) unread: u64,
}

impl MessageView {
    pub(crate) fn of(message: Message, locale: Locale) -> Self {
        let text = |text: Bilingual| match locale {
            Locale::Zh => text.zh,
            Locale::En => text.en,
        };
        Self {
            id: message.id,
            kind: message.kind,
            title: text(message.wording.title),
            body: text(message.wording.body),
            order_id: message.subject.order(),
            grant_id: message.subject.grant(),
            sign_up_id: message.subject.sign_up(),
            certificate_id: message.subject.certificate(),
            service_record_id: message.subject.service_record(),
            created_at: message.created_at,
            read: message.read,
        }
    }
}
