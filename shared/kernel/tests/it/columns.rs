use kernel::{EventId, OrderId, OrgCode, OrgPath, Role, Timestamp, TypedId, Uscc, Version};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, EntityTrait, QueryFilter, QueryOrder,
    Schema, Set, TryFromU64, Value,
    sea_query::{ColumnType, Nullable, ValueType},
};
use uuid::Uuid;

mod place {
    use kernel::{EventId, OrderId, OrgCode, OrgPath, Role, Timestamp, Uscc, Version};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "place")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: OrgCode,
        pub path: OrgPath,
        pub role: Role,
        pub version: Version,
        pub opened_at: Timestamp,
        pub closed_at: Option<Timestamp>,
        pub cause: Option<EventId>,
        pub uscc: Option<Uscc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn model(number: u128) -> place::Model {
    place::Model {
        id: OrderId::from_uuid(Uuid::from_u128(number)),
        code: "420105011010.X01".parse().unwrap(),
        path: OrgPath::parse("/420105011010/420105011010.X01/").unwrap(),
        role: Role::GridWorker,
        version: Version::FIRST,
        opened_at: "2026-11-22T08:00:00.000001Z".parse().unwrap(),
        closed_at: None,
        cause: Some(EventId::from_uuid(Uuid::from_u128(number))),
        uscc: "91350100M000100Y43".parse().ok(),
    }
}

#[tokio::test]
async fn kernel_values_are_plain_columns() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    let table = Schema::new(db.get_database_backend()).create_table_from_entity(place::Entity);
    db.execute(&table).await.unwrap();

    let (first, second) = (model(1), model(u128::MAX));
    for row in [&second, &first] {
        place::Entity::insert(place::ActiveModel::from(row.clone()))
            .exec_without_returning(&db)
            .await
            .unwrap();
    }

    let rows = place::Entity::find()
        .filter(place::Column::Id.is_in([first.id, second.id]))
        .filter(place::Column::Path.eq(first.path.clone()))
        .filter(place::Column::OpenedAt.lte(first.opened_at))
        .filter(place::COLUMN.role.eq(Role::GridWorker))
        .filter(place::COLUMN.version.eq(Version::FIRST))
        .order_by_asc(place::Column::Id)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows, vec![first.clone(), second]);

    let mut change = place::ActiveModel::from(first.clone());
    change.version = Set(first.version.next());
    change.closed_at = Set(Some(first.opened_at));
    let changed = change.update(&db).await.unwrap();
    assert_eq!(changed.closed_at, Some(first.opened_at));
    let found = place::Entity::find_by_id((first.id, first.code))
        .one(&db)
        .await
        .unwrap();
    assert_eq!(found, Some(changed));
}

#[test]
fn columns_are_bigint_uuid_and_text() {
    assert_eq!(<OrderId as ValueType>::column_type(), ColumnType::Uuid);
    assert_eq!(
        <Timestamp as ValueType>::column_type(),
        ColumnType::BigInteger
    );
    assert_eq!(
        <Version as ValueType>::column_type(),
        ColumnType::BigInteger
    );
    assert_eq!(Value::from(Version::FIRST), Value::BigInt(Some(1)));
    assert_eq!(Value::from(Role::Resident), Value::from("resident"));
    assert_eq!(<Timestamp as Nullable>::null(), Value::BigInt(None));
    let id = OrderId::from_uuid(Uuid::from_u128(7));
    assert_eq!(Value::from(id), Value::Uuid(Some(Uuid::from_u128(7))));
}

#[test]
fn a_stored_value_is_checked_when_it_is_read() {
    assert!(<Version as ValueType>::try_from(Value::from(0_i64)).is_err());
    assert!(<Timestamp as ValueType>::try_from(Value::from(i64::MAX)).is_err());
    assert!(<OrgPath as ValueType>::try_from(Value::from("420105")).is_err());
    assert!(<Role as ValueType>::try_from(Value::from("king")).is_err());
    assert!(<Uscc as ValueType>::try_from(Value::from("1")).is_err());
    assert!(<OrgCode as ValueType>::try_from(Value::from(1_i64)).is_err());
    // nothing here comes from a generated number
    assert!(OrderId::try_from_u64(1).is_err());
    assert!(EventId::try_from_u64(1).is_err());
}
