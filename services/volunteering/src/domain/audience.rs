//! The set of roles whose holders may take a task.

use std::fmt;
use std::str::FromStr;

use kernel::{Role, RoleError};
use serde::{Deserialize, Serialize};

/// Roles whose holders may take a task (可接单角色), each once, in one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Audience(Vec<Role>);

impl Audience {
    /// Makes an audience.
    pub(crate) fn of(roles: &[Role]) -> Self {
        let mut roles = roles.to_vec();
        roles.sort_unstable_by_key(|role| role.as_str());
        roles.dedup();
        Self(roles)
    }

    /// Returns the roles.
    pub(crate) fn roles(&self) -> &[Role] {
        &self.0
    }

    /// Says whether nobody is meant.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, role) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(role.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Audience {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        let roles: Result<Vec<Role>, RoleError> = text.split(',').map(Role::from_str).collect();
        Ok(Self::of(&roles?))
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
}
