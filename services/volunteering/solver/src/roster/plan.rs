//! A roster under change.

mod build;

use super::model::{Instance, Solution};
use crate::anneal::{Candidate, EMPTY, Holder, NOBODY, Plan};
use crate::random::Random;

/// A shift of a volunteer.
#[derive(Debug, Clone, Copy)]
struct Task {
    position: u32,
    date: Date,
}

/// When a shift is.
#[derive(Debug, Clone, Copy)]
struct Date {
    shift: u32,
    start: i32,
    end: i32,
    day: u32,
    week: u32,
}

/// A position of a shift.
#[derive(Debug, Clone, Copy)]
struct Place {
    date: Date,
    series: u32,
    /// Its place in the team.
    index: u32,
    /// First position of the shift, and how many it has.
    first: u32,
    team: u32,
    unfilled: i64,
    base: Base,
    locked: bool,
}

/// Who stood on a position before a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// Whoever takes it changes nothing.
    Free,
    /// Nobody did.
    Empty,
    /// They did, and could still.
    Person(u32),
}

/// A volunteer, as the search needs them.
#[derive(Debug, Clone)]
struct Person {
    recent: i64,
    week_shifts: u32,
    week_minutes: i32,
    days: u32,
    avoid: Vec<u32>,
}

/// The plan.
pub(super) struct Roster {
    places: Vec<Place>,
    people: Vec<Person>,
    candidates: Vec<Vec<Candidate>>,
    floors: Vec<i64>,
    holders: Vec<Holder>,
    tasks: Vec<Vec<Task>>,
    /// Shifts of a person on a day: `person * days + day`.
    day_shifts: Vec<u16>,
    /// Shifts and minutes of a person in a week.
    week_load: Vec<(u32, i32)>,
    /// Persons of a series, with how often.
    faces: Vec<Vec<(u32, u32)>>,
    /// Positions of a series at one place in the team.
    blocks: Vec<Vec<Vec<u32>>>,
    days: usize,
    weeks: usize,
    rest: i32,
    fair: i64,
    new_face: i64,
    change: i64,
}

impl Roster {
    /// Objective of the empty plan.
    pub(super) fn empty_objective(&self) -> i64 {
        let price = |place: &Place| {
            let changed = matches!(place.base, Base::Person(_));
            place.unfilled + if changed { self.change } else { 0 }
        };
        self.places.iter().map(price).sum()
    }

    /// Positions somebody may take, dear ones first, then those few may take.
    pub(super) fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.places.len() as u32)
            .filter(|position| {
                let position = *position as usize;
                !self.places[position].locked && !self.candidates[position].is_empty()
            })
            .collect();
        order.sort_by_key(|position| {
            let position = *position as usize;
            let dear = std::cmp::Reverse(self.places[position].unfilled);
            (dear, self.candidates[position].len())
        });
        order
    }

    /// The plan in writing.
    pub(super) fn solution(&self, instance: &Instance, holders: &[Holder]) -> Solution {
        let mut assign = Vec::new();
        for (place, holder) in self.places.iter().zip(holders) {
            if holder.person != NOBODY {
                let shift = place.date.shift as usize;
                assign.push((shift, place.index as usize, holder.person as usize));
            }
        }
        Solution {
            format: "roster-sol/1".into(),
            instance: instance.name.clone(),
            assign,
        }
    }

    #[inline]
    fn rests(&self, a: Date, b: Date) -> bool {
        a.end + self.rest <= b.start || b.end + self.rest <= a.start
    }

    /// First and last day of the run the person would have with a shift on this day; `without` does
    /// not count.
    fn run(&self, person: usize, day: u32, without: &[u32]) -> (u32, u32) {
        let works = |day: u32| {
            let all = self.day_shifts[person * self.days + day as usize];
            if all == 0 || without.is_empty() {
                return all > 0;
            }
            let gone = self.tasks[person]
                .iter()
                .filter(|task| task.date.day == day && without.contains(&task.position))
                .count();
            usize::from(all) > gone
        };
        let (mut first, mut last) = (day, day);
        while first > 0 && works(first - 1) {
            first -= 1;
        }
        while last as usize + 1 < self.days && works(last + 1) {
            last += 1;
        }
        (first, last)
    }

    fn change_price(&self, position: usize, person: u32) -> i64 {
        match self.places[position].base {
            Base::Empty => self.change,
            Base::Person(base) if base == person => -self.change,
            Base::Free | Base::Person(_) => 0,
        }
    }

    /// Empties further shifts of the person's week until one more fits.
    fn lighten_week(
        &self,
        person: usize,
        date: Date,
        random: &mut Random,
        out: &mut Vec<u32>,
    ) -> bool {
        let limits = &self.people[person];
        let tasks = &self.tasks[person];
        let length = date.end - date.start;
        let (mut shifts, mut minutes) = self.week_load[person * self.weeks + date.week as usize];
        for task in tasks {
            if task.date.week == date.week && out.contains(&task.position) {
                shifts -= 1;
                minutes -= task.date.end - task.date.start;
            }
        }
        while shifts >= limits.week_shifts || minutes + length > limits.week_minutes {
            if tasks.is_empty() {
                return false;
            }
            let offset = random.below(tasks.len());
            let next = (0..tasks.len())
                .map(|index| &tasks[(index + offset) % tasks.len()])
                .find(|task| task.date.week == date.week && !out.contains(&task.position));
            let Some(task) = next else { return false };
            out.push(task.position);
            shifts -= 1;
            minutes -= task.date.end - task.date.start;
        }
        true
    }

    /// Empties days around the date until the run of days is short enough.
    fn shorten_run(&self, person: usize, date: Date, random: &mut Random, out: &mut Vec<u32>) {
        let most = self.people[person].days;
        if most == 0 {
            for task in &self.tasks[person] {
                if task.date.day != date.day && !out.contains(&task.position) {
                    out.push(task.position);
                }
            }
            return;
        }
        loop {
            let (first, last) = self.run(person, date.day, out);
            if last - first < most {
                return;
            }
            let mut day = first + random.below((last - first) as usize) as u32;
            if day >= date.day {
                day += 1;
            }
            for task in &self.tasks[person] {
                if task.date.day == day && !out.contains(&task.position) {
                    out.push(task.position);
                }
            }
        }
    }
}

impl Plan for Roster {
    fn len(&self) -> usize {
        self.places.len()
    }

    #[inline]
    fn holder(&self, position: usize) -> Holder {
        self.holders[position]
    }

    #[inline]
    fn candidates(&self, position: usize) -> &[Candidate] {
        &self.candidates[position]
    }

    #[inline]
    fn open_slots(&self, _position: usize) -> u32 {
        1
    }

    fn fits(&self, position: usize, _slot: u8, person: u32) -> bool {
        let (place, who) = (&self.places[position], person as usize);
        let (date, limits) = (place.date, &self.people[who]);
        let (shifts, minutes) = self.week_load[who * self.weeks + date.week as usize];
        if shifts >= limits.week_shifts || minutes + date.end - date.start > limits.week_minutes {
            return false;
        }
        let tasks = &self.tasks[who];
        if tasks
            .iter()
            .any(|task| task.date.shift == date.shift || !self.rests(task.date, date))
        {
            return false;
        }
        if limits.days == 0 {
            // one working day, but no two
            if tasks.iter().any(|task| task.date.day != date.day) {
                return false;
            }
        } else {
            let (first, last) = self.run(who, date.day, &[]);
            if last - first >= limits.days {
                return false;
            }
        }
        limits.avoid.is_empty()
            || !(place.first..place.first + place.team)
                .any(|other| limits.avoid.contains(&self.holders[other as usize].person))
    }

    fn conflicts(
        &self,
        position: usize,
        _slot: u8,
        person: u32,
        random: &mut Random,
        out: &mut Vec<u32>,
    ) -> bool {
        let (place, who) = (&self.places[position], person as usize);
        let date = place.date;
        for task in &self.tasks[who] {
            if task.date.shift == date.shift || !self.rests(task.date, date) {
                out.push(task.position);
            }
        }
        let avoid = &self.people[who].avoid;
        if !avoid.is_empty() {
            for other in place.first..place.first + place.team {
                if avoid.contains(&self.holders[other as usize].person) {
                    out.push(other);
                }
            }
        }
        if !self.lighten_week(who, date, random, out) {
            return false;
        }
        self.shorten_run(who, date, random, out);
        !out.iter().any(|other| self.places[*other as usize].locked)
    }

    #[inline]
    fn price(&self, position: usize, holder: Holder) -> i64 {
        let (place, who) = (&self.places[position], holder.person as usize);
        let done = self.people[who].recent + self.tasks[who].len() as i64;
        let faces = &self.faces[place.series as usize];
        let new = !faces.iter().any(|(person, _)| *person == holder.person);
        i64::from(holder.cost)
            + self.fair * (2 * done + 1)
            + if new { self.new_face } else { 0 }
            + if self.change == 0 {
                0
            } else {
                self.change_price(position, holder.person)
            }
            - place.unfilled
    }

    fn insert(&mut self, position: usize, holder: Holder) -> i64 {
        let price = self.price(position, holder);
        let (place, who) = (self.places[position], holder.person as usize);
        let date = place.date;
        let faces = &mut self.faces[place.series as usize];
        match faces
            .iter_mut()
            .find(|(person, _)| *person == holder.person)
        {
            Some((_, times)) => *times += 1,
            None => faces.push((holder.person, 1)),
        }
        self.tasks[who].push(Task {
            position: position as u32,
            date,
        });
        self.day_shifts[who * self.days + date.day as usize] += 1;
        let load = &mut self.week_load[who * self.weeks + date.week as usize];
        load.0 += 1;
        load.1 += date.end - date.start;
        self.holders[position] = holder;
        price
    }

    fn remove(&mut self, position: usize) -> i64 {
        let (holder, place) = (self.holders[position], self.places[position]);
        let (who, date) = (holder.person as usize, place.date);
        let faces = &mut self.faces[place.series as usize];
        if let Some(index) = faces
            .iter()
            .position(|(person, _)| *person == holder.person)
        {
            faces[index].1 -= 1;
            if faces[index].1 == 0 {
                faces.swap_remove(index);
            }
        }
        let tasks = &mut self.tasks[who];
        let index = tasks
            .iter()
            .position(|task| task.position as usize == position);
        if let Some(index) = index {
            tasks.swap_remove(index);
        }
        self.day_shifts[who * self.days + date.day as usize] -= 1;
        let load = &mut self.week_load[who * self.weeks + date.week as usize];
        load.0 -= 1;
        load.1 -= date.end - date.start;
        self.holders[position] = EMPTY;
        -self.price(position, holder)
    }

    #[inline]
    fn floor(&self, position: usize) -> i64 {
        self.floors[position]
    }

    fn block(&self, position: usize, out: &mut Vec<u32>) {
        let place = &self.places[position];
        let block = &self.blocks[place.series as usize][place.index as usize];
        out.extend(
            block
                .iter()
                .filter(|other| !self.places[**other as usize].locked),
        );
    }

    fn has_blocks(&self) -> bool {
        true
    }

    fn favourite(&self, position: usize, random: &mut Random) -> Option<u32> {
        let faces = &self.faces[self.places[position].series as usize];
        (!faces.is_empty()).then(|| faces[random.below(faces.len())].0)
    }
}
