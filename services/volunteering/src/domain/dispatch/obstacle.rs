//! What stands between a volunteer and an invitation to a task.

use kernel::named;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::standing::Requirement;

named! {
    /// Why somebody is not asked for a task (不能派单的原因).
    #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[schema(as = DispatchObstacle)]
    pub(crate) enum DispatchObstacle {
        /// 任务不存在或已不属于该组织
        Gone = "task_gone",
        /// 任务已由他人承接
        Taken = "task_taken",
        /// 任务按候补次序为他人保留
        Kept = "task_kept",
        /// 任务已结束
        Closed = "task_closed",
        /// 邀请已达上限
        TooMany = "too_many_invited",
        /// 已不是已认证的志愿者
        NotCertified = "not_certified",
        /// 已受邀，待答复
        Invited = "already_invited",
        /// 已谢绝该任务
        Refused = "has_refused",
        /// 本方案中已派其他任务
        Elsewhere = "has_other_tasks",
        /// 诉求人本人
        Requester = "requester",
        /// 须回避
        KeepsOut = "keeps_out",
        /// 志愿者身份已停用
        Suspended = "suspended",
        /// 不符合年龄、监护人同意、保险要求
        Unprotected = "unprotected",
        /// 缺少类别所需技能
        Skills = "skills",
        /// 同时承接已达上限
        AtOnce = "at_once",
        /// 退回后的冷却期未过
        CoolDown = "cool_down",
        /// 任务不待接单或角色、地点不符
        NotOpen = "not_open",
    }
}

impl From<Requirement> for DispatchObstacle {
    fn from(unmet: Requirement) -> Self {
        match unmet {
            Requirement::Open | Requirement::Audience => Self::NotOpen,
            Requirement::NotRequester => Self::Requester,
            Requirement::NotExcluded => Self::KeepsOut,
            Requirement::NotSuspended => Self::Suspended,
            Requirement::Protected => Self::Unprotected,
            Requirement::Skills => Self::Skills,
            Requirement::AtOnce => Self::AtOnce,
            Requirement::CoolDown => Self::CoolDown,
        }
    }
}

impl DispatchObstacle {
    /// Says it, in Chinese and in English.
    pub(crate) const fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Gone => (
                "任务不存在或已不属于该组织",
                "no task of the place any more",
            ),
            Self::Taken => ("任务已由他人承接", "somebody else has the task"),
            Self::Kept => (
                "任务按候补次序为他人保留",
                "kept for somebody of its waiting list",
            ),
            Self::Closed => ("任务已结束", "the task has ended"),
            Self::TooMany => (
                "该任务的邀请已达上限",
                "as many are invited to the task as may be",
            ),
            Self::NotCertified => ("已不是已认证的志愿者", "no certified volunteer any more"),
            Self::Invited => ("已受邀，待答复", "is invited and has not answered"),
            Self::Refused => ("已谢绝该任务", "has said no to the task"),
            Self::Elsewhere => (
                "本方案中已派其他任务",
                "is asked for other tasks by the plan",
            ),
            Self::Requester => ("是诉求人本人", "is the one who asked"),
            Self::KeepsOut => ("须回避", "keeps out of what it is about"),
            Self::Suspended => ("志愿者身份已停用", "is suspended as a volunteer"),
            Self::Unprotected => (
                "不符合此类服务对年龄、监护人同意和保险的要求",
                "lacks the age, consent or insurance that the service needs",
            ),
            Self::Skills => (
                "缺少该类别所需的有效技能证明",
                "lacks valid proofs of the skills that the category needs",
            ),
            Self::AtOnce => (
                "同时承接的任务已达上限",
                "has as many tasks as the limit allows",
            ),
            Self::CoolDown => (
                "退回后的冷却期未过",
                "the pause after giving one back is not over",
            ),
            Self::NotOpen => (
                "任务不待接单或角色、地点不符",
                "the task is not open to them",
            ),
        }
    }
}
