use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::client::{Client, DemoAccount, text};
use crate::outcome::Stop;

/// Longest wait for another service to have heard of a step.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// The actors of the demo and what they have done so far.
pub(super) struct Stage {
    server: String,
    accounts: Vec<DemoAccount>,
    clients: HashMap<String, Arc<Client>>,
    json: bool,
    steps: u32,
}

/// Someone who is signed in.
#[derive(Clone)]
pub(super) struct Actor {
    pub(super) account: DemoAccount,
    pub(super) client: Arc<Client>,
}

impl Stage {
    pub(super) fn new(server: String, accounts: Vec<DemoAccount>, json: bool) -> Self {
        Self {
            server,
            accounts,
            clients: HashMap::new(),
            json,
            steps: 0,
        }
    }

    /// The first account with this role.
    pub(super) async fn actor(&mut self, role: &str) -> anyhow::Result<Actor> {
        let account = self
            .accounts
            .iter()
            .find(|account| account.role == role)
            .cloned();
        let account = account.with_context(|| format!("no demo account with role {role}"))?;
        self.sign_in(account).await
    }

    /// Every account that lives in the compound.
    pub(super) async fn residents(&mut self) -> anyhow::Result<Vec<Actor>> {
        let roles = ["resident", "resident_representative", "party_member"];
        let living = self
            .accounts
            .iter()
            .filter(|account| roles.contains(&account.role.as_str()));
        let mut residents = Vec::new();
        for account in living.cloned().collect::<Vec<_>>() {
            residents.push(self.sign_in(account).await?);
        }
        Ok(residents)
    }

    async fn sign_in(&mut self, account: DemoAccount) -> anyhow::Result<Actor> {
        if let Some(client) = self.clients.get(&account.username) {
            return Ok(Actor {
                account,
                client: Arc::clone(client),
            });
        }
        let client = Client::sign_in(&self.server, &account.username, &account.password).await?;
        let client = Arc::new(client);
        self.clients
            .insert(account.username.clone(), Arc::clone(&client));
        Ok(Actor { account, client })
    }

    /// Takes one step and shows it.
    pub(super) async fn post(
        &mut self,
        step: &str,
        actor: &Actor,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        let answer = actor.client.post(path, &body).await;
        let answer = answer.with_context(|| format!("{step} {path}"))?;
        self.show(step, actor, "POST", path, &answer);
        Ok(answer)
    }

    /// Uploads a photo and shows it.
    pub(super) async fn upload(
        &mut self,
        step: &str,
        actor: &Actor,
        path: &str,
    ) -> anyhow::Result<Value> {
        let photo = include_bytes!("../../demo/photo.png").to_vec();
        let answer = actor
            .client
            .upload(path, photo)
            .await
            .with_context(|| step.to_owned())?;
        self.show(step, actor, "POST", path, &answer);
        Ok(answer)
    }

    /// Looks at `path` until `ready` finds what it wants, and shows it.
    pub(super) async fn await_until<T>(
        &mut self,
        step: &str,
        actor: &Actor,
        path: &str,
        ready: impl Fn(&Value) -> Option<T>,
    ) -> anyhow::Result<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = actor
                .client
                .get(path)
                .await
                .with_context(|| step.to_owned())?;
            if let Some(found) = ready(&answer) {
                self.show(step, actor, "GET", path, &answer);
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!(Stop::Failed(format!("{step}：等待超时 (waited too long)")));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(super) fn title(&self, title: &str) {
        if !self.json {
            println!("\n{title}");
        }
    }

    fn show(&mut self, step: &str, actor: &Actor, method: &str, path: &str, answer: &Value) {
        self.steps += 1;
        let (state, number) = (text(answer, "state"), text(answer, "number"));
        if self.json {
            let line = json!({
                "step": self.steps,
                "name": step,
                "actor": actor.account.username,
                "role": actor.account.role,
                "method": method,
                "path": path,
                "answer": answer,
            });
            println!("{line}");
        } else {
            println!("{:>3}. {step}", self.steps);
            println!(
                "     {}（{}） {method} {path}",
                actor.account.name, actor.account.role
            );
            if !state.is_empty() {
                println!("     → {number} {} ({state})", text(answer, "state_title"));
            }
        }
    }
}

/// Whether an order offers an action to whoever read it.
pub(super) fn offers(order: &Value, action: &str) -> bool {
    let actions = order.get("actions").and_then(Value::as_array);
    actions
        .into_iter()
        .flatten()
        .any(|offer| text(offer, "name") == action)
}

/// Address of an order.
pub(super) fn order_path(order: &Value) -> String {
    format!("/api/ticketing/v1/orders/{}", text(order, "id"))
}
