//! Published results (晒单).

use ::store::{StoreError, Writes};
use kernel::{AccountId, OrderId, OrgCode, OrgPath, PublicationId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::result_tables::publication::{ActiveModel, Column, Entity, Model};
use super::result_tables::publication_scope;
use super::{count, scopes};
use crate::domain::event::Figures;
use crate::domain::order::Order;

/// A published result: texts that a person approved, and figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Publication {
    /// The publication.
    pub(crate) id: PublicationId,
    /// The order behind it; not shown.
    pub(crate) order_id: OrderId,
    /// The order's number.
    pub(crate) number: String,
    /// Where the matter was.
    pub(crate) org_code: OrgCode,
    /// Path of `org_code`.
    pub(crate) org_path: OrgPath,
    /// Name of that place when it was published.
    pub(crate) org_name: String,
    /// The public title.
    pub(crate) title: String,
    /// The public text.
    pub(crate) summary: String,
    /// The workflow.
    pub(crate) workflow: String,
    /// The category.
    pub(crate) category: Option<String>,
    /// How many rounds it took.
    pub(crate) rounds: u32,
    /// Votes on the last round.
    pub(crate) votes: u32,
    /// Of those, "solved".
    pub(crate) solved: u32,
    /// The mean score times 100.
    pub(crate) score_mean_x100: Option<u32>,
    /// Whole minutes from opening to publication.
    pub(crate) handled_minutes: u64,
    /// When it was published.
    pub(crate) published_at: Timestamp,
    /// Who approved it; not shown.
    pub(crate) approved_by: Option<AccountId>,
    /// When it was taken down (撤下); its texts are gone then.
    pub(crate) withdrawn_at: Option<Timestamp>,
}

/// What an approver made public.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Approval<'a> {
    /// The public title.
    pub(crate) title: &'a str,
    /// The public text.
    pub(crate) summary: &'a str,
    /// The figures that go with it.
    pub(crate) figures: Figures,
    /// Who approved.
    pub(crate) by: Option<AccountId>,
    /// When.
    pub(crate) at: Timestamp,
}

impl Publication {
    /// Puts together what is published of an order.
    pub(crate) fn of(
        order: &Order,
        org_name: &str,
        approval: &Approval<'_>,
        id: PublicationId,
    ) -> Self {
        let handled = approval.at.duration_since(order.created_at);
        Self {
            id,
            order_id: order.id,
            number: order.number.as_str().to_owned(),
            org_code: order.org_code.clone(),
            org_path: order.org_path.clone(),
            org_name: org_name.to_owned(),
            title: approval.title.to_owned(),
            summary: approval.summary.to_owned(),
            workflow: order.workflow.clone(),
            category: order.category.clone(),
            rounds: approval.figures.rounds,
            votes: approval.figures.votes,
            solved: approval.figures.solved,
            score_mean_x100: approval.figures.mean_score_x100,
            handled_minutes: handled.as_secs() / 60,
            published_at: approval.at,
            approved_by: approval.by,
            withdrawn_at: None,
        }
    }
}

/// Inserts a publication and puts it under every node above its place.
pub(crate) fn insert_publication(writes: &mut Writes, publication: &Publication) {
    writes.insert([ActiveModel {
        id: Set(publication.id),
        order_id: Set(publication.order_id),
        number: Set(publication.number.clone()),
        org_code: Set(publication.org_code.clone()),
        org_path: Set(publication.org_path.clone()),
        org_name: Set(publication.org_name.clone()),
        title: Set(publication.title.clone()),
        summary: Set(publication.summary.clone()),
        workflow: Set(publication.workflow.clone()),
        category: Set(publication.category.clone()),
        rounds: Set(i64::from(publication.rounds)),
        votes: Set(i64::from(publication.votes)),
        solved: Set(i64::from(publication.solved)),
        score_mean_x100: Set(publication.score_mean_x100.map(i64::from)),
        handled_minutes: Set(i64::try_from(publication.handled_minutes).unwrap_or(i64::MAX)),
        published_at: Set(publication.published_at),
        approved_by: Set(publication.approved_by),
        withdrawn_at: Set(None),
        withdrawn_by: Set(None),
        withdraw_reason: Set(None),
    }]);
    let above = scopes::scopes_above(&publication.org_path).into_iter();
    writes.insert(above.map(|scope_code| publication_scope::ActiveModel {
        scope_code: Set(scope_code),
        publication_id: Set(publication.id),
    }));
}

/// Finds a publication.
pub(crate) async fn find_publication(
    db: &impl ConnectionTrait,
    id: PublicationId,
) -> Result<Option<Publication>, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.map(from_row).transpose()
}

/// Lists publications below or at a node, newest first, behind `after`.
pub(crate) async fn list_publications(
    db: &impl ConnectionTrait,
    scope: &str,
    after: Option<PublicationId>,
    limit: u64,
) -> Result<Vec<Publication>, StoreError> {
    let mut places = publication_scope::Entity::find()
        .select_only()
        .column(publication_scope::Column::PublicationId)
        .filter(publication_scope::Column::ScopeCode.eq(scope));
    if let Some(after) = after {
        places = places.filter(publication_scope::Column::PublicationId.lt(after));
    }
    let ids: Vec<PublicationId> = places
        .order_by_desc(publication_scope::Column::PublicationId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(from_row).collect()
}

fn from_row(row: Model) -> Result<Publication, StoreError> {
    Ok(Publication {
        id: row.id,
        order_id: row.order_id,
        number: row.number,
        org_code: row.org_code,
        org_path: row.org_path,
        org_name: row.org_name,
        title: row.title,
        summary: row.summary,
        workflow: row.workflow,
        category: row.category,
        rounds: count(row.rounds)?,
        votes: count(row.votes)?,
        solved: count(row.solved)?,
        score_mean_x100: row.score_mean_x100.map(count).transpose()?,
        handled_minutes: count(row.handled_minutes)?,
        published_at: row.published_at,
        approved_by: row.approved_by,
        withdrawn_at: row.withdrawn_at,
    })
}
