//! Reading and writing meetings.

use kernel::{MeetingId, Named, OrgCode, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use super::meeting::{item, participant, whole};
use super::organisation::named;
use crate::domain::meeting::{AgendaItem, Meeting};

fn whole_row(meeting: &Meeting) -> whole::ActiveModel {
    whole::ActiveModel {
        id: Set(meeting.id),
        convener_code: Set(meeting.convener.clone()),
        title: Set(meeting.title.clone()),
        starts_at: Set(meeting.starts_at),
        booking_id: Set(meeting.booking),
        state: Set(meeting.state.name().to_owned()),
        version: Set(meeting.version),
        created_at: Set(meeting.created_at),
        updated_at: Set(meeting.updated_at),
    }
}

async fn insert_agenda(tx: &Tx, meeting: &Meeting) -> Result<(), StoreError> {
    let rows = (1_i64..)
        .zip(&meeting.agenda)
        .map(|(position, known)| item::ActiveModel {
            meeting_id: Set(meeting.id),
            position: Set(position),
            subject: Set(known.subject.clone()),
            entry_id: Set(known.entry),
            agreement_id: Set(known.agreement),
            minutes: Set(known.minutes.clone()),
        });
    item::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Inserts a meeting.
pub(crate) async fn insert_meeting(tx: &Tx, meeting: &Meeting) -> Result<(), StoreError> {
    whole::Entity::insert(whole_row(meeting))
        .exec_without_returning(tx)
        .await?;
    let participants = (0_i64..).zip(meeting.participants());
    let participants = participants.map(|(position, org_code)| participant::ActiveModel {
        meeting_id: Set(meeting.id),
        org_code: Set(org_code.clone()),
        position: Set(position),
    });
    participant::Entity::insert_many(participants)
        .exec_without_returning(tx)
        .await?;
    insert_agenda(tx, meeting).await
}

/// Saves a meeting over the version before; its agenda, a few dozen items at most, is written anew.
pub(crate) async fn save_meeting(
    tx: &Tx,
    meeting: &Meeting,
    seen: Version,
) -> Result<(), StoreError> {
    store::save_over(
        tx,
        whole_row(meeting),
        whole::Column::Id.eq(meeting.id),
        whole::Column::Version.eq(seen),
    )
    .await?;
    item::Entity::delete_many()
        .filter(item::Column::MeetingId.eq(meeting.id))
        .exec(tx)
        .await?;
    insert_agenda(tx, meeting).await
}

/// Finds a meeting.
pub(crate) async fn find_meeting(
    db: &impl ConnectionTrait,
    id: MeetingId,
) -> Result<Option<Meeting>, StoreError> {
    let rows = whole::Entity::find_by_id(id).all(db).await?;
    Ok(put_together(db, rows).await?.pop())
}

/// Lists the meetings in which an organisation takes part, those called last first.
pub(crate) async fn list_meetings(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    after: Option<MeetingId>,
    limit: u64,
) -> Result<Vec<Meeting>, StoreError> {
    let mut query = participant::Entity::find()
        .select_only()
        .column(participant::Column::MeetingId)
        .filter(participant::Column::OrgCode.eq(org_code.clone()))
        .order_by_desc(participant::Column::MeetingId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(participant::Column::MeetingId.lt(after));
    }
    let ids: Vec<MeetingId> = query.into_tuple().all(db).await?;
    let rows = whole::Entity::find()
        .filter(whole::Column::Id.is_in(ids))
        .order_by_desc(whole::Column::Id)
        .all(db)
        .await?;
    put_together(db, rows).await
}

async fn put_together(
    db: &impl ConnectionTrait,
    rows: Vec<whole::Model>,
) -> Result<Vec<Meeting>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MeetingId> = rows.iter().map(|row| row.id).collect();
    let participants = participant::Entity::find()
        .filter(participant::Column::MeetingId.is_in(ids.iter().copied()))
        .filter(participant::Column::Position.gt(0_i64))
        .order_by_asc(participant::Column::Position)
        .all(db)
        .await?;
    let items = item::Entity::find()
        .filter(item::Column::MeetingId.is_in(ids))
        .order_by_asc(item::Column::Position)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let invited = participants
                .iter()
                .filter(|known| known.meeting_id == row.id);
            let agenda = items.iter().filter(|known| known.meeting_id == row.id);
            Ok(Meeting {
                invited: invited.map(|known| known.org_code.clone()).collect(),
                agenda: agenda.map(agenda_item).collect(),
                state: named(&row.state)?,
                id: row.id,
                convener: row.convener_code,
                title: row.title,
                starts_at: row.starts_at,
                booking: row.booking_id,
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

fn agenda_item(row: &item::Model) -> AgendaItem {
    AgendaItem {
        subject: row.subject.clone(),
        entry: row.entry_id,
        agreement: row.agreement_id,
        minutes: row.minutes.clone(),
    }
}
