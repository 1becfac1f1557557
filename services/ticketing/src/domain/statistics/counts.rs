//! What is counted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Makes the struct of counts with what is done to all of them alike.
macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The counts that the rates are made of, all over one period and one part of the org tree.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(default)]
        pub struct Counts { $($(#[$doc])* pub $name: u64,)* }

        impl Counts {
            /// The names of all counts.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// Returns the count of a name.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<u64> {
                match name {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
            }

            /// Adds other counts.
            pub fn add(&mut self, other: &Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)*
            }

            /// Takes other counts away again.
            pub fn subtract(&mut self, other: &Self) {
                $(self.$name = self.$name.saturating_sub(other.$name);)*
            }

            /// Lists the counts that are not 0, by name.
            pub fn present(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter().filter(|(_, count)| *count > 0)
            }

            /// Sets the count of a name; false for a name that is none.
            pub fn set(&mut self, name: &str, count: u64) -> bool {
                match name {
                    $(stringify!($name) => self.$name = count,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

counts! {
    /// 上报数: orders opened.
    opened,
    /// 受理数: orders taken up, that is neither declined nor withdrawn, void or merged.
    accepted,
    /// 不予受理数: orders declined.
    declined,
    /// 撤单数: orders withdrawn by the requester.
    withdrawn,
    /// 终止数: orders ended without a result on request.
    terminated,
    /// 作废数: orders that were made by mistake.
    voided,
    /// 并单数: orders that became part of another one.
    merged,
    /// 立案数: orders that were taken up and given on.
    filed,
    /// 直办数: orders that were answered at the first contact and closed by that.
    direct,
    /// 应办结数 D: orders closed, or open and past due.
    due,
    /// 办结数: orders closed with a result.
    closed,
    /// 应按时办结数: orders due, without those excluded from the timely rate.
    due_timely,
    /// 按时办结数: of those, closed without a limit missed on the way, those of contact and of filing aside.
    closed_in_time,
    /// 重办数: closed orders that needed more than one round.
    reworked,
    /// 重开数: closed orders that were opened again.
    reopened,
    /// 派单次数: hand-outs to a unit or a volunteer.
    dispatches,
    /// 退回次数: hand-outs that came back.
    returns,
    /// 收回改派次数: hand-outs that the dispatcher took back.
    recalls,
    /// 退单申请数: requests to return an order.
    return_requests,
    /// 违规退单数: of those, refused.
    returns_refused,
    /// 派遣数: orders that were given to somebody.
    dispatched,
    /// 派遣到单位数: orders that were given to a unit.
    dispatched_to_unit,
    /// 准确派遣数: of those, the first unit was also the last.
    dispatched_right,
    /// 推诿数: orders with a refused return, or passed on to a third unit.
    shirked,
    /// 受理次数: times an order was taken up.
    accepts,
    /// 按时受理次数: of those, in time.
    accepts_in_time,
    /// 按时派单次数: hand-outs in time.
    dispatches_in_time,
    /// 签收、接单次数: hand-outs signed or claimed.
    taken,
    /// 按时签收、接单次数: of those, within the time for it.
    taken_in_time,
    /// 应先行联系数: orders with a limit for the first contact.
    contact_due,
    /// 先行联系及时数: of those, contacted in time.
    contacted_in_time,
    /// 应响应数: orders due, without those excluded from the response rate.
    due_response,
    /// 响应数: of those, signed and contacted in time.
    responded,
    /// 应处置数: orders handled, or not yet handled and past due.
    should_handle,
    /// 处置数: orders whose handling was reported.
    handled,
    /// 按期处置数: of those, without the handling limit missed.
    handled_in_time,
    /// 超时处置数: orders handled beyond their limit.
    over_limit,
    /// 超时百分比之和: sum of (used - limit) / limit of those, in percent.
    over_limit_percent,
    /// 返工数: handled orders that failed a site check at least once.
    checks_failed,
    /// 返工次数: site checks that failed.
    check_failures,
    /// 延期数: orders with an approved extension.
    extended,
    /// 延期次数: approved extensions.
    extensions,
    /// 挂账数: orders that are suspended.
    suspended,
    /// 历史挂账数: orders that were ever suspended.
    suspended_ever,
    /// 督查数: orders that came under supervision.
    supervised,
    /// 核查次数: site checks.
    verifications,
    /// 核查通过次数: of those, passed.
    verifications_passed,
    /// 核查及时次数: site checks in time.
    verifications_in_time,
    /// 核查数: orders with a site check.
    verified,
    /// 应回访数: orders that came as far as the callback.
    should_call_back,
    /// 有效回访数: of those, the resident was reached.
    called_back,
    /// 回访次数: callbacks tried.
    callbacks,
    /// 按时回访次数: of those, in time.
    callbacks_in_time,
    /// 回访接通次数: callbacks in which the resident was reached.
    callbacks_reached,
    /// 回访核实次数: of those, the resident confirms that the matter is solved.
    callbacks_confirmed,
    /// 解决率基数: callbacks reached, of orders not excluded from the solution rate.
    solution_base,
    /// 回访已解决次数: of those, solved.
    callbacks_solved,
    /// 满意率基数: callbacks reached, of orders not excluded from the satisfaction rate.
    satisfaction_base,
    /// 回访满意次数: of those, 4 or 5 of 5.
    callbacks_satisfied,
    /// 非常不满意: of those, 1 of 5.
    satisfaction_1,
    /// 不满意: of those, 2 of 5.
    satisfaction_2,
    /// 基本满意: of those, 3 of 5.
    satisfaction_3,
    /// 满意: of those, 4 of 5.
    satisfaction_4,
    /// 非常满意: of those, 5 of 5.
    satisfaction_5,
    /// 评单数: votes cast on results.
    votes,
    /// 满意评单数: of those, 4 or 5 of 5.
    votes_satisfied,
    /// 评单认为已解决数: of those, the matter is solved.
    votes_solved,
    /// 应晒单数: results accepted by the residents, which may be published.
    publishable,
    /// 已晒单数: of those, published.
    published,
    /// 网格上报数: orders that came in by the grid.
    grid_reports,
    /// 自办数: of those, closed by the grid on the spot.
    grid_handled,
    /// 绿灯数: open orders without a warning.
    lights_green,
    /// 黄灯数: open orders with a warning.
    lights_yellow,
    /// 红灯数: open orders past due.
    lights_red,
    /// 计时办结数: closed orders whose handling was measured.
    timed,
    /// 办理时长合计: their working minutes from the first hand-out to the end, pauses left out; from when it was taken up
    /// where nothing is handed out.
    timed_minutes,
    /// 回访部分解决次数: callbacks reached that say half solved; in the base of the solution rate, and not solved.
    callbacks_half_solved,
    /// 未接通数: orders whose callback ended without anybody being reached; in no base.
    callbacks_not_reached,
    /// 重复诉求数: merged orders that were opened within days of the other one.
    repeated,
    /// 解决问题数: problems that the milestones of secretaries' projects say were solved (27).
    problems_solved,
    /// 转接数: orders that another desk took (110, 119, 120 …).
    transferred,
    /// 核实次数: reports looked at on site before they were taken up.
    report_checks,
    /// 按时核实次数: of those, in time.
    report_checks_in_time,
    /// 核实属实次数: of those, found as reported.
    report_checks_found,
    /// 核实数: orders that were looked at on site before they were taken up.
    reports_checked,
    /// 有效上报数: grid reports that were filed, or done on the spot.
    grid_reports_valid,
    /// 不立案数: declined orders that somebody looked at on site and did not find as reported; those of 不予受理 are the
    /// other declined ones.
    not_filed,
    /// 单位认定数: orders of which the unit said, when it last reported back, whether the matter is solved.
    claims,
    /// 单位认定已解决数: of those, solved as the unit sees it.
    claims_solved,
    /// 街道评部门数: whistled orders of which the street has scored the department.
    unit_scores,
    /// 部门得分合计: the last score of each of those, of 100.
    unit_score_points,
    /// 街道认定解决数: of those, solved as the street said last.
    whistles_solved,
    /// 部门评街道数: whistled orders of which the department has scored the street.
    place_scores,
    /// 街道得分合计: the last score of each of those, of 100.
    place_score_points,
    /// 吹哨恰当数: of those, rightly whistled as the department said last.
    whistles_justified,
}
