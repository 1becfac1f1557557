//! Who helps. Emitted by volunteering.

use kernel::{
    AccountId, ActivityId, CertificateId, HoursObjectionId, OrderId, OrgPath, Role,
    ServiceRecordId, ShiftId, SignUpId, TaskId, Timestamp, VolunteerId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A task waits for someone to take it (待接单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskOpened {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// The order's human number.
    pub number: String,
    /// Where help is needed.
    pub org_path: OrgPath,
    /// Roles whose holders may take it.
    pub roles: Vec<Role>,
    /// Who asked (诉求人): may not take it, and who keeps out of their matters is not told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<AccountId>,
}

/// Someone took a task (接单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskClaimed {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// Who took it.
    pub volunteer: AccountId,
}

/// Somebody is asked to take a task: by a dispatcher (邀请接单), or because they waited for it (候补递补).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskInvited {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// The order's human number.
    pub number: String,
    /// Where help is needed.
    pub org_path: OrgPath,
    /// Who is asked.
    pub volunteer: AccountId,
    /// To be answered until.
    pub due_at: Timestamp,
    /// Why, where no dispatcher asked: `waiting_list` (候补递补).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Number of the position (岗位) of a group task that they are asked for; the task itself where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// Someone who has a task has been silent; it is taken back where nothing is heard (催办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskReminded {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// The order's human number.
    pub number: String,
    /// Where help is needed.
    pub org_path: OrgPath,
    /// Who has it.
    pub volunteer: AccountId,
    /// When it is taken back.
    pub due_at: Timestamp,
}

/// Someone gave a task back (退回).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskReleased {
    /// The task.
    pub task_id: TaskId,
    /// The order behind it.
    pub order_id: OrderId,
    /// Who gave it back, or from whom it was taken back.
    pub volunteer: AccountId,
    /// Why, where nobody gave it back by themselves: `silence` (逾期未办，自动收回) or `suspended` (志愿者停用).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A volunteer registered, was certified, was suspended or went to another home (志愿者变动).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VolunteerChanged {
    /// The volunteer.
    pub volunteer_id: VolunteerId,
    /// The account.
    pub volunteer: AccountId,
    /// Home community or unit.
    pub home: OrgPath,
    /// State: `registered`, `certified` or `suspended`.
    pub state: String,
}

/// An activity recruits (活动发布).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActivityPublished {
    /// The activity.
    pub activity_id: ActivityId,
    /// Where it is.
    pub org_path: OrgPath,
    /// Kind of service.
    pub kind: String,
}

/// Hours of service were confirmed, corrected or refused (工时确认).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoursConfirmed {
    /// The record.
    pub record_id: ServiceRecordId,
    /// The activity; absent where an order's task was served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<ActivityId>,
    /// The order's task; absent where a shift was served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    /// Who served.
    pub volunteer: AccountId,
    /// Where.
    pub org_path: OrgPath,
    /// Kind of service.
    pub kind: String,
    /// Minutes that count.
    pub minutes: u32,
    /// State: `confirmed`, `corrected` or `refused`.
    pub state: String,
}

/// What a volunteer held against hours of their own was answered (时长异议答复).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoursObjectionAnswered {
    /// The objection.
    pub objection_id: HoursObjectionId,
    /// The record of service.
    pub record_id: ServiceRecordId,
    /// Who objected.
    pub volunteer: AccountId,
    /// Where it was served.
    pub org_path: OrgPath,
    /// State: `upheld` or `dismissed`.
    pub state: String,
}

/// Facts of a sign-up (报名).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignUpFacts {
    /// The sign-up.
    pub sign_up_id: SignUpId,
    /// The shift.
    pub shift_id: ShiftId,
    /// Its activity.
    pub activity_id: ActivityId,
    /// Who signed up.
    pub volunteer: AccountId,
    /// Where the activity is.
    pub org_path: OrgPath,
    /// State: `applied`, `confirmed`, `waiting`, `offered`, …
    pub state: String,
    /// Beginning of the shift.
    pub begins_at: Timestamp,
    /// End of the shift.
    pub ends_at: Timestamp,
    /// End of an offer.
    pub due_at: Option<Timestamp>,
}

/// Somebody signed up, or a sign-up went on (报名变动).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignUpChanged {
    /// The sign-up.
    pub sign_up: SignUpFacts,
}

/// Somebody's shift begins soon (班次提醒).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignUpReminded {
    /// The sign-up.
    pub sign_up: SignUpFacts,
}

/// A certificate of service was issued: its page can be fetched (证明出具).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateIssued {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// Its number, by which anyone checks it.
    pub number: String,
    /// Whose service it certifies.
    pub volunteer: AccountId,
    /// Who issued it.
    pub org_path: OrgPath,
}

/// A certificate of service, or its announcement, was withdrawn (证明撤销).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateRevoked {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// Its number.
    pub number: String,
    /// Whose service it certified.
    pub volunteer: AccountId,
    /// Who had issued it.
    pub org_path: OrgPath,
    /// Why: `corrected` (another takes its place), `objection_upheld`, `wrong_record`, `other`.
    pub code: String,
}

crate::events! {
    TaskOpened => "linli.volunteering.task.opened.v1",
    TaskClaimed => "linli.volunteering.task.claimed.v1",
    TaskInvited => "linli.volunteering.task.invited.v1",
    TaskReminded => "linli.volunteering.task.reminded.v1",
    TaskReleased => "linli.volunteering.task.released.v1",
    CertificateIssued => "linli.volunteering.certificate.issued.v1",
    CertificateRevoked => "linli.volunteering.certificate.revoked.v1",
    ActivityPublished => "linli.volunteering.activity.published.v1",
    HoursConfirmed => "linli.volunteering.hours.confirmed.v1",
    HoursObjectionAnswered => "linli.volunteering.objection.answered.v1",
    SignUpChanged => "linli.volunteering.signup.changed.v1",
    SignUpReminded => "linli.volunteering.signup.reminded.v1",
    VolunteerChanged => "linli.volunteering.volunteer.changed.v1",
}
