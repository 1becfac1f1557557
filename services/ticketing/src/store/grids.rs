//! Where grids lie (网格), and in which of them orders are.
#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use ::store::{CHUNK, StoreError, Tx, Writes};
use kernel::geo::surround;
use kernel::{GeoPoint, OrderId, OrgCode, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::tables::order_scope;
use super::{from_json, to_json};

mod shape {
    use kernel::OrgCode;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_shape")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: OrgCode,
        pub district: String,
        pub version: i64,
        pub west: f64,
        pub south: f64,
        pub east: f64,
        pub north: f64,
        pub area: f64,
        pub rings: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod due {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_due")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: kernel::OrderId,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod order_grid {
    use kernel::{OrderId, OrgCode};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_grid")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        pub grid_code: OrgCode,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where a grid lies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GridShape {
    /// Its code.
    pub(crate) code: OrgCode,
    /// Version of the shape.
    pub(crate) version: i64,
    /// Closed rings.
    pub(crate) rings: Vec<Vec<GeoPoint>>,
    /// Area in square metres.
    pub(crate) area: f64,
}

/// Keeps where a grid lies, unless something newer is known.
pub(crate) async fn save_shape(tx: &Tx, grid: &GridShape) -> Result<(), StoreError> {
    use shape::Column as C;
    let known = shape::Entity::find_by_id(grid.code.clone()).one(tx).await?;
    if known.is_some_and(|known| known.version > grid.version) {
        return Ok(());
    }
    let mut points = grid.rings.iter().flatten();
    let Some(first) = points.next() else {
        return delete_shape(tx, &grid.code).await;
    };
    let (mut west, mut south) = (first.lon(), first.lat());
    let (mut east, mut north) = (west, south);
    for point in points {
        (west, east) = (west.min(point.lon()), east.max(point.lon()));
        (south, north) = (south.min(point.lat()), north.max(point.lat()));
    }
    let row = shape::ActiveModel {
        code: Set(grid.code.clone()),
        district: Set(grid.code.district().to_owned()),
        version: Set(grid.version),
        west: Set(west),
        south: Set(south),
        east: Set(east),
        north: Set(north),
        area: Set(grid.area),
        rings: Set(to_json(&grid.rings)?),
    };
    let replace = OnConflict::column(C::Code)
        .update_columns([
            C::Version,
            C::West,
            C::South,
            C::East,
            C::North,
            C::Area,
            C::Rings,
        ])
        .to_owned();
    shape::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets where a grid lay that came to its end.
pub(crate) async fn delete_shape(tx: &Tx, code: &OrgCode) -> Result<(), StoreError> {
    shape::Entity::delete_by_id(code.clone()).exec(tx).await?;
    Ok(())
}

/// Lists the grids of a district in which a point lies, the smallest first.
pub(crate) async fn list_around(
    db: &impl ConnectionTrait,
    district: &str,
    point: GeoPoint,
) -> Result<Vec<OrgCode>, StoreError> {
    use shape::Column as C;
    let near = shape::Entity::find()
        .filter(C::District.eq(district))
        .filter(C::West.lte(point.lon()))
        .filter(C::East.gte(point.lon()))
        .filter(C::South.lte(point.lat()))
        .filter(C::North.gte(point.lat()))
        .order_by_asc(C::Area)
        .order_by_asc(C::Code)
        .all(db)
        .await?;
    let mut found = Vec::new();
    for row in near {
        let rings: Vec<Vec<GeoPoint>> = from_json(&row.rings)?;
        if surround(&rings, point) {
            found.push(row.code);
        }
    }
    Ok(found)
}

/// Remembers that the grid of an order with a point on the map is to be found.
pub(crate) fn mark_due(writes: &mut Writes, order: OrderId) {
    writes.insert([due::ActiveModel {
        order_id: Set(order),
    }]);
}

/// Remembers the same of all orders at or below a node since a time.
pub(crate) async fn mark_all_due(tx: &Tx, scope: &str, since: Timestamp) -> Result<(), StoreError> {
    let orders = Query::select()
        .column(order_scope::Column::OrderId)
        .from(order_scope::Entity)
        .and_where(Expr::col(order_scope::Column::ScopeCode).eq(scope))
        .and_where(Expr::col(order_scope::Column::CreatedAt).gte(since))
        .to_owned();
    let known = OnConflict::column(due::Column::OrderId)
        .do_nothing()
        .to_owned();
    let mut insert = Query::insert();
    insert
        .into_table(due::Entity)
        .columns([due::Column::OrderId]);
    // as many columns as values, which is all that it refuses
    if insert.select_from(orders).is_ok() {
        insert.on_conflict(known);
        tx.execute(&insert).await?;
    }
    Ok(())
}

/// Takes orders whose grids are to be found off the list; what is marked from here on is looked at again.
pub(crate) async fn take_due(tx: &Tx, limit: u64) -> Result<Vec<OrderId>, StoreError> {
    let orders: Vec<OrderId> = due::Entity::find()
        .select_only()
        .column(due::Column::OrderId)
        .order_by_asc(due::Column::OrderId)
        .limit(limit)
        .into_tuple()
        .all(tx)
        .await?;
    for chunk in orders.chunks(CHUNK) {
        due::Entity::delete_many()
            .filter(due::Column::OrderId.is_in(chunk.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(orders)
}

/// Keeps in which grid each of some orders is; an order without one is in none.
pub(crate) async fn save_found(
    tx: &Tx,
    found: &[(OrderId, Option<OrgCode>)],
) -> Result<(), StoreError> {
    for chunk in found.chunks(CHUNK) {
        let orders = chunk.iter().map(|(order, _)| *order);
        order_grid::Entity::delete_many()
            .filter(order_grid::Column::OrderId.is_in(orders))
            .exec(tx)
            .await?;
    }
    let mut writes = Writes::default();
    writes.insert(found.iter().filter_map(|(order, grid)| {
        Some(order_grid::ActiveModel {
            order_id: Set(*order),
            grid_code: Set(grid.clone()?),
        })
    }));
    writes.run(tx).await
}
