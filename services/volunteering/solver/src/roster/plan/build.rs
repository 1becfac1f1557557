//! How a roster begins: positions, who may take them, and what a published plan says of them.

use super::{Base, Date, Person, Place, Roster};
use crate::anneal::{Candidate, EMPTY, Holder, Plan};
use crate::roster::model::{DAY, Instance, Repair, WEEK};
use crate::roster::reasons::is_free;

/// Bits of skills; more than 64 share them, so that it only excludes.
fn mask(skills: &[u32]) -> u64 {
    skills
        .iter()
        .fold(0, |mask, skill| mask | 1 << (skill % 64))
}

impl Roster {
    /// The empty plan.
    pub(in crate::roster) fn new(instance: &Instance, repair: Option<&Repair>) -> Self {
        let mut places = Vec::new();
        let mut blocks: Vec<Vec<Vec<u32>>> = instance
            .series
            .iter()
            .map(|series| vec![Vec::new(); series.positions.len()])
            .collect();
        for shift in &instance.shifts {
            let series = &instance.series[shift.series];
            let first = places.len() as u32;
            let date = Date {
                shift: shift.id as u32,
                start: shift.start,
                end: shift.end,
                day: (shift.start / DAY) as u32,
                week: (shift.start / WEEK) as u32,
            };
            for (index, block) in blocks[shift.series].iter_mut().enumerate() {
                block.push(places.len() as u32);
                places.push(Place {
                    date,
                    series: shift.series as u32,
                    index: index as u32,
                    first,
                    team: series.positions.len() as u32,
                    unfilled: instance.params.unfilled[series.priority],
                    base: repair.map_or(Base::Free, |_| Base::Empty),
                    locked: repair.is_some_and(|repair| shift.start < repair.frozen_before),
                });
            }
        }
        let mut plan = Self::of_places(instance, repair, places, blocks);
        plan.apply_base(instance, repair);
        plan.find_candidates(instance, repair);
        plan
    }

    fn of_places(
        instance: &Instance,
        repair: Option<&Repair>,
        places: Vec<Place>,
        blocks: Vec<Vec<Vec<u32>>>,
    ) -> Self {
        let days = places.iter().map(|place| place.date.day as usize + 1).max();
        let (days, volunteers) = (days.unwrap_or(1), instance.volunteers.len());
        let weeks = days.div_ceil(7);
        let mut people: Vec<Person> = instance
            .volunteers
            .iter()
            .map(|volunteer| Person {
                recent: volunteer.recent,
                week_shifts: volunteer.max_shifts_week,
                week_minutes: volunteer.max_minutes_week,
                days: volunteer.max_consecutive_days,
                avoid: Vec::new(),
            })
            .collect();
        for (a, b) in &instance.avoid {
            people[*a].avoid.push(*b as u32);
            people[*b].avoid.push(*a as u32);
        }
        Self {
            people,
            candidates: Vec::new(),
            floors: Vec::new(),
            holders: vec![EMPTY; places.len()],
            tasks: vec![Vec::new(); volunteers],
            day_shifts: vec![0; volunteers * days],
            week_load: vec![(0, 0); volunteers * weeks],
            faces: vec![Vec::new(); instance.series.len()],
            blocks,
            days,
            weeks,
            rest: instance.params.min_rest,
            fair: instance.params.fair,
            new_face: instance.params.new_face,
            change: repair.map_or(0, |repair| repair.change),
            places,
        }
    }

    fn apply_base(&mut self, instance: &Instance, repair: Option<&Repair>) {
        let Some(repair) = repair else { return };
        for (position, shift, volunteer) in self.base_positions(instance, repair) {
            let cancelled = repair.cancels(volunteer, &instance.shifts[shift]);
            self.places[position].base = if cancelled {
                Base::Free
            } else {
                Base::Person(volunteer as u32)
            };
        }
    }

    /// Positions of the published plan, with shift and volunteer.
    fn base_positions(&self, instance: &Instance, repair: &Repair) -> Vec<(usize, usize, usize)> {
        let mut first = vec![0; instance.shifts.len()];
        for (position, place) in self.places.iter().enumerate().rev() {
            first[place.date.shift as usize] = position;
        }
        let base = repair.base.iter();
        base.map(|&(shift, index, volunteer)| (first[shift] + index, shift, volunteer))
            .collect()
    }

    fn find_candidates(&mut self, instance: &Instance, repair: Option<&Repair>) {
        let skills: Vec<u64> = instance
            .volunteers
            .iter()
            .map(|volunteer| mask(&volunteer.skills))
            .collect();
        let series = instance.series.iter().flat_map(|series| &series.positions);
        let people = instance
            .volunteers
            .iter()
            .map(|volunteer| &volunteer.skills);
        // otherwise the bits say it all
        let shared_bits = series.chain(people).flatten().any(|skill| *skill >= 64);
        let mut free: Vec<Candidate> = Vec::new();
        let mut of_shift = None;
        for place in &self.places {
            let shift = &instance.shifts[place.date.shift as usize];
            if of_shift != Some(shift.id) {
                of_shift = Some(shift.id);
                free.clear();
                let team = place.first as usize..(place.first + place.team) as usize;
                let team = &self.places[team];
                let positions = instance.series[shift.series].positions.iter();
                let needs: Vec<u64> = positions.map(|needs| mask(needs)).collect();
                for volunteer in &instance.volunteers {
                    // most people can do nothing of it: the cheapest question first
                    let can = |needs: &u64| skills[volunteer.id] & needs == *needs;
                    if !needs.iter().any(can) {
                        continue;
                    }
                    let holds = Base::Person(volunteer.id as u32);
                    if place.locked && !team.iter().any(|other| other.base == holds) {
                        continue;
                    }
                    let cancels = |repair: &Repair| repair.cancels(volunteer.id, shift);
                    if is_free(volunteer, shift) && !repair.is_some_and(cancels) {
                        free.push(Candidate {
                            person: volunteer.id as u32,
                            cost: instance.personal_cost(volunteer, shift) as i32,
                            slots: 1,
                        });
                    }
                }
                free.sort_unstable_by_key(|candidate| {
                    (i64::from(candidate.cost) << 32) | i64::from(candidate.person)
                });
            }
            let index = place.index as usize;
            let needs = mask(&instance.series[shift.series].positions[index]);
            let mut found = free.clone();
            found.retain(|candidate| {
                let person = candidate.person as usize;
                // nobody comes to or goes from what is locked
                let stays = !place.locked || place.base == Base::Person(candidate.person);
                stays
                    && skills[person] & needs == needs
                    && (!shared_bits
                        || instance.skilled(&instance.volunteers[person], shift, index))
            });
            let cheapest = found.first().map_or(0, |first| i64::from(first.cost));
            let change = match place.base {
                Base::Person(_) => -self.change,
                Base::Free | Base::Empty => 0,
            };
            let floor = cheapest + change + self.fair - place.unfilled;
            self.floors.push(floor);
            self.candidates.push(found);
        }
    }

    /// Takes over what of the published plan still stands; what it adds to the objective.
    pub(in crate::roster) fn keep_base(&mut self, instance: &Instance, repair: &Repair) -> i64 {
        let mut added = 0;
        for (position, _, volunteer) in self.base_positions(instance, repair) {
            let person = volunteer as u32;
            let found = self.candidates[position]
                .iter()
                .find(|candidate| candidate.person == person)
                .copied();
            let Some(candidate) = found else { continue };
            if self.places[position].locked || self.fits(position, 0, person) {
                let cost = candidate.cost;
                let holder = Holder {
                    person,
                    cost,
                    slot: 0,
                };
                added += self.insert(position, holder);
            }
        }
        added
    }
}
