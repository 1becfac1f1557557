//! Which bulletins somebody may work on.

use auth::Ctx;
use kernel::{OrgCode, OrgPath, Role};

use super::IssueKey;
use crate::app::App;
use crate::app::access::STAFF;
use crate::app::issue_error::IssueError;
use crate::domain::bulletin::quarter::Quarter;
use crate::store::bulletins::{StoredIssue, find_issue};
use crate::store::orgs::find_org;

/// A district and a quarter that the caller may work on.
pub(super) struct Scope {
    pub(super) district: String,
    pub(super) code: OrgCode,
    pub(super) path: OrgPath,
    pub(super) quarter: Quarter,
}

impl Scope {
    /// Finds it, where the caller has one of these roles.
    pub(super) async fn of(
        app: &App,
        ctx: &Ctx,
        wanted: &IssueKey,
        roles: &[Role],
    ) -> Result<Self, IssueError> {
        let quarter = wanted.period.parse();
        let quarter = quarter.map_err(|_| IssueError::NoQuarter(wanted.period.clone()))?;
        let unknown = || IssueError::NoDistrict(wanted.district.clone());
        let code: OrgCode = format!("{}000000", wanted.district)
            .parse()
            .map_err(|_| unknown())?;
        let org = find_org(app.db.reader(), &code)
            .await?
            .ok_or_else(unknown)?;
        // who works on a part of the district may look and object
        let mut paths = ctx.principal.paths_of(roles).into_iter();
        let over = paths
            .any(|path| path.contains(&org.path) || (roles == STAFF && org.path.contains(&path)));
        if !over || wanted.district.len() != 6 {
            return Err(unknown());
        }
        Ok(Self {
            district: wanted.district.clone(),
            code,
            path: org.path,
            quarter,
        })
    }

    /// Checks that a place lies in the district and within the caller's scope.
    pub(super) async fn check(
        &self,
        app: &App,
        ctx: &Ctx,
        code: &OrgCode,
    ) -> Result<(), IssueError> {
        let unknown = || IssueError::NoPlace(code.clone());
        let org = find_org(app.db.reader(), code).await?.ok_or_else(unknown)?;
        let inside = self.path.contains(&org.path);
        if inside && ctx.principal.holds_any(STAFF, &org.path) {
            return Ok(());
        }
        Err(unknown())
    }
}

/// Finds what was opened for a quarter.
pub(super) async fn load_issue(
    db: &impl sea_orm::ConnectionTrait,
    district: &str,
    period: &str,
) -> Result<StoredIssue, IssueError> {
    let found = find_issue(db, district, period).await?;
    found.ok_or_else(|| IssueError::NotOpened(period.to_owned()))
}
