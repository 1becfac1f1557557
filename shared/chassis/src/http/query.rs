use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use problem::Failure;
use serde::de::DeserializeOwned;

use super::valid::wrong_member;

/// Query parameters that have the right shape; 422 names the one that is wrong.
#[derive(Debug)]
pub struct ValidQuery<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for ValidQuery<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Failure> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = error.path().to_string();
        let pointer = if path == "." {
            String::new()
        } else {
            format!("/{path}")
        };
        wrong_member(&pointer, &error.into_inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::http::Limit;
    use problem::Locale;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[derive(Default)]
    struct Query {
        limit: Limit,
        state: Option<String>,
    }

    fn pointer(query: &str) -> String {
        match parse::<Query>(query) {
            Ok(_) => String::new(),
            Err(failure) => failure
                .problem(Locale::Zh, None)
                .errors
                .first()
                .map(|error| error.pointer.clone())
                .unwrap_or_default(),
        }
    }

    #[test]
    fn a_limit_out_of_range_and_an_unknown_parameter_are_named() {
        assert_eq!(pointer("limit=100000"), "/limit");
        assert_eq!(pointer("limit=-1"), "/limit");
        assert_eq!(pointer("limit=x"), "/limit");
        assert_eq!(pointer("colour=red"), "/colour");
    }

    #[test]
    fn parameters_are_read() {
        let query: Query = parse("limit=7&state=a%20b").unwrap_or_default();
        assert_eq!(query.limit.get(), 7);
        assert_eq!(query.state.as_deref(), Some("a b"));
        assert_eq!(parse::<Query>("").unwrap_or_default().limit.get(), 50);
    }
}
