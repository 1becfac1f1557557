use std::future::{Future, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use chassis::http::Valid;
use problem::Failure;
use serde::de::DeserializeOwned;

/// A JSON body that may be left out; one that is there is checked like any other.
#[derive(Debug)]
pub(crate) struct MaybeBody<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned + 'static> FromRequest for MaybeBody<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if is_absent(request) {
            return Box::pin(ready(Ok(Self(None))));
        }
        let body = Valid::<Option<T>>::from_request(request, payload);
        Box::pin(async move { body.await.map(|Valid(body)| Self(body)) })
    }
}

fn is_absent(request: &HttpRequest) -> bool {
    let headers = request.headers();
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => length.as_bytes() == b"0",
        // HTTP/2 may send a body without announcing its length; its type is announced
        None => {
            !headers.contains_key(header::CONTENT_TYPE)
                && !headers.contains_key(header::TRANSFER_ENCODING)
        }
    }
}
