//! Reads an uploaded file, and no more of it than may be kept.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpMessage, HttpRequest, web};
use chassis::http::{Upload, UploadLimits, body_broken};
use futures_util::StreamExt;
use problem::{Failure, FieldError, Kind, Message};

use crate::domain::photo::MAX_BYTES;

/// What a multipart body may add to the file.
const FRAMING: usize = 64 * 1024;
static LIMITS: UploadLimits = UploadLimits::new(MAX_BYTES, 256);

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
    LIMITS.check_announced(request, if is_form { FRAMING } else { 0 })?;
    if is_form {
        let mut form = Multipart::new(request.headers(), body);
        return read_form(&mut form).await;
    }
    LIMITS.read(body).await
}

async fn read_form(form: &mut Multipart) -> Result<Upload, Failure> {
    let mut file = None;
    while let Some(field) = form.next().await {
        let field: Field = field.map_err(|_| body_broken())?;
        if field.name() != Some("file") || file.is_some() {
            let name = field.name().unwrap_or_default();
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let why = Message::new("只接受一个 file 字段", "only one field, `file`, is taken");
            return Err(invalid(pointer, why));
        }
        file = Some(LIMITS.read(field).await?);
    }
    file.ok_or_else(|| invalid("/file".to_owned(), Message::new("缺少该字段", "is missing")))
}

fn invalid(pointer: String, detail: Message) -> Failure {
    problem::quick_fields(
        Kind::Invalid,
        "invalid-input",
        Message::new("输入内容有误，见 errors", "the input is wrong; see errors"),
        vec![FieldError::new(pointer, detail)],
    )
}
