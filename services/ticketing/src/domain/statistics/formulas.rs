//! The formulas, one pure function each; the number is that of the design's section (c).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Counts, Rate};

/// Makes a function of every formula, the struct of all rates, and their list.
macro_rules! rates {
    ($($(#[$doc:meta])* $name:ident($counts:ident) = $rate:expr;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name($counts: &Counts) -> Rate { $rate })*

        /// The rates that the counts give.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct Rates { $($(#[$doc])* pub $name: Rate,)* }

        impl Rates {
            /// The names of all rates.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// Computes all rates.
            #[must_use]
            pub fn of(counts: &Counts) -> Self {
                Self { $($name: $name(counts),)* }
            }

            /// Lists the rates by name.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, Rate)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

rates! {
    /// 受理率: accepted ÷ opened, those that became part of others left aside (16).
    acceptance(counts) = Rate::of(counts.accepted, counts.opened.saturating_sub(counts.merged));
    /// 直接答复率、直办率: answered at the first contact ÷ accepted (2).
    direct_answer(counts) = Rate::of(counts.direct, counts.accepted);
    /// 转办率: 1 − direct ÷ accepted (2).
    passing_on(counts) = Rate::rest_of(counts.direct, counts.accepted);
    /// 派单准确率: 1 − (returns and reassignments ÷ dispatches) (3).
    dispatch_accuracy(counts) = Rate::rest_of(counts.returns + counts.recalls, counts.dispatches);
    /// 退单率: return requests ÷ hand-outs (3).
    return_requests(counts) = Rate::of(counts.return_requests, counts.dispatches);
    /// 违规退单率: refused returns ÷ hand-outs (3).
    wrongful_returns(counts) = Rate::of(counts.returns_refused, counts.dispatches);
    /// 按时签收率、接单及时率: taken in time ÷ hand-outs (4, 26).
    taking_in_time(counts) = Rate::of(counts.taken_in_time, counts.dispatches);
    /// 先行联系率: contacted in time ÷ orders that need contact (4).
    first_contact(counts) = Rate::of(counts.contacted_in_time, counts.contact_due);
    /// 响应率: signed and contacted in time ÷ due, exclusions taken off (5).
    response(counts) = Rate::of(counts.responded, counts.due_response);
    /// 解决率: solved ÷ reached, exclusions taken off (6).
    solution(counts) = Rate::of(counts.callbacks_solved, counts.solution_base);
    /// 实际解决率: solved as units say ÷ orders of which they say anything; never mixed with what residents say (6).
    claimed_solution(counts) = Rate::of(counts.claims_solved, counts.claims);
    /// 满意率: satisfied ÷ reached, exclusions taken off (7).
    satisfaction(counts) = Rate::of(counts.callbacks_satisfied, counts.satisfaction_base);
    /// 满意率（含基本满意）: 3 to 5 of 5 ÷ reached, exclusions taken off (7).
    satisfaction_basic(counts) = Rate::of(
        counts.satisfaction_3 + counts.satisfaction_4 + counts.satisfaction_5,
        counts.satisfaction_base,
    );
    /// 办结率: closed ÷ due (10, 26).
    closing(counts) = Rate::of(counts.closed, counts.due);
    /// 按时办结率: closed in time ÷ due, exclusions taken off (10).
    closing_in_time(counts) = Rate::of(counts.closed_in_time, counts.due_timely);
    /// 逾期率: 1 − closed in time ÷ due, exclusions taken off (10).
    overdue(counts) = Rate::rest_of(counts.closed_in_time, counts.due_timely);
    /// 重办率: orders with more than one round ÷ closed (10).
    rework(counts) = Rate::of(counts.reworked, counts.closed);
    /// 重复诉求率: orders about a matter that had been brought forward shortly before ÷ taken up, these included (10).
    repetition(counts) = Rate::of(counts.repeated, counts.accepted + counts.merged);
    /// 重开率: orders opened again ÷ closed.
    reopening(counts) = Rate::of(counts.reopened, counts.closed);
    /// 有效回访率: orders reached ÷ orders to call back (11).
    callback_validity(counts) = Rate::of(counts.called_back, counts.should_call_back);
    /// 回访接通率: reached ÷ callbacks tried.
    callback_reach(counts) = Rate::of(counts.callbacks_reached, counts.callbacks);
    /// 回访核实率: unit's claim confirmed ÷ callbacks reached (11).
    callback_confirmation(counts) = Rate::of(counts.callbacks_confirmed, counts.callbacks_reached);
    /// 立案率: filed ÷ reported (16).
    filing(counts) = Rate::of(counts.filed, counts.opened);
    /// 结案率: closed ÷ due (17).
    case_closing(counts) = Rate::of(counts.closed, counts.due);
    /// 按期结案率: closed in time ÷ due (17).
    case_closing_in_time(counts) = Rate::of(counts.closed_in_time, counts.due_timely);
    /// 处置率: handled ÷ to be handled (18).
    handling(counts) = Rate::of(counts.handled, counts.should_handle);
    /// 按期处置率、书记项目按期率: handled in time ÷ to be handled (18, 27).
    handling_in_time(counts) = Rate::of(counts.handled_in_time, counts.should_handle);
    /// 返工率: orders that failed a site check ÷ handled (19).
    rework_after_check(counts) = Rate::of(counts.checks_failed, counts.handled);
    /// 延期率: orders extended ÷ handled (19).
    extension(counts) = Rate::of(counts.extended, counts.handled);
    /// 挂账率: orders suspended now ÷ filed (19).
    suspension(counts) = Rate::of(counts.suspended, counts.filed);
    /// 推诿率: refused or circulating ÷ orders given to a unit (19).
    shirking(counts) = Rate::of(counts.shirked, counts.dispatched_to_unit);
    /// 核查通过率: passed ÷ site checks.
    verification(counts) = Rate::of(counts.verifications_passed, counts.verifications);
    /// 核查及时率: site checks in time ÷ site checks (20).
    verification_in_time(counts) = Rate::of(counts.verifications_in_time, counts.verifications);
    /// 准确派遣率: first unit was the last ÷ given to a unit (20).
    right_dispatch(counts) = Rate::of(counts.dispatched_right, counts.dispatched_to_unit);
    /// 受理员按时受理率: taken up in time ÷ taken up (21).
    accepting_in_time(counts) = Rate::of(counts.accepts_in_time, counts.accepts);
    /// 派遣员按时派遣率: handed out in time ÷ hand-outs (21).
    dispatching_in_time(counts) = Rate::of(counts.dispatches_in_time, counts.dispatches);
    /// 回访及时率: callbacks in time ÷ callbacks (21).
    calling_back_in_time(counts) = Rate::of(counts.callbacks_in_time, counts.callbacks);
    /// 自办率: closed by the grid on the spot ÷ grid reports (22).
    grid_handling(counts) = Rate::of(counts.grid_handled, counts.grid_reports);
    /// 核实及时率: reports checked in time ÷ reports checked (20).
    report_check_in_time(counts) = Rate::of(counts.report_checks_in_time, counts.report_checks);
    /// 核实属实率: found as reported ÷ reports checked (15).
    report_check_found(counts) = Rate::of(counts.report_checks_found, counts.report_checks);
    /// 有效上报率: grid reports that were filed or done on the spot ÷ grid reports (16, 21).
    valid_reports(counts) = Rate::of(counts.grid_reports_valid, counts.grid_reports);
    /// 评单满意率: satisfied votes ÷ votes (26).
    review_satisfaction(counts) = Rate::of(counts.votes_satisfied, counts.votes);
    /// 评单解决率: "solved" votes ÷ votes (26).
    review_solution(counts) = Rate::of(counts.votes_solved, counts.votes);
    /// 晒单率: published ÷ accepted results (26).
    publication(counts) = Rate::of(counts.published, counts.publishable);
    /// 吹哨解决率: solved as the street says ÷ whistles it judged (23).
    whistle_solution(counts) = Rate::of(counts.whistles_solved, counts.unit_scores);
    /// 吹哨恰当率: rightly whistled as departments say ÷ whistles they judged (23, S44).
    whistle_justification(counts) = Rate::of(counts.whistles_justified, counts.place_scores);
    /// 亮绿灯率: open orders without a warning ÷ open orders (27).
    green_lights(counts) = Rate::of(
        counts.lights_green,
        counts.lights_green + counts.lights_yellow + counts.lights_red,
    );
}
