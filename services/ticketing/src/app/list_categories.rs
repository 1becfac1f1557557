//! The tree of categories (诉求分类), for apps to choose from.

use auth::Ctx;
use kernel::Named;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::routing::local;
use super::view::words;
use crate::domain::category::{Category, CodeSet};

/// The categories (分类).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CategoryTreeView {
    /// 分类表版本 (version of the table).
    pub(crate) version: u32,
    /// 类别，上级在前 (categories, each behind the one that it is part of).
    pub(crate) items: Vec<CategoryView>,
    /// 对照编码 (code sets of other systems that imports may name).
    pub(crate) code_sets: Vec<CodeSetView>,
}

/// A category (类别).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CategoryView {
    /// 编码，每级两位 (code, two digits a level).
    #[schema(example = "0104")]
    pub(crate) code: String,
    /// 名称 (name).
    pub(crate) title: String,
    /// 上级编码；第一级为空 (code of the one above; null on the first level).
    pub(crate) parent: Option<String>,
    /// 级，1 至 4 (level).
    #[schema(minimum = 1, maximum = 4)]
    pub(crate) level: usize,
    /// 现在是否可选 (whether it may be chosen now).
    pub(crate) open: bool,
    /// 核查方式：`word` 以诉求人的话为准，`photo` 以核查照片为准，`both` 先核查后回访 (by what its results are verified, unless
    /// the district does otherwise).
    #[schema(example = "both")]
    pub(crate) verification: String,
}

/// A code set (对照编码).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CodeSetView {
    /// 名称 (name that imports give).
    pub(crate) name: String,
    /// 说明 (what it is).
    pub(crate) title: String,
    /// 版本 (version).
    pub(crate) version: u32,
    /// 来源 (where its codes come from).
    pub(crate) source: String,
}

/// Lists the categories as they are now.
pub(crate) fn list_categories(app: &App, ctx: &Ctx) -> CategoryTreeView {
    let at = local(app, ctx.now);
    let mut items = Vec::new();
    for group in &app.categories.groups {
        items.push(CategoryView {
            code: group.code.clone(),
            title: words(&group.title, ctx.locale).to_owned(),
            parent: None,
            level: 1,
            open: true,
            verification: verification(app, &group.code),
        });
        items.extend(group.categories.iter().map(|category| CategoryView {
            code: category.code.clone(),
            title: words(&category.title, ctx.locale).to_owned(),
            parent: parent_of(category),
            level: category.code.len() / 2,
            open: app.categories.is_open(&category.code, at),
            verification: verification(app, &category.code),
        }));
    }
    let code_sets = app.code_sets.iter().map(|set: &CodeSet| CodeSetView {
        name: set.name.clone(),
        title: words(&set.title, ctx.locale).to_owned(),
        version: set.version,
        source: set.source.clone(),
    });
    CategoryTreeView {
        version: app.categories.version,
        items,
        code_sets: code_sets.collect(),
    }
}

fn verification(app: &App, code: &str) -> String {
    let policy = app.categories.verification(Some(code));
    policy.name().to_owned()
}

fn parent_of(category: &Category) -> Option<String> {
    let above = category.code.len().checked_sub(2)?;
    category.code.get(..above).map(str::to_owned)
}
