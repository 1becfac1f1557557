use auth::Principal;
use kernel::{AccountId, Cursor, ImportId, OrgPath, Role};

use super::{App, SheetError};
use crate::domain::import::{Import, ImportRow, Outcome};
use crate::store::{self, Next};

/// Name of the list of imports in its cursors.
const IMPORTS: &str = "sheet-imports";
/// Name of the list of rows in its cursors.
const ROWS: &str = "sheet-import-rows";

/// An import is shown to whoever sent it, and to the platform's operators.
pub(super) fn may_see(principal: &Principal, import: &Import) -> bool {
    principal.account == import.account || principal.holds(Role::PlatformOperator, &OrgPath::root())
}

/// Shows how far an import has come.
pub(crate) async fn show_import(
    app: &App,
    principal: &Principal,
    id: ImportId,
) -> Result<Import, SheetError> {
    let found = store::find_import(app.db.reader(), id).await?;
    let found = found.filter(|import| may_see(principal, import));
    found.ok_or(SheetError::NotFound)
}

/// Lists one page of an account's imports, the newest first, and the next cursor.
pub(crate) async fn list_imports(
    app: &App,
    account: AccountId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Import>, Option<String>), SheetError> {
    let after: Option<ImportId> = cursor
        .map(|cursor| Cursor::decode(IMPORTS, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = store::list_imports(app.db.reader(), account, after, most).await?;
    Ok(Cursor::cut(found, limit, |last| {
        Cursor::encode(IMPORTS, &last.id)
    }))
}

/// Lists one page of an import's rows in the order of their turns, those with one outcome where one is
/// named, and the next cursor.
pub(crate) async fn list_import_rows(
    app: &App,
    principal: &Principal,
    id: ImportId,
    outcome: Option<Outcome>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<ImportRow>, Option<String>), SheetError> {
    show_import(app, principal, id).await?;
    let after: Option<u32> = cursor
        .map(|cursor| Cursor::decode(ROWS, cursor))
        .transpose()?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let next = Next::Behind(after.unwrap_or(0));
    let found = store::list_import_rows(app.db.reader(), id, next, outcome, most).await?;
    Ok(Cursor::cut(found, limit, |last| {
        Cursor::encode(ROWS, &last.position)
    }))
}
