//! The place that a request names, and the part of the tree that it means for the caller.

use ::store::StoreError;
use auth::Ctx;
use kernel::{OrgCode, OrgPath, Role};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;

use crate::store::orgs::{Org, find_org};

/// Why the place that a request names does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    /// There is no such place.
    #[error("unknown place {0}")]
    Unknown(OrgCode),
    /// The place is not the caller's.
    #[error("place {0} is outside the caller's scope")]
    OutsideScope(OrgCode),
    /// No place is named, and the caller works nowhere.
    #[error("the caller works nowhere")]
    Nowhere,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PlaceError {
    fn fact(&self) -> Fact {
        let outside = Fact::new(
            Kind::Forbidden,
            "outside-scope",
            "该组织不在您的职责范围内",
            "this place is outside your scope",
        );
        match self {
            Self::Unknown(_) => Fact::new(
                Kind::Invalid,
                "unknown-place",
                "没有这个组织",
                "there is no such place",
            )
            .at("/org_code"),
            Self::OutsideScope(_) => outside.at("/org_code"),
            Self::Nowhere => outside,
            Self::Store(error) => error.fact(),
        }
    }
}

/// A part of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its topmost node.
    pub(crate) path: OrgPath,
    /// That node's name; none of the tree's root.
    pub(crate) name: Option<String>,
}

/// Finds a place by its code.
pub(crate) async fn find_place(
    db: &impl ConnectionTrait,
    code: &OrgCode,
) -> Result<Org, PlaceError> {
    let org = find_org(db, code).await?;
    org.ok_or_else(|| PlaceError::Unknown(code.clone()))
}

/// Finds a place within the caller's part of the tree, by these roles.
pub(crate) async fn find_place_within(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    roles: &[Role],
    code: &OrgCode,
) -> Result<Org, PlaceError> {
    let org = find_place(db, code).await?;
    if ctx.principal.holds_any(roles, &org.path) {
        Ok(org)
    } else {
        Err(PlaceError::OutsideScope(org.code))
    }
}

/// Finds the place that is asked about, or the widest where the caller has one of these roles.
pub(crate) async fn asked_place(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    roles: &[Role],
    code: Option<&OrgCode>,
) -> Result<Place, PlaceError> {
    if let Some(code) = code {
        let Org { path, name, .. } = find_place_within(db, ctx, roles, code).await?;
        let name = Some(name);
        return Ok(Place { path, name });
    }
    let paths = ctx.principal.paths_of(roles);
    let path = paths.into_iter().min_by_key(OrgPath::depth);
    let path = path.ok_or(PlaceError::Nowhere)?;
    let org = match path.leaf() {
        Some(code) => find_org(db, &code).await?,
        None => None,
    };
    let name = org.map(|org| org.name);
    Ok(Place { path, name })
}
