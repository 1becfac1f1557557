//! Attaches a photo to an order (上传现场照片).

use std::sync::Arc;

use ::store::{StoreError, idempotency};
use auth::Ctx;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use kernel::{AccountId, AttachmentId, IdSourceExt, Named, OrderId, Timestamp, TypedId};
use problem::{Category, Fact, Kind};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::{AccessError, actor_of, load_visible};
use super::quotas::{QuotaError, take_in_photo};
use crate::domain::order::Order;
use crate::domain::panel::hex;
use crate::domain::photo::{self, NotAPhoto, Photo};
use crate::domain::workflow::legal_actions;
use crate::store::attachments::{Attachment, count_attachments, count_photos, insert_attachment};
use crate::store::orders::StoredOrder;

/// Most photos that one person attaches to an order in one round.
pub(crate) const MOST_PHOTOS: u32 = 20;
/// Most photos of one order: beyond, only who handles it attaches any, and others the first one of theirs in a round, so
/// that nobody can use up what a step of others needs.
pub(crate) const MOST_OF_ORDER: u64 = 100;

/// A photo of an order (照片).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct AttachmentView {
    /// 编号 (its id).
    pub(crate) id: AttachmentId,
    /// 格式 (what it is): jpeg, png, webp.
    #[schema(example = "jpeg")]
    pub(crate) kind: String,
    /// 字节数，去除元数据之后 (size in bytes, without metadata).
    pub(crate) size: u64,
    /// 宽，像素 (width in pixels).
    pub(crate) width: u32,
    /// 高，像素 (height in pixels).
    pub(crate) height: u32,
    /// 上传时的轮次 (round in which it was attached).
    pub(crate) round: u32,
    /// 是否本人上传 (whether the caller attached it).
    pub(crate) by_me: bool,
    /// 上传时间 (when it was attached).
    pub(crate) created_at: Timestamp,
    /// 取图地址 (where it is to be had).
    #[schema(example = "/api/ticketing/v1/orders/ord_…/attachments/att_…")]
    pub(crate) url: String,
}

impl AttachmentView {
    /// Shows a photo to a caller.
    pub(crate) fn new(ctx: &Ctx, attachment: &Attachment) -> Self {
        let (order, id) = (attachment.order_id, attachment.id);
        Self {
            id,
            kind: attachment.kind.name().to_owned(),
            size: attachment.size,
            width: attachment.width,
            height: attachment.height,
            round: attachment.round,
            by_me: attachment.account == ctx.principal.account,
            created_at: attachment.at,
            url: format!("/api/ticketing/v1/orders/{order}/attachments/{id}"),
        }
    }
}

/// Why a photo is not attached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttachPhotoError {
    /// There is no such order for the caller.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The caller may see the order and has no part in it now.
    #[error("the caller has no part in the order now")]
    NotAllowed,
    /// The order has ended.
    #[error("the order has ended")]
    Ended,
    /// The order has as many photos as it may have.
    #[error("{MOST_PHOTOS} photos of one person in a round, or {MOST_OF_ORDER} of the order")]
    TooMany,
    /// The district keeps no more.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// The file is not taken.
    #[error(transparent)]
    NotAPhoto(#[from] NotAPhoto),
    /// The work on the file was cut off.
    #[error("the work on the file was cut off")]
    CutOff(#[from] tokio::task::JoinError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for AttachPhotoError {
    fn fact(&self) -> Fact {
        match self {
            Self::Access(error) => error.fact(),
            Self::Store(error) => error.fact(),
            Self::Quota(error) => error.fact(),
            Self::NotAllowed => Fact::new(
                Kind::Forbidden,
                "attachment-not-allowed",
                "您目前不办理此工单，不能上传照片",
                "you have no part in this order now and may not attach photos",
            ),
            Self::Ended => Fact::new(
                Kind::Conflict,
                "order-ended",
                "工单已结束",
                "the order has ended",
            ),
            Self::TooMany => Fact::new(
                Kind::Conflict,
                "too-many-attachments",
                format!("每人每轮最多 {MOST_PHOTOS} 张照片，每个工单最多 {MOST_OF_ORDER} 张"),
                format!(
                    "at most {MOST_PHOTOS} photos of one person in a round, and {MOST_OF_ORDER} of an order"
                ),
            ),
            Self::NotAPhoto(NotAPhoto::Unrecognised) => Fact::new(
                Kind::UnsupportedMedia,
                "not-an-image",
                "文件内容不是 JPEG、PNG 或 WebP 图片",
                "the content of the file is neither JPEG, PNG nor WebP",
            ),
            Self::NotAPhoto(NotAPhoto::Broken(_)) => Fact::new(
                Kind::Invalid,
                "image-broken",
                "图片文件不完整或已损坏",
                "the image file is incomplete or broken",
            ),
            Self::NotAPhoto(NotAPhoto::TooLarge(width, height)) => Fact::new(
                Kind::Invalid,
                "image-too-large",
                format!("图片 {width}×{height} 像素过大"),
                format!("{width} x {height} pixels are too many"),
            ),
            Self::CutOff(_) => Fact::internal(),
        }
    }
}

/// What tells one upload from another.
#[derive(Serialize)]
struct Fingerprint<'a> {
    order: OrderId,
    digest: &'a str,
}

/// A recognised photo with its digest and that of the file that was sent.
struct Recognised {
    photo: Photo,
    digest: String,
    sent: String,
}

/// Loads an order to which the caller may attach photos: they asked for it, handle it, or have a step to take.
pub(crate) async fn load_open_to_photos(
    db: &impl ConnectionTrait,
    app: &App,
    ctx: &Ctx,
    id: OrderId,
) -> Result<StoredOrder, AttachPhotoError> {
    let (stored, _) = load_visible(db, ctx, id).await?;
    let order = &stored.order;
    let definition = app.workflows.find(&order.workflow, order.workflow_version);
    let Some(definition) = definition.filter(|known| !known.is_terminal(&order.state)) else {
        return Err(AttachPhotoError::Ended);
    };
    let me = Some(ctx.principal.account);
    if order.requester == me || order.assignee == me {
        return Ok(stored);
    }
    let actor = actor_of(&ctx.principal);
    if legal_actions(definition, order, &actor, ctx.now).is_empty() {
        return Err(AttachPhotoError::NotAllowed);
    }
    Ok(stored)
}

/// Recognises a file, frees it of metadata and keeps it with the order.
pub(crate) async fn attach_photo(
    app: Arc<App>,
    ctx: Ctx,
    order: OrderId,
    content: Bytes,
) -> Result<AttachmentView, AttachPhotoError> {
    let recognised = tokio::task::spawn_blocking(move || recognise(content)).await??;
    // a task of its own: a caller who hangs up must not leave bytes behind without a row
    tokio::spawn(async move { keep(&app, &ctx, order, &recognised).await }).await?
}

/// Checks that somebody may attach one more photo to an order.
async fn check_room(
    db: &impl ConnectionTrait,
    order: &Order,
    account: AccountId,
) -> Result<(), AttachPhotoError> {
    let own = count_photos(db, order.id, account, order.round).await?;
    let free = own == 0 || order.assignee == Some(account);
    let full =
        own >= MOST_PHOTOS || (!free && count_attachments(db, order.id).await? >= MOST_OF_ORDER);
    if full {
        return Err(AttachPhotoError::TooMany);
    }
    Ok(())
}

fn recognise(content: Bytes) -> Result<Recognised, NotAPhoto> {
    let digest_of = |content: &[u8]| hex(digest(&SHA256, content).as_ref());
    let sent = digest_of(&content);
    let photo = photo::clean(content)?;
    let digest = digest_of(&photo.content);
    Ok(Recognised {
        photo,
        digest,
        sent,
    })
}

/// Writes the bytes, then the row; bytes without a row are taken away again.
async fn keep(
    app: &App,
    ctx: &Ctx,
    order: OrderId,
    recognised: &Recognised,
) -> Result<AttachmentView, AttachPhotoError> {
    let id: AttachmentId = app.ids.next();
    app.blobs.put(id.uuid(), &recognised.photo.content).await?;
    let kept = insert(app, ctx, order, id, recognised).await;
    let stays = matches!(&kept, Ok(view) if view.id == id);
    if !stays && let Err(error) = app.blobs.remove(id.uuid()).await {
        tracing::warn!(%error, attachment.id = %id, "bytes of a refused photo stay behind");
    }
    kept
}

async fn insert(
    app: &App,
    ctx: &Ctx,
    order: OrderId,
    id: AttachmentId,
    recognised: &Recognised,
) -> Result<AttachmentView, AttachPhotoError> {
    let key = ctx.idempotency(&Fingerprint {
        order,
        digest: &recognised.sent,
    });
    let key = key.as_ref();
    app.db
        .write("photo.attach", |tx| async move {
            let effect = async {
                let stored = load_open_to_photos(&*tx, app, ctx, order).await?;
                check_room(&*tx, &stored.order, ctx.principal.account).await?;
                let attachment = Attachment {
                    id,
                    order_id: order,
                    account: ctx.principal.account,
                    round: stored.order.round,
                    kind: recognised.photo.kind,
                    size: u64::try_from(recognised.photo.content.len()).unwrap_or(u64::MAX),
                    width: recognised.photo.width,
                    height: recognised.photo.height,
                    digest: recognised.digest.clone(),
                    at: ctx.now,
                    came_from: None,
                };
                insert_attachment(&tx, &attachment).await?;
                let place = &stored.order.org_code;
                take_in_photo(app, &tx, place, attachment.size).await?;
                Ok(AttachmentView::new(ctx, &attachment))
            };
            idempotency::once(&tx, key, effect).await
        })
        .await
}
