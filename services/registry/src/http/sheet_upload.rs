//! Reads the file of an import, and no more of it than may be kept.

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::StreamExt;
use problem::{Failure, Kind, Message};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::sheet::{Format, MOST_BYTES};

/// Memory of all uploads together, in blocks: many slow senders must not fill it.
const BLOCK: usize = 1024 * 1024;
static BLOCKS: Semaphore = Semaphore::const_new(64);

/// A file with the memory that it was given.
pub(super) struct Upload {
    pub(super) content: Vec<u8>,
    _memory: Vec<SemaphorePermit<'static>>,
}

/// Reads the body of a request.
pub(super) async fn read(request: &HttpRequest, mut body: web::Payload) -> Result<Upload, Failure> {
    let kind = request.content_type().to_ascii_lowercase();
    let known = [
        "text/csv",
        "application/octet-stream",
        Format::Xlsx.media_type(),
    ];
    if !known.contains(&kind.as_str()) {
        return Err(problem::quick(
            Kind::UnsupportedMedia,
            "sheet-expected",
            Message::new(
                "请求体须为 text/csv 或 XLSX 文件",
                "the body is a file, text/csv or XLSX",
            ),
        ));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > MOST_BYTES) {
        return Err(too_large());
    }
    let (mut content, mut memory) = (Vec::new(), Vec::new());
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| broken())?;
        let length = content.len().saturating_add(chunk.len());
        if length > MOST_BYTES {
            return Err(too_large());
        }
        while memory.len().saturating_mul(BLOCK) < length {
            memory.push(BLOCKS.try_acquire().map_err(|_| busy())?);
        }
        content.extend_from_slice(&chunk);
    }
    Ok(Upload {
        content,
        _memory: memory,
    })
}

fn too_large() -> Failure {
    let mib = MOST_BYTES / BLOCK;
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
