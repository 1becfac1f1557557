//! HTTP server, its edge, and what handlers read requests with.

mod admission;
pub(crate) mod docs;
mod edge;
mod fallback;
mod html;
mod log_level;
mod page;
mod path;
mod proxies;
mod query;
mod respond;
pub(crate) mod server;
mod upload;
mod valid;

pub use edge::Prescribed;
pub use html::escape;
pub use page::{Limit, Page};
pub use path::PathId;
pub(crate) use proxies::Network;
pub use query::ValidQuery;
pub use respond::{created, no_content, ok, ok_with_etag};
pub use upload::{Upload, UploadLimits, body_broken};
pub use valid::{JsonLimit, Valid};
