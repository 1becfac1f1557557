//! Reading and writing teams.

use std::collections::HashMap;

use kernel::{AccountId, Named, OrgPath, TeamId, Version};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationDef,
};
use store::{StoreError, Tx, Writes};

use super::json;
use super::relocations::hold_at;
use super::team::{group, member};
use crate::domain::team::{Member, MemberState, Team};

fn to_team(row: group::Model, members: Vec<Member>) -> Team {
    Team {
        id: row.id,
        org_path: row.org_path,
        kind: row.kind,
        name: row.name,
        members,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

fn to_row(team: &Team) -> group::ActiveModel {
    group::ActiveModel {
        id: Set(team.id),
        org_path: Set(team.org_path.clone()),
        kind: Set(team.kind.clone()),
        name: Set(team.name.clone()),
        version: Set(team.version),
        created_at: Set(team.created_at),
        updated_at: Set(team.updated_at),
    }
}

async fn with_members(
    db: &impl ConnectionTrait,
    rows: Vec<group::Model>,
    whose: Option<AccountId>,
) -> Result<Vec<Team>, StoreError> {
    let ids: Vec<TeamId> = rows.iter().map(|row| row.id).collect();
    let mut query = member::Entity::find()
        .filter(member::Column::TeamId.is_in(ids))
        .order_by_asc(member::Column::TeamId)
        .order_by_asc(member::Column::Account);
    if let Some(account) = whose {
        query = query.filter(member::Column::Account.eq(account));
    }
    let found = query.all(db).await?;
    let mut members: HashMap<TeamId, Vec<Member>> = HashMap::new();
    for row in found {
        members.entry(row.team_id).or_default().push(Member {
            account: row.account,
            leader: row.leader,
            state: json::named(&row.state)?,
            since: row.since,
        });
    }
    let team = |row: group::Model| {
        let members = members.remove(&row.id).unwrap_or_default();
        to_team(row, members)
    };
    Ok(rows.into_iter().map(team).collect())
}

/// Finds a team with its members.
pub(crate) async fn find_team(
    db: &impl ConnectionTrait,
    id: TeamId,
) -> Result<Option<Team>, StoreError> {
    let row = group::Entity::find_by_id(id).one(db).await?;
    Ok(with_members(db, row.into_iter().collect(), None)
        .await?
        .pop())
}

/// Finds a team that nobody else changes until the transaction ends.
pub(crate) async fn hold_team(tx: &Tx, id: TeamId) -> Result<Option<Team>, StoreError> {
    let row = group::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(with_members(tx, row.into_iter().collect(), None)
        .await?
        .pop())
}

/// Loads teams, the newest first, each with the caller's own place in it and the number of its members.
pub(crate) async fn list_teams(
    db: &impl ConnectionTrait,
    ids: &[TeamId],
    account: AccountId,
) -> Result<Vec<(Team, usize)>, StoreError> {
    let rows = group::Entity::find()
        .filter(group::Column::Id.is_in(ids.iter().copied()))
        .order_by_desc(group::Column::Id)
        .all(db)
        .await?;
    let counted: Vec<(TeamId, i64)> = member::Entity::find()
        .select_only()
        .column(member::Column::TeamId)
        .column_as(member::Column::Account.count(), "people")
        .filter(member::Column::TeamId.is_in(ids.iter().copied()))
        .filter(member::Column::State.eq(MemberState::Member.name()))
        .group_by(member::Column::TeamId)
        .into_tuple()
        .all(db)
        .await?;
    let counted: HashMap<TeamId, i64> = counted.into_iter().collect();
    let teams = with_members(db, rows, Some(account)).await?;
    let sized = teams.into_iter().map(|team| {
        let people = counted.get(&team.id).copied().unwrap_or_default();
        (team, usize::try_from(people).unwrap_or_default())
    });
    Ok(sized.collect())
}

/// Reads and holds teams at or below a place, without their members.
pub(crate) async fn hold_teams_at(
    tx: &Tx,
    place: &OrgPath,
    most: u64,
) -> Result<Vec<Team>, StoreError> {
    let of = (
        group::Entity::find(),
        group::Column::OrgPath,
        group::Column::Id,
    );
    let rows = hold_at(tx, of, place, most).await?;
    Ok(rows
        .into_iter()
        .map(|row| to_team(row, Vec::new()))
        .collect())
}

/// Inserts a team that has no members yet.
pub(crate) fn insert_team(writes: &mut Writes, team: &Team) {
    writes.insert([to_row(team)]);
}

/// Saves a team over the version before, with the one member that changed.
pub(crate) async fn save_team(
    tx: &Tx,
    team: &Team,
    changed: AccountId,
    seen: Version,
) -> Result<(), StoreError> {
    let key = group::Column::Id.eq(team.id);
    store::save_over(tx, to_row(team), key, group::Column::Version.eq(seen)).await?;
    let Some(found) = team.find(changed) else {
        return Ok(());
    };
    let row = member::ActiveModel {
        team_id: Set(team.id),
        account: Set(found.account),
        leader: Set(found.leader),
        state: Set(found.state.name().to_owned()),
        since: Set(found.since),
    };
    let key = [member::Column::TeamId, member::Column::Account];
    let facts = [
        member::Column::Leader,
        member::Column::State,
        member::Column::Since,
    ];
    let known = OnConflict::columns(key).update_columns(facts).to_owned();
    member::Entity::insert(row)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Saves where a team is, which is held; the version stays, for the team itself has not changed.
pub(crate) async fn save_team_place(tx: &Tx, team: &Team) -> Result<(), StoreError> {
    let moved = group::ActiveModel {
        id: NotSet,
        org_path: Set(team.org_path.clone()),
        ..Default::default()
    };
    let query = group::Entity::update_many().set(moved);
    query.filter(group::Column::Id.eq(team.id)).exec(tx).await?;
    Ok(())
}

/// A kind of teams and where one of it is, of which somebody is a member.
pub(crate) type TeamPlace = (AccountId, String, OrgPath);

/// Lists the teams of some people: kind and place, as they are members now.
pub(crate) async fn list_team_places(
    db: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<Vec<TeamPlace>, StoreError> {
    let mut found = Vec::new();
    for chunk in accounts.chunks(store::CHUNK) {
        let places = member::Entity::find()
            .select_only()
            .column(member::Column::Account)
            .column(group::Column::Kind)
            .column(group::Column::OrgPath)
            .join(JoinType::InnerJoin, of_team())
            .filter(member::Column::Account.is_in(chunk.iter().copied()))
            .filter(member::Column::State.eq(MemberState::Member.name()));
        found.extend(places.into_tuple::<TeamPlace>().all(db).await?);
    }
    Ok(found)
}

fn of_team() -> RelationDef {
    member::Entity::belongs_to(group::Entity)
        .from(member::Column::TeamId)
        .to(group::Column::Id)
        .into()
}
