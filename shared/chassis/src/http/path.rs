use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{FromRequest, HttpRequest};
use kernel::TypedId;
use problem::{Kind, Message};

use super::fallback;

/// The id in a path such as `/orders/{id}`. Text that is no id of this kind names nothing: 404. Where it
/// is a word of another path (`/orders/imports`), that path does not take this method: 405.
#[derive(Debug, Clone, Copy)]
pub struct PathId<I>(pub I);

impl<I> FromRequest for PathId<I>
where
    I: TypedId + std::str::FromStr + 'static,
{
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let id = request
            .match_info()
            .get("id")
            .and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(|| no_id(request)))
    }
}

fn no_id(request: &HttpRequest) -> actix_web::Error {
    match fallback::wrong_method(request) {
        Some(answer) => InternalError::from_response("no id", answer).into(),
        None => problem::quick(
            Kind::NotFound,
            "not-found",
            Message::new("没有这个编号的资源", "there is nothing with this id"),
        )
        .into(),
    }
}
