//! Venues from a sheet.

use std::collections::HashMap;

use kernel::{IdSourceExt, OrgCode, VenueId, Version};
use problem::Message;
use sea_orm::ConnectionTrait;
use store::{StoreError, Tx};

use super::{App, Origin, kept};
use crate::app::posts::STAFFING;
use crate::domain::import::{Answer, ImportRow, Outcome};
use crate::domain::organisation::Organisation;
use crate::domain::sheet::{CellError, VenueRow};
use crate::domain::venue::Venue;
use crate::store::{delete_fresh_venues, hold, insert_venues, list_venues_of, load_organisations};

/// What rows would do.
pub(super) struct Plan {
    pub(super) answers: Vec<Answer>,
    venues: Vec<Venue>,
    /// Where they are, as it was read.
    places: Vec<Organisation>,
}

impl Plan {
    pub(super) async fn make(
        app: &App,
        origin: &Origin<'_>,
        rows: &[&[String]],
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let rows: Vec<_> = rows.iter().map(|row| VenueRow::read(row)).collect();
        let codes: Vec<OrgCode> = rows
            .iter()
            .flatten()
            .map(|row| row.org_code.clone())
            .collect();
        let names: Vec<String> = rows
            .iter()
            .flatten()
            .map(|row| row.name.as_str().to_owned())
            .collect();
        let mut places = HashMap::new();
        for place in load_organisations(db, &codes).await? {
            places.insert(place.code.clone(), place);
        }
        let mut known = HashMap::new();
        for venue in list_venues_of(db, &codes, Some(&names)).await? {
            known.insert((venue.org_code, venue.name), venue.capacity);
        }
        let mut plan = Self {
            answers: Vec::with_capacity(rows.len()),
            venues: Vec::new(),
            places: Vec::new(),
        };
        for row in rows {
            let decided = match row {
                Ok(row) => {
                    let key = (row.org_code.clone(), row.name.as_str().to_owned());
                    let known = known.get(&key).copied();
                    plan.decide(app, origin, &row, places.get(&row.org_code), known)
                        .map_err(|why| vec![why])
                }
                Err(errors) => Err(errors),
            };
            plan.answers.push(decided.unwrap_or_else(Answer::refused));
        }
        let venues = &plan.venues;
        plan.places = places
            .into_values()
            .filter(|place| venues.iter().any(|venue| venue.org_code == place.code))
            .collect();
        Ok(plan)
    }

    fn decide(
        &mut self,
        app: &App,
        origin: &Origin<'_>,
        row: &VenueRow,
        place: Option<&Organisation>,
        known: Option<u32>,
    ) -> Result<Answer, CellError> {
        let place = place.filter(|place| !place.is_closed());
        let place = place.ok_or_else(|| super::no_place("org_code"))?;
        if !origin.holds_any(&STAFFING, &place.path) {
            return Err(super::out_of_scope("org_code"));
        }
        match known {
            Some(capacity) if capacity == row.capacity => {
                return Ok(Answer::plain(Outcome::Unchanged));
            }
            Some(capacity) => {
                let why = Message::new(
                    format!("已有同名场地，可容纳 {capacity} 人"),
                    format!("there is a venue of that name for {capacity} people"),
                );
                return Err(CellError::at("capacity", &why));
            }
            None => {}
        }
        let venue = Venue {
            id: app.ids.next(),
            org_code: row.org_code.clone(),
            name: row.name.as_str().to_owned(),
            capacity: row.capacity,
            open: true,
            version: Version::FIRST,
            created_at: origin.now,
            updated_at: origin.now,
        };
        let answer = Answer::created(&venue.id, venue.version);
        self.venues.push(venue);
        Ok(answer)
    }

    pub(super) async fn write(self, tx: &Tx) -> Result<Vec<Answer>, StoreError> {
        hold(tx, &self.places.iter().collect::<Vec<_>>()).await?;
        insert_venues(tx, &self.venues).await?;
        Ok(self.answers)
    }
}

/// Takes rows back: venues that nobody booked or changed go.
pub(super) async fn take_back(
    origin: &Origin<'_>,
    rows: &[ImportRow],
    tx: &Tx,
) -> Result<Vec<Answer>, StoreError> {
    let place = |row: &ImportRow| Some(VenueRow::read(&row.cells).ok()?.org_code);
    let own = super::staffed_by(origin, rows.iter().map(place).collect(), tx).await?;
    let venues: Vec<(VenueId, Version)> = rows
        .iter()
        .zip(&own)
        .filter(|(_, own)| **own)
        .filter_map(|(row, _)| {
            let id = row.answer.subject.as_deref()?.parse().ok()?;
            Some((id, row.answer.version?))
        })
        .collect();
    let gone = delete_fresh_venues(tx, &venues).await?;
    let gone: Vec<String> = gone.iter().map(VenueId::to_string).collect();
    let answers = rows
        .iter()
        .zip(&own)
        .map(|(row, own)| match &row.answer.subject {
            _ if !own => kept(row, &super::OUT_OF_SCOPE),
            Some(subject) if gone.contains(subject) => super::undone(row),
            _ => kept(row, &BOOKED_OR_CHANGED),
        });
    Ok(answers.collect())
}

const BOOKED_OR_CHANGED: Message =
    Message::fixed("此后已被预约或修改", "it was booked or changed since");
