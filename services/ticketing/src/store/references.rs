//! Which message of another system became which order.

use std::collections::HashMap;

use ::store::{CHUNK, StoreError, Tx};
use kernel::{OrderId, OrgCode};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter,
    QuerySelect, RelationDef,
};

use super::result_tables::external_ref::{ActiveModel, Column, Entity};
use super::tables::work_order;

/// Finds the orders that messages of a channel have become before, with their places.
pub(crate) async fn find_references(
    db: &impl ConnectionTrait,
    channel: &str,
    external_ids: &[&str],
) -> Result<HashMap<String, (OrderId, OrgCode)>, StoreError> {
    let mut known = HashMap::new();
    for chunk in external_ids.chunks(CHUNK) {
        let rows: Vec<(String, OrderId, OrgCode)> = Entity::find()
            .select_only()
            .columns([Column::ExternalId, Column::OrderId])
            .column(work_order::Column::OrgCode)
            .join(JoinType::InnerJoin, orders())
            .filter(Column::Channel.eq(channel))
            .filter(Column::ExternalId.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        known.extend(
            rows.into_iter()
                .map(|(id, order, place)| (id, (order, place))),
        );
    }
    Ok(known)
}

fn orders() -> RelationDef {
    Entity::belongs_to(work_order::Entity)
        .from(Column::OrderId)
        .to(work_order::Column::Id)
        .into()
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
