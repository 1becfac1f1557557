//! What ends with an organisation: the posts at it, the report-ins, its entries of the four lists, the venues with their
//! bookings.

use kernel::{Named, OrgCode};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use store::{CHUNK, StoreError, Tx};

use super::venue::{booking, place, slot};
use super::{list_entry, post, report_in};
use crate::domain::history::Effective;
use crate::domain::list_entry::EntryState;
use crate::domain::post::{LeaveReason, PostState};
use crate::domain::report_in::{ReportIn, ReportInState, ReportInStep};
use crate::domain::venue::BookingState;

/// Ends what was at organisations that came to their end: whoever gets one of their codes afterwards starts without
/// it. In one statement for each kind, however much there is; returns the report-ins that had been confirmed, as they are
/// now, for others know of them.
///
/// The organisations are locked: whoever fills a post, reports in or books holds them, and so comes before or finds
/// them closed.
pub(crate) async fn end_what_is_at(
    tx: &Tx,
    codes: &[OrgCode],
    when: Effective,
) -> Result<Vec<ReportIn>, StoreError> {
    let mut ended = Vec::new();
    for chunk in codes.chunks(CHUNK) {
        end_posts(tx, chunk, when).await?;
        ended.extend(end_report_ins(tx, chunk, when).await?);
        withdraw_entries(tx, chunk, when).await?;
        close_venues(tx, chunk, when).await?;
    }
    Ok(ended)
}

async fn end_posts(tx: &Tx, codes: &[OrgCode], when: Effective) -> Result<(), StoreError> {
    use post::Column;
    let day = when.on.to_string();
    // a post never ends before it began, however far back the organisation is closed
    let since = CaseStatement::new()
        .case(Column::Since.gt(day.as_str()), Expr::col(Column::Since))
        .finally(Expr::val(day.as_str()));
    post::Entity::update_many()
        .col_expr(Column::State, Expr::val(PostState::Left.name()))
        .col_expr(
            Column::LeftBecause,
            Expr::val(LeaveReason::OrganisationClosed.name()),
        )
        .col_expr(Column::Since, since.into())
        .col_expr(Column::Seat, Expr::val(Option::<String>::None))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(when.now.micros()))
        .filter(Column::OrgCode.is_in(codes.iter().cloned()))
        .filter(Column::State.ne(PostState::Left.name()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn end_report_ins(
    tx: &Tx,
    codes: &[OrgCode],
    when: Effective,
) -> Result<Vec<ReportIn>, StoreError> {
    use report_in::Column;
    let lasting = [ReportInState::Reported, ReportInState::Confirmed].map(Named::name);
    let theirs = Condition::any()
        .add(Column::CommunityCode.is_in(codes.iter().cloned()))
        .add(Column::UnitCode.is_in(codes.iter().cloned()));
    let confirmed = report_in::Entity::find()
        .filter(theirs.clone())
        .filter(Column::State.eq(ReportInState::Confirmed.name()))
        .all(tx)
        .await?;
    report_in::Entity::update_many()
        .col_expr(Column::State, Expr::val(ReportInState::Ended.name()))
        .col_expr(Column::Seat, Expr::val(Option::<String>::None))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(when.now.micros()))
        .filter(theirs)
        .filter(Column::State.is_in(lasting))
        .exec(tx)
        .await?;
    let mut ended = Vec::with_capacity(confirmed.len());
    for row in confirmed {
        let mut report = ReportIn::try_from(row)?;
        if report.step(ReportInStep::End, when.now).is_some() {
            ended.push(report);
        }
    }
    Ok(ended)
}

async fn withdraw_entries(tx: &Tx, codes: &[OrgCode], when: Effective) -> Result<(), StoreError> {
    use list_entry::Column;
    let live = EntryState::ALL.iter().filter(|state| state.is_live());
    let live: Vec<&str> = live.map(|state| state.name()).collect();
    list_entry::Entity::update_many()
        .col_expr(Column::State, Expr::val(EntryState::Withdrawn.name()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(when.now.micros()))
        .filter(Column::OwnerCode.is_in(codes.iter().cloned()))
        .filter(Column::State.is_in(live))
        .exec(tx)
        .await?;
    Ok(())
}

/// Closes venues, cancels what is booked in them and not over, and gives the half hours back.
async fn close_venues(tx: &Tx, codes: &[OrgCode], when: Effective) -> Result<(), StoreError> {
    place::Entity::update_many()
        .col_expr(place::Column::Open, Expr::val(false))
        .col_expr(
            place::Column::Version,
            Expr::col(place::Column::Version).add(1),
        )
        .col_expr(place::Column::UpdatedAt, Expr::val(when.now.micros()))
        .filter(place::Column::OrgCode.is_in(codes.iter().cloned()))
        .filter(place::Column::Open.eq(true))
        .exec(tx)
        .await?;
    let mut cancelled = Query::select();
    cancelled
        .column(booking::Column::Id)
        .from(booking::Entity)
        .and_where(booking::Column::VenueId.in_subquery(venues_of(codes)))
        .and_where(booking::Column::State.eq(BookingState::Booked.name()))
        .and_where(booking::Column::EndsAt.gt(when.now));
    slot::Entity::delete_many()
        .filter(slot::Column::BookingId.in_subquery(cancelled))
        .exec(tx)
        .await?;
    booking::Entity::update_many()
        .col_expr(
            booking::Column::State,
            Expr::val(BookingState::Cancelled.name()),
        )
        .col_expr(
            booking::Column::Version,
            Expr::col(booking::Column::Version).add(1),
        )
        .filter(booking::Column::VenueId.in_subquery(venues_of(codes)))
        .filter(booking::Column::State.eq(BookingState::Booked.name()))
        .filter(booking::Column::EndsAt.gt(when.now))
        .exec(tx)
        .await?;
    Ok(())
}

fn venues_of(codes: &[OrgCode]) -> SelectStatement {
    Query::select()
        .column(place::Column::Id)
        .from(place::Entity)
        .and_where(place::Column::OrgCode.is_in(codes.iter().cloned()))
        .to_owned()
}
