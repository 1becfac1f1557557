//! Alliances and their members.

use kernel::{AllianceId, Named, OrgCode, Version};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx};

use super::alliance::{member, whole};
use super::organisation::named;
use crate::domain::alliance::{Alliance, Member, MemberState};

fn whole_row(alliance: &Alliance) -> whole::ActiveModel {
    whole::ActiveModel {
        id: Set(alliance.id),
        name: Set(alliance.name.clone()),
        convener_code: Set(alliance.convener.clone()),
        dissolved: Set(alliance.dissolved),
        version: Set(alliance.version),
        created_at: Set(alliance.created_at),
        updated_at: Set(alliance.updated_at),
    }
}

async fn insert_members(tx: &Tx, alliance: &Alliance) -> Result<(), StoreError> {
    let rows = alliance.members.iter().map(|known| member::ActiveModel {
        alliance_id: Set(alliance.id),
        org_code: Set(known.org_code.clone()),
        state: Set(known.state.name().to_owned()),
    });
    member::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Inserts an alliance.
pub(crate) async fn insert_alliance(tx: &Tx, alliance: &Alliance) -> Result<(), StoreError> {
    whole::Entity::insert(whole_row(alliance))
        .exec_without_returning(tx)
        .await?;
    insert_members(tx, alliance).await
}

/// Saves an alliance over the version before; its members, a hundred at most, are written anew.
pub(crate) async fn save_alliance(
    tx: &Tx,
    alliance: &Alliance,
    seen: Version,
) -> Result<(), StoreError> {
    store::save_over(
        tx,
        whole_row(alliance),
        whole::Column::Id.eq(alliance.id),
        whole::Column::Version.eq(seen),
    )
    .await?;
    member::Entity::delete_many()
        .filter(member::Column::AllianceId.eq(alliance.id))
        .exec(tx)
        .await?;
    insert_members(tx, alliance).await
}

/// Finds an alliance.
pub(crate) async fn find_alliance(
    db: &impl ConnectionTrait,
    id: AllianceId,
) -> Result<Option<Alliance>, StoreError> {
    let rows = whole::Entity::find_by_id(id).all(db).await?;
    Ok(put_together(db, rows).await?.pop())
}

/// Lists the alliances that an organisation was invited to or belongs to, the newest first.
pub(crate) async fn list_alliances(
    db: &impl ConnectionTrait,
    org_code: &OrgCode,
    after: Option<AllianceId>,
    limit: u64,
) -> Result<Vec<Alliance>, StoreError> {
    let mut query = member::Entity::find()
        .select_only()
        .column(member::Column::AllianceId)
        .filter(member::Column::OrgCode.eq(org_code.clone()))
        .order_by_desc(member::Column::AllianceId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(member::Column::AllianceId.lt(after));
    }
    let ids: Vec<AllianceId> = query.into_tuple().all(db).await?;
    let rows = whole::Entity::find()
        .filter(whole::Column::Id.is_in(ids))
        .order_by_desc(whole::Column::Id)
        .all(db)
        .await?;
    put_together(db, rows).await
}

async fn put_together(
    db: &impl ConnectionTrait,
    rows: Vec<whole::Model>,
) -> Result<Vec<Alliance>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let members = member::Entity::find()
        .filter(member::Column::AllianceId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(member::Column::OrgCode)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let own = members.iter().filter(|known| known.alliance_id == row.id);
            let own = own.map(|known| {
                Ok(Member {
                    org_code: known.org_code.clone(),
                    state: named(&known.state)?,
                })
            });
            Ok(Alliance {
                members: own.collect::<Result<_, StoreError>>()?,
                id: row.id,
                name: row.name,
                convener: row.convener_code,
                dissolved: row.dissolved,
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

/// Lists the organisations that belong to an alliance by now; none where there is no such alliance.
pub(crate) async fn list_members(
    db: &impl ConnectionTrait,
    id: AllianceId,
) -> Result<Vec<OrgCode>, StoreError> {
    let found = find_alliance(db, id).await?;
    let found = found.filter(|alliance| !alliance.dissolved);
    let members = found.map(|alliance| alliance.members).unwrap_or_default();
    Ok(members
        .into_iter()
        .filter(|member| member.state == MemberState::Joined)
        .map(|member| member.org_code)
        .collect())
}
