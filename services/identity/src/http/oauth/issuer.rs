//! Where this service is, as its callers see it.

use actix_web::HttpRequest;
use actix_web::http::header::HOST;

use crate::app::Identity;

/// Path of the service.
const SERVICE: &str = "/api/identity";

/// Returns the address that names the issuer: from the configuration, or else as the caller wrote it.
/// Forwarded headers are not believed: whoever stands before the service configures `public_url`.
pub(super) fn issuer(identity: &Identity, request: &HttpRequest) -> String {
    if let Some(base) = &identity.config.public_url {
        return format!("{}{SERVICE}", base.trim_end_matches('/'));
    }
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let host = host.filter(|host| !host.is_empty() && host.bytes().all(plain));
    format!("http://{}{SERVICE}", host.unwrap_or("localhost"))
}
