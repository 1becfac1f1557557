//! Addresses of servers, which may hold passwords.

use reqwest::Url;

/// What is shown in a password's place.
const HIDDEN: &str = "***";

/// Says whether `text` is a URL of one of these schemes that names a host.
pub(super) fn is_url(text: &str, schemes: &[&str]) -> bool {
    Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()) && url.has_host())
}

/// Writes a URL for people: without its password.
#[must_use]
pub fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        // what does not read may be a password as a whole
        return HIDDEN.to_owned();
    };
    if url.password().is_some() {
        // refused for URLs without a host only, and those have no password
        url.set_password(Some(HIDDEN)).ok();
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let secret = name.contains("password");
                let value = if secret { HIDDEN.into() } else { value };
                (name.into_owned(), value.into_owned())
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::{HIDDEN, is_url, without_password};

    #[test]
    fn passwords_are_hidden_wherever_a_url_may_hold_one() {
        for url in [
            "postgres://me:secret@db:5432/linli?sslmode=verify-full",
            "postgres://me@db/linli?password=secret&sslmode=require",
            "amqps://me:secret@mq/%2f",
            "secret",
        ] {
            let shown = without_password(url);
            assert!(
                !shown.contains("secret") && shown.contains(HIDDEN),
                "{shown}"
            );
        }
        let plain = "postgres://me@db/linli?sslmode=require";
        assert_eq!(without_password(plain), plain);
    }

    #[test]
    fn a_scheme_and_a_host_make_an_address() {
        assert!(is_url("postgres://db/linli", &["postgres"]));
        for wrong in ["db:5432", "mysql://db/x", "postgres:///x", "postgres:", ""] {
            assert!(!is_url(wrong, &["postgres"]), "{wrong}");
        }
    }
}
