//! An organisation that went to another place in the tree, and how far what is kept at it has followed.

use kernel::{EventId, OrgPath, named};
use serde::{Deserialize, Serialize};

named! {
    /// What follows, in this order.
    #[derive(Serialize, Deserialize)]
    pub(crate) enum RelocationStage {
        Tasks = "tasks",
        Volunteers = "volunteers",
        Teams = "teams",
        Activities = "activities",
        Plans = "plans",
        Hours = "hours",
        Certificates = "certificates",
        Reservations = "reservations",
        Imports = "imports",
        Appeals = "appeals",
        RecordEntries = "record_entries",
        HoursObjections = "hours_objections",
        Requests = "requests",
    }
}

impl RelocationStage {
    /// What follows first.
    pub(crate) const FIRST: Self = Self::Tasks;

    /// What follows next; nothing after the last.
    fn next(self) -> Option<Self> {
        match self {
            Self::Tasks => Some(Self::Volunteers),
            Self::Volunteers => Some(Self::Teams),
            Self::Teams => Some(Self::Activities),
            Self::Activities => Some(Self::Plans),
            Self::Plans => Some(Self::Hours),
            Self::Hours => Some(Self::Certificates),
            Self::Certificates => Some(Self::Reservations),
            Self::Reservations => Some(Self::Imports),
            Self::Imports => Some(Self::Appeals),
            Self::Appeals => Some(Self::RecordEntries),
            Self::RecordEntries => Some(Self::HoursObjections),
            Self::HoursObjections => Some(Self::Requests),
            Self::Requests => None,
        }
    }
}

/// A node that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relocation {
    /// Event that told of it: the moves follow one another in this order.
    pub(crate) id: EventId,
    /// Its place before.
    pub(crate) from: OrgPath,
    /// Its place since.
    pub(crate) to: OrgPath,
    pub(crate) stage: RelocationStage,
    /// Whether anything has followed since the first stage began.
    pub(crate) found: bool,
}

/// How it goes on after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Onward {
    /// With the next batch, at once.
    Now,
    /// From the first stage again, in a later turn: what was being written at the old place meanwhile is there by then.
    Later,
    /// Nothing is left at the old place.
    Done,
}

impl Relocation {
    /// Makes one that nothing has followed yet; nothing where a node stays where it is, or would be below itself.
    pub(crate) fn new(id: EventId, from: OrgPath, to: OrgPath) -> Option<Self> {
        // what lies at the new place must not be found at the old one again
        let apart = !from.contains(&to);
        apart.then_some(Self {
            id,
            from,
            to,
            stage: RelocationStage::FIRST,
            found: false,
        })
    }

    /// Notes that so many have followed, and whether that was all of the stage.
    pub(crate) fn went(&mut self, count: u64, all: bool) -> Onward {
        self.found |= count > 0;
        if !all {
            return Onward::Now;
        }
        if let Some(next) = self.stage.next() {
            self.stage = next;
            return Onward::Now;
        }
        if self.found {
            (self.stage, self.found) = (RelocationStage::FIRST, false);
            return Onward::Later;
        }
        Onward::Done
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]
mod tests {
    use kernel::{EventId, Named, TypedId};
    use uuid::Uuid;

    use super::{Onward, Relocation, RelocationStage};

    fn moved(from: &str, to: &str) -> Option<Relocation> {
        let id = EventId::from_uuid(Uuid::nil());
        Relocation::new(id, from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn it_ends_with_a_pass_that_finds_nothing() {
        let mut relocation = moved("/420105000000/420105011000/", "/420106000000/420105011000/");
        let relocation = relocation.as_mut().unwrap();
        assert_eq!(relocation.went(50, false), Onward::Now);
        assert_eq!(relocation.stage, RelocationStage::FIRST);
        let mut passed = Vec::new();
        while relocation.went(0, true) == Onward::Now {
            passed.push(relocation.stage);
        }
        // every stage had its turn, and the pass found something: another one follows
        assert_eq!(passed, RelocationStage::ALL[1..]);
        assert_eq!(relocation.stage, RelocationStage::FIRST);
        let left = (1..RelocationStage::ALL.len()).map(|_| relocation.went(0, true));
        assert!(left.into_iter().all(|onward| onward == Onward::Now));
        assert_eq!(relocation.went(0, true), Onward::Done);
    }

    #[test]
    fn what_stays_or_would_be_below_itself_is_no_move() {
        let place = "/420105000000/420105011000/";
        assert_eq!(moved(place, place), None);
        assert_eq!(moved(place, &format!("{place}420105011010/")), None);
        assert!(moved(place, "/420105000000/420105012000/").is_some());
    }
}
