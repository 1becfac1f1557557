//! Says what to know and what to answer before a matter is opened (受理前提示与询问).

use auth::Ctx;
use problem::{Category, Fact};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::chosen_category::{UnknownCategory, check_category};
use super::routing::local;
use super::view::words;
use super::wrong_answers::WrongAnswers;
use crate::domain::intake::Notice;

/// A matter that somebody is about to open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CheckIntake {
    /// What it is about.
    pub(crate) title: String,
    /// The matter.
    pub(crate) content: String,
    /// The category; proposed from the texts where there is none.
    pub(crate) category: Option<String>,
    /// Answers to the questions, to be checked.
    pub(crate) answers: Option<Value>,
}

/// Something to know first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct IntakeNoticeView {
    /// Its name.
    pub(crate) id: String,
    /// `emergency` 先拨打电话, `redirect` 另有途径, `advice` 须知.
    #[schema(example = "emergency")]
    pub(crate) kind: String,
    /// The phone to be called.
    #[schema(example = "119")]
    pub(crate) phone: Option<String>,
    /// What it says, in a line.
    pub(crate) title: String,
    /// What it says.
    pub(crate) text: String,
    /// Whether the app goes on only when the person has confirmed it.
    pub(crate) must_acknowledge: bool,
}

/// What to know and what to answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct IntakeView {
    /// The category, given or proposed.
    pub(crate) category: Option<String>,
    /// The category in words.
    pub(crate) category_title: Option<String>,
    /// Emergencies first.
    pub(crate) notices: Vec<IntakeNoticeView>,
    /// The JSON schema of the questions of the category.
    #[schema(value_type = Object)]
    pub(crate) questions: Value,
}

/// Why nothing is said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckIntakeError {
    /// There is no such category.
    #[error(transparent)]
    Category(#[from] UnknownCategory),
    /// The answers don't fit the questions.
    #[error(transparent)]
    Answers(#[from] WrongAnswers),
}

impl Category for CheckIntakeError {
    fn fact(&self) -> Fact {
        match self {
            Self::Category(error) => error.fact(),
            Self::Answers(error) => error.fact(),
        }
    }
}

/// Says what to know and what to answer about a matter; nothing is stored.
pub(crate) fn check_intake(
    app: &App,
    ctx: &Ctx,
    matter: CheckIntake,
) -> Result<IntakeView, CheckIntakeError> {
    let category = if let Some(code) = matter.category {
        check_category(app, &code)?;
        Some(code)
    } else {
        let found = app.categories.propose(&matter.title, &matter.content);
        found.category
    };
    let form = app.intake.form(category.as_deref());
    if let Some(answers) = &matter.answers {
        form.check(answers).map_err(WrongAnswers)?;
    }
    let text = text_of(&matter.title, &matter.content);
    let at = local(app, ctx.now);
    let notices = app.intake.notices(&text, category.as_deref(), at);
    let title = category
        .as_deref()
        .and_then(|code| app.categories.title(code));
    Ok(IntakeView {
        category_title: title.map(|title| words(&title, ctx.locale).to_owned()),
        notices: notices
            .into_iter()
            .map(|notice| notice_view(ctx, notice))
            .collect(),
        questions: form.schema(),
        category,
    })
}

/// Joins what is searched for the words of notices.
pub(super) fn text_of(title: &str, content: &str) -> String {
    format!("{title}\n{content}")
}

fn notice_view(ctx: &Ctx, notice: &Notice) -> IntakeNoticeView {
    IntakeNoticeView {
        id: notice.id.clone(),
        kind: notice.kind.name().to_owned(),
        phone: notice.phone.clone(),
        title: words(&notice.title, ctx.locale).to_owned(),
        text: words(&notice.text, ctx.locale).to_owned(),
        must_acknowledge: notice.kind.stops(),
    }
}
