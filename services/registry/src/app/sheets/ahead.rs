use std::collections::{HashMap, HashSet};

use kernel::{AccountId, OrgCode};

use crate::domain::organisation::Organisation;

/// What earlier rows of a file would have made, while nothing is stored (a dry run), and what was read
/// on the way.
#[derive(Default)]
pub(crate) struct Ahead {
    /// Nodes of the tree.
    pub(super) nodes: HashMap<OrgCode, Organisation>,
    /// Who has which seat.
    pub(super) seats: HashMap<String, AccountId>,
    /// Seats that were looked for.
    pub(super) sought: HashSet<String>,
}
