use scenarios::order::{INBOX, items};
use scenarios::{Cluster, Installation, Server};
use serde_json::Value;
use testkit::Caller;

/// The demo's people that an order needs; their tokens outlive a restart.
pub(super) struct People {
    pub(super) requester: Caller,
    pub(super) dispatcher: Caller,
    pub(super) volunteer: Caller,
    /// Whoever may be drawn to judge, the requester first.
    pub(super) judges: Vec<Caller>,
}

impl People {
    pub(super) async fn sign_in(installation: &Installation, server: &Server) -> Self {
        let mut judges = Vec::new();
        let volunteer = installation.account("party_member");
        for account in installation.accounts() {
            let lives = ["resident", "resident_representative", "party_member"];
            if lives.contains(&account.role.as_str()) && account != volunteer {
                judges.push(server.sign_in(&account).await);
            }
        }
        Self {
            requester: judges[0].clone(),
            dispatcher: server
                .sign_in(&installation.account("compound_dispatcher"))
                .await,
            volunteer: server.sign_in(&volunteer).await,
            judges,
        }
    }

    /// The same of an installation of several processes.
    pub(super) async fn of(cluster: &Cluster) -> Self {
        let accounts = cluster.accounts();
        let first = |role: &str| {
            let found = accounts.iter().find(|account| account.role == role);
            found.expect("the demo has the role")
        };
        let volunteer = first("party_member");
        let mut judges = Vec::new();
        for account in &accounts {
            let lives = ["resident", "resident_representative", "party_member"];
            if lives.contains(&account.role.as_str()) && account != volunteer {
                judges.push(cluster.sign_in(account).await);
            }
        }
        Self {
            requester: judges[0].clone(),
            dispatcher: cluster.sign_in(first("compound_dispatcher")).await,
            volunteer: cluster.sign_in(volunteer).await,
            judges,
        }
    }

    /// The same people at the process that was started after.
    pub(super) fn at(&self, server: &Server) -> Self {
        let moved = |caller: &Caller| server.caller(caller.account, caller.token.clone());
        Self {
            requester: moved(&self.requester),
            dispatcher: moved(&self.dispatcher),
            volunteer: moved(&self.volunteer),
            judges: self.judges.iter().map(moved).collect(),
        }
    }

    /// Those who are told the same of every order; the drawn differ.
    pub(super) fn fixed(&self) -> [&Caller; 3] {
        [&self.requester, &self.dispatcher, &self.volunteer]
    }

    /// Number of items on all pages of a list of the requester's.
    pub(super) async fn all_of(&self, list: &str) -> usize {
        pages(&self.requester, list).await.len()
    }
}

/// All messages of a person.
pub(super) async fn inbox(person: &Caller) -> Vec<Value> {
    pages(person, &format!("{INBOX}?unread=false")).await
}

async fn pages(person: &Caller, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = person
            .get(&format!("{list}&limit=200{next}"))
            .await
            .expect(200);
        found.extend(items(&page).iter().cloned());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return found,
        }
    }
}
