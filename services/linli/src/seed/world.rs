//! The demo's organisations and people, read from `demo/world.toml`.

use anyhow::Context;
use contracts::registry::OrgKind;
use kernel::Role;
use serde::Deserialize;

use super::passwords;
use crate::client::DemoAccount;

const WORLD: &str = include_str!("../../demo/world.toml");

/// District of the demo.
pub(super) const DISTRICT: &str = "420105000000";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    organisations: Vec<Organisation>,
    departments: Vec<Department>,
    people: Vec<People>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: OrgKind,
    pub(super) parent: String,
}

/// A department of the district (职能部门).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Department {
    segment: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    role: Role,
    name: String,
    username: String,
    #[serde(default = "one")]
    count: u32,
    scope: String,
    #[serde(default)]
    also: Vec<Role>,
}

const fn one() -> u32 {
    1
}

impl World {
    pub(super) fn read() -> Result<Self, toml::de::Error> {
        toml::from_str(WORLD)
    }

    /// Organisations, parents before their children.
    pub(super) fn organisations(&self) -> impl Iterator<Item = Organisation> {
        let departments = self.departments.iter().map(|department| Organisation {
            code: format!("{DISTRICT}.{}", department.segment),
            name: department.name.clone(),
            kind: OrgKind::Department,
            parent: DISTRICT.to_owned(),
        });
        self.organisations.iter().cloned().chain(departments)
    }

    /// Plans an account for each part, with passwords drawn now.
    ///
    /// # Errors
    /// The random source does not answer.
    pub(super) fn accounts(&self) -> anyhow::Result<Vec<DemoAccount>> {
        let mut accounts = Vec::new();
        for people in &self.people {
            for number in 1..=people.count {
                accounts.push(people.account(number, passwords::random()?));
            }
        }
        Ok(accounts)
    }

    /// Roles of an account that was planned here.
    ///
    /// # Errors
    /// No part has this role.
    pub(super) fn roles_of(&self, account: &DemoAccount) -> anyhow::Result<Vec<Role>> {
        let role: Role = account.role.parse()?;
        let people = self.people.iter().find(|people| people.role == role);
        let people = people.with_context(|| format!("no part {role}"))?;
        Ok(std::iter::once(role)
            .chain(people.also.iter().copied())
            .collect())
    }
}

impl People {
    fn account(&self, number: u32, password: String) -> DemoAccount {
        let numbered = |text: &str, mark: &str| {
            if self.count == 1 {
                text.to_owned()
            } else {
                format!("{text}{mark}{number}")
            }
        };
        DemoAccount {
            role: self.role.to_string(),
            name: numbered(&self.name, ""),
            username: numbered(&self.username, "-"),
            password,
            scope: self.scope.clone(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::collections::HashSet;

    use kernel::Role;

    use super::World;

    #[test]
    fn the_demo_has_someone_for_every_part() {
        let world = World::read().unwrap();
        let there: HashSet<Role> = world.people.iter().map(|people| people.role).collect();
        let missing: Vec<_> = Role::ALL
            .iter()
            .filter(|role| !there.contains(role))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
