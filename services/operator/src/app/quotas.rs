use super::work::Work;
use crate::crd::QuotasStatus;
use crate::domain::conditions::Stage;

impl Work<'_> {
    /// Whether the platform has other quotas than are wanted.
    pub(super) async fn observe_quotas(&mut self) -> bool {
        let wanted = self.district.spec.quotas;
        if wanted.is_none() && self.status.quotas.is_none() {
            return false;
        }
        match self.ctx.platform.places.quotas(self.six_digits()).await {
            Ok(found) if found.limits == wanted.unwrap_or_default() => {
                self.note_quotas(found);
                false
            }
            Ok(_) => true,
            Err(error) => {
                self.report.quotas = self.refused(&error);
                false
            }
        }
    }

    /// Sets the quotas; none at all where the resource asks for them no more.
    pub(super) async fn set_quotas(&mut self) {
        let limits = self.district.spec.quotas.unwrap_or_default();
        let (places, reason) = (&self.ctx.platform.places, self.reason());
        let set = places.set_quotas(self.six_digits(), limits, &reason);
        match set.await {
            Ok(found) => {
                let before = self.status.quotas.as_ref();
                let same = before.is_some_and(|before| before.limits == limits);
                self.note_quotas(found);
                self.tell_published(same, "QuotasSet", "配额 (quotas)")
                    .await;
            }
            Err(error) => self.report.quotas = self.rule_refused(&error),
        }
    }

    fn note_quotas(&mut self, found: QuotasStatus) {
        if self.district.spec.quotas.is_none() {
            self.status.quotas = None;
            return;
        }
        let message = format!("第 {} 版 (version)", found.version);
        self.report.quotas = Stage::done("Applied", message);
        self.status.quotas = Some(found);
    }
}
