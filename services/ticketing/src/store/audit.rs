//! Ticketing's side of the facts that others keep as well.

use std::collections::BTreeSet;

use ::store::{Database, StoreError};
use chassis::{Tallies, Tally};
use contracts::facts::Fact;
use kernel::{AccountId, GrantId, OrderId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::from_json;
use super::holders::OPEN;
use super::scopes::scopes_above;
use super::tables::{grant_claim, holder_scope, order_event, org, work_order};
use crate::domain::event::DomainEvent;

/// Tallies orders and the projections of registry's and identity's facts.
pub(crate) fn tallies(db: Database) -> Tallies {
    Box::pin(async move {
        let mut tallies = orders(&db).await?;
        tallies.push(organisations(&db).await?);
        tallies.push(grant_scopes(&db).await?);
        Ok(tallies)
    })
}

async fn organisations(db: &Database) -> Result<Tally, StoreError> {
    let mut tally = Tally::new(Fact::Organisations);
    let mut after = None;
    loop {
        let mut page = org::Entity::find()
            .order_by_asc(org::Column::Code)
            .limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(org::Column::Code.gt(after));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            return Ok(tally);
        };
        after = Some(last.code.clone());
        for row in &rows {
            tally.add(&[&row.code, &row.path, &row.kind, &row.name]);
        }
    }
}

async fn grant_scopes(db: &Database) -> Result<Tally, StoreError> {
    use holder_scope::Column::{GrantId as Grant, ScopeCode};
    let mut tally = Tally::new(Fact::GrantScopes);
    let mut after: Option<(GrantId, String)> = None;
    loop {
        let mut page = holder_scope::Entity::find()
            .order_by_asc(Grant)
            .order_by_asc(ScopeCode)
            .limit(Tally::PAGE);
        if let Some((grant, scope)) = after {
            // a row value: both engines walk the index from there
            let place = Expr::tuple([Expr::col(Grant), Expr::col(ScopeCode)]);
            page = page.filter(place.gt(Expr::tuple([Expr::val(grant), Expr::val(scope)])));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            add_waiting(db, &mut tally).await?;
            return Ok(tally);
        };
        after = Some((last.grant_id, last.scope_code.clone()));
        for row in rows.iter().filter(|row| row.until == OPEN) {
            tally.add(&[&row.grant_id, &row.account, &row.role, &row.scope_code]);
        }
    }
}

/// Adds the grants whose holders do not count, since they name a place where there is none: they are grants all the
/// same.
async fn add_waiting(db: &Database, tally: &mut Tally) -> Result<(), StoreError> {
    use grant_claim::Column::{Entered, GrantId as Grant};
    let mut after = None;
    loop {
        let mut page = grant_claim::Entity::find()
            .filter(Entered.eq(false))
            .order_by_asc(Grant)
            .limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(Grant.gt(after));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.grant_id);
        for row in &rows {
            for scope in scopes_above(&row.path) {
                tally.add(&[&row.grant_id, &row.account, &row.role, &scope]);
            }
        }
    }
}

/// What the tallies need of an order.
type Standing = (OrderId, Option<AccountId>, Option<AccountId>, bool);

async fn orders(db: &Database) -> Result<Vec<Tally>, StoreError> {
    use work_order::Column::{Assignee, Id, Requester, TaskOpen};
    let mut parties = Tally::new(Fact::OrderParties);
    let mut offers = Tally::new(Fact::Offers);
    let mut running = Tally::new(Fact::RunningTasks);
    let mut after = None;
    loop {
        let mut page = work_order::Entity::find()
            .select_only()
            .columns([Id, Requester, Assignee, TaskOpen])
            .order_by_asc(Id)
            .limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(Id.gt(after));
        }
        let rows: Vec<Standing> = page.into_tuple().all(db.reader()).await?;
        let (Some((first, ..)), Some((last, ..))) = (rows.first(), rows.last()) else {
            return Ok(vec![parties, offers, running]);
        };
        for (order, round) in offered(db, *first, *last).await? {
            offers.add(&[&order, &round]);
        }
        after = Some(*last);
        for (order, requester, assignee, task_open) in rows {
            let assignee = Tally::optional(assignee);
            if task_open {
                running.add(&[&order, &assignee]);
            }
            parties.add(&[&order, &Tally::optional(requester), &assignee]);
        }
    }
}

/// Lists the rounds in which orders of a range were offered, each once: an order that is taken back
/// and dispatched again has one task in the round.
async fn offered(
    db: &Database,
    first: OrderId,
    last: OrderId,
) -> Result<BTreeSet<(OrderId, u32)>, StoreError> {
    use order_event::Column::{Facts, OrderId as Order};
    let rows: Vec<(OrderId, String)> = order_event::Entity::find()
        .select_only()
        .columns([Order, Facts])
        .filter(Order.between(first, last))
        .filter(Facts.contains("\"task_offered\""))
        .into_tuple()
        .all(db.reader())
        .await?;
    let mut rounds = BTreeSet::new();
    for (order, facts) in rows {
        for fact in from_json::<Vec<DomainEvent>>(&facts)? {
            if let DomainEvent::TaskOffered { round, .. } = fact {
                rounds.insert((order, round));
            }
        }
    }
    Ok(rounds)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use ::store::StoreError;
    use chassis::Tally;
    use contracts::facts::Fact;
    use kernel::{AccountId, GrantId, OrgPath, Role, TypedId};
    use uuid::Uuid;

    use super::tallies;
    use crate::app::testing::{Bench, PLACE};
    use crate::store::holders::{end_grant, insert_grant};
    use crate::store::orgs::{Org, save_org};

    /// With their scopes more than two pages.
    const MANY: u128 = 1_234;

    #[tokio::test]
    async fn projections_are_counted_page_by_page() {
        let bench = Bench::new().await;
        let place: OrgPath = PLACE.parse().unwrap();
        let community = place.parent().unwrap();
        let grant = |number| GrantId::from_uuid(Uuid::from_u128(number));
        let account = AccountId::from_uuid(Uuid::from_u128(1));
        let building = |number: u128| Org {
            code: format!("420105011010.B{number}").parse().unwrap(),
            path: community.clone(),
            kind: "building".to_owned(),
            name: format!("{number} 栋"),
        };
        let kept = bench.app.db.write("test.keep", async |tx| {
            for number in 0..MANY {
                save_org(&tx, building(number)).await?;
                insert_grant(&tx, grant(number), account, Role::Resident, &community).await?;
            }
            end_grant(&tx, grant(5)).await?;
            Ok::<_, StoreError>(())
        });
        kept.await.unwrap();

        let mut orgs = Tally::new(Fact::Organisations);
        let mut scopes = Tally::new(Fact::GrantScopes);
        let code = place.leaf().unwrap();
        orgs.add(&[&code, &place, &"compound", &"江欣苑小区"]);
        for number in (0..MANY).rev() {
            let org = building(number);
            orgs.add(&[&org.code, &org.path, &org.kind, &org.name]);
            for code in ["/", "420105000000", "420105011000", "420105011010"] {
                if number != 5 {
                    scopes.add(&[&grant(number), &account, &Role::Resident, &code]);
                }
            }
        }
        let told = tallies(bench.app.db.clone()).await.unwrap();
        assert!(told.contains(&orgs) && told.contains(&scopes), "{told:?}");
        assert_eq!(told.len(), 5);
    }
}
