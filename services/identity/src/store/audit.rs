//! Identity's side of the facts that others keep as well.

use chassis::{Tallies, Tally};
use contracts::facts::Fact;
use store::{Database, StoreError};

use super::{code_of, grants};

/// Tallies what identity owns.
pub(crate) fn tallies(db: Database) -> Tallies {
    Box::pin(async move { granted(&db).await })
}

/// A grant is told once, when it begins, and once when it is revoked or its time has run out.
async fn granted(db: &Database) -> Result<Vec<Tally>, StoreError> {
    let mut places = Tally::new(Fact::Grants);
    let mut scopes = Tally::new(Fact::GrantScopes);
    let mut after = None;
    loop {
        let rows = grants::list_page(db, after, Tally::PAGE).await?;
        let Some(last) = rows.last() else {
            return Ok(vec![places, scopes]);
        };
        after = Some(last.id);
        for grant in rows.iter().filter(|grant| grant.known) {
            let (id, account, role) = (grant.id, grant.account, grant.role);
            places.add(&[&id, &account, &role, &code_of(&grant.path)]);
            for scope in grant.path.ancestors() {
                scopes.add(&[&id, &account, &role, &code_of(&scope)]);
            }
        }
    }
}
