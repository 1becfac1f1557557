//! The people of the load: compounds of their own, made through the public API.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{self, text};
use crate::installation::Installation;

/// Community that the compounds lie in.
const COMMUNITY: &str = "420105011010";

/// Path of that community.
const COMMUNITY_PATH: &str = "/420105000000/420105011000/420105011010/";

/// Compounds; clients share them evenly.
const COMPOUNDS: usize = 8;

/// Residents of a compound: whoever asks, and four who are therefore all drawn to judge.
const RESIDENTS: usize = 5;

/// An account and its password.
#[derive(Debug, Clone, Deserialize)]
struct Account {
    role: String,
    username: String,
    password: String,
}

/// A compound's people, signed in.
#[derive(Debug, Clone)]
pub(crate) struct Compound {
    pub(crate) code: String,
    /// Access tokens of the residents.
    pub(crate) residents: Vec<String>,
    /// Access token of whoever dispatches.
    pub(crate) dispatcher: String,
    /// Access token of the party member who helps.
    pub(crate) member: String,
}

/// Everyone whom lifecycles need.
#[derive(Debug)]
pub(crate) struct People {
    accounts: Vec<Vec<Account>>,
}

impl People {
    /// Makes compounds and accounts with the demo's operators and administrators.
    pub(crate) async fn make(installation: &Installation) -> anyhow::Result<Self> {
        let platform = demo(installation, "platform_operator").await?;
        let system = demo(installation, "system_admin").await?;
        let security = demo(installation, "security_admin").await?;
        let mut accounts = Vec::new();
        for number in 1..=COMPOUNDS {
            let code = code(number);
            let body = json!({
                "code": code,
                "name": format!("压测小区{number}"),
                "kind": "compound",
                "parent_code": COMMUNITY,
            });
            post(
                installation,
                &platform,
                "/api/registry/v1/organisations",
                &body,
            )
            .await?;
            let mut people = vec!["resident"; RESIDENTS];
            people.extend(["compound_dispatcher", "party_member"]);
            let mut made = Vec::new();
            for (place, role) in people.into_iter().enumerate() {
                let username = format!("load-{number}-{place}");
                let body = json!({"username": username, "display_name": "压测"});
                let account =
                    post(installation, &system, "/api/identity/v1/accounts", &body).await?;
                let path = format!("/api/identity/v1/accounts/{}/grants", text(&account, "id"));
                let grant = json!({"role": role, "org_path": format!("{COMMUNITY_PATH}{code}/")});
                post(installation, &security, &path, &grant).await?;
                let password = text(&account, "generated_password").to_owned();
                made.push(Account {
                    role: role.to_owned(),
                    username,
                    password,
                });
            }
            accounts.push(made);
        }
        // whoever judges or hears of an order is known by events
        installation.settled().await?;
        Ok(Self { accounts })
    }

    /// Signs everyone in.
    pub(crate) async fn sign_in(
        &self,
        installation: &Installation,
    ) -> anyhow::Result<Vec<Compound>> {
        let mut compounds = Vec::new();
        for (number, accounts) in (1..).zip(&self.accounts) {
            let mut compound = Compound {
                code: code(number),
                residents: Vec::new(),
                dispatcher: String::new(),
                member: String::new(),
            };
            for account in accounts {
                let token = sign_in(installation, account).await?;
                match account.role.as_str() {
                    "resident" => compound.residents.push(token),
                    "party_member" => compound.member = token,
                    _ => compound.dispatcher = token,
                }
            }
            compounds.push(compound);
        }
        Ok(compounds)
    }
}

/// Signs in the demo's first account with this role.
pub(crate) async fn demo(installation: &Installation, role: &str) -> anyhow::Result<String> {
    let file = installation.data().join("demo-accounts.json");
    let accounts: Vec<Account> = serde_json::from_slice(&tokio::fs::read(file).await?)?;
    let account = accounts.iter().find(|account| account.role == role);
    sign_in(installation, account.with_context(|| role.to_owned())?).await
}

fn code(number: usize) -> String {
    format!("{COMMUNITY}.L{number}")
}

async fn sign_in(installation: &Installation, account: &Account) -> anyhow::Result<String> {
    let body = json!({"username": account.username, "password": account.password});
    let session = installation
        .api
        .post_public("/api/identity/v1/sessions", &body)
        .await?;
    Ok(text(&session, "access_token").to_owned())
}

async fn post(
    installation: &Installation,
    token: &str,
    path: &str,
    body: &Value,
) -> anyhow::Result<Value> {
    let answer = installation.api.post(token, path).json(body).send().await?;
    api::read(answer).await.with_context(|| path.to_owned())
}
