use std::sync::Arc;

use auth::Principal;
use kernel::ImportId;
use store::{IdempotencyKey, idempotency};

use super::show_import::may_see;
use super::{App, Origin, SheetError, show_import};
use crate::domain::import::Import;
use crate::store::{save_import, take_import};

/// Begins to take an import back, in the caller's name: rows that it made or changed and nobody
/// changed since.
pub(crate) async fn undo_import(
    app: &Arc<App>,
    origin: &Origin<'_>,
    principal: &Principal,
    key: Option<&IdempotencyKey>,
    id: ImportId,
) -> Result<Import, SheetError> {
    let sender = &origin.sender(principal)?;
    app.db
        .write("sheet.undo", |tx| async move {
            let effect = async {
                let found = take_import(&tx, id).await?;
                let found = found.filter(|import| may_see(principal, import));
                let mut import = found.ok_or(SheetError::NotFound)?;
                let undone = import.undo(sender.clone(), origin.now);
                undone.map_err(|_| SheetError::NotApplied)?;
                if import.rows == 0 {
                    import.advance([], None, origin.now);
                }
                save_import(&tx, &import).await?;
                Ok::<_, SheetError>(())
            };
            idempotency::once(&tx, key, effect).await
        })
        .await?;
    app.begin_work(id);
    show_import(app, principal, id).await
}
