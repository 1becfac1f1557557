//! Gives a district a new version of its dispatch catalogue (权责清单更正); orders that run keep their units.

use ::store::{StoreError, Writes, idempotency};
use auth::Ctx;
use problem::{Category, Fact, Kind};
use serde::Serialize;

use super::App;
use super::correct_calendar::may_correct;
use super::show_calendar::no_district;
use super::show_catalogue::{CatalogueView, is_one_district, view};
use crate::domain::routing::CatalogueSpec;
use crate::domain::rule_file::RuleFileError;
use crate::store::catalogues::{StoredCatalogue, find_catalogue, insert_catalogue};

/// A catalogue that takes the place of another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CorrectCatalogue {
    /// Six digits.
    pub(crate) district: String,
    /// The whole new catalogue.
    pub(crate) catalogue: CatalogueSpec,
    /// Why: the decision, the list of duties.
    pub(crate) reason: String,
}

/// Why a catalogue was not corrected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CorrectCatalogueError {
    /// The text is no district.
    #[error("no district {0:?}")]
    NoDistrict(String),
    /// The caller does not run the platform there.
    #[error("the caller does not run the platform of {0:?}")]
    NotAllowed(String),
    /// The catalogue makes no sense.
    #[error(transparent)]
    Wrong(#[from] RuleFileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for CorrectCatalogueError {
    fn fact(&self) -> Fact {
        match self {
            Self::NoDistrict(_) => no_district(),
            Self::NotAllowed(_) => Fact::new(
                Kind::Forbidden,
                "not-your-district",
                "您不负责该区的平台运营",
                "you do not run the platform of this district",
            ),
            Self::Wrong(RuleFileError::Wrong { place, reason, .. }) => Fact::new(
                Kind::Invalid,
                "wrong-catalogue",
                format!("{place}：{}", reason.zh),
                format!("{place}: {}", reason.en),
            )
            .at("/catalogue"),
            Self::Wrong(RuleFileError::Malformed { .. }) => Fact::new(
                Kind::Invalid,
                "wrong-catalogue",
                "派遣规则结构有误",
                "malformed routing rules",
            )
            .at("/catalogue"),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Stores a new version; what is opened from now on goes by it, in every process within ten seconds.
pub(crate) async fn correct_catalogue(
    app: &App,
    ctx: &Ctx,
    command: CorrectCatalogue,
) -> Result<CatalogueView, CorrectCatalogueError> {
    if !is_one_district(&command.district) {
        return Err(CorrectCatalogueError::NoDistrict(command.district));
    }
    if !may_correct(ctx, &command.district) {
        return Err(CorrectCatalogueError::NotAllowed(command.district));
    }
    let built_in = &app.catalogues.built_in;
    built_in.overridden(
        &command.district,
        command.catalogue.clone(),
        &app.categories,
    )?;
    let key = ctx.idempotency(&command);
    let (key, command) = (key.as_ref(), &command);
    let shown = app
        .db
        .write("catalogue.correct", |tx| async move {
            let effect = async {
                let before = find_catalogue(&*tx, &command.district, None).await?;
                let stored = StoredCatalogue {
                    district: command.district.clone(),
                    version: before.map_or(1, |before| before.version + 1),
                    spec: command.catalogue.clone(),
                    reason: command.reason.clone(),
                    author: ctx.principal.account,
                    at: ctx.now,
                };
                let mut writes = Writes::default();
                insert_catalogue(&mut writes, &stored)?;
                writes.run(&tx).await?;
                Ok::<_, CorrectCatalogueError>(view(app, stored))
            };
            idempotency::once(&tx, key, Box::pin(effect)).await
        })
        .await?;
    app.catalogues.forget();
    Ok(shown)
}
