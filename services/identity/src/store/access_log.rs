//! The access log: append-only, every entry carrying the digest of the one before.

use std::fmt::Write;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use store::{StoreError, Tx};

use super::corrupt;
use crate::crypto::sha256;
use crate::domain::{Entry, LogQuery, Logged};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub at: kernel::Timestamp,
        pub account_id: Option<kernel::AccountId>,
        pub operation: String,
        pub subject: String,
        pub result: String,
        pub source: String,
        pub trace_id: String,
        pub digest: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod head {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_log_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub seq: i64,
        pub digest: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The only row of the head.
const HEAD: i64 = 1;

impl Entry {
    /// Digest of this entry behind the one with `previous`, as lower-case hex.
    ///
    /// A JSON list: no two different entries have the same text.
    fn digest(&self, seq: i64, previous: &str) -> String {
        let account = self.account.map(|account| account.to_string());
        let content = serde_json::json!([
            previous,
            seq,
            self.at.micros(),
            account,
            self.operation,
            self.subject,
            self.result,
            self.source,
            self.trace_id,
        ]);
        let mut text = String::with_capacity(64);
        for byte in sha256(content.to_string().as_bytes()) {
            // writing to a string does not fail
            write!(text, "{byte:02x}").ok();
        }
        text
    }
}

impl From<row::Model> for Logged {
    fn from(row: row::Model) -> Self {
        Self {
            seq: row.seq,
            entry: Entry {
                at: row.at,
                account: row.account_id,
                operation: row.operation,
                subject: row.subject,
                result: row.result,
                source: row.source,
                trace_id: row.trace_id,
            },
            digest: row.digest,
        }
    }
}

/// Appends an entry, as the last thing of its transaction: whoever appends waits for all that do so at
/// once, and a transaction that goes on to other rows could wait for one that waits for it.
pub(crate) async fn append(tx: &Tx, entry: &Entry) -> Result<(), StoreError> {
    append_all(tx, std::slice::from_ref(entry)).await
}

/// Appends entries in their order, as the last thing of their transaction.
pub(crate) async fn append_all(tx: &Tx, entries: &[Entry]) -> Result<(), StoreError> {
    let Ok(count) = i64::try_from(entries.len()) else {
        return Err(corrupt("access_log", "more entries than can be counted"));
    };
    if count == 0 {
        return Ok(());
    }
    // counting first locks the head, so that two appends cannot read the same digest
    head::Entity::update_many()
        .col_expr(head::Column::Seq, Expr::col(head::Column::Seq).add(count))
        .filter(head::Column::Id.eq(HEAD))
        .exec(tx)
        .await?;
    let end = load_head(tx).await?;
    let (mut seq, mut digest) = (end.seq - count, end.digest);
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        seq += 1;
        digest = entry.digest(seq, &digest);
        rows.push(row::ActiveModel {
            seq: Set(seq),
            at: Set(entry.at),
            account_id: Set(entry.account),
            operation: Set(entry.operation.clone()),
            subject: Set(entry.subject.clone()),
            result: Set(entry.result.clone()),
            source: Set(entry.source.clone()),
            trace_id: Set(entry.trace_id.clone()),
            digest: Set(digest.clone()),
        });
    }
    row::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    head::Entity::update_many()
        .col_expr(head::Column::Digest, Expr::value(digest))
        .filter(head::Column::Id.eq(HEAD))
        .exec(tx)
        .await?;
    Ok(())
}

async fn load_head(tx: &Tx) -> Result<head::Model, StoreError> {
    let head = head::Entity::find_by_id(HEAD).one(tx).await?;
    head.ok_or_else(|| corrupt("access_log_head", "no row"))
}

/// Lists entries, latest first.
pub(crate) async fn list(tx: &Tx, wanted: &LogQuery) -> Result<Vec<Logged>, StoreError> {
    let mut query = row::Entity::find()
        .order_by_desc(row::Column::Seq)
        .limit(wanted.limit);
    if let Some(account) = wanted.account {
        query = query.filter(row::Column::AccountId.eq(account));
    }
    if let Some(subject) = &wanted.subject {
        query = query.filter(row::Column::Subject.eq(subject.as_str()));
    }
    if let Some(before) = wanted.before {
        query = query.filter(row::Column::Seq.lt(before));
    }
    Ok(query.all(tx).await?.into_iter().map(Logged::from).collect())
}

/// Where a recomputed chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ChainEnd {
    pub(crate) seq: i64,
    pub(crate) digest: String,
}

/// Recomputes the chain from `end` over up to `limit` entries.
///
/// Returns where it ended, or the first place that does not fit.
pub(crate) async fn recompute(
    tx: &Tx,
    mut end: ChainEnd,
    limit: u64,
) -> Result<Result<ChainEnd, i64>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::Seq.gt(end.seq))
        .order_by_asc(row::Column::Seq)
        .limit(limit)
        .all(tx)
        .await?;
    if rows.is_empty() {
        // the head tells of entries cut off at the end
        let head = load_head(tx).await?;
        let fits = (head.seq, &head.digest) == (end.seq, &end.digest);
        return Ok(if fits { Ok(end) } else { Err(end.seq + 1) });
    }
    for row in rows {
        let logged = Logged::from(row);
        let expected = end.seq + 1;
        let digest = logged.entry.digest(expected, &end.digest);
        if logged.seq != expected || logged.digest != digest {
            return Ok(Err(expected));
        }
        end = ChainEnd {
            seq: expected,
            digest,
        };
    }
    Ok(Ok(end))
}
