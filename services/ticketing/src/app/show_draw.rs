//! Shows how the judges of a result were drawn, and draws again to check (抽签复核).

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrderId, Role, Timestamp};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::App;
use super::access::{AccessError, Standing, load_visible};
use crate::domain::panel::{BY_HOUSEHOLD, DrawMismatch, Homes, recompute};
use crate::store::draws::find_latest_draw;
use crate::store::holders::list_holders;
use crate::store::households::list_homes;

/// The latest draw of an order; names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DrawView {
    /// The order.
    pub(crate) order_id: OrderId,
    /// The round.
    pub(crate) round: u32,
    /// The algorithm, described in the service's README.
    pub(crate) algorithm: String,
    /// The seed, hex.
    pub(crate) seed: String,
    /// Whose residents were candidates.
    pub(crate) scope_code: String,
    /// Whether households were drawn, not persons (按户).
    pub(crate) by_household: bool,
    /// How many people, or households, could be drawn.
    pub(crate) candidates: u32,
    /// SHA-256 of the sorted candidates.
    pub(crate) candidates_digest: String,
    /// How many were drawn.
    pub(crate) drawn: usize,
    /// Whether the caller was.
    pub(crate) drawn_is_me: bool,
    /// When.
    pub(crate) at: Timestamp,
    /// Whether drawing again gives the same people.
    pub(crate) confirmed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mismatch: Option<String>,
}

/// Why no draw is shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DrawError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Nobody has been drawn yet.
    #[error("no draw of order {0}")]
    NotDrawn(OrderId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for DrawError {
    fn fact(&self) -> Fact {
        match self {
            Self::Access(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::NotDrawn(_) => Fact::new(
                Kind::NotFound,
                "draw-not-found",
                "尚未抽取评议人",
                "nobody has been drawn yet",
            ),
        }
    }
}

/// One draw is drawn again at a time: the memory of one street's residents, however many look.
static TURN: Semaphore = Semaphore::const_new(1);

/// Shows the latest draw and draws again from the candidates of its time.
pub(crate) async fn show_draw(app: &App, ctx: &Ctx, id: OrderId) -> Result<DrawView, DrawError> {
    let db = app.db.reader();
    let (_, standing) = load_visible(db, ctx, id).await?;
    if standing == Standing::Helper || standing == Standing::JointRequester {
        return Err(AccessError::NotFound(id).into());
    }
    let found = find_latest_draw(db, id).await?;
    let record = found.ok_or(DrawError::NotDrawn(id))?;
    // never closed; all who could be drawn are read, of a street as of a building
    let _turn = TURN.acquire().await;
    let candidates = list_holders(db, &record.scope_code, Role::Resident, record.as_of).await?;
    let by_household = record.draw.algorithm == BY_HOUSEHOLD;
    let homes = if by_household {
        let everybody = [candidates.as_slice(), &record.excluded].concat();
        list_homes(db, &everybody, record.as_of).await?
    } else {
        Homes::new()
    };
    let check = recompute(&record.draw, &candidates, &homes, &record.excluded);
    let draw = record.draw;
    Ok(DrawView {
        order_id: id,
        round: record.round,
        algorithm: draw.algorithm,
        seed: draw.seed,
        scope_code: record.scope_code,
        candidates: draw.candidates,
        candidates_digest: draw.candidates_digest,
        by_household,
        drawn: if by_household {
            draw.households.len()
        } else {
            draw.chosen.len()
        },
        drawn_is_me: draw.chosen.contains(&ctx.principal.account),
        at: record.at,
        confirmed: check.is_ok(),
        mismatch: check
            .err()
            .map(|mismatch: DrawMismatch| mismatch.to_string()),
    })
}
