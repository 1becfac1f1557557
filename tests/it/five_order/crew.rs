use kernel::Role;
use testkit::Caller;

use crate::world::{COMPOUND, DISTRICT, World};

/// The people of a compound that a five-order request needs.
pub(crate) struct Crew {
    pub(crate) requester: Caller,
    /// Neighbours who may be drawn to judge.
    pub(crate) residents: Vec<Caller>,
    pub(crate) dispatcher: Caller,
    pub(crate) volunteer: Caller,
    /// Works for the district.
    pub(crate) staff: Caller,
}

impl Crew {
    /// Makes the people, known to all services.
    pub(crate) async fn in_compound(world: &World) -> Self {
        let crew = Self {
            requester: world.person(&[(Role::Resident, COMPOUND)]).await,
            residents: world.residents(5).await,
            dispatcher: world.person(&[(Role::CompoundDispatcher, COMPOUND)]).await,
            volunteer: world
                .person(&[(Role::PartyMember, COMPOUND), (Role::Resident, COMPOUND)])
                .await,
            staff: world.person(&[(Role::DistrictOperator, DISTRICT)]).await,
        };
        world.settled().await;
        crew
    }

    /// Whoever may be asked to judge: the requester and the residents.
    pub(crate) fn neighbours(&self) -> Vec<&Caller> {
        std::iter::once(&self.requester)
            .chain(&self.residents)
            .collect()
    }

    /// Everybody.
    pub(crate) fn all(&self) -> Vec<&Caller> {
        let others = [&self.dispatcher, &self.volunteer, &self.staff];
        self.neighbours().into_iter().chain(others).collect()
    }
}
