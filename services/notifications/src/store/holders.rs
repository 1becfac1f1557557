//! Who holds which role where: a projection of identity's grants.

use kernel::{AccountId, GrantId, OrgPath, Role};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};
use store::{StoreError, Tx};

use super::tables::holder;

/// Inserts the holder of a grant; told again, it is where the grant is by now.
pub(crate) async fn insert(
    tx: &Tx,
    grant: GrantId,
    account: AccountId,
    role: Role,
    path: &OrgPath,
) -> Result<(), StoreError> {
    holder::Entity::insert(holder::ActiveModel {
        grant_id: Set(grant),
        account_id: Set(account),
        role: Set(role),
        org_code: Set(code(path)),
        path: Set(path.to_string()),
    })
    .on_conflict(
        OnConflict::column(holder::Column::GrantId)
            .update_columns([holder::Column::OrgCode, holder::Column::Path])
            .to_owned(),
    )
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// Removes the holder of a grant.
pub(crate) async fn remove(tx: &Tx, grant: GrantId) -> Result<(), StoreError> {
    holder::Entity::delete_by_id(grant).exec(tx).await?;
    Ok(())
}

/// Lists the holders of any of `roles` at a level of the tree; at most `limit`. A holder counts where the grant's whole
/// path is the level's: its last code alone is what a granter wrote, of an organisation that may be elsewhere.
pub(crate) async fn list_at(
    tx: &Tx,
    roles: &[Role],
    level: &OrgPath,
    limit: u64,
) -> Result<Vec<AccountId>, StoreError> {
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let holders = holder::Entity::find()
        .select_only()
        .column(holder::Column::AccountId)
        .distinct()
        .filter(holder::Column::Role.is_in(roles.iter().copied()))
        .filter(holder::Column::OrgCode.eq(code(level)))
        .filter(holder::Column::Path.is_in([level.as_str(), ""]))
        .limit(limit);
    Ok(holders.into_tuple().all(tx).await?)
}

fn code(path: &OrgPath) -> String {
    path.leaf()
        .map_or_else(String::new, |leaf| leaf.to_string())
}
