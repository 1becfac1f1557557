use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Platform, PlatformError};
use crate::secret::Secret;

/// Role that runs a district.
const ROLE: &str = "district_operator";
/// Most pages of applications that are read: 200 each.
const MOST_PAGES: usize = 50;

/// A machine account as identity knows it.
#[derive(Debug, Clone)]
pub(crate) struct RegisteredMachine {
    /// OAuth `client_id`.
    pub(crate) client_id: String,
    /// Its account.
    pub(crate) account_id: String,
    /// Its secret, where it was just made.
    pub(crate) secret: Option<Secret>,
}

#[derive(Deserialize)]
struct ClientItem {
    id: String,
    name: String,
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    revoked_at: Option<String>,
    #[serde(default)]
    client_secret: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<ClientItem>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Holder {
    grants: Vec<Held>,
}

#[derive(Deserialize)]
struct Held {
    id: String,
    role: String,
    org_path: String,
    #[serde(default)]
    granted_by: Option<String>,
}

#[derive(Deserialize)]
struct Me {
    id: String,
}

impl Platform {
    /// Finds the grant that the operator made for an account at a place.
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn own_grant(
        &self,
        account: &str,
        path: &str,
    ) -> Result<Option<String>, PlatformError> {
        let me: Me = item(self.places.get("/api/identity/v1/me").await?, "account")?;
        let shown = format!("/api/identity/v1/accounts/{account}");
        let holder: Holder = item(self.registrar.get(&shown).await?, "account")?;
        let own = |grant: &Held| {
            grant.role == ROLE
                && grant.org_path == path
                && grant.granted_by.as_deref() == Some(me.id.as_str())
        };
        Ok(holder.grants.into_iter().find(own).map(|grant| grant.id))
    }
}

impl ClientItem {
    fn machine(self) -> Option<RegisteredMachine> {
        Some(RegisteredMachine {
            client_id: self.id,
            account_id: self.account?,
            secret: self.client_secret.map(Secret::from),
        })
    }
}

fn item<T: serde::de::DeserializeOwned>(
    answer: Value,
    what: &'static str,
) -> Result<T, PlatformError> {
    serde_json::from_value(answer).map_err(|_| PlatformError::Unexpected(what))
}

impl Client {
    /// Finds the machine account of this name that is not revoked.
    ///
    /// # Errors
    /// The platform does not say.
    pub(crate) async fn machine(
        &self,
        name: &str,
    ) -> Result<Option<RegisteredMachine>, PlatformError> {
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let path = format!("/api/identity/v1/oauth/clients?limit=200{cursor}");
            let page: Page = item(self.get(&path).await?, "applications")?;
            let mut good = page.items.into_iter();
            if let Some(found) = good.find(|one| one.name == name && one.revoked_at.is_none()) {
                return Ok(found.machine());
            }
            match page.next {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(None),
            }
        }
        Err(PlatformError::Unexpected("a list without an end"))
    }

    /// Registers a machine account.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn register_machine(
        &self,
        name: &str,
    ) -> Result<RegisteredMachine, PlatformError> {
        let body = json!({"name": name, "kind": "machine"});
        let answer = self.post("/api/identity/v1/oauth/clients", &body).await?;
        let made: ClientItem = item(answer, "application")?;
        made.machine()
            .ok_or(PlatformError::Unexpected("a machine without an account"))
    }

    /// Gives a machine account another secret.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn renew_secret(&self, client_id: &str) -> Result<Secret, PlatformError> {
        let path = format!("/api/identity/v1/oauth/clients/{client_id}/actions/renew-secret");
        let answer = self.post(&path, &json!({})).await?;
        let secret = answer.get("client_secret").and_then(Value::as_str);
        let secret = secret.ok_or(PlatformError::Unexpected("no secret"))?;
        Ok(Secret::from(secret.to_owned()))
    }

    /// Revokes a machine account; one that is revoked already stays so.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn revoke_machine(&self, client_id: &str) -> Result<(), PlatformError> {
        let path = format!("/api/identity/v1/oauth/clients/{client_id}");
        gone(self.delete(&path).await)
    }

    /// Lets an account run the place; returns the grant where it was made now.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn grant(
        &self,
        account: &str,
        path: &str,
    ) -> Result<Option<String>, PlatformError> {
        let body = json!({"role": ROLE, "org_path": path});
        let at = format!("/api/identity/v1/accounts/{account}/grants");
        let holder: Holder = match self.post(&at, &body).await {
            Ok(answer) => item(answer, "account")?,
            Err(error) if error.is("grant-exists") => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut held = holder.grants.into_iter();
        let made = held.find(|grant| grant.role == ROLE && grant.org_path == path);
        Ok(made.map(|grant| grant.id))
    }

    /// Takes a grant back; one that is gone already stays so.
    ///
    /// # Errors
    /// The platform refuses.
    pub(crate) async fn revoke_grant(
        &self,
        account: &str,
        grant: &str,
    ) -> Result<(), PlatformError> {
        let path = format!("/api/identity/v1/accounts/{account}/grants/{grant}");
        gone(self.delete(&path).await)
    }
}

fn gone(deleted: Result<(), PlatformError>) -> Result<(), PlatformError> {
    match deleted {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}
