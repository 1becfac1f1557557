//! Shows published bulletins to everybody (公报).

use ::store::StoreError;
use kernel::{Cursor, CursorError, OrgCode, Timestamp};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use crate::domain::bulletin::Bulletin;
use crate::domain::bulletin::quarter::Quarter;
use crate::store::bulletins::{self, Published, find_bulletin, list_roots};
use crate::store::from_json;

/// Name of the list in its cursors.
const LIST: &str = "bulletins";
/// Roots that are shown.
const MOST_ROOTS: u64 = 120;

/// A published bulletin with its place in the chain (公报).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BulletinView {
    /// 链上序号 (its place in the chain, from 1).
    pub(crate) seq: i64,
    /// 前一份的哈希 (hash of the one before; zeros before the first).
    pub(crate) before: String,
    /// 哈希 (its hash).
    pub(crate) hash: String,
    /// 公开时间 (when it was published).
    pub(crate) published_at: Timestamp,
    /// 内容 (what it says).
    pub(crate) bulletin: Bulletin,
    /// 原文，哈希按此逐字节计算 (the same, byte by byte as it was hashed).
    pub(crate) body: String,
}

impl TryFrom<Published> for BulletinView {
    type Error = StoreError;

    fn try_from(published: Published) -> Result<Self, StoreError> {
        Ok(Self {
            seq: published.seq,
            before: published.before,
            hash: published.hash,
            published_at: published.published_at,
            bulletin: from_json(&published.body)?,
            body: published.body,
        })
    }
}

/// The root over the hashes of a month's bulletins (月度默克尔根).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BulletinRootView {
    /// 月份 (month).
    #[schema(example = "2026-10")]
    pub(crate) month: String,
    /// 根 (RFC 6962 tree hash).
    pub(crate) root: String,
    /// 公报数 (bulletins).
    pub(crate) bulletins: i64,
}

/// Which bulletins to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListBulletins {
    /// Of this place; none for all.
    pub(crate) org_code: Option<OrgCode>,
    /// Where the page begins.
    pub(crate) cursor: Option<String>,
    /// Items on the page.
    pub(crate) limit: usize,
}

/// Why a bulletin is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BulletinError {
    /// There is none.
    #[error("no bulletin {0} {1}")]
    NotFound(OrgCode, String),
    /// The cursor is of no use here.
    #[error("cursor")]
    Cursor(#[from] CursorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for BulletinError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound(..) => Fact::new(
                Kind::NotFound,
                "bulletin-not-found",
                "没有这份公报",
                "there is no such bulletin",
            ),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Lists one page, the newest first, and the cursor of the next one.
pub(crate) async fn list_bulletins(
    app: &App,
    wanted: &ListBulletins,
) -> Result<(Vec<BulletinView>, Option<String>), BulletinError> {
    let before: Option<i64> = match &wanted.cursor {
        Some(cursor) => Some(Cursor::decode(LIST, cursor)?),
        None => None,
    };
    let one_more = u64::try_from(wanted.limit.saturating_add(1)).unwrap_or(u64::MAX);
    let code = wanted.org_code.as_ref();
    let found = bulletins::list_bulletins(app.db.reader(), code, before, one_more).await?;
    let (found, next) = Cursor::cut(found, wanted.limit, |last| Cursor::encode(LIST, &last.seq));
    let views: Result<Vec<_>, StoreError> = found.into_iter().map(BulletinView::try_from).collect();
    Ok((views?, next))
}

/// Shows the bulletin of a place and a quarter.
pub(crate) async fn show_bulletin(
    app: &App,
    code: &OrgCode,
    period: &str,
) -> Result<BulletinView, BulletinError> {
    let missing = || BulletinError::NotFound(code.clone(), period.to_owned());
    // what is no quarter has none
    let quarter: Quarter = period.parse().map_err(|_| missing())?;
    let found = find_bulletin(app.db.reader(), code, &quarter.to_string()).await?;
    Ok(found.ok_or_else(missing)?.try_into()?)
}

/// Lists the roots of months, the newest first.
pub(crate) async fn list_bulletin_roots(app: &App) -> Result<Vec<BulletinRootView>, BulletinError> {
    let roots = list_roots(app.db.reader(), MOST_ROOTS).await?;
    let views = roots.into_iter().map(|root| BulletinRootView {
        month: root.month,
        root: root.root,
        bulletins: root.bulletins,
    });
    Ok(views.collect())
}
