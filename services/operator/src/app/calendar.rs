use kube::ResourceExt;
use serde_json::Value;

use super::work::Work;
use crate::cluster::read_key;
use crate::crd::{Calendar, CalendarStatus};
use crate::domain::conditions::Stage;
use crate::domain::rules;

impl Work<'_> {
    /// Whether the calendar is to be published.
    pub(super) async fn observe_calendar(&mut self) -> bool {
        let calendar = self.district.spec.calendar.as_ref();
        let Some(source) = calendar.and_then(Calendar::source) else {
            // there is no way back to the city's: what was published stays
            self.status.calendar = None;
            return false;
        };
        let namespace = self.district.namespace().unwrap_or_default();
        let text = match read_key(&self.ctx.cluster, &namespace, &source).await {
            Ok(text) => text,
            Err(problem) => {
                self.again |= problem.is_passing();
                self.report.calendar = Stage::failed("DataMissing", problem.to_string());
                return false;
            }
        };
        let wanted = match rules::read(&text) {
            Ok(wanted) => wanted,
            Err(error) => {
                self.report.calendar = Stage::failed("DataUnreadable", error.to_string());
                return false;
            }
        };
        let current = match self.ctx.platform.places.calendar(self.six_digits()).await {
            Ok(current) => current,
            Err(error) => {
                self.report.calendar = self.refused(&error);
                return false;
            }
        };
        let before = self.status.calendar.as_ref();
        let before = before.map(|known| (known.digest.as_str(), known.version));
        if rules::differs(&wanted, current.as_ref(), before) {
            self.rules.calendar = Some(wanted);
            return true;
        }
        if let Some(current) = current {
            self.note_calendar(&wanted, current.version);
        }
        false
    }

    pub(super) async fn publish_calendar(&mut self) {
        let Some(wanted) = self.rules.calendar.take() else {
            return;
        };
        let places = &self.ctx.platform.places;
        let reason = self.reason();
        let published = places.correct_calendar(self.six_digits(), &wanted, &reason);
        match published.await {
            Ok(published) => {
                let digest = rules::digest_of(&wanted);
                let before = self.status.calendar.as_ref();
                let same = before.is_some_and(|before| before.digest == digest);
                self.note_calendar(&wanted, published.version);
                self.tell_published(same, "CalendarPublished", "工作日历 (calendar)")
                    .await;
            }
            Err(error) => self.report.calendar = self.rule_refused(&error),
        }
    }

    fn note_calendar(&mut self, wanted: &Value, version: i64) {
        let digest = rules::digest_of(wanted);
        self.status.calendar = Some(CalendarStatus { digest, version });
        let message = format!("第 {version} 版 (version)");
        self.report.calendar = Stage::done("Applied", message);
    }
}
