//! Shows published results to everybody (晒单): texts that a person approved and figures, never persons.

use ::store::StoreError;
use kernel::{Cursor, CursorError, OrgCode, PublicationId, Timestamp};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use crate::domain::review::Tally;
use crate::domain::statistics::Rate;
use crate::store::publications::{self, Publication};
use crate::store::scopes::CITY;
pub(crate) use crate::store::withdrawals::GonePublication;
use crate::store::withdrawals::list_withdrawn;

/// Name of the list in its cursors.
const LIST: &str = "publications";
/// How many that were taken down a feed tells.
const WITHDRAWN: u64 = 50;
/// Fewer votes than this could be told from one another, so only their number is shown (R8).
const LEAST_VOTES: u32 = Tally::LEAST_SHOWN;

/// A published result (晒单).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct PublicationView {
    /// 编号 (its id).
    pub(crate) id: PublicationId,
    /// 工单编号 (number of the order).
    #[schema(example = "WD20261122-7K2MQ9XR")]
    pub(crate) number: String,
    /// 地点 (code of the place).
    pub(crate) org_code: OrgCode,
    /// 地点名称 (name of the place).
    pub(crate) org_name: String,
    /// 标题 (title).
    pub(crate) title: String,
    /// 内容 (what was asked and done).
    pub(crate) summary: String,
    /// 流程 (workflow).
    pub(crate) workflow: String,
    /// 类别 (category).
    pub(crate) category: Option<String>,
    /// 数据 (figures).
    pub(crate) figures: FiguresView,
    /// 公开时间 (when it was published).
    pub(crate) published_at: Timestamp,
}

/// Figures of a published result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub(crate) struct FiguresView {
    /// 办理轮次 (rounds of handling).
    pub(crate) rounds: u32,
    /// 评议票数 (votes on the result).
    pub(crate) votes: u32,
    /// 平均分，1 至 5；少于 3 票不显示 (mean score of 1 to 5; hidden below 3 votes).
    pub(crate) mean_score: Option<f64>,
    /// 认为已解决；少于 3 票不显示 (share that finds it solved; hidden below 3 votes).
    pub(crate) solved: Option<Rate>,
    /// 从提出到公开的分钟数 (minutes from opening to publication).
    pub(crate) handling_minutes: u64,
}

impl From<Publication> for PublicationView {
    fn from(publication: Publication) -> Self {
        let votes = publication.votes;
        let enough = votes >= LEAST_VOTES;
        let mean = publication.score_mean_x100.filter(|_| enough);
        let solved = Rate::of(u64::from(publication.solved), u64::from(votes));
        Self {
            id: publication.id,
            number: publication.number,
            org_code: publication.org_code,
            org_name: publication.org_name,
            title: publication.title,
            summary: publication.summary,
            workflow: publication.workflow,
            category: publication.category,
            figures: FiguresView {
                rounds: publication.rounds,
                votes,
                mean_score: mean.map(|mean| f64::from(mean) / 100.0),
                solved: enough.then_some(solved),
                handling_minutes: publication.handled_minutes,
            },
            published_at: publication.published_at,
        }
    }
}

/// Which publications to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListPublications {
    /// Below or at this place; none for the whole city.
    pub(crate) org_code: Option<OrgCode>,
    /// Where the page begins.
    pub(crate) cursor: Option<String>,
    /// Items on the page.
    pub(crate) limit: usize,
}

/// Why publications are not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublicationError {
    /// There is no such publication.
    #[error("no publication {0}")]
    NotFound(PublicationId),
    /// It was taken down.
    #[error("publication {0} was taken down")]
    Withdrawn(PublicationId),
    /// The cursor is of no use here.
    #[error("cursor")]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PublicationError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound(_) => Fact::new(
                Kind::NotFound,
                "publication-not-found",
                "没有这条晒单",
                "there is no such publication",
            ),
            Self::Withdrawn(_) => Fact::new(
                Kind::NotFound,
                "publication-withdrawn",
                "这条晒单已撤下",
                "this publication was taken down",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// One page of publications.
#[derive(Debug, Clone)]
pub(crate) struct PublicationPage {
    /// The publications, newest first.
    pub(crate) items: Vec<PublicationView>,
    /// The cursor of the next page.
    pub(crate) next: Option<String>,
    /// What was taken down there last, the latest first: its texts are in no list any more.
    pub(crate) withdrawn: Vec<GonePublication>,
}

impl PublicationPage {
    /// When something came or was taken down last.
    pub(crate) fn changed(&self) -> Option<Timestamp> {
        let came = self.items.iter().map(|item| item.published_at);
        came.chain(self.withdrawn.iter().map(|gone| gone.withdrawn_at))
            .max()
    }
}

/// Lists one page, newest first, and the cursor of the next one.
pub(crate) async fn list_publications(
    app: &App,
    wanted: &ListPublications,
) -> Result<PublicationPage, PublicationError> {
    let after: Option<PublicationId> = match &wanted.cursor {
        Some(cursor) => Some(Cursor::decode(LIST, cursor)?),
        None => None,
    };
    let scope = wanted.org_code.as_ref().map_or(CITY, OrgCode::as_str);
    let one_more = u64::try_from(wanted.limit.saturating_add(1)).unwrap_or(u64::MAX);
    let db = app.db.reader();
    let found = publications::list_publications(db, scope, after, one_more).await?;
    let (found, next) = Cursor::cut(found, wanted.limit, |last| Cursor::encode(LIST, &last.id));
    Ok(PublicationPage {
        items: found.into_iter().map(PublicationView::from).collect(),
        next,
        withdrawn: list_withdrawn(db, scope, WITHDRAWN).await?,
    })
}

/// Shows one.
pub(crate) async fn show_publication(
    app: &App,
    id: PublicationId,
) -> Result<PublicationView, PublicationError> {
    let found = publications::find_publication(app.db.reader(), id).await?;
    let found = found.ok_or(PublicationError::NotFound(id))?;
    if found.withdrawn_at.is_some() {
        return Err(PublicationError::Withdrawn(id));
    }
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use kernel::{OrderId, PublicationId, Timestamp, TypedId};
    use uuid::Uuid;

    use super::PublicationView;
    use crate::store::publications::Publication;

    fn publication(votes: u32) -> Publication {
        Publication {
            id: PublicationId::from_uuid(Uuid::from_u128(1)),
            order_id: OrderId::from_uuid(Uuid::from_u128(2)),
            number: "WD20261122-7K2MQ9XR".to_owned(),
            org_code: "420105011010.X01".parse().unwrap(),
            org_path: "/420105000000/".parse().unwrap(),
            org_name: "示例小区".to_owned(),
            title: "路灯".to_owned(),
            summary: "已修".to_owned(),
            workflow: "five-order".to_owned(),
            category: None,
            rounds: 2,
            votes,
            solved: votes,
            score_mean_x100: Some(450),
            handled_minutes: 90,
            published_at: Timestamp::UNIX_EPOCH,
            approved_by: None,
            withdrawn_at: None,
        }
    }

    #[test]
    fn figures_of_too_few_voters_stay_hidden() {
        let figures = PublicationView::from(publication(2)).figures;
        assert_eq!(
            (figures.votes, figures.mean_score, figures.solved),
            (2, None, None)
        );
        let figures = PublicationView::from(publication(3)).figures;
        assert_eq!(figures.mean_score, Some(4.5));
        assert_eq!(figures.solved.map(|solved| solved.numerator), Some(3));
    }
}
