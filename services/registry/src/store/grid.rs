#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use kernel::GeoPoint;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use store::StoreError;

use crate::domain::geo::Shape;
use crate::domain::grid::Grid;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grid")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: kernel::OrgCode,
    pub community_code: kernel::OrgCode,
    pub shape: Option<String>,
    pub households: Option<i64>,
    pub party_members: Option<i64>,
    pub duties: String,
    pub version: kernel::Version,
    pub revision: i64,
    pub updated_at: kernel::Timestamp,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The one row that numbers the changes of the map.
pub(super) mod map {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grid_map")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub revision: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn corrupt(what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("grid {what}"))
}

/// Reads a stored shape.
pub(super) fn read_shape(text: &str) -> Result<Shape, StoreError> {
    let rings: Vec<Vec<(f64, f64)>> = serde_json::from_str(text).map_err(corrupt)?;
    let mut read = Vec::with_capacity(rings.len());
    for ring in rings {
        let points = ring.into_iter().map(|(lon, lat)| GeoPoint::new(lon, lat));
        read.push(points.collect::<Result<_, _>>().map_err(corrupt)?);
    }
    Shape::new(read).map_err(corrupt)
}

fn write_shape(shape: &Shape) -> Result<String, StoreError> {
    let positions = |ring: &Vec<GeoPoint>| -> Vec<(f64, f64)> {
        ring.iter()
            .map(|point| (point.lon(), point.lat()))
            .collect()
    };
    let rings: Vec<_> = shape.rings().iter().map(positions).collect();
    serde_json::to_string(&rings).map_err(corrupt)
}

impl TryFrom<Model> for Grid {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let count = |count: Option<i64>| count.map(u32::try_from).transpose().map_err(corrupt);
        Ok(Self {
            code: row.code,
            community_code: row.community_code,
            shape: row.shape.as_deref().map(read_shape).transpose()?,
            households: count(row.households)?,
            party_members: count(row.party_members)?,
            duties: serde_json::from_str(&row.duties).map_err(corrupt)?,
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}

/// Makes the row of a grid that changes with a change of the map.
pub(super) fn to_row(grid: &Grid, revision: i64) -> Result<ActiveModel, StoreError> {
    Ok(ActiveModel {
        code: Set(grid.code.clone()),
        community_code: Set(grid.community_code.clone()),
        shape: Set(grid.shape.as_ref().map(write_shape).transpose()?),
        households: Set(grid.households.map(i64::from)),
        party_members: Set(grid.party_members.map(i64::from)),
        duties: Set(serde_json::to_string(&grid.duties).map_err(corrupt)?),
        version: Set(grid.version),
        revision: Set(revision),
        updated_at: Set(grid.updated_at),
    })
}
