use std::collections::HashMap;

use contracts::registry::OrgKind;
use kernel::{OrgCode, OrgPath, ReportInId};
use store::StoreError;

use super::report_ins::tell_report_ins;
use super::{App, Origin};
use crate::events;
use crate::store::{list_successors, load_grids, take_confirmed, take_page};

/// Nodes told of in one transaction.
const PAGE: u64 = 500;

/// What was told of a page.
pub(crate) struct Page {
    pub(crate) established: u64,
    pub(crate) closed: u64,
    /// Where the next one begins; nothing where this one was the last.
    pub(crate) last: Option<OrgPath>,
}

/// Tells of the nodes behind a path as they are, in the order of their paths.
pub(crate) async fn replay_page(
    app: &App,
    origin: &Origin<'_>,
    after: Option<&OrgPath>,
) -> Result<Page, StoreError> {
    app.db
        .write("organisations.replay", |tx| async move {
            // held: a change made meanwhile is told after this
            let nodes = take_page(&tx, after, PAGE).await?;
            let closed = nodes.iter().filter(|node| node.is_closed());
            let closed: Vec<OrgCode> = closed.map(|node| node.code.clone()).collect();
            let mut successors: HashMap<OrgCode, Vec<OrgCode>> = HashMap::new();
            for (predecessor, successor) in list_successors(&*tx, &closed).await? {
                successors.entry(predecessor).or_default().push(successor);
            }
            let mut page = Page {
                established: 0,
                closed: 0,
                last: None,
            };
            let mut told = Vec::with_capacity(nodes.len());
            for node in &nodes {
                let ids = app.ids.as_ref();
                told.push(if node.is_closed() {
                    page.closed += 1;
                    let successors = successors.remove(&node.code).unwrap_or_default();
                    events::closed(origin, ids, node, &successors)
                } else {
                    page.established += 1;
                    events::established(origin, ids, node)
                });
            }
            // behind their nodes: where the grids of the page lie
            let grids = nodes.iter().filter(|node| node.kind == OrgKind::Grid);
            let grids: Vec<OrgCode> = grids
                .filter(|node| !node.is_closed())
                .map(|node| node.code.clone())
                .collect();
            for grid in load_grids(&*tx, &grids).await? {
                told.extend(events::drawn(origin, app.ids.as_ref(), &grid));
            }
            bus::emit(&tx, told).await?;
            if u64::try_from(nodes.len()) == Ok(PAGE) {
                page.last = nodes.last().map(|node| node.path.clone());
            }
            Ok(page)
        })
        .await
}

/// Tells of the report-ins behind one of them that are confirmed; the last of a full page.
pub(crate) async fn replay_report_ins(
    app: &App,
    origin: &Origin<'_>,
    after: Option<ReportInId>,
) -> Result<Option<ReportInId>, StoreError> {
    app.db
        .write("report_ins.replay", |tx| async move {
            // held: an end that comes meanwhile is told after this
            let reports = take_confirmed(&tx, after, PAGE).await?;
            tell_report_ins(app, origin, &reports, &tx).await?;
            let full = u64::try_from(reports.len()) == Ok(PAGE);
            Ok(reports.last().filter(|_| full).map(|report| report.id))
        })
        .await
}
