use super::places::count;
use super::work::Work;
use crate::domain::conditions::Stage;

impl Work<'_> {
    /// Counts units and orders.
    pub(super) async fn count(&mut self) {
        if self.status.path.is_none() {
            return;
        }
        let code = &self.district.spec.code;
        let places = &self.ctx.platform.places;
        let counted = async {
            let units = places.units_below(code).await?;
            let orders = places.orders(code, self.ctx.clock.now()).await?;
            Ok((units.len(), orders))
        };
        match counted.await {
            Ok((units, orders)) => {
                self.status.units = Some(count(units));
                self.status.orders = orders;
                self.report.counts = Stage::done("Counted", String::new());
            }
            Err(error) => self.report.counts = self.refused(&error),
        }
    }
}
