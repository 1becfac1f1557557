//! Writes that go to the database in one trip.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::{Database, StoreError, Writes, outbox};

use super::{migrated, record};

#[expect(unreachable_pub, reason = "sea-orm's derives need public items")]
mod item {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub name: String,
        pub count: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn row(id: i64, name: &str) -> item::ActiveModel {
    item::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        count: Set(1),
    }
}

/// A database with the items 1 and 2.
async fn with_items() -> (Database, testkit::Storage) {
    let (db, storage) = migrated().await;
    db.write("test.items", |tx| async move {
        let table =
            "CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT NOT NULL, count BIGINT NOT NULL)";
        tx.execute_unprepared(table).await?;
        let mut writes = Writes::default();
        writes.insert([row(1, "one"), row(2, "two")]);
        writes.run(&tx).await
    })
    .await
    .unwrap();
    (db, storage)
}

async fn items(db: &Database) -> Vec<(i64, String, i64)> {
    let rows = item::Entity::find().all(db.reader()).await.unwrap();
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|row| (row.id, row.name, row.count))
        .collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn several_statements_are_one_trip() {
    let (db, _storage) = with_items().await;
    drop(db.take_tally());
    db.write("test.together", |tx| async move {
        let mut writes = Writes::default();
        let rename = item::Entity::update_many()
            .col_expr(item::Column::Name, Expr::value("uno; ?, $1"))
            .filter(item::Column::Id.eq(1));
        writes.add(rename);
        let before = Expr::col((item::Entity, item::Column::Count));
        let count = OnConflict::column(item::Column::Id)
            .value(item::Column::Count, before.add(5))
            .to_owned();
        writes.upsert([row(2, "zwei"), row(3, "three")], &count);
        writes.insert(Vec::<item::ActiveModel>::new());
        outbox::add(&mut writes, vec![record(1)]);
        writes.run(&tx).await
    })
    .await
    .unwrap();
    let trips: u64 = db.take_tally().values().sum();
    assert_eq!(trips, 3, "BEGIN, the writes, COMMIT");
    let now = items(&db).await;
    assert_eq!(
        now,
        [
            (1, "uno; ?, $1".to_owned(), 1),
            (2, "two".to_owned(), 6),
            (3, "three".to_owned(), 1)
        ]
    );
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 1);
}

#[tokio::test]
async fn one_that_fails_takes_the_others_with_it() {
    let (db, _storage) = with_items().await;
    let before = items(&db).await;
    let refused = db.write("test.refused", |tx| async move {
        let mut writes = Writes::default();
        writes.insert([row(3, "three")]);
        outbox::add(&mut writes, vec![record(1)]);
        writes.insert([row(1, "again")]);
        writes.run(&tx).await
    });
    assert!(refused.await.is_err());
    assert_eq!(items(&db).await, before);
    assert_eq!(outbox::count_pending(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn more_values_than_a_trip_takes_go_in_several_and_stay_in_order() {
    let (db, _storage) = migrated().await;
    let records = || (1..=20_000).map(record).collect();
    db.write("test.many", |tx| async move {
        let mut writes = Writes::default();
        outbox::add(&mut writes, records());
        writes.run(&tx).await
    })
    .await
    .unwrap();
    let pending = outbox::list_pending(&db, 0, 20_000).await.unwrap();
    assert!(pending.is_sorted_by_key(|row| row.event_id));
    assert_eq!(pending.len(), 20_000);
    db.write("test.none", |tx| async move {
        Writes::default().run(&tx).await?;
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
}
