//! Rows of exports about what is on record of people: trainings, awards, ratings, certificates.

use std::collections::HashMap;

use kernel::{AccountId, Named, ServiceRecordId};
use store::StoreError;

use super::App;
use super::export_rows::{ExportPage, PAGE, cells, decimal_hours, kind_title, leaf, span_of};
use crate::domain::certificate::Certificate;
use crate::domain::export_job::{Behind, ServiceExport};
use crate::domain::exports::ExportTable;
use crate::domain::hours::ServiceHours;
use crate::domain::rating::Rating;
use crate::domain::record_entry::{RecordEntry, RecordEntryKind};
use crate::store::{
    list_certificates_at, list_hours_at, list_numbers, list_ratings, list_record_entries_at,
};

/// The last of a page, where another one follows.
fn last_of<T>(found: &[T]) -> Option<&T> {
    let full = u64::try_from(found.len()) == Ok(PAGE);
    found.last().filter(|_| full)
}

/// Minutes as they are written, and as hours.
fn written(minutes: Option<u64>) -> (String, String) {
    let hours = minutes.map(|minutes| decimal_hours(i64::try_from(minutes).unwrap_or(i64::MAX)));
    let minutes = minutes.map(|minutes| minutes.to_string());
    (minutes.unwrap_or_default(), hours.unwrap_or_default())
}

pub(super) async fn entries(
    app: &App,
    export: &ServiceExport,
    (table, kind): (&ExportTable, RecordEntryKind),
) -> Result<ExportPage, StoreError> {
    let (db, wanted) = (app.db.reader(), &export.wanted);
    let (of, days) = ((&wanted.place, kind), (wanted.from, wanted.to));
    let after = export.behind.entry.as_ref();
    let found = list_record_entries_at(db, of, days, after, PAGE).await?;
    let accounts: Vec<AccountId> = found.iter().map(|entry| entry.volunteer).collect();
    let numbers = list_numbers(db, &accounts).await?;
    let row = |entry: &RecordEntry| {
        let said = &entry.said;
        let (minutes, hours) = written(said.minutes.map(u64::from));
        cells(table, |field| match field {
            "entry" => entry.id.to_string(),
            "number" => numbers.get(&entry.volunteer).cloned().unwrap_or_default(),
            "place" => leaf(&entry.issuer),
            "title" => said.title.clone(),
            "from" => said.from.to_string(),
            "until" => said.until.unwrap_or(said.from).to_string(),
            "minutes" => minutes.clone(),
            "hours" => hours.clone(),
            "level" => said.level.clone().unwrap_or_default(),
            "state" => entry.state.name().to_owned(),
            _ => String::new(),
        })
    };
    let next = last_of(&found).map(|last| Behind {
        entry: Some((last.issuer.clone(), last.id)),
        ..Behind::default()
    });
    Ok((found.iter().map(row).collect(), next))
}

/// Ratings are found by the services that they are about: two of each at most.
pub(super) async fn ratings(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, wanted) = (app.db.reader(), &export.wanted);
    let zone = &app.catalogue.zone;
    let days = span_of(zone, wanted.from, wanted.to);
    let after = export.behind.hours.as_ref();
    let found = list_hours_at(db, &wanted.place, days, after, PAGE).await?;
    let ids: Vec<ServiceRecordId> = found.iter().map(|hours| hours.id).collect();
    let rated = list_ratings(db, &ids).await?;
    let accounts: Vec<AccountId> = rated.iter().map(|rating| rating.volunteer).collect();
    let numbers = list_numbers(db, &accounts).await?;
    let services: HashMap<ServiceRecordId, &ServiceHours> =
        found.iter().map(|hours| (hours.id, hours)).collect();
    let row = |rating: &Rating| {
        let service = services.get(&rating.record);
        let of = |part: fn(&ServiceHours) -> String| {
            service.map(|service| part(service)).unwrap_or_default()
        };
        cells(table, |field| match field {
            "record" => rating.record.to_string(),
            "number" => numbers.get(&rating.volunteer).cloned().unwrap_or_default(),
            "place" => of(|service| leaf(&service.org_path)),
            "kind" => of(|service| service.kind.clone()),
            "kind_title" => kind_title(app, &of(|service| service.kind.clone()), wanted),
            "rated_by" => rating.rated_by.name().to_owned(),
            "score" => rating.score.to_string(),
            "rated_on" => rating.at.date_in(zone).to_string(),
            _ => String::new(),
        })
    };
    let next = last_of(&found).map(|last| Behind {
        hours: Some((last.org_path.clone(), last.id)),
        ..Behind::default()
    });
    Ok((rated.iter().map(row).collect(), next))
}

pub(super) async fn certificates(
    app: &App,
    export: &ServiceExport,
    table: &ExportTable,
) -> Result<ExportPage, StoreError> {
    let (db, wanted) = (app.db.reader(), &export.wanted);
    let zone = &app.catalogue.zone;
    let days = span_of(zone, wanted.from, wanted.to);
    let after = export.behind.certificate.as_ref();
    let found = list_certificates_at(db, &wanted.place, days, after, PAGE).await?;
    let day = |at: Option<kernel::Timestamp>| {
        at.map(|at| at.date_in(zone).to_string())
            .unwrap_or_default()
    };
    let row = |certificate: &Certificate| {
        let (minutes, hours) = written(Some(certificate.minutes()));
        cells(table, |field| match field {
            "serial" => certificate.number.clone(),
            "number" => certificate.volunteer_number.clone(),
            "place" => leaf(&certificate.issuer),
            "office" => certificate.office.name.clone(),
            "from" => certificate.from.to_string(),
            "until" => certificate.until.to_string(),
            "minutes" => minutes.clone(),
            "hours" => hours.clone(),
            "state" => certificate.state.name().to_owned(),
            "issued_on" => day(certificate.issued_at),
            "good_until" => day(certificate.good_until),
            _ => String::new(),
        })
    };
    let next = last_of(&found).map(|last| Behind {
        certificate: Some((last.issuer.clone(), last.id)),
        ..Behind::default()
    });
    Ok((found.iter().map(row).collect(), next))
}
