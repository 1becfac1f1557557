use jiff::civil::Date;
use kernel::{AccountId, Cursor, CursorError, IdSourceExt, Named, OrgCode, PostId, Role, Version};
use problem::{Category, Fact, Kind};
use serde::Serialize;
use store::{IdempotencyKey, StoreError, Tx, idempotency};

use super::change_error::{organisation_unknown, out_of_scope};
use super::read_notes::note_read;
use super::{App, Origin};
use crate::domain::history::Untimely;
use crate::domain::kind;
use crate::domain::organisation::Organisation;
use crate::domain::post::{LeaveReason, Post, PostKind, PostState, WrongStep};
use crate::domain::read_note::ReadKind;
use crate::store::{Holders, find_organisation, find_post, hold, insert_post, save_post};
use crate::store::{list_posts as list_stored, list_vacant};

/// Roles that fill posts within their scope, and see who holds them.
pub(super) const STAFFING: [Role; 4] = [
    Role::CommunityDispatcher,
    Role::StreetDispatcher,
    Role::DistrictOperator,
    Role::PlatformOperator,
];

/// Name of the list of posts in its cursors.
const POSTS: &str = "posts";
/// Name of the list of vacancies in its cursors.
const VACANCIES: &str = "vacancies";

/// Gives somebody a post.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FillPost {
    pub(crate) kind: PostKind,
    pub(crate) org_code: OrgCode,
    pub(crate) account: AccountId,
    /// Produced only, to be appointed later (产生).
    pub(crate) nominated: bool,
    /// First day, if not today.
    pub(crate) on: Option<Date>,
    /// Last day of the term.
    pub(crate) term_until: Option<Date>,
}

/// The next step of a post.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum PostStep {
    Appoint,
    Leave(LeaveReason),
}

/// Takes a post a step further.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StepPost {
    pub(crate) id: PostId,
    pub(crate) step: PostStep,
    /// First day of it, if not today.
    pub(crate) on: Option<Date>,
    /// Version that the caller has seen, if the caller names one.
    pub(crate) seen: Option<Version>,
}

/// Why a post is not filled, left or shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    #[error("no such post")]
    NotFound,
    #[error("organisation {0} does not exist")]
    PlaceUnknown(OrgCode),
    #[error("a {0:?} is not at such an organisation")]
    NoSuchPostThere(PostKind),
    #[error("outside the caller's scope")]
    OutOfScope,
    #[error("the post is taken")]
    Taken,
    #[error("the term ends before it begins")]
    TermBeforeStart,
    #[error("no step from here: {0:?}")]
    WrongStep(WrongStep),
    #[error("the caller has seen another version")]
    OtherVersion,
    #[error(transparent)]
    Untimely(#[from] Untimely),
    #[error("cursor")]
    Cursor(#[from] CursorError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for PostError {
    fn fact(&self) -> Fact {
        match self {
            Self::NotFound => Fact::new(
                Kind::NotFound,
                "post-not-found",
                "没有这个任职记录",
                "there is no such post",
            ),
            Self::PlaceUnknown(code) => organisation_unknown(code).at("/org_code"),
            Self::NoSuchPostThere(post) => {
                let (zh, en): (Vec<_>, Vec<_>) = post
                    .places()
                    .iter()
                    .map(|place| (kind::title_of(*place), place.name()))
                    .unzip();
                Fact::new(
                    Kind::Invalid,
                    "no-such-post-there",
                    format!("该岗位只设在{}", zh.join("、")),
                    format!("that post is at a {} only", en.join(" or ")),
                )
                .at("/kind")
            }
            Self::OutOfScope => out_of_scope(),
            Self::Taken => Fact::new(
                Kind::Conflict,
                "post-taken",
                "该岗位已有人，或此人已在岗",
                "the post is taken, or this person holds it already",
            ),
            Self::TermBeforeStart => Fact::new(
                Kind::Invalid,
                "term-before-start",
                "任期届满日不能早于开始日",
                "the term cannot end before it begins",
            )
            .at("/term_until"),
            Self::WrongStep(WrongStep::State(_)) => Fact::new(
                Kind::Conflict,
                "post-in-other-state",
                "当前状态不能执行该操作",
                "the post is in a state that does not allow this",
            ),
            Self::WrongStep(WrongStep::TooEarly(since)) => Untimely::BeforeCurrent(*since).fact(),
            Self::OtherVersion => Fact::new(
                Kind::Precondition,
                "version-changed",
                "任职记录已被修改，请刷新后重试",
                "the post has changed; read it again and retry",
            ),
            Self::Untimely(error) => error.fact(),
            Self::Cursor(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Gives somebody a post; a seat holds one at a time, however many ask for it at once.
pub(crate) async fn fill_post(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &FillPost,
) -> Result<Post, PostError> {
    app.db
        .write("post.fill", |tx| async move {
            idempotency::once(&tx, key, fill(app, origin, command, &tx)).await
        })
        .await
}

async fn fill(
    app: &App,
    origin: &Origin<'_>,
    command: &FillPost,
    tx: &Tx,
) -> Result<Post, PostError> {
    let place = find_organisation(tx, &command.org_code).await?;
    let place = place.filter(|place| !place.is_closed());
    let place = place.ok_or_else(|| PostError::PlaceUnknown(command.org_code.clone()))?;
    if !origin.holds_any(&STAFFING, &place.path) {
        return Err(PostError::OutOfScope);
    }
    if !command.kind.places().contains(&place.kind) {
        return Err(PostError::NoSuchPostThere(command.kind));
    }
    let when = app.effective(command.on, origin.now)?;
    if command.term_until.is_some_and(|until| until < when.on) {
        return Err(PostError::TermBeforeStart);
    }
    hold(tx, &[&place]).await?;
    let post = Post {
        id: app.ids.next(),
        kind: command.kind,
        org_code: command.org_code.clone(),
        account: command.account,
        state: if command.nominated {
            PostState::Nominated
        } else {
            PostState::Appointed
        },
        since: when.on,
        term_until: command.term_until,
        left_because: None,
        version: Version::FIRST,
        created_at: when.now,
        updated_at: when.now,
    };
    if !insert_post(tx, &post).await? {
        return Err(PostError::Taken);
    }
    Ok(post)
}

/// Appoints somebody who was nominated, or ends a post.
pub(crate) async fn step_post(
    app: &App,
    origin: &Origin<'_>,
    key: Option<&IdempotencyKey>,
    command: &StepPost,
) -> Result<Post, PostError> {
    app.db
        .write("post.step", |tx| async move {
            idempotency::once(&tx, key, step(app, origin, command, &tx)).await
        })
        .await
}

async fn step(
    app: &App,
    origin: &Origin<'_>,
    command: &StepPost,
    tx: &Tx,
) -> Result<Post, PostError> {
    let found = find_post(tx, command.id).await?;
    let mut post = found.ok_or(PostError::NotFound)?;
    let place = find_organisation(tx, &post.org_code).await?;
    let place = place.ok_or(PostError::NotFound)?;
    if !origin.holds_any(&STAFFING, &place.path) {
        // who may not see it learns nothing of it
        return Err(PostError::NotFound);
    }
    let seen = post.version;
    if command.seen.is_some_and(|wanted| wanted != seen) {
        return Err(PostError::OtherVersion);
    }
    let when = app.effective(command.on, origin.now)?;
    let stepped = match command.step {
        PostStep::Appoint => post.appoint(when.on, when.now),
        PostStep::Leave(reason) => post.leave(reason, when.on, when.now),
    };
    stepped.map_err(PostError::WrongStep)?;
    save_post(tx, &post, seen).await?;
    Ok(post)
}

/// Lists one page of the posts at an organisation, or of the caller's own, and the next cursor.
pub(crate) async fn list_posts(
    app: &App,
    origin: &Origin<'_>,
    whose: Holders,
    left: bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Post>, Option<String>), PostError> {
    let after: Option<PostId> = cursor
        .map(|cursor| Cursor::decode(POSTS, cursor))
        .transpose()?;
    let db = app.db.reader();
    if let Holders::At(code) = &whose {
        let place = find_organisation(db, code).await?;
        let place = place.ok_or_else(|| PostError::PlaceUnknown(code.clone()))?;
        if !origin.holds_any(&STAFFING, &place.path) {
            return Err(PostError::OutOfScope);
        }
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = list_stored(db, &whose, left, after, most).await?;
    let page = Cursor::cut(found, limit, |last| Cursor::encode(POSTS, &last.id));
    if let Holders::At(code) = &whose {
        note_read(app, origin, ReadKind::Posts, code, Some(page.0.len())).await?;
    }
    Ok(page)
}

/// Lists one page of the organisations at or below a place where nobody holds a post.
pub(crate) async fn list_vacancies(
    app: &App,
    origin: &Origin<'_>,
    below: &OrgCode,
    post: PostKind,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<Organisation>, Option<String>), PostError> {
    let after: Option<String> = cursor
        .map(|cursor| Cursor::decode(VACANCIES, cursor))
        .transpose()?;
    let db = app.db.reader();
    let top = find_organisation(db, below).await?;
    let top = top.ok_or_else(|| PostError::PlaceUnknown(below.clone()))?;
    if !origin.holds_any(&STAFFING, &top.path) {
        return Err(PostError::OutOfScope);
    }
    let Some(of) = post.places().first() else {
        return Ok((Vec::new(), None));
    };
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let found = list_vacant(db, &top.path, *of, post, after.as_deref(), most).await?;
    Ok(Cursor::cut(found, limit, |last| {
        Cursor::encode(VACANCIES, &last.path)
    }))
}
