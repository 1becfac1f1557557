use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kernel::TypedId;
use problem::{Failure, Kind, Message};

/// The id in a path such as `/orders/{id}`. Text that is no id of this kind names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct PathId<I>(pub I);

impl<I> FromRequest for PathId<I>
where
    I: TypedId + std::str::FromStr + 'static,
{
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let id = request
            .match_info()
            .get("id")
            .and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(|| {
            problem::quick(
                Kind::NotFound,
                "not-found",
                Message::new("没有这个编号的资源", "there is nothing with this id"),
            )
        }))
    }
}
