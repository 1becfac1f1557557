//! Answers to addresses that no operation has: 405 where another method would do, else 404.

use std::sync::Arc;

use actix_web::dev::ResourceDef;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use problem::{Failure, Kind, Message};
use serde_json::Value;

use crate::openapi::METHODS;

/// Every path of the API with the methods it takes.
#[derive(Clone)]
pub(crate) struct Paths(Arc<Vec<(ResourceDef, String)>>);

impl Paths {
    pub(crate) fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let paths = paths.map(|(path, item)| {
            let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
            let methods: Vec<String> = methods.map(|method| method.to_uppercase()).collect();
            (ResourceDef::new(path.as_str()), methods.join(", "))
        });
        Self(Arc::new(paths.collect()))
    }

    fn methods(&self, path: &str) -> Option<&str> {
        let (_, methods) = self
            .0
            .iter()
            .find(|(definition, _)| definition.is_match(path))?;
        Some(methods)
    }
}

/// Default service of the application.
pub(crate) async fn no_operation(
    request: HttpRequest,
    paths: web::Data<Paths>,
) -> Result<HttpResponse, Failure> {
    match paths.methods(request.path()) {
        Some(allow) => Ok(not_allowed(allow)),
        None => Err(problem::quick(
            Kind::NotFound,
            "not-found",
            Message::new("没有这个地址", "there is nothing at this address"),
        )),
    }
}

/// Answers a request whose path is an operation's, word for word, with another method.
pub(crate) fn wrong_method(request: &HttpRequest) -> Option<HttpResponse> {
    let paths = request.app_data::<web::Data<Paths>>()?;
    let allow = paths.methods(request.path())?;
    let mut methods = allow.split(", ");
    let taken = methods.any(|method| method == request.method().as_str());
    (!taken).then(|| not_allowed(allow))
}

fn not_allowed(allow: &str) -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allow))
        .finish()
}
