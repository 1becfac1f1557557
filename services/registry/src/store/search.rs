//! Finding nodes by a part of their name.

use kernel::Named;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LikeExpr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{CHUNK, StoreError, Tx};

use super::organisation;
use super::organisation_pair::{ActiveModel, Column, Entity};
use super::queries::Listing;
use crate::domain::organisation::Organisation;
use crate::domain::search::{fold, pairs, sort_key};

/// Lists nodes whose name holds `wanted`, in the order of their codes.
///
/// The first pair of characters, the most telling one of a Chinese name, leads into the index; the
/// rest is compared on the few rows found there.
pub(crate) async fn search_organisations(
    db: &impl ConnectionTrait,
    wanted: &str,
    listing: &Listing,
    limit: u64,
) -> Result<Vec<Organisation>, StoreError> {
    let folded = fold(wanted);
    let first: String = folded.chars().take(2).collect();
    let mut query = Entity::find()
        .find_also_related(organisation::Entity)
        .filter(Column::Pair.eq(first))
        .order_by_asc(Column::SortKey)
        .limit(limit);
    if folded.chars().nth(2).is_some() {
        let pattern = LikeExpr::new(format!("%{}%", escape(&folded))).escape('\\');
        query = query.filter(organisation::Column::FoldedName.like(pattern));
    }
    if let Some(parent_code) = &listing.parent_code {
        query = query.filter(organisation::Column::ParentCode.eq(parent_code.clone()));
    }
    if let Some(superior_code) = &listing.superior_code {
        query = query.filter(organisation::Column::SuperiorCode.eq(superior_code.clone()));
    }
    if let Some(kind) = listing.kind {
        query = query.filter(organisation::Column::Kind.eq(kind.name()));
    }
    if !listing.closed {
        query = query.filter(organisation::Column::ClosedOn.is_null());
    }
    if let Some(after) = &listing.after {
        query = query.filter(Column::SortKey.gt(after.as_str()));
    }
    let rows = query.all(db).await?;
    let found = rows.into_iter().filter_map(|(_, row)| row);
    found.map(Organisation::try_from).collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

pub(super) async fn insert_pairs(
    tx: &Tx,
    organisations: &[Organisation],
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for organisation in organisations {
        let key = sort_key(&organisation.code);
        for pair in pairs(&fold(&organisation.name)) {
            rows.push(ActiveModel {
                pair: Set(pair),
                sort_key: Set(key.clone()),
            });
        }
    }
    for chunk in rows.chunks(CHUNK) {
        Entity::insert_many(chunk.to_vec())
            .on_conflict(
                OnConflict::columns([Column::Pair, Column::SortKey])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

pub(super) async fn delete_pairs(tx: &Tx, sort_key: &str) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::SortKey.eq(sort_key))
        .exec(tx)
        .await?;
    Ok(())
}
