//! Which message of another system became which order.

use std::collections::HashMap;

use ::store::{CHUNK, StoreError, Tx};
use kernel::OrderId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::result_tables::external_ref::{ActiveModel, Column, Entity};

/// Finds the orders that messages of a channel have become before.
pub(crate) async fn find_references(
    db: &impl ConnectionTrait,
    channel: &str,
    external_ids: &[&str],
) -> Result<HashMap<String, OrderId>, StoreError> {
    let mut known = HashMap::new();
    for chunk in external_ids.chunks(CHUNK) {
        let rows = Entity::find()
            .filter(Column::Channel.eq(channel))
            .filter(Column::ExternalId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        known.extend(rows.into_iter().map(|row| (row.external_id, row.order_id)));
    }
    Ok(known)
}

/// Remembers which order a message became; false when another import was faster with one of them.
pub(crate) async fn insert_references(
    tx: &Tx,
    channel: &str,
    references: &[(&str, OrderId)],
) -> Result<bool, StoreError> {
    let mut inserted = 0;
    for chunk in references.chunks(CHUNK) {
        let rows = chunk.iter().map(|(external_id, order_id)| ActiveModel {
            channel: Set(channel.to_owned()),
            external_id: Set((*external_id).to_owned()),
            order_id: Set(*order_id),
        });
        inserted += Entity::insert_many(rows)
            .on_conflict(
                OnConflict::columns([Column::Channel, Column::ExternalId])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
    }
    Ok(u64::try_from(references.len()).is_ok_and(|wanted| inserted == wanted))
}
