//! The demo's people, signed in.

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;

use crate::api::text;
use crate::server::Server;

#[derive(Debug, Clone, Deserialize)]
struct Account {
    role: String,
    username: String,
    password: String,
}

/// Someone signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) role: String,
    pub(crate) id: String,
    pub(crate) token: String,
}

/// Everyone whom lifecycles need.
#[derive(Debug, Clone)]
pub(crate) struct People(Vec<Person>);

/// Roles that lifecycles need; the others stay signed out.
const ROLES: [&str; 6] = [
    "resident",
    "resident_representative",
    "party_member",
    "compound_dispatcher",
    "community_dispatcher",
    "district_operator",
];

impl People {
    pub(crate) async fn sign_in(server: &Server) -> anyhow::Result<Self> {
        let file = server.data.join("demo-accounts.json");
        let accounts: Vec<Account> = serde_json::from_slice(&tokio::fs::read(file).await?)?;
        let mut people = Vec::new();
        for account in accounts {
            if !ROLES.contains(&account.role.as_str()) {
                continue;
            }
            let body = json!({"username": account.username, "password": account.password});
            let session = server.api.post_public("/api/identity/v1/sessions", &body).await?;
            let token = text(&session, "access_token").to_owned();
            let me = server.api.get(&token, "/api/identity/v1/me").send().await?;
            let me = crate::api::read(me).await?;
            people.push(Person { role: account.role, id: text(&me, "id").to_owned(), token });
        }
        Ok(Self(people))
    }

    /// The `number`-th holder of a role, counting round.
    pub(crate) fn with_role(&self, role: &str, number: usize) -> anyhow::Result<&Person> {
        let holders: Vec<&Person> = self.0.iter().filter(|person| person.role == role).collect();
        let index = number.checked_rem(holders.len()).context(role.to_owned())?;
        holders.get(index).copied().context(role.to_owned())
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Person> {
        self.0.iter().find(|person| person.id == id)
    }
}
