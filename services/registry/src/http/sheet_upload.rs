//! Reads the file of an import.

use actix_web::{HttpMessage, HttpRequest, web};
use chassis::http::{Upload, UploadLimits};
use problem::{Failure, Kind, Message};

use crate::domain::sheet::{Format, MOST_BYTES};

static LIMITS: UploadLimits = UploadLimits::new(MOST_BYTES, 64);

/// Reads the body of a request.
pub(super) async fn read(request: &HttpRequest, body: web::Payload) -> Result<Upload, Failure> {
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
    LIMITS.check_announced(request, 0)?;
    LIMITS.read(body).await
}
