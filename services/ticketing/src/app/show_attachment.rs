//! Shows the photos of an order to those who may see the order.

use ::store::StoreError;
use auth::Ctx;
use kernel::{AttachmentId, OrderId, TypedId};
use problem::{Category, Fact, Kind};

use super::App;
use super::access::{AccessError, Standing, load_visible};
use super::attach_photo::{AttachmentView, MOST_OF_ORDER};
use crate::store::attachments::{self, Attachment};
use crate::store::merges::count_merges;

/// Why a photo is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowAttachmentError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The order has no such photo.
    #[error("no photo {0} of this order")]
    NotFound(AttachmentId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ShowAttachmentError {
    fn fact(&self) -> Fact {
        match self {
            Self::Access(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::NotFound(_) => Fact::new(
                Kind::NotFound,
                "attachment-not-found",
                "没有这张照片",
                "there is no such photo",
            ),
        }
    }
}

/// Lists the photos of an order, oldest first; there are few.
pub(crate) async fn list_attachments(
    app: &App,
    ctx: &Ctx,
    order: OrderId,
) -> Result<Vec<AttachmentView>, ShowAttachmentError> {
    let db = app.db.reader();
    let (_, standing) = load_visible(db, ctx, order).await?;
    // those of who handles it come beyond the limit; merged orders bring theirs
    let most = MOST_OF_ORDER * 2 * (1 + count_merges(db, order).await?);
    let photos = attachments::list_attachments(db, order, most).await?;
    Ok(photos
        .iter()
        .filter(|photo| readable(ctx, standing, photo))
        .map(|photo| AttachmentView::new(ctx, photo))
        .collect())
}

/// Finds a photo of an order.
pub(crate) async fn find_attachment(
    app: &App,
    ctx: &Ctx,
    order: OrderId,
    id: AttachmentId,
) -> Result<Attachment, ShowAttachmentError> {
    let db = app.db.reader();
    let (_, standing) = load_visible(db, ctx, order).await?;
    let found = attachments::find_attachment(db, order, id).await?;
    found
        .filter(|photo| readable(ctx, standing, photo))
        .ok_or(ShowAttachmentError::NotFound(id))
}

/// Whoever asked for an order that became part of another one sees their own photos there, not those of others.
fn readable(ctx: &Ctx, standing: Standing, photo: &Attachment) -> bool {
    standing != Standing::JointRequester || photo.account == ctx.principal.account
}

/// Reads the bytes of a photo.
pub(crate) async fn read_attachment(
    app: &App,
    id: AttachmentId,
) -> Result<Vec<u8>, ShowAttachmentError> {
    let content = app.blobs.find(id.uuid()).await?;
    content.ok_or_else(|| StoreError::Corrupt(format!("the bytes of {id} are gone")).into())
}
