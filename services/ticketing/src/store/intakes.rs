//! What was answered and acknowledged before an order was opened.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{StoreError, Writes};
use kernel::OrderId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::{Map, Value};

use super::{from_json, to_json};
use row::{ActiveModel, Entity};

mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_intake")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
        pub answers: String,
        pub acknowledged: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Answers to the questions of the category, and the notices that were acknowledged, by id.
pub(crate) type Intake = (Map<String, Value>, Vec<String>);

/// Keeps what was answered and acknowledged; of nothing there is no row.
pub(crate) fn insert_intake(
    writes: &mut Writes,
    order: OrderId,
    (answers, acknowledged): &Intake,
) -> Result<(), StoreError> {
    if answers.is_empty() && acknowledged.is_empty() {
        return Ok(());
    }
    writes.insert([ActiveModel {
        order_id: Set(order),
        answers: Set(to_json(answers)?),
        acknowledged: Set(to_json(acknowledged)?),
    }]);
    Ok(())
}

/// Finds what was answered and acknowledged.
pub(crate) async fn find_intake(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Intake, StoreError> {
    match Entity::find_by_id(order).one(db).await? {
        Some(row) => Ok((from_json(&row.answers)?, from_json(&row.acknowledged)?)),
        None => Ok(Intake::default()),
    }
}
