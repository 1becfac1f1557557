//! Applications that people let in, and machines that act for themselves (OAuth 2.1).

use kernel::{AccountId, ClientId, Line, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Name of an application as people see it.
pub type ClientName = Line<1, 50>;

/// Longest redirect address.
const MAX_URI: usize = 512;
/// Hosts of the user's own machine (RFC 8252, section 7.3).
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// What an application can keep to itself (应用类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Runs at the user's and keeps no secret: an app on a telephone, a page (公开应用).
    Public,
    /// Runs on a server and keeps a secret (服务端应用).
    Confidential,
    /// Acts for itself, with the grants of an account of its own (机器).
    Machine,
}

impl ClientKind {
    /// Returns the name in the store.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Confidential => "confidential",
            Self::Machine => "machine",
        }
    }

    /// Reads the name in the store.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Public, Self::Confidential, Self::Machine]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// The text is no address that a code may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "须为 https 地址、本机地址或应用专用协议，不含片段 (must be an https address, one of the user's own machine, or of a scheme of the application's own, without a fragment)"
)]
pub struct RedirectUriError;

/// Where a code may be sent (回调地址).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Checks an address.
    ///
    /// # Errors
    /// [`RedirectUriError`].
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let plain =
            text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['#', '\\', '@']);
        let host = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphanumeric());
        let safe = match text.split_once(':') {
            Some(("https", rest)) => rest.strip_prefix("//").is_some_and(host),
            Some(("http", _)) => loopback(text).is_some(),
            // a name under one's own domain, turned around (RFC 8252, section 7.1)
            Some((scheme, rest)) => {
                let letters =
                    |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme.contains('.')
                    && scheme.bytes().all(letters)
                    && rest.starts_with('/')
            }
            None => false,
        };
        if !plain || !safe || text.len() > MAX_URI {
            return Err(RedirectUriError);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether a presented address is this one. On the user's own machine the port may differ: an
    /// application takes the one that is free.
    #[must_use]
    pub fn admits(&self, presented: &str) -> bool {
        match (loopback(&self.0), loopback(presented)) {
            (Some(one), Some(other)) => one == other && Self::parse(presented).is_ok(),
            _ => self.0 == presented,
        }
    }
}

/// Host and path of an address of the user's own machine, without the port.
fn loopback(text: &str) -> Option<(&str, &str)> {
    for host in LOOPBACK {
        let Some(rest) = text.strip_prefix(host) else {
            continue;
        };
        let path = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|digit: char| digit.is_ascii_digit()),
            None => rest,
        };
        if path.is_empty() || path.starts_with('/') {
            return Some((host, path));
        }
    }
    None
}

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl PartialSchema for RedirectUri {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(MAX_URI))
            .description(Some("回调地址 (where codes are sent)"))
            .examples([serde_json::Value::from("https://app.example/callback")])
            .into()
    }
}

impl ToSchema for RedirectUri {}

/// A registered application (应用).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    pub(crate) name: ClientName,
    pub(crate) kind: ClientKind,
    /// SHA-256 of its secret; public ones have none.
    pub(crate) secret: Option<[u8; 32]>,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// Whether people may let it act for them.
    pub(crate) may_act: bool,
    /// Whom a machine acts as.
    pub(crate) account: Option<AccountId>,
    pub(crate) created_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// What an application may be told, and whether it may act (权限范围).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is asked for or not, by its name in the standard"
)]
pub(crate) struct Scope {
    /// Who the person is, as a signed statement.
    pub(crate) openid: bool,
    /// The person's name.
    pub(crate) profile: bool,
    /// To go on while the person is away.
    pub(crate) offline_access: bool,
    /// To act for the person (代为办理): in everything but what administrators do.
    pub(crate) act: bool,
}

impl Scope {
    /// Names of all.
    pub(crate) const NAMES: [&'static str; 4] = ["openid", "profile", "offline_access", "act"];

    /// Reads names between blanks; `None` when one is unknown.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut scope = Self::default();
        for name in text.split(' ').filter(|name| !name.is_empty()) {
            match name {
                "openid" => scope.openid = true,
                "profile" => scope.profile = true,
                "offline_access" => scope.offline_access = true,
                "act" => scope.act = true,
                _ => return None,
            }
        }
        Some(scope)
    }

    /// Writes the names between blanks.
    pub(crate) fn to_text(self) -> String {
        let held = [self.openid, self.profile, self.offline_access, self.act];
        let names = Self::NAMES.iter().zip(held).filter(|(_, held)| *held);
        names.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{RedirectUri, Scope};

    #[test]
    fn codes_are_sent_to_safe_addresses_only() {
        for text in [
            "https://app.example/callback",
            "https://app.example/cb?tenant=1",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
            "http://localhost:3000",
            "city.example.app:/cb",
        ] {
            assert!(RedirectUri::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "/callback",
            "http://app.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "https://app.example/cb#here",
            "https://",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.example/c b",
            "https://应用.example/",
            "1.2:/cb",
            ".example.app:/cb",
            &format!("https://app.example/{}", "x".repeat(600)),
        ] {
            assert!(RedirectUri::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_port_of_ones_own_machine_may_differ() {
        let local = RedirectUri::parse("http://127.0.0.1/cb").unwrap();
        assert!(local.admits("http://127.0.0.1:49152/cb") && local.admits("http://127.0.0.1/cb"));
        for other in [
            "http://127.0.0.1:49152/other",
            "http://localhost/cb",
            "https://127.0.0.1/cb",
            "http://127.0.0.1:1@x/cb",
        ] {
            assert!(!local.admits(other), "{other}");
        }
        let far = RedirectUri::parse("https://app.example/cb").unwrap();
        assert!(far.admits("https://app.example/cb"));
        assert!(
            !far.admits("https://app.example/cb/") && !far.admits("https://app.example:8443/cb")
        );
    }

    #[test]
    fn a_scope_is_read_whole_or_not_at_all() {
        let scope = Scope::parse("profile openid").unwrap();
        assert_eq!(scope.to_text(), "openid profile");
        assert_eq!(Scope::parse("").unwrap(), Scope::default());
        assert!(Scope::parse("openid admin").is_none());
    }
}
