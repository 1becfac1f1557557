use std::collections::{BTreeMap, HashMap, HashSet};

use bus::Envelope;
use kernel::{AccountId, Exclusion, Exclusions, OrgCode, OrgPath, Role};
use store::{StoreError, Tx, Writes};

use super::App;
use crate::domain::occurrence::Occurrence;
use crate::domain::rules::{Notice, Recipient};
use crate::store::holders;
use crate::store::messages::{self, NewMessage};
use crate::store::moves::Moves;

/// Tells those whom events concern, each once of each, within the consumer's transaction; `writes` go
/// along.
pub(crate) async fn notify(
    app: &App,
    tx: &Tx,
    mut writes: Writes,
    happened: &[(&Envelope, Occurrence)],
) -> Result<(), StoreError> {
    let mut holders = Holders::of(app, tx, happened).await?;
    let mut new = Vec::new();
    for (event, occurrence) in happened {
        let told = new.len();
        tell(&mut holders, event, occurrence, &mut new).await?;
        let told = new.iter().skip(told).map(|message| message.account);
        app.streams.expect(event.id, told);
    }
    let mut unread: BTreeMap<AccountId, i64> = BTreeMap::new();
    for message in &new {
        *unread.entry(message.account).or_default() += 1;
    }
    messages::raise_unread(&mut writes, unread);
    writes.run(tx).await?;
    messages::insert(tx, app.ids.as_ref(), new, app.clock.now()).await
}

/// Words the messages of one event.
async fn tell(
    holders: &mut Holders<'_>,
    event: &Envelope,
    occurrence: &Occurrence,
    new: &mut Vec<NewMessage>,
) -> Result<(), StoreError> {
    let mut told: HashSet<AccountId> = HashSet::new();
    // Whoever did it knows.
    told.extend(
        event
            .actor
            .as_deref()
            .and_then(|actor| actor.parse::<AccountId>().ok()),
    );
    let rules = &holders.app.rules;
    for notice in rules.applying(occurrence) {
        let mut fresh = recipients(holders, notice, occurrence).await?;
        fresh.retain(|account| told.insert(*account));
        if fresh.is_empty() {
            continue;
        }
        let wording = rules.word(notice, occurrence);
        new.extend(fresh.into_iter().map(|account| NewMessage {
            account,
            event: event.id,
            subject: occurrence.subject,
            kind: notice.kind.clone(),
            wording: wording.clone(),
        }));
    }
    Ok(())
}

async fn recipients(
    holders: &mut Holders<'_>,
    notice: &Notice,
    occurrence: &Occurrence,
) -> Result<Vec<AccountId>, StoreError> {
    let mut accounts = Vec::new();
    for recipient in &notice.to {
        match recipient {
            Recipient::Requester => {
                accounts.extend(occurrence.requester);
                accounts.extend(&occurrence.joint_requesters);
            }
            Recipient::Assignee => accounts.extend(occurrence.assignee),
            Recipient::Panel => accounts.extend(&occurrence.panel),
            Recipient::Volunteer => accounts.extend(occurrence.volunteer),
            Recipient::Followers => accounts.extend(&occurrence.followers),
            Recipient::Applicant => accounts.extend(occurrence.applicant),
            Recipient::Holder => accounts.extend(occurrence.holder),
            Recipient::WaitingRoles
            | Recipient::TaskRoles
            | Recipient::PartUnit
            | Recipient::Supervisor => {
                // nobody is asked for help with what they asked for themselves
                let asks = occurrence
                    .requester
                    .filter(|_| *recipient == Recipient::TaskRoles);
                for (path, roles) in searches(holders.app, *recipient, notice, occurrence) {
                    let path = outside(path, occurrence.about.as_ref());
                    let lets = |holders: &Holders<'_>, account: AccountId| {
                        asks != Some(account) && holders.lets(account, occurrence)
                    };
                    accounts.extend(holders.find(&path, &roles, notice, lets).await?);
                }
            }
        }
    }
    Ok(accounts)
}

/// Finds the nearest node at or above a path that is not of the unit that an order is about.
fn outside(path: &OrgPath, about: Option<&OrgCode>) -> OrgPath {
    let mut node = path.clone();
    while let Some(above) = about
        .filter(|about| node.passes(about))
        .and_then(|_| node.parent())
    {
        node = above;
    }
    node
}

/// Lists where holders of which roles are looked for.
fn searches<'a>(
    app: &App,
    recipient: Recipient,
    notice: &Notice,
    occurrence: &'a Occurrence,
) -> Vec<(&'a OrgPath, Vec<Role>)> {
    let unit_roles = app.rules.unit_roles();
    match recipient {
        Recipient::PartUnit => {
            let unit = occurrence.part_unit.iter();
            unit.map(|path| (path, unit_roles.to_vec())).collect()
        }
        Recipient::Supervisor => {
            let supervisor = occurrence.supervisor.iter();
            supervisor.map(|(path, role)| (path, vec![*role])).collect()
        }
        _ => occurrence.searches(&notice.roles, unit_roles),
    }
}

/// Who holds which roles where, looked up once for all events that are told of together.
struct Holders<'a> {
    app: &'a App,
    tx: &'a Tx,
    /// By level of the tree and roles.
    known: HashMap<(OrgPath, Vec<Role>), Vec<AccountId>>,
    /// Moves that what happened may not have followed yet, once they are needed.
    moves: Option<Moves>,
    kept_out: HashMap<AccountId, Exclusions>,
}

impl<'a> Holders<'a> {
    async fn of(
        app: &'a App,
        tx: &'a Tx,
        happened: &[(&Envelope, Occurrence)],
    ) -> Result<Self, StoreError> {
        Ok(Self {
            app,
            tx,
            known: HashMap::new(),
            moves: None,
            kept_out: list_kept_out(tx, happened).await?,
        })
    }

    /// Says whether the account may hear of what happened: nobody does who keeps out of it (回避).
    fn lets(&self, account: AccountId, occurrence: &Occurrence) -> bool {
        let Some(exclusions) = self.kept_out.get(&account) else {
            return true;
        };
        !exclusions.bar(occurrence.requester, &occurrence.places())
    }

    /// Finds the holders of any of `roles` at the nearest level at or above `path` that has one who may be told, the
    /// whole city being the last: where all of the nearest keep out, those above are asked.
    async fn find(
        &mut self,
        path: &OrgPath,
        roles: &[Role],
        notice: &Notice,
        lets: impl Fn(&Self, AccountId) -> bool,
    ) -> Result<Vec<AccountId>, StoreError> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        let moves = match self.moves.take() {
            Some(moves) => moves,
            None => Moves::around(self.tx, self.app.clock.now()).await?,
        };
        let place = self.moves.insert(moves).place_by_now(path);
        // One point query a level: the nearest levels are the smallest, and most searches end there.
        for level in place.ancestors().into_iter().rev() {
            let mut found = self.at(level, roles, notice).await?;
            found.retain(|account| lets(self, *account));
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Lists the holders at one level, looked up once.
    async fn at(
        &mut self,
        level: OrgPath,
        roles: &[Role],
        notice: &Notice,
    ) -> Result<Vec<AccountId>, StoreError> {
        let key = (level, roles.to_vec());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let limit = self.app.config.max_recipients;
        let mut found = holders::list_at(self.tx, roles, &key.0, limit + 1).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if found.len() > limit {
            tracing::warn!(
                notice = notice.kind,
                limit,
                "more holders than may be told of one event, the others are left out"
            );
        }
        found.truncate(limit);
        self.known.insert(key, found.clone());
        Ok(found)
    }
}

/// Lists who keeps out of any of what happened, each with what of it they keep out of.
async fn list_kept_out(
    tx: &Tx,
    happened: &[(&Envelope, Occurrence)],
) -> Result<HashMap<AccountId, Exclusions>, StoreError> {
    let occurrences = || happened.iter().map(|(_, occurrence)| occurrence);
    let persons = occurrences().filter_map(|occurrence| occurrence.requester);
    let nodes = occurrences().flat_map(Occurrence::nodes);
    let told = exclusions::list_about(tx, persons.collect(), nodes.collect()).await?;
    let mut by_account: HashMap<AccountId, Vec<Exclusion>> = HashMap::new();
    for (account, exclusion) in told {
        by_account.entry(account).or_default().push(exclusion);
    }
    let kept_out = by_account.into_iter();
    Ok(kept_out
        .map(|(account, own)| (account, own.into_iter().collect()))
        .collect())
}
