//! Draws of panels, and the votes of those drawn.

use ::store::{StoreError, Writes};
use kernel::{AccountId, OrderId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};

use super::tables::{panel_draw, panel_seat, vote};
use super::{count, from_json, to_json};
use crate::domain::panel::{BY_HOUSEHOLD, Draw};
use crate::domain::review::Vote;

/// A draw with everything that is needed to draw again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedDraw {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The round.
    pub(crate) round: u32,
    /// Whose residents were candidates.
    pub(crate) scope_code: String,
    /// The state of the holders' projection that the candidates were read from.
    pub(crate) as_of: i64,
    /// Who could not be drawn.
    pub(crate) excluded: Vec<AccountId>,
    /// The record.
    pub(crate) draw: Draw,
    /// When.
    pub(crate) at: Timestamp,
}

/// Records a draw and seats those drawn.
pub(crate) fn insert_draw(writes: &mut Writes, record: &RecordedDraw) -> Result<(), StoreError> {
    let draw = &record.draw;
    let row = panel_draw::ActiveModel {
        order_id: Set(record.order_id),
        round: Set(i64::from(record.round)),
        algorithm: Set(draw.algorithm.clone()),
        seed: Set(draw.seed.clone()),
        scope_code: Set(record.scope_code.clone()),
        as_of: Set(record.as_of),
        candidate_count: Set(i64::from(draw.candidates)),
        candidates_digest: Set(draw.candidates_digest.clone()),
        excluded: Set(to_json(&record.excluded)?),
        drawn: Set(if draw.algorithm == BY_HOUSEHOLD {
            to_json(&draw.households)?
        } else {
            to_json(&draw.chosen)?
        }),
        at: Set(record.at),
    };
    writes.insert([row]);
    writes.insert(draw.chosen.iter().map(|account| panel_seat::ActiveModel {
        account: Set(*account),
        order_id: Set(record.order_id),
        round: Set(i64::from(record.round)),
    }));
    Ok(())
}

/// Finds the latest draw of an order.
pub(crate) async fn find_latest_draw(
    db: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Option<RecordedDraw>, StoreError> {
    let row = panel_draw::Entity::find()
        .filter(panel_draw::Column::OrderId.eq(order))
        .order_by_desc(panel_draw::Column::Round)
        .one(db)
        .await?;
    row.map(from_row).transpose()
}

/// Records a vote. Whether the account has voted on this round before, the order knows.
pub(crate) fn insert_vote(
    writes: &mut Writes,
    order: OrderId,
    cast: &Vote,
    comment: Option<String>,
) {
    writes.insert([vote::ActiveModel {
        order_id: Set(order),
        round: Set(i64::from(cast.round)),
        account: Set(cast.voter),
        score: Set(i64::from(cast.score)),
        solved: Set(cast.solved),
        comment: Set(comment),
        at: Set(cast.at),
    }]);
}

fn from_row(row: panel_draw::Model) -> Result<RecordedDraw, StoreError> {
    let households: Vec<Vec<AccountId>> = if row.algorithm == BY_HOUSEHOLD {
        from_json(&row.drawn)?
    } else {
        Vec::new()
    };
    let chosen = if households.is_empty() && row.algorithm != BY_HOUSEHOLD {
        from_json(&row.drawn)?
    } else {
        households.concat()
    };
    let draw = Draw {
        algorithm: row.algorithm,
        seed: row.seed,
        candidates: count(row.candidate_count)?,
        candidates_digest: row.candidates_digest,
        chosen,
        households,
    };
    Ok(RecordedDraw {
        order_id: row.order_id,
        round: count(row.round)?,
        scope_code: row.scope_code,
        as_of: row.as_of,
        excluded: from_json(&row.excluded)?,
        draw,
        at: row.at,
    })
}
