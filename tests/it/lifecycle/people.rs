use std::collections::BTreeMap;

use scenarios::DemoAccount;
use scenarios::order::{INBOX, items, text};
use serde_json::Value;
use testkit::Caller;

use super::desk::Desk;

/// The demo's people that an order needs; their tokens outlive a restart.
pub(crate) struct People {
    pub(crate) requester: Caller,
    pub(crate) dispatcher: Caller,
    pub(crate) volunteer: Caller,
    /// Whoever may be drawn to judge, the requester first.
    pub(crate) judges: Vec<Caller>,
}

/// A person's messages of an order: how many of each kind.
pub(crate) type Told = BTreeMap<String, usize>;

impl People {
    pub(crate) async fn sign_in(
        accounts: &[DemoAccount],
        sign_in: impl AsyncFn(&DemoAccount) -> Caller,
    ) -> Self {
        let first = |role: &str| {
            let found = accounts.iter().find(|account| account.role == role);
            found.expect("the demo has the role")
        };
        let volunteer = first("party_member");
        let mut judges = Vec::new();
        for account in accounts {
            let lives = ["resident", "resident_representative", "party_member"];
            if lives.contains(&account.role.as_str()) && account != volunteer {
                judges.push(sign_in(account).await);
            }
        }
        Self {
            requester: judges[0].clone(),
            dispatcher: sign_in(first("compound_dispatcher")).await,
            volunteer: sign_in(volunteer).await,
            judges,
        }
    }

    /// The same people at other processes.
    pub(crate) fn moved(&self, to: impl Fn(&Caller) -> Caller) -> Self {
        Self {
            requester: to(&self.requester),
            dispatcher: to(&self.dispatcher),
            volunteer: to(&self.volunteer),
            judges: self.judges.iter().map(to).collect(),
        }
    }

    /// Those who are told the same of every order; the drawn differ.
    pub(crate) fn fixed(&self) -> [&Caller; 3] {
        [&self.requester, &self.dispatcher, &self.volunteer]
    }

    /// Number of items on all pages of a list of the requester's.
    pub(crate) async fn all_of(&self, desk: &Desk, list: &str) -> usize {
        pages(desk, &self.requester, list).await.len()
    }
}

/// What a person was told, by order.
pub(crate) async fn told(desk: &Desk, person: &Caller) -> BTreeMap<String, Told> {
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for message in pages(desk, person, &format!("{INBOX}?unread=false")).await {
        if let Some(order) = message["order_id"].as_str() {
            let kinds = told.entry(order.to_owned()).or_default();
            *kinds.entry(text(&message, "kind").to_owned()).or_default() += 1;
        }
    }
    told
}

async fn pages(desk: &Desk, person: &Caller, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = desk.look(person, &format!("{list}&limit=200{next}")).await;
        let page = page.expect("a list");
        found.extend(items(&page).iter().cloned());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return found,
        }
    }
}
