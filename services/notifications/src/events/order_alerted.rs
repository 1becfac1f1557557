use contracts::Event;
use contracts::ticketing::{Escalation, OrderAlerted};
use kernel::{OrgPath, Role};

use super::tell::{Relation, Told, of_order};
use crate::domain::occurrence::Occurrence;

impl Told for OrderAlerted {
    const PARTIES: Relation = Relation::None;

    fn occurrence(self) -> Occurrence {
        let step = if self.missed { "missed" } else { "near" };
        let mut alert = of_order(Self::TYPE, self.order);
        step.clone_into(&mut alert.step);
        let rung = self.escalated.as_ref();
        alert.supervisor = rung.and_then(|rung| node_of(&alert, rung));
        if !self.remind {
            alert.roles.clear();
            alert.assignee = None;
        }
        alert
    }
}

/// Finds the node of a rung among those at or above the order's unit and place.
fn node_of(alert: &Occurrence, rung: &Escalation) -> Option<(OrgPath, Role)> {
    let nodes = alert.places().into_iter().flat_map(OrgPath::ancestors);
    let named = |node: &OrgPath| {
        node.leaf()
            .map_or(rung.scope == "/", |leaf| leaf.as_str() == rung.scope)
    };
    nodes.into_iter().find(named).map(|node| (node, rung.role))
}
