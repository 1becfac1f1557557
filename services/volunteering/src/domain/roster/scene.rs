//! Everything that is weighed when shifts are planned, or a plan is accepted.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use kernel::{AccountId, Exclusions, SignUpId, TeamId, Timestamp, TypedId, Version};
use uuid::Uuid;

use super::PlanRules;
use crate::domain::activity::{Activity, Shift};
use crate::domain::catalogue::{ServiceKind, SignUpLimits};
use crate::domain::duty::Rotor;
use crate::domain::sign_up::{SignUp, SignUpState, Situation};
use crate::domain::volunteer::Volunteer;

/// A volunteer, with everything they have signed up for around the time.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) volunteer: Volunteer,
    pub(crate) others: Vec<SignUp>,
    pub(crate) exclusions: Exclusions,
}

/// An activity with its kind of service.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) activity: Activity,
    pub(crate) kind: ServiceKind,
}

/// A shift with its list.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) shift: Shift,
    /// Which of the activities it is of.
    pub(crate) activity: usize,
    pub(crate) list: Vec<SignUp>,
}

/// The whole.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) limits: SignUpLimits,
    pub(crate) rules: PlanRules,
    pub(crate) activities: Vec<Held>,
    /// In the order in which they begin.
    pub(crate) openings: Vec<Opening>,
    /// In the order of their accounts.
    pub(crate) people: Vec<Person>,
    /// Members of the teams that the shifts know of.
    pub(crate) teams: HashMap<TeamId, HashSet<AccountId>>,
}

impl Scene {
    fn is_member(&self, team: Option<TeamId>, account: AccountId) -> bool {
        let team = team.and_then(|team| self.teams.get(&team));
        team.is_some_and(|team| team.contains(&account))
    }

    /// Finds a shift and its activity.
    pub(crate) fn opening(&self, opening: usize) -> Option<(&Opening, &Held)> {
        let opening = self.openings.get(opening)?;
        Some((opening, self.activities.get(opening.activity)?))
    }

    /// Finds a person.
    pub(crate) fn find(&self, account: AccountId) -> Option<usize> {
        let people = &self.people;
        let found = people.binary_search_by_key(&account, |person| person.volunteer.account);
        found.ok()
    }

    /// Takes offers that plans made and nobody has answered out of the scene, all or only some, as if they had never
    /// been made. Where others wait for the position, what was offered stays: they would come first.
    pub(crate) fn lift(&mut self, only: Option<&HashSet<SignUpId>>) -> Vec<SignUp> {
        let mut lifted = Vec::new();
        for opening in &mut self.openings {
            let waits = |one: &&SignUp| one.state == SignUpState::Waiting;
            let queues: HashSet<u32> = opening
                .list
                .iter()
                .filter(waits)
                .map(|one| one.position)
                .collect();
            for one in std::mem::take(&mut opening.list) {
                let person = self
                    .people
                    .binary_search_by_key(&one.account, |person| person.volunteer.account);
                let chosen = only.is_none_or(|only| only.contains(&one.id));
                let person = person.ok().and_then(|person| self.people.get_mut(person));
                match person {
                    Some(person)
                        if chosen
                            && one.is_mere_proposal(self.now)
                            && !queues.contains(&one.position) =>
                    {
                        person.others.retain(|other| other.id != one.id);
                        lifted.push(one);
                    }
                    _ => opening.list.push(one),
                }
            }
        }
        lifted
    }

    /// What is weighed about one person and one shift.
    pub(crate) fn situation(&self, opening: usize, person: usize) -> Option<Situation<'_>> {
        let (opening, held) = self.opening(opening)?;
        let person = self.people.get(person)?;
        let activity = &held.activity;
        let account = person.volunteer.account;
        Some(Situation {
            now: self.now,
            zone: &self.zone,
            limits: &self.limits,
            activity,
            kind: &held.kind,
            shift: &opening.shift,
            volunteer: &person.volunteer,
            barred: person.exclusions.bar(None, &[&activity.org_path]),
            in_team: activity.terms.team_only && self.is_member(activity.team, account),
            on_turn: match &opening.shift.on_duty {
                Some(Rotor::Unit(unit)) => unit.contains(&person.volunteer.home),
                Some(Rotor::Team(team)) => self.is_member(Some(*team), account),
                None => false,
            },
            others: &person.others,
            list: &opening.list,
        })
    }

    /// Says whether it is the turn of the person's team (轮值): the duty itself says who comes.
    pub(crate) fn is_on_turn(&self, opening: usize, person: usize) -> bool {
        let team = self.openings.get(opening).and_then(|opening| {
            match opening.shift.on_duty.as_ref()? {
                Rotor::Team(team) => Some(*team),
                Rotor::Unit(_) => None,
            }
        });
        let person = self.people.get(person);
        person.is_some_and(|person| self.is_member(team, person.volunteer.account))
    }

    /// Finds what somebody has on the list of a shift.
    pub(crate) fn own(&self, opening: usize, person: usize) -> Option<&SignUp> {
        let account = self.people.get(person)?.volunteer.account;
        let list = &self.openings.get(opening)?.list;
        list.iter().find(|own| own.account == account)
    }

    /// Gives a place to somebody, as far as everything weighed later is concerned.
    pub(crate) fn take(&mut self, opening: usize, person: usize, sign_up: SignUp) {
        if let Some(opening) = self.openings.get_mut(opening) {
            opening
                .list
                .retain(|other| other.account != sign_up.account);
            opening.list.push(sign_up.clone());
        }
        if let Some(person) = self.people.get_mut(person) {
            person.others.retain(|other| other.shift != sign_up.shift);
            person.others.push(sign_up);
        }
    }

    /// A place as the plan would give it.
    pub(super) fn planned(&self, opening: usize, person: usize, position: u32) -> Option<SignUp> {
        let (opening, held) = self.opening(opening)?;
        Some(SignUp {
            id: SignUpId::from_uuid(Uuid::nil()),
            shift: opening.shift.id,
            activity: held.activity.id,
            account: self.people.get(person)?.volunteer.account,
            position,
            state: SignUpState::Confirmed,
            ticket: 0,
            begins_at: opening.shift.begins_at,
            ends_at: opening.shift.ends_at,
            offer_until: None,
            checked_in_at: None,
            checked_out_at: None,
            appealed: false,
            version: Version::FIRST,
            created_at: self.now,
            updated_at: self.now,
        })
    }
}
