//! Keeps searches under a name (常用视图).

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrgCode, Timestamp};
use problem::{Category, Fact, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::list_orders::Mine;
use crate::store::saved_views::{count_others, delete_view, list_views, save_view};
use crate::store::{from_json, to_json};

/// Most searches of an account.
const MOST: u64 = 50;

/// What a search asks for; every member as in `GET /searches/orders` or, without `q`, as in `GET /orders`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SavedFilter {
    /// Words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub(crate) q: Option<String>,
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub(crate) state: Option<String>,
    /// Only those of this workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub(crate) workflow: Option<String>,
    /// Only those of this category.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub(crate) category: Option<String>,
    /// Only those that came in here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub(crate) channel: Option<String>,
    /// Only those at or below this place or unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) org_code: Option<OrgCode>,
    /// Only the caller's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    pub(crate) mine: Option<Mine>,
    /// Only those that missed their limit, or those that did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) overdue: Option<bool>,
    /// Only those under supervision, or those that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supervised: Option<bool>,
}

/// A kept search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SavedViewView {
    /// Its name.
    pub(crate) name: String,
    /// What it asks for.
    pub(crate) filter: SavedFilter,
    /// When it was kept.
    pub(crate) updated_at: Timestamp,
}

/// Kept searches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SavedViewsView {
    /// By name; an account has at most 50.
    pub(crate) items: Vec<SavedViewView>,
}

/// Why a search is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavedViewError {
    /// The name is empty, too long or not in a line.
    #[error("not a name")]
    Name,
    /// A text of the filter is too long or not in a line.
    #[error("a text of the filter is none")]
    Text(&'static str),
    /// There are enough.
    #[error("the caller keeps {MOST} searches")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for SavedViewError {
    fn fact(&self) -> Fact {
        match self {
            Self::Name => Fact::new(
                Kind::Invalid,
                "invalid-name",
                "名称须为 1 至 40 字的一行文字",
                "a name is a line of 1 to 40 characters",
            )
            .at("/name"),
            Self::Text(pointer) => Fact::new(
                Kind::Invalid,
                "invalid-filter",
                "须为 1 至 100 字的一行文字",
                "must be a line of 1 to 100 characters",
            )
            .at(*pointer),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-views",
                format!("最多保存 {MOST} 个视图"),
                format!("at most {MOST} searches are kept"),
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

fn is_line(text: &str, longest: usize) -> bool {
    let length = text.chars().count();
    (1..=longest).contains(&length) && !text.contains(char::is_control) && text.trim() == text
}

/// Keeps a search, in the place of one of the same name.
pub(crate) async fn save_search(
    app: &App,
    ctx: &Ctx,
    name: String,
    filter: SavedFilter,
) -> Result<SavedViewView, SavedViewError> {
    if !is_line(&name, 40) {
        return Err(SavedViewError::Name);
    }
    for (pointer, text) in [
        ("/q", &filter.q),
        ("/state", &filter.state),
        ("/workflow", &filter.workflow),
        ("/category", &filter.category),
        ("/channel", &filter.channel),
    ] {
        if text.as_ref().is_some_and(|text| !is_line(text, 100)) {
            return Err(SavedViewError::Text(pointer));
        }
    }
    let account = ctx.principal.account;
    let stored = (name.clone(), to_json(&filter)?, ctx.now);
    let (name_of, stored) = (&name, &stored);
    app.db
        .write("view.save", |tx| async move {
            if count_others(&*tx, account, name_of).await? >= MOST {
                return Err(SavedViewError::TooMany);
            }
            save_view(&tx, account, stored.clone()).await?;
            Ok(())
        })
        .await?;
    Ok(SavedViewView {
        name,
        filter,
        updated_at: ctx.now,
    })
}

/// Removes a search; that there is none is fine.
pub(crate) async fn remove_search(app: &App, ctx: &Ctx, name: &str) -> Result<(), SavedViewError> {
    let account = ctx.principal.account;
    app.db
        .write("view.remove", |tx| async move {
            delete_view(&tx, account, name).await?;
            Ok(())
        })
        .await
}

/// Lists the caller's searches by name.
pub(crate) async fn list_searches(app: &App, ctx: &Ctx) -> Result<SavedViewsView, SavedViewError> {
    let mut stored = list_views(app.db.reader(), ctx.principal.account).await?;
    // here: databases sort texts each in its own way
    stored.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let mut items = Vec::with_capacity(stored.len());
    for (name, filter, updated_at) in stored {
        items.push(SavedViewView {
            name,
            filter: from_json(&filter)?,
            updated_at,
        });
    }
    Ok(SavedViewsView { items })
}
