use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, PlatformError};
use crate::domain::rules::Published;

const CALENDARS: &str = "/api/ticketing/v1/calendars";
const WORKFLOWS: &str = "/api/ticketing/v1/workflows";

#[derive(Deserialize)]
struct CalendarAnswer {
    owner: String,
    version: i64,
    calendar: Value,
}

#[derive(Deserialize)]
struct OverrideAnswer {
    version: i64,
    base: i64,
    changes: Value,
}

#[derive(Deserialize)]
struct Overrides {
    items: Vec<OverrideAnswer>,
}

#[derive(Deserialize)]
struct WorkflowAnswer {
    version: i64,
}

impl From<CalendarAnswer> for Published {
    fn from(answer: CalendarAnswer) -> Self {
        Self {
            version: answer.version,
            contents: answer.calendar,
            outdated: false,
        }
    }
}

impl OverrideAnswer {
    fn published(self, newest_base: i64) -> Published {
        Published {
            version: self.version,
            contents: self.changes,
            outdated: self.base != newest_base,
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(
    answer: Value,
    what: &'static str,
) -> Result<T, PlatformError> {
    serde_json::from_value(answer).map_err(|_| PlatformError::Unexpected(what))
}

impl Client {
    /// Finds the calendar of a district (six digits); none where it goes by the city's or the built-in one.
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn calendar(
        &self,
        district: &str,
    ) -> Result<Option<Published>, PlatformError> {
        let answer = self.get(&format!("{CALENDARS}/{district}")).await?;
        let found: CalendarAnswer = read(answer, "calendar")?;
        let own = found.owner == district;
        Ok(own.then(|| found.into()))
    }

    /// Gives a district a calendar.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn correct_calendar(
        &self,
        district: &str,
        calendar: &Value,
        reason: &str,
    ) -> Result<Published, PlatformError> {
        let body = json!({"calendar": calendar, "reason": reason});
        let answer = self.put(&format!("{CALENDARS}/{district}"), &body).await?;
        let made: CalendarAnswer = read(answer, "calendar")?;
        Ok(made.into())
    }

    /// Finds what a district does otherwise than a workflow's file.
    ///
    /// # Errors
    /// There is no such workflow, or the platform does not say.
    pub(crate) async fn workflow_override(
        &self,
        workflow: &str,
        district: &str,
    ) -> Result<Option<Published>, PlatformError> {
        let file = self.get(&format!("{WORKFLOWS}/{workflow}")).await?;
        let file: WorkflowAnswer = read(file, "workflow")?;
        let list = format!("{WORKFLOWS}/{workflow}/overrides/{district}");
        let list: Overrides = read(self.get(&list).await?, "overrides")?;
        // the newest is the first
        let newest = list.items.into_iter().next();
        Ok(newest.map(|newest| newest.published(file.version)))
    }

    /// Publishes what a district does otherwise.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn override_workflow(
        &self,
        workflow: &str,
        district: &str,
        changes: &Value,
        reason: &str,
    ) -> Result<Published, PlatformError> {
        let path = format!("{WORKFLOWS}/{workflow}/overrides/{district}");
        let body = json!({"changes": changes, "reason": reason});
        let made: OverrideAnswer = read(self.put(&path, &body).await?, "override")?;
        let base = made.base;
        Ok(made.published(base))
    }
}
