#![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_pair")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pair: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sort_key: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::SortKey",
        to = "super::organisation::Column::SortKey"
    )]
    Organisation,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
