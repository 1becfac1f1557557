//! Files from outside, and no more of them than may be kept.

use actix_web::http::header;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::{Stream, StreamExt};
use problem::{Failure, Kind, Message};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The blocks in which memory is given, in bytes.
const BLOCK: usize = 1024 * 1024;

/// What a sheet is said to be.
const SHEETS: [&str; 3] = [
    "text/csv",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// What the files of one kind may take.
#[derive(Debug)]
pub struct UploadLimits {
    most: usize,
    blocks: Semaphore,
}

/// A file with the memory that it was given.
#[derive(Debug)]
pub struct Upload {
    /// The file.
    pub content: Bytes,
    _memory: Vec<SemaphorePermit<'static>>,
}

impl UploadLimits {
    /// At most so many bytes a file, and so many MiB for all that are under way together: many slow
    /// senders must not fill the memory.
    #[must_use]
    pub const fn new(most: usize, all_mib: usize) -> Self {
        Self {
            most,
            blocks: Semaphore::const_new(all_mib),
        }
    }

    /// Refuses a body that says itself that it is too large; `framing` bytes may surround the file.
    ///
    /// # Errors
    /// The body is announced to be larger.
    pub fn check_announced(&self, request: &HttpRequest, framing: usize) -> Result<(), Failure> {
        let announced = request.headers().get(header::CONTENT_LENGTH);
        let announced = announced
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|announced| announced > self.most.saturating_add(framing)) {
            return Err(self.too_large());
        }
        Ok(())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The file is too large, does not arrive whole, or there is no memory for it at the moment.
    pub async fn read<E>(
        &'static self,
        mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Upload, Failure> {
        let (mut content, mut memory) = (BytesMut::new(), Vec::new());
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| body_broken())?;
            let length = content.len().saturating_add(chunk.len());
            if length > self.most {
                return Err(self.too_large());
            }
            while memory.len().saturating_mul(BLOCK) < length {
                memory.push(self.blocks.try_acquire().map_err(|_| busy())?);
            }
            content.extend_from_slice(&chunk);
        }
        Ok(Upload {
            content: content.freeze(),
            _memory: memory,
        })
    }

    /// Reads a sheet: CSV or a workbook, told apart by what it holds.
    ///
    /// # Errors
    /// The body is said to be something else, and as with [`Self::read`].
    pub async fn read_sheet(
        &'static self,
        request: &HttpRequest,
        body: web::Payload,
    ) -> Result<Upload, Failure> {
        let kind = request.content_type().to_ascii_lowercase();
        if !SHEETS.contains(&kind.as_str()) {
            return Err(problem::quick(
                Kind::UnsupportedMedia,
                "sheet-expected",
                Message::new(
                    "请求体须为 text/csv 或 XLSX 文件",
                    "the body is a file, text/csv or XLSX",
                ),
            ));
        }
        self.check_announced(request, 0)?;
        self.read(body).await
    }

    fn too_large(&self) -> Failure {
        let mib = self.most / BLOCK;
        problem::quick(
            Kind::TooLarge,
            "file-too-large",
            Message::new(
                format!("文件超过 {mib} MiB"),
                format!("the file exceeds {mib} MiB"),
            ),
        )
    }
}

/// The answer to a body that ended too early.
#[must_use]
pub fn body_broken() -> Failure {
    problem::quick(
        Kind::Malformed,
        "body-broken",
        Message::new("请求体未完整送达", "the body did not arrive whole"),
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
