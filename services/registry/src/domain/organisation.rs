//! A node of the tree.

use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{OrgCode, OrgId, OrgPath, Timestamp, Uscc, Version};
use serde::{Deserialize, Serialize};

use super::history::{Effective, Ending, Past, Untimely};
use super::kind;
use super::placement::{Misplaced, relocate};

/// An organisation (组织): an area, a compound, a party branch…
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Organisation {
    /// Its id.
    pub(crate) id: OrgId,
    /// Its code, which people know it by.
    pub(crate) code: OrgCode,
    /// Its place in the tree.
    pub(crate) path: OrgPath,
    /// Code of the node above, none for a root.
    pub(crate) parent_code: Option<OrgCode>,
    /// Its kind.
    pub(crate) kind: OrgKind,
    /// Its public name.
    pub(crate) name: String,
    /// Unified social credit code of a legal person.
    pub(crate) uscc: Option<Uscc>,
    /// The party organisation that it answers to, if it is one itself.
    pub(crate) superior_code: Option<OrgCode>,
    /// First day of its present state: name, place, whether it is closed.
    // answers kept under idempotency keys may be older than this
    #[serde(default)]
    pub(crate) since: Date,
    /// First day on which it was no more.
    pub(crate) closed_on: Option<Date>,
    /// Since when it exists.
    pub(crate) valid_from: Timestamp,
    /// Its version.
    pub(crate) version: Version,
    /// When it was entered.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// What a change replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The version before.
    pub(crate) seen: Version,
    /// The state before; none where it began on the same day, for a day has one state.
    pub(crate) past: Option<Past>,
}

/// Why a node does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is closed.
    Closed,
    /// It cannot count from that day.
    Untimely(Untimely),
    /// It cannot be there.
    Misplaced(Misplaced),
}

impl Organisation {
    /// Sets up a node at a place that was found for it.
    pub(crate) fn establish(
        id: OrgId,
        kind: OrgKind,
        name: String,
        code: OrgCode,
        path: OrgPath,
        when: Effective,
    ) -> Self {
        let parent_code = path.parent().and_then(|parent| parent.leaf());
        Self {
            id,
            code,
            path,
            parent_code,
            kind,
            name,
            uscc: None,
            superior_code: None,
            since: when.on,
            closed_on: None,
            valid_from: when.now,
            version: Version::FIRST,
            created_at: when.now,
            updated_at: when.now,
        }
    }

    /// Says whether it has come to its end.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed_on.is_some()
    }

    /// Gives it another name; nothing changes where it has that name already.
    pub(crate) fn rename(
        &mut self,
        name: String,
        when: Effective,
    ) -> Result<Option<Change>, Refused> {
        self.ensure_open()?;
        if self.name == name {
            return Ok(None);
        }
        let change = self.turn(when, Ending::Renamed)?;
        self.name = name;
        Ok(Some(change))
    }

    /// Puts it under another node; nothing changes where it is there already. What lies below it
    /// comes with it: their paths are the caller's to rewrite.
    pub(crate) fn move_under(
        &mut self,
        parent: &Self,
        when: Effective,
    ) -> Result<Option<Change>, Refused> {
        self.ensure_open()?;
        if self.parent_code.as_ref() == Some(&parent.code) {
            return Ok(None);
        }
        let path = relocate(self, parent).map_err(Refused::Misplaced)?;
        let change = self.turn(when, Ending::Moved)?;
        self.path = path;
        self.parent_code = Some(parent.code.clone());
        Ok(Some(change))
    }

    /// Brings it to its end; nothing changes where it is closed already.
    pub(crate) fn close(&mut self, when: Effective) -> Result<Option<Change>, Refused> {
        if self.is_closed() {
            return Ok(None);
        }
        let change = self.turn(when, Ending::Closed)?;
        self.closed_on = Some(when.on);
        Ok(Some(change))
    }

    /// Sets up what is new under the code of a closed node (代码重新启用): the id of the code stays, what
    /// was before stays in its history.
    pub(crate) fn reopen(
        &mut self,
        kind: OrgKind,
        name: String,
        path: OrgPath,
        when: Effective,
    ) -> Result<Change, Refused> {
        // the days between belong to nobody: no past state is left behind
        let change = Change {
            seen: self.turn(when, Ending::Closed)?.seen,
            past: None,
        };
        self.parent_code = path.parent().and_then(|parent| parent.leaf());
        self.kind = kind;
        self.name = name;
        self.path = path;
        self.uscc = None;
        self.superior_code = None;
        self.closed_on = None;
        self.valid_from = when.now;
        Ok(change)
    }

    /// Names the party organisation that it answers to (上级党组织), or none; nothing where that is so
    /// already, the code of the other where it cannot be.
    ///
    /// The party tree is tied to the administrative one at each level: the superior is a wider kind of
    /// party organisation, at this one's area or an area above it.
    pub(crate) fn answer_to(
        &mut self,
        superior: Option<&Self>,
        now: Timestamp,
    ) -> Option<Result<Change, OrgCode>> {
        let code = superior.map(|superior| superior.code.clone());
        if self.superior_code == code {
            return None;
        }
        if let Some(superior) = superior
            && !self.may_answer_to(superior)
        {
            return Some(Err(superior.code.clone()));
        }
        let seen = self.version;
        self.superior_code = code;
        self.version = self.version.next();
        self.updated_at = now;
        Some(Ok(Change { seen, past: None }))
    }

    fn may_answer_to(&self, superior: &Self) -> bool {
        let area = superior.path.parent().unwrap_or_else(OrgPath::root);
        !(self.is_closed() || superior.is_closed())
            && self.code != superior.code
            && kind::superiors_of(self.kind).contains(&superior.kind)
            && area.contains(&self.path)
    }

    /// Says how it was on a day on which its present state counted already; nothing where it was
    /// closed by then.
    pub(crate) fn present(&self, on: Date) -> Option<Past> {
        let counted = on >= self.since && !self.is_closed();
        counted.then(|| self.state(Date::MAX, Ending::Closed))
    }

    fn ensure_open(&self) -> Result<(), Refused> {
        if self.is_closed() {
            return Err(Refused::Closed);
        }
        Ok(())
    }

    /// Ends the present state.
    fn turn(&mut self, when: Effective, ended_by: Ending) -> Result<Change, Refused> {
        if when.on < self.since {
            return Err(Refused::Untimely(Untimely::BeforeCurrent(self.since)));
        }
        let past = (when.on > self.since).then(|| self.state(when.on, ended_by));
        let seen = self.version;
        self.since = when.on;
        self.version = self.version.next();
        self.updated_at = when.now;
        Ok(Change { seen, past })
    }

    fn state(&self, until: Date, ended_by: Ending) -> Past {
        Past {
            code: self.code.clone(),
            since: self.since,
            until,
            kind: self.kind,
            name: self.name.clone(),
            parent_code: self.parent_code.clone(),
            ended_by,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
pub(crate) mod tests {
    use contracts::registry::OrgKind;
    use jiff::civil::date;
    use kernel::{IdSourceExt, OrgPath, SystemIds, Timestamp};

    use super::{Organisation, Refused};
    use crate::domain::history::{Effective, Ending, Untimely};

    /// A day of November 2026.
    pub(crate) fn on(day: i8) -> Effective {
        Effective {
            on: date(2026, 11, day),
            now: Timestamp::from_micros(1_795_305_600_000_000).unwrap(),
        }
    }

    pub(crate) fn organisation(kind: OrgKind, path: &str) -> Organisation {
        let path: OrgPath = path.parse().unwrap();
        let (id, code) = (SystemIds::new().next(), path.leaf().unwrap());
        Organisation::establish(id, kind, "示例".to_owned(), code, path, on(1))
    }

    fn street() -> Organisation {
        organisation(OrgKind::Street, "/420105000000/420105011000/")
    }

    #[test]
    fn only_another_name_makes_a_new_version() {
        let mut node = street();
        assert_eq!(node.rename("示例".to_owned(), on(2)), Ok(None));
        assert_eq!(node.version.get(), 1);
        let change = node.rename("江堤街道".to_owned(), on(2)).unwrap().unwrap();
        assert_eq!(node.version.get(), 2);
        let past = change.past.unwrap();
        assert_eq!(
            (past.name.as_str(), past.ended_by),
            ("示例", Ending::Renamed)
        );
        assert_eq!((past.since, past.until), (on(1).on, on(2).on));
        assert_eq!(node.parent_code.unwrap().as_str(), "420105000000");
    }

    #[test]
    fn a_day_has_one_state_and_history_is_never_rewritten() {
        let mut node = street();
        let same_day = node.rename("甲".to_owned(), on(1)).unwrap().unwrap();
        assert_eq!(same_day.past, None);
        node.rename("乙".to_owned(), on(5)).unwrap();
        let earlier = node.rename("丙".to_owned(), on(4));
        let refused = Refused::Untimely(Untimely::BeforeCurrent(on(5).on));
        assert_eq!(earlier, Err(refused));
        assert_eq!(node.name, "乙");
    }

    #[test]
    fn a_move_keeps_id_and_code() {
        let mut node = street();
        let before = node.clone();
        let other = organisation(OrgKind::District, "/420106000000/");
        let change = node.move_under(&other, on(3)).unwrap().unwrap();
        assert_eq!((node.id, &node.code), (before.id, &before.code));
        assert_eq!(node.path.as_str(), "/420106000000/420105011000/");
        assert_eq!(change.past.unwrap().parent_code, before.parent_code);
        assert_eq!(node.move_under(&other, on(3)), Ok(None));
    }

    #[test]
    fn a_party_organisation_answers_to_a_wider_one_at_its_area_or_above() {
        let now = on(2).now;
        let at = |kind, path: &str| organisation(kind, path);
        let community = "/420105000000/420105011000/420105011010/";
        let mut branch = at(
            OrgKind::PartyBranch,
            &format!("{community}420105011010.DZB1/"),
        );
        let committee = at(
            OrgKind::PartyCommittee,
            &format!("{community}420105011010.DW/"),
        );
        let work = at(
            OrgKind::PartyWorkCommittee,
            "/420105000000/420105011000/420105011000.GW/",
        );
        let elsewhere = at(
            OrgKind::PartyCommittee,
            "/420105000000/420105011000/420105011011/420105011011.DW/",
        );
        let group = at(
            OrgKind::PartyGroup,
            &format!("{community}420105011010.DXZ1/"),
        );
        for good in [&committee, &work] {
            assert!(branch.answer_to(Some(good), now).unwrap().is_ok());
            assert_eq!(branch.answer_to(Some(good), now), None);
        }
        for bad in [&elsewhere, &group, &street()] {
            assert_eq!(
                branch.answer_to(Some(bad), now),
                Some(Err(bad.code.clone()))
            );
        }
        assert!(branch.answer_to(None, now).unwrap().is_ok());
    }

    #[test]
    fn a_closed_node_stays_as_it_is_until_its_code_is_used_again() {
        let mut node = street();
        node.close(on(10)).unwrap().unwrap();
        assert_eq!(node.close(on(11)), Ok(None));
        assert_eq!(node.rename("新".to_owned(), on(12)), Err(Refused::Closed));
        assert_eq!(node.present(on(11).on), None);
        let path = node.path.clone();
        let early = node.reopen(OrgKind::Street, "新".to_owned(), path.clone(), on(9));
        assert!(early.is_err());
        let change = node.reopen(OrgKind::Street, "新".to_owned(), path, on(20));
        assert_eq!(change.unwrap().past, None);
        assert_eq!(node.present(on(19).on), None);
        assert_eq!(node.present(on(20).on).unwrap().name, "新");
    }
}
