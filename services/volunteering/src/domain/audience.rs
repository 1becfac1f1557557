//! Who may take a task: the holders of some roles, and the members of teams of some kinds.

use std::fmt;
use std::str::FromStr;

use kernel::{Role, RoleError};
use serde::{Deserialize, Serialize};

/// Marks a kind of teams where an audience is written.
const TEAM: char = '@';

/// Roles whose holders may take a task (可接单角色), and kinds of teams whose members may (可接单队伍), each once, in one
/// order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Audience {
    roles: Vec<Role>,
    teams: Vec<String>,
}

impl Audience {
    /// Makes an audience of roles alone.
    #[cfg(test)]
    pub(crate) fn of(roles: &[Role]) -> Self {
        Self::with_teams(roles, &[])
    }

    /// Makes an audience; what is no name of a kind is left out.
    pub(crate) fn with_teams(roles: &[Role], teams: &[String]) -> Self {
        let mut roles = roles.to_vec();
        roles.sort_unstable_by_key(|role| role.as_str());
        roles.dedup();
        let is_name = |kind: &&String| {
            let plain = |sign: char| sign.is_ascii_lowercase() || sign == '_';
            (1..=40).contains(&kind.len()) && kind.chars().all(plain)
        };
        let mut teams: Vec<String> = teams.iter().filter(is_name).cloned().collect();
        teams.sort_unstable();
        teams.dedup();
        Self { roles, teams }
    }

    /// Returns the roles.
    pub(crate) fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Returns the kinds of teams.
    pub(crate) fn teams(&self) -> &[String] {
        &self.teams
    }

    /// Says whether nobody is meant.
    pub(crate) fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.teams.is_empty()
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles = self.roles.iter().map(|role| role.as_str().to_owned());
        let teams = self.teams.iter().map(|kind| format!("{TEAM}{kind}"));
        for (index, part) in roles.chain(teams).enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(&part)?;
        }
        Ok(())
    }
}

impl FromStr for Audience {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        let (mut roles, mut teams) = (Vec::new(), Vec::new());
        for part in text.split(',') {
            match part.strip_prefix(TEAM) {
                Some(kind) => teams.push(kind.to_owned()),
                None => roles.push(part.parse()?),
            }
        }
        Ok(Self::with_teams(&roles, &teams))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::Audience;

    #[test]
    fn the_same_roles_are_one_audience() {
        let one = Audience::of(&[Role::Volunteer, Role::PartyMember, Role::Volunteer]);
        let other = Audience::of(&[Role::PartyMember, Role::Volunteer]);
        assert_eq!(one, other);
        assert_eq!(one.to_string(), "party_member,volunteer");
        assert_eq!("volunteer,party_member".parse(), Ok(one));
        assert!("".parse::<Audience>().is_err());
    }

    #[test]
    fn teams_are_written_beside_the_roles() {
        let kinds = ["mediation", "five_elders", "mediation", "no,name", ""];
        let kinds = kinds.map(str::to_owned);
        let both = Audience::with_teams(&[Role::PartyMember], &kinds);
        assert_eq!(both.to_string(), "party_member,@five_elders,@mediation");
        assert_eq!(both.to_string().parse(), Ok(both.clone()));
        assert_ne!(both, Audience::of(&[Role::PartyMember]));
        let teams = Audience::with_teams(&[], &kinds);
        assert_eq!(teams.to_string().parse(), Ok(teams));
    }
}
