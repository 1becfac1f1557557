//! Orders taken from their opening to their publication by people of the demo, whatever happens to the
//! services meanwhile.

mod desk;
mod effects;
mod people;
mod walk;

pub(crate) use desk::{Desk, Patience};
pub(crate) use effects::{assert_acknowledged, differences};
pub(crate) use people::{People, told};
pub(crate) use walk::{Draft, State};
