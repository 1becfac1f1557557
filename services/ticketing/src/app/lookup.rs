//! Looks up what the engine can't know by itself, and no more than an action depends on.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::store::StoreError;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use kernel::{AccountId, OrgCode, OrgPath, Role};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::access::places_of;
use crate::domain::calendar::Calendar;
use crate::domain::order::{Order, Unit};
use crate::domain::panel::{Homes, hex};
use crate::domain::workflow::{Action, Facts, PanelPool};
use crate::store::{attachments, holders, households, orgs, scopes};

/// Facts for the engine, with what the store records about them.
#[derive(Debug, Clone)]
pub(crate) struct Findings {
    /// For the engine.
    pub(crate) facts: Facts,
    /// Name of the unit that the form names.
    pub(crate) unit_name: Option<String>,
    /// Where the candidates of a draw came from.
    pub(crate) pool: Option<PoolOrigin>,
}

/// Where the candidates of a draw came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoolOrigin {
    /// Whose residents.
    pub(crate) scope_code: String,
    /// The state of the holders' projection.
    pub(crate) as_of: i64,
    /// Residents of the place who keep out of the order: no candidates.
    pub(crate) barred: Vec<AccountId>,
}

impl Findings {
    /// Nothing but the working time.
    pub(crate) fn of(calendar: Arc<Calendar>) -> Self {
        Self {
            facts: Facts::of(calendar),
            unit_name: None,
            pool: None,
        }
    }
}

/// Looks up what `action` depends on.
pub(crate) async fn look_up(
    db: &impl ConnectionTrait,
    order: &Order,
    (action, by_household): (&Action, bool),
    input: &Value,
    account: Option<AccountId>,
    mut findings: Findings,
) -> Result<Findings, StoreError> {
    let needs = action.needs();
    if let (true, Some(account)) = (needs.photos, account) {
        findings.facts.photos =
            attachments::count_photos(db, order.id, account, order.round).await?;
    }
    if needs.panel {
        let scope_code = scopes::scope_of(&order.org_path);
        let as_of = holders::changes(db).await?;
        let residents = holders::list_holders(db, &scope_code, Role::Resident, as_of).await?;
        let kept_out = list_kept_out(db, order).await?;
        let (barred, candidates): (Vec<_>, Vec<_>) = residents
            .into_iter()
            .partition(|resident| kept_out.contains(resident));
        let homes = if by_household {
            let mut asked = order.handlers.clone();
            asked.extend(order.requester);
            let everybody = [candidates.as_slice(), &barred, &asked].concat();
            households::list_homes(db, &everybody, as_of).await?
        } else {
            Homes::new()
        };
        findings.facts.panel = Some(PanelPool {
            seed: seed()?,
            candidates,
            barred: barred.clone(),
            homes,
        });
        findings.pool = Some(PoolOrigin {
            scope_code,
            as_of,
            barred,
        });
    }
    if needs.unit {
        let named = input.get("unit").and_then(Value::as_str);
        let code: Option<OrgCode> = named.and_then(|code| code.parse().ok());
        if let Some(code) = code
            && let Some(unit) = orgs::find_org(db, &code).await?
        {
            findings.facts.unit = Some(Unit {
                code: unit.code,
                path: unit.path,
            });
            findings.unit_name = Some(unit.name);
        }
    }
    Ok(findings)
}

/// Lists who keeps out of an order (回避).
pub(super) async fn list_kept_out(
    db: &impl ConnectionTrait,
    order: &Order,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let persons = order.requester.into_iter().collect();
    let nodes = places_of(order).into_iter().flat_map(OrgPath::ancestors);
    let codes = nodes.filter_map(|node| node.leaf()).collect();
    let kept_out = exclusions::list_about(db, persons, codes).await?;
    Ok(kept_out.into_iter().map(|(account, _)| account).collect())
}

/// Draws a fresh seed.
fn seed() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| std::io::Error::other("the system gives no random bytes"))?;
    Ok(hex(&bytes))
}
