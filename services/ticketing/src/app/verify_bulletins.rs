//! Checks what was published: chain, roots, and every shown figure against the event log.

use ::store::StoreError;
use sea_orm::ConnectionTrait;

use super::App;
use super::bulletin_sums::{Own, own_of, sum_of};
use super::issue_bulletins::by_month;
use crate::domain::bulletin::quarter::Quarter;
use crate::domain::bulletin::{Bulletin, chain, first_difference};
use crate::store::bulletins::{Published, list_chain, list_hashes, list_roots};
use crate::store::from_json;

/// Bulletins that are read at once.
const PAGE: u64 = 200;

/// What a check of the bulletins found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulletinState {
    /// So many bulletins and roots, all as they should be.
    Whole {
        /// Bulletins.
        bulletins: u64,
        /// Roots of months.
        roots: u64,
    },
    /// Something is not; this is the first of it.
    Differs(String),
}

/// Checks the chain of bulletins, the roots, and the published figures, which are worked out anew from the event log.
///
/// # Errors
/// The store fails.
pub async fn verify_bulletins(app: &App) -> Result<BulletinState, StoreError> {
    app.db
        .read(
            "bulletins.verify",
            |tx| async move { verify(app, &*tx).await },
        )
        .await
}

/// The figures of the bulletins that were made together.
struct Known {
    district: String,
    period: String,
    as_of: kernel::Timestamp,
    own: Own,
}

async fn verify(app: &App, db: &impl ConnectionTrait) -> Result<BulletinState, StoreError> {
    let mut before = chain::START.to_owned();
    let mut seq = 0;
    let mut known: Option<Known> = None;
    loop {
        let page = list_chain(db, seq, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for link in page {
            if let Some(broken) = broken(&link, seq + 1, &before) {
                return Ok(BulletinState::Differs(broken));
            }
            let Ok(bulletin) = from_json::<Bulletin>(&link.body) else {
                return Ok(at(&link, "the body is no bulletin"));
            };
            if bulletin.org_code != link.org_code || bulletin.period != link.period {
                return Ok(at(&link, "the body is of another place or period"));
            }
            let same = known.as_ref().is_some_and(|known| {
                known.district == link.district
                    && known.period == link.period
                    && known.as_of == bulletin.as_of
            });
            if !same {
                known = count(app, db, &link, &bulletin).await?;
            }
            let Some(known) = &known else {
                return Ok(at(&link, "the district or the period is none"));
            };
            // the district's has all orders, whatever it says itself
            let derived = if link.org_code.as_str() == format!("{}000000", link.district) {
                let all: Vec<_> = known.own.keys().cloned().collect();
                sum_of(&known.own, &all)
            } else {
                sum_of(&known.own, &bulletin.sources)
            };
            if let Some(difference) = first_difference(&bulletin, &derived) {
                return Ok(at(&link, &difference));
            }
            seq = link.seq;
            before = link.hash;
        }
    }
    roots(db, seq).await
}

async fn count(
    app: &App,
    db: &impl ConnectionTrait,
    link: &Published,
    bulletin: &Bulletin,
) -> Result<Option<Known>, StoreError> {
    let district = format!("{}000000", link.district).parse();
    let (Ok(district), Ok(quarter)) = (district, link.period.parse::<Quarter>()) else {
        return Ok(None);
    };
    Ok(Some(Known {
        district: link.district.clone(),
        period: link.period.clone(),
        as_of: bulletin.as_of,
        own: own_of(app, db, &district, quarter, bulletin.as_of).await?,
    }))
}

/// Says what is wrong with a link of the chain.
fn broken(link: &Published, seq: i64, before: &str) -> Option<String> {
    let what = if link.seq != seq {
        format!("number {seq} is missing")
    } else if link.before != before {
        "the hash of the one before is another".to_owned()
    } else if link.hash != chain::hash(before, &link.body) {
        "the hash is not that of the body".to_owned()
    } else {
        return None;
    };
    Some(named(link, &what))
}

fn named(link: &Published, what: &str) -> String {
    format!("#{} {} {}: {what}", link.seq, link.org_code, link.period)
}

fn at(link: &Published, what: &str) -> BulletinState {
    BulletinState::Differs(named(link, what))
}

async fn roots(db: &impl ConnectionTrait, bulletins: i64) -> Result<BulletinState, StoreError> {
    let months = by_month(list_hashes(db).await?);
    let known = list_roots(db, u64::from(u16::MAX)).await?;
    for root in &known {
        let hashes = months.get(&root.month).map(Vec::as_slice);
        if hashes.and_then(chain::root).as_ref() != Some(&root.root) {
            return Ok(BulletinState::Differs(format!(
                "{}: the root is not that of the month's bulletins",
                root.month
            )));
        }
    }
    Ok(BulletinState::Whole {
        bulletins: u64::try_from(bulletins).unwrap_or(0),
        roots: u64::try_from(known.len()).unwrap_or(u64::MAX),
    })
}
