//! What notifications keeps of the others' facts.

use chassis::{Tallies, Tally};
use contracts::facts::Fact;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{Database, StoreError};

use super::tables::{holder, order_party};

/// Tallies the projections.
pub(crate) fn tallies(db: Database) -> Tallies {
    Box::pin(async move { Ok(vec![grants(&db).await?, parties(&db).await?]) })
}

async fn grants(db: &Database) -> Result<Tally, StoreError> {
    let mut tally = Tally::new(Fact::Grants);
    let mut after = None;
    loop {
        let mut page = holder::Entity::find()
            .order_by_asc(holder::Column::GrantId)
            .limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(holder::Column::GrantId.gt(after));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            return Ok(tally);
        };
        after = Some(last.grant_id);
        for row in &rows {
            let place = match row.org_code.as_str() {
                "" => "/",
                code => code,
            };
            tally.add(&[&row.grant_id, &row.account_id, &row.role, &place]);
        }
    }
}

async fn parties(db: &Database) -> Result<Tally, StoreError> {
    let mut tally = Tally::new(Fact::OrderParties);
    let mut after = None;
    loop {
        let mut page = order_party::Entity::find()
            .order_by_asc(order_party::Column::OrderId)
            .limit(Tally::PAGE);
        if let Some(after) = after {
            page = page.filter(order_party::Column::OrderId.gt(after));
        }
        let rows = page.all(db.reader()).await?;
        let Some(last) = rows.last() else {
            return Ok(tally);
        };
        after = Some(last.order_id);
        for row in &rows {
            let requester = Tally::optional(row.requester);
            let assignee = Tally::optional(row.assignee);
            tally.add(&[&row.order_id, &requester, &assignee]);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::collections::HashMap;

    use chassis::Tally;
    use contracts::facts::Fact;
    use kernel::{GrantId, OrgPath, Role, TypedId};
    use store::{StoreError, Writes};
    use uuid::Uuid;

    use super::tallies;
    use crate::app::testing::{account, app, order};
    use crate::config::NotificationsConfig;
    use crate::store::holders;
    use crate::store::parties::{self, Parties};

    /// More than two pages.
    const MANY: u128 = 2_345;

    fn grant(number: u128) -> GrantId {
        GrantId::from_uuid(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn every_page_is_counted_whatever_its_order() {
        let (app, _folder) = app(NotificationsConfig::default()).await;
        let compound = OrgPath::parse("/420105000000/420105011010.X01/").unwrap();
        let kept = app.db.write("test.keep", async |tx| {
            for number in 0..MANY {
                let path = if number == 7 {
                    OrgPath::root()
                } else {
                    compound.clone()
                };
                let holder = account(number);
                holders::insert(&tx, grant(number), holder, Role::Resident, &path).await?;
                let parties = Parties {
                    requester: Some(account(1)),
                    assignee: (number == 7).then(|| account(2)),
                };
                let mut writes = Writes::default();
                parties::save(&mut writes, HashMap::from([(order(number), parties)]));
                writes.run(&tx).await?;
            }
            holders::remove(&tx, grant(9)).await?;
            Ok::<_, StoreError>(())
        });
        kept.await.unwrap();

        let mut grants = Tally::new(Fact::Grants);
        let mut orders = Tally::new(Fact::OrderParties);
        for number in (0..MANY).rev() {
            let special = number == 7;
            let place = if special { "/" } else { "420105011010.X01" };
            if number != 9 {
                let holder = account(number);
                grants.add(&[&grant(number), &holder, &Role::Resident, &place]);
            }
            let assignee = Tally::optional(special.then(|| account(2)));
            orders.add(&[&order(number), &account(1), &assignee]);
        }
        assert_eq!(tallies(app.db.clone()).await.unwrap(), [grants, orders]);
    }
}
