//! Lists of a place: one row for each thing and each organisation above it, so that a page of what lies at or below
//! a place is read from the index.

use kernel::{OrgPath, TypedId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Writes};
use uuid::Uuid;

use super::open_tasks::{scope_code, scope_codes};
use super::volunteer::place_list::{ActiveModel, Column, Entity};

/// What is listed by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceList {
    /// Volunteers who wait for confirmation.
    Registered,
    /// Those who are certified.
    Certified,
    /// Those who were suspended.
    Suspended,
    /// Teams.
    Teams,
    /// Activities that anyone may see.
    Activities,
    /// Those that only the organisation sees.
    DraftActivities,
    /// Certificates that are announced.
    Notices,
    /// Hours that wait for confirmation.
    PendingHours,
    /// Plans of rosters.
    RosterPlans,
    /// Reservations of time that wait to be settled.
    TimeReservations,
    /// Sheets that were taken over.
    ServiceImports,
    /// Appeals against absences that wait.
    SignUpAppeals,
    /// Objections to hours that wait for an answer.
    HoursObjections,
    /// Certificates that were asked for and are neither made nor refused.
    CertificateRequests,
}

impl PlaceList {
    /// Returns the name in the store.
    const fn name(self) -> &'static str {
        match self {
            Self::Registered => "volunteer.registered",
            Self::Certified => "volunteer.certified",
            Self::Suspended => "volunteer.suspended",
            Self::Teams => "team",
            Self::Activities => "activity",
            Self::DraftActivities => "activity.draft",
            Self::Notices => "certificate.notice",
            Self::PendingHours => "hours.pending",
            Self::RosterPlans => "roster_plan",
            Self::TimeReservations => "time.reserved",
            Self::ServiceImports => "service_import",
            Self::SignUpAppeals => "sign_up.appeal",
            Self::HoursObjections => "hours.objection",
            Self::CertificateRequests => "certificate.request",
        }
    }
}

/// Lists a thing at its place.
pub(crate) fn show_at(writes: &mut Writes, list: PlaceList, place: &OrgPath, id: impl TypedId) {
    show_many_at(writes, list, &[(place, id)]);
}

/// Lists things at their places.
pub(crate) fn show_many_at<I: TypedId>(
    writes: &mut Writes,
    list: PlaceList,
    things: &[(&OrgPath, I)],
) {
    let rows = things.iter().flat_map(|(place, id)| {
        scope_codes(place)
            .into_iter()
            .map(move |scope_code| ActiveModel {
                list: Set(list.name().to_owned()),
                scope_code: Set(scope_code),
                id: Set(id.uuid()),
            })
    });
    let known = OnConflict::columns([Column::List, Column::ScopeCode, Column::Id])
        .do_nothing()
        .to_owned();
    writes.upsert(rows, &known);
}

/// Takes a thing off the list of the place at which it was shown.
pub(crate) fn hide_at(writes: &mut Writes, list: PlaceList, place: &OrgPath, id: impl TypedId) {
    hide_many_at(writes, list, place, &[id]);
}

/// Takes things off the list of the one place at which they were shown.
pub(crate) fn hide_many_at<I: TypedId>(
    writes: &mut Writes,
    list: PlaceList,
    place: &OrgPath,
    ids: &[I],
) {
    for chunk in ids.chunks(CHUNK) {
        writes.add(
            Entity::delete_many()
                .filter(Column::List.eq(list.name()))
                .filter(Column::ScopeCode.is_in(scope_codes(place)))
                .filter(Column::Id.is_in(chunk.iter().map(|id| id.uuid()))),
        );
    }
}

/// Lists ids at or below a place, the newest first.
pub(crate) async fn list_in<I: TypedId>(
    db: &impl ConnectionTrait,
    list: PlaceList,
    place: &OrgPath,
    after: Option<I>,
    limit: u64,
) -> Result<Vec<I>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::List.eq(list.name()))
        .filter(Column::ScopeCode.eq(scope_code(place)))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after.uuid()));
    }
    let ids: Vec<Uuid> = query.into_tuple().all(db).await?;
    Ok(ids.into_iter().map(I::from_uuid).collect())
}
