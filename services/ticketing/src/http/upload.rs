//! Reads an uploaded file, and no more of it than may be kept.

use actix_multipart::{Field, Multipart};
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use problem::{Failure, FieldError, Kind, Message};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::photo::MAX_BYTES;

/// What a multipart body may add to the file.
const FRAMING: usize = 64 * 1024;
/// Memory of all uploads together, in blocks: many slow senders must not fill it.
const BLOCK: usize = 1024 * 1024;
static BLOCKS: Semaphore = Semaphore::const_new(256);

/// A file with the memory that it was given.
pub(super) struct Upload {
    pub(super) content: Bytes,
    _memory: Vec<SemaphorePermit<'static>>,
}

/// Reads the file of a request: the field `file` of a form, or the body itself.
pub(super) async fn read(request: &HttpRequest, body: web::Payload) -> Result<Upload, Failure> {
    let kind = request.content_type().to_ascii_lowercase();
    let is_form = kind == "multipart/form-data";
    if !is_form && !kind.starts_with("image/") && kind != "application/octet-stream" {
        return Err(problem::quick(
            Kind::UnsupportedMedia,
            "image-expected",
            Message::new(
                "请用 multipart/form-data 的 file 字段或图片请求体上传",
                "send the image as the field `file` of multipart/form-data or as the body",
            ),
        ));
    }
    let allowed = if is_form {
        MAX_BYTES.saturating_add(FRAMING)
    } else {
        MAX_BYTES
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > allowed) {
        return Err(too_large());
    }
    if is_form {
        let mut form = Multipart::new(request.headers(), body);
        return read_form(&mut form).await;
    }
    let mut buffer = Buffer::default();
    buffer.fill(body).await?;
    Ok(buffer.finish())
}

async fn read_form(form: &mut Multipart) -> Result<Upload, Failure> {
    let mut file = None;
    while let Some(field) = form.next().await {
        let field: Field = field.map_err(|_| broken())?;
        if field.name() != Some("file") || file.is_some() {
            let name = field.name().unwrap_or_default();
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let why = Message::new("只接受一个 file 字段", "only one field, `file`, is taken");
            return Err(invalid(pointer, why));
        }
        let mut buffer = Buffer::default();
        buffer.fill(field).await?;
        file = Some(buffer.finish());
    }
    file.ok_or_else(|| invalid("/file".to_owned(), Message::new("缺少该字段", "is missing")))
}

/// Grows with what arrives, within its own limit and that of all uploads.
#[derive(Default)]
struct Buffer {
    content: BytesMut,
    memory: Vec<SemaphorePermit<'static>>,
}

impl Buffer {
    async fn fill<E>(
        &mut self,
        mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), Failure> {
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| broken())?;
            let length = self.content.len().saturating_add(chunk.len());
            if length > MAX_BYTES {
                return Err(too_large());
            }
            while self.memory.len().saturating_mul(BLOCK) < length {
                self.memory.push(BLOCKS.try_acquire().map_err(|_| busy())?);
            }
            self.content.extend_from_slice(&chunk);
        }
        Ok(())
    }

    fn finish(self) -> Upload {
        Upload {
            content: self.content.freeze(),
            _memory: self.memory,
        }
    }
}

fn too_large() -> Failure {
    let mib = MAX_BYTES / BLOCK;
    problem::quick(
        Kind::TooLarge,
        "file-too-large",
        Message::new(
            format!("文件超过 {mib} MiB"),
            format!("the file exceeds {mib} MiB"),
        ),
    )
}

fn busy() -> Failure {
    problem::quick(
        Kind::Unavailable,
        "uploads-busy",
        Message::new(
            "正在上传的文件过多，请稍后重试",
            "too many files are being uploaded; try again later",
        ),
    )
}

fn broken() -> Failure {
    problem::quick(
        Kind::Malformed,
        "body-broken",
        Message::new("请求体未完整送达", "the body did not arrive whole"),
    )
}

fn invalid(pointer: String, detail: Message) -> Failure {
    problem::quick_fields(
        Kind::Invalid,
        "invalid-input",
        Message::new("输入内容有误，见 errors", "the input is wrong; see errors"),
        vec![FieldError::new(pointer, detail)],
    )
}
