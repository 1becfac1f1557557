use chassis::Standing;
use store::StoreError;

use super::App;
use crate::store::count_open;

/// The service's gauges.
#[derive(Debug)]
pub(crate) struct Gauges {
    open: Standing,
}

impl Gauges {
    /// Makes them, empty.
    pub(crate) fn new() -> Self {
        let open = Standing::new(
            "volunteering",
            "linli.tasks.open",
            "Tasks that nobody has claimed, by the roles that may",
        );
        Self { open }
    }
}

/// Counts what waits for somebody (运行指标).
pub(crate) async fn count_standing(app: &App, gauges: &Gauges) -> Result<(), StoreError> {
    let open = count_open(app.db.reader()).await?;
    let rows = open.into_iter();
    let rows = rows.map(|(audience, tasks)| (vec![("audience", audience)], tasks));
    gauges.open.show(rows.collect());
    Ok(())
}
