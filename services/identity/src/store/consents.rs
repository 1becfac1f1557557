//! Notices and consents.

use kernel::AccountId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::{StoreError, Tx, affected_one};

use super::corrupt;
use crate::domain::{Choice, Consent, Notice, Purpose};

mod notice {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub purpose: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub title: String,
        pub text: String,
        pub sensitive: bool,
        pub published_by: kernel::AccountId,
        pub published_at: kernel::Timestamp,
        pub current: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod consent {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consent")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ConsentId,
        pub account_id: kernel::AccountId,
        pub purpose: String,
        pub version: i64,
        pub seq: i64,
        pub choice: String,
        pub given_by: kernel::AccountId,
        pub channel: String,
        pub at: kernel::Timestamp,
        pub latest: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn purpose(text: &str) -> Result<Purpose, StoreError> {
    text.parse().map_err(|error| corrupt("purpose", error))
}

impl TryFrom<notice::Model> for Notice {
    type Error = StoreError;

    fn try_from(row: notice::Model) -> Result<Self, StoreError> {
        Ok(Self {
            purpose: purpose(&row.purpose)?,
            version: row.version,
            title: row.title,
            text: row.text,
            sensitive: row.sensitive,
            published_at: row.published_at,
        })
    }
}

impl TryFrom<consent::Model> for Consent {
    type Error = StoreError;

    fn try_from(row: consent::Model) -> Result<Self, StoreError> {
        let mut choices = Choice::ALL.into_iter();
        let choice = choices.find(|choice| choice.as_str() == row.choice);
        Ok(Self {
            id: row.id,
            account: row.account_id,
            purpose: purpose(&row.purpose)?,
            version: row.version,
            seq: row.seq,
            choice: choice.ok_or_else(|| corrupt("consent.choice", &row.choice))?,
            by: row.given_by,
            channel: row.channel,
            at: row.at,
        })
    }
}

/// Publishes a notice in place of the version before.
pub(crate) async fn publish(tx: &Tx, notice: &Notice, by: AccountId) -> Result<(), StoreError> {
    notice::Entity::update_many()
        .col_expr(notice::Column::Current, Expr::value(false))
        .filter(notice::Column::Purpose.eq(notice.purpose.as_str()))
        .filter(notice::Column::Current.eq(true))
        .exec(tx)
        .await?;
    let row = notice::ActiveModel {
        purpose: Set(notice.purpose.as_str().to_owned()),
        version: Set(notice.version),
        title: Set(notice.title.clone()),
        text: Set(notice.text.clone()),
        sensitive: Set(notice.sensitive),
        published_by: Set(by),
        published_at: Set(notice.published_at),
        current: Set(true),
    };
    // somebody else published this version just now
    let once = OnConflict::columns([notice::Column::Purpose, notice::Column::Version])
        .do_nothing()
        .to_owned();
    let inserted = notice::Entity::insert(row).on_conflict(once);
    affected_one(inserted.exec_without_returning(tx).await?)
}

/// Finds the current version of a notice.
pub(crate) async fn find_notice(tx: &Tx, purpose: &Purpose) -> Result<Option<Notice>, StoreError> {
    let row = notice::Entity::find()
        .filter(notice::Column::Current.eq(true))
        .filter(notice::Column::Purpose.eq(purpose.as_str()))
        .one(tx)
        .await?;
    row.map(Notice::try_from).transpose()
}

/// Lists the current versions of all notices: a city has few.
pub(crate) async fn list_notices(tx: &Tx) -> Result<Vec<Notice>, StoreError> {
    let rows = notice::Entity::find()
        .filter(notice::Column::Current.eq(true))
        .order_by_asc(notice::Column::Purpose)
        .all(tx)
        .await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// Inserts what somebody said now; it counts in place of what was said before.
pub(crate) async fn insert(tx: &Tx, consent: &Consent) -> Result<(), StoreError> {
    consent::Entity::update_many()
        .col_expr(consent::Column::Latest, Expr::value(false))
        .filter(consent::Column::AccountId.eq(consent.account))
        .filter(consent::Column::Latest.eq(true))
        .filter(consent::Column::Purpose.eq(consent.purpose.as_str()))
        .exec(tx)
        .await?;
    let row = consent::ActiveModel {
        id: Set(consent.id),
        account_id: Set(consent.account),
        purpose: Set(consent.purpose.as_str().to_owned()),
        version: Set(consent.version),
        seq: Set(consent.seq),
        choice: Set(consent.choice.as_str().to_owned()),
        given_by: Set(consent.by),
        channel: Set(consent.channel.clone()),
        at: Set(consent.at),
        latest: Set(true),
    };
    let once = OnConflict::columns([
        consent::Column::AccountId,
        consent::Column::Purpose,
        consent::Column::Seq,
    ])
    .do_nothing()
    .to_owned();
    // two words at once: the second one is said again
    let inserted = consent::Entity::insert(row).on_conflict(once);
    affected_one(inserted.exec_without_returning(tx).await?)
}

/// Lists what an account said last to each purpose.
pub(crate) async fn list_latest(tx: &Tx, account: AccountId) -> Result<Vec<Consent>, StoreError> {
    let rows = consent::Entity::find()
        .filter(consent::Column::AccountId.eq(account))
        .filter(consent::Column::Latest.eq(true))
        .order_by_asc(consent::Column::Purpose)
        .all(tx)
        .await?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// Lists all that was said for an account, whatever the purpose, the newest of each purpose first.
pub(crate) async fn list_history(
    tx: &Tx,
    account: AccountId,
    limit: u64,
) -> Result<Vec<Consent>, StoreError> {
    let all = consent::Entity::find()
        .filter(consent::Column::AccountId.eq(account))
        .order_by_asc(consent::Column::Purpose)
        .order_by_desc(consent::Column::Seq)
        .limit(limit);
    let rows = all.all(tx).await?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// Lists all that an account said to a purpose, newest first, behind `after`.
pub(crate) async fn list_said(
    tx: &Tx,
    account: AccountId,
    purpose: &Purpose,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<Consent>, StoreError> {
    let mut page = consent::Entity::find()
        .filter(consent::Column::AccountId.eq(account))
        .filter(consent::Column::Purpose.eq(purpose.as_str()))
        .order_by_desc(consent::Column::Seq)
        .limit(limit);
    if let Some(after) = after {
        page = page.filter(consent::Column::Seq.lt(after));
    }
    let rows = page.all(tx).await?;
    rows.into_iter().map(Consent::try_from).collect()
}
