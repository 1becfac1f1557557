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

/// Roles of those whose homes the figures are about: they see the drafts of their compound and of what lies around it,
/// and object to them.
const NEIGHBOURS: &[Role] = &[
    Role::Resident,
    Role::ResidentRepresentative,
    Role::OwnersCommittee,
];

/// A district and a quarter that the caller may work on.
pub(super) struct Scope {
    pub(super) district: String,
    pub(super) code: OrgCode,
    pub(super) path: OrgPath,
    pub(super) quarter: Quarter,
}

impl Scope {
    /// Finds it, where the caller has one of these roles over the whole district.
    pub(super) async fn of(
        app: &App,
        ctx: &Ctx,
        wanted: &IssueKey,
        roles: &[Role],
    ) -> Result<Self, IssueError> {
        let over = |path: &OrgPath| ctx.principal.holds_any(roles, path);
        Self::find(app, wanted, over).await
    }

    /// Finds it for those who look and object: whoever works in a part of the district, or lives there.
    pub(super) async fn of_part(
        app: &App,
        ctx: &Ctx,
        wanted: &IssueKey,
    ) -> Result<Self, IssueError> {
        let part = |path: &OrgPath| is_among(ctx, STAFF, path) || lives_within(ctx, path);
        Self::find(app, wanted, part).await
    }

    async fn find(
        app: &App,
        wanted: &IssueKey,
        allowed: impl Fn(&OrgPath) -> bool,
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
        if !allowed(&org.path) || wanted.district.len() != 6 {
            return Err(unknown());
        }
        Ok(Self {
            district: wanted.district.clone(),
            code,
            path: org.path,
            quarter,
        })
    }

    /// Says whether the caller works in the district: the others are shown their own objections alone.
    pub(super) fn is_staff(&self, ctx: &Ctx) -> bool {
        is_among(ctx, STAFF, &self.path)
    }

    /// Checks that a place lies in the district and within the caller's scope, or around where they live.
    pub(super) async fn check(
        &self,
        app: &App,
        ctx: &Ctx,
        code: &OrgCode,
    ) -> Result<(), IssueError> {
        let unknown = || IssueError::NoPlace(code.clone());
        let org = find_org(app.db.reader(), code).await?.ok_or_else(unknown)?;
        let inside = self.path.contains(&org.path);
        let theirs = ctx.principal.holds_any(STAFF, &org.path) || lives_within(ctx, &org.path);
        if inside && theirs {
            return Ok(());
        }
        Err(unknown())
    }
}

/// Says whether the caller has one of these roles over a place or in a part of it.
fn is_among(ctx: &Ctx, roles: &[Role], place: &OrgPath) -> bool {
    let mut paths = ctx.principal.paths_of(roles).into_iter();
    paths.any(|path| path.contains(place) || place.contains(&path))
}

fn lives_within(ctx: &Ctx, place: &OrgPath) -> bool {
    let mut homes = ctx.principal.paths_of(NEIGHBOURS).into_iter();
    homes.any(|home| place.contains(&home))
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use std::collections::BTreeSet;

    use auth::Access;
    use kernel::Role;

    use super::NEIGHBOURS;
    use crate::app::access::STAFF;

    #[test]
    fn whom_the_policies_let_in_works_there_or_lives_there() {
        let known: BTreeSet<Role> = NEIGHBOURS.iter().chain(STAFF).copied().collect();
        for id in ["show_bulletin_issue", "open_objection"] {
            let mut policies = auth::policy::all();
            let policy = policies.find(|policy| policy.operation == id).unwrap();
            let Access::Roles(roles) = policy.access else {
                panic!("{id} is for everybody");
            };
            assert_eq!(
                roles.iter().copied().collect::<BTreeSet<Role>>(),
                known,
                "{id}"
            );
        }
    }
}
