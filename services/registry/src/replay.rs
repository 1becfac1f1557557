//! Tells the others once more how the tree is and who has reported in: a projection that was lost or restored from an old copy is
//! right again after it, without anybody reading this service's tables.

use chassis::Deps;
use kernel::OrgPath;
use store::StoreError;

use crate::app::{App, Origin, replay_page, replay_report_ins};

/// What was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Nodes that there are.
    pub established: u64,
    /// Nodes that there are no more.
    pub closed: u64,
}

/// Puts the present state of every node into the outbox, what lies above before what lies below, as the
/// events by which it would have been heard of. Whoever knows it already finds nothing new; `told` hears of
/// each page.
///
/// It may run while the tree is being changed: a page is held while it is told, so that a change follows it.
///
/// # Errors
/// The settings are wrong, or the store refuses; what was told by then stays told, and it may run again.
pub async fn replay_state(
    deps: &Deps,
    told: impl Fn(Replayed),
) -> Result<Replayed, Box<dyn std::error::Error + Send + Sync>> {
    let app = App::new(deps.clone())?;
    let origin = Origin::system(app.clock.now());
    let mut replayed = Replayed::default();
    let mut after: Option<OrgPath> = None;
    loop {
        let page: Result<_, StoreError> = replay_page(&app, &origin, after.as_ref()).await;
        let page = page?;
        replayed.established += page.established;
        replayed.closed += page.closed;
        told(replayed);
        match page.last {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    let mut after = None;
    loop {
        let page: Result<_, StoreError> = replay_report_ins(&app, &origin, after).await;
        after = page?;
        if after.is_none() {
            return Ok(replayed);
        }
    }
}
