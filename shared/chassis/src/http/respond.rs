use actix_web::HttpResponse;
use actix_web::http::header;
use kernel::Version;
use serde::Serialize;

/// Answers 201 with the new resource, where it is and its version.
pub fn created(location: &str, version: Version, view: &impl Serialize) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::ETAG, version.etag()))
        .json(view)
}

/// Answers 200 with a resource and its version.
pub fn ok_with_etag(version: Version, view: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, version.etag()))
        .json(view)
}

/// Answers 200.
pub fn ok(view: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(view)
}

/// Answers 204.
#[must_use]
pub fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
