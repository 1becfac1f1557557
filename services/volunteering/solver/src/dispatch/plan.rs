//! A dispatch plan under change.

use super::candidates;
use super::model::{Instance, Solution};
use crate::anneal::{Candidate, EMPTY, Holder, NOBODY, Plan};
use crate::random::Random;
use crate::read::distance;

/// A task of a volunteer.
#[derive(Debug, Clone, Copy)]
struct Task {
    position: u32,
    request: u32,
    start: i32,
    end: i32,
}

/// A request, as the search needs it.
#[derive(Debug, Clone)]
struct Site {
    x: i32,
    y: i32,
    duration: i32,
    first: u32,
    team: u32,
    unfilled: i64,
    starts: Vec<i32>,
    delays: Vec<i64>,
    all_slots: u32,
}

/// A volunteer, as the search needs them.
#[derive(Debug, Clone, Copy)]
struct Person {
    max_tasks: u32,
    max_minutes: i32,
    recent: i64,
}

/// The plan.
pub(super) struct Dispatch {
    sites: Vec<Site>,
    people: Vec<Person>,
    request_of: Vec<u32>,
    candidates: Vec<Vec<Candidate>>,
    floors: Vec<i64>,
    holders: Vec<Holder>,
    filled: Vec<u32>,
    slot: Vec<u8>,
    tasks: Vec<Vec<Task>>,
    minutes: Vec<i32>,
    walk: i32,
    fair: i64,
    /// No way is longer, minutes.
    longest_way: i32,
}

impl Dispatch {
    /// The empty plan.
    pub(super) fn new(instance: &Instance) -> Self {
        let candidates = candidates::find(instance);
        let (mut sites, mut request_of) = (Vec::new(), Vec::new());
        for request in &instance.requests {
            let delays = request.slots.iter();
            sites.push(Site {
                x: request.x,
                y: request.y,
                duration: request.duration,
                first: request_of.len() as u32,
                team: request.positions.len() as u32,
                unfilled: instance.params.unfilled[request.urgency],
                starts: request.slots.clone(),
                delays: delays
                    .map(|start| instance.delay_cost(request, *start))
                    .collect(),
                all_slots: u32::MAX >> (32 - request.slots.len()),
            });
            request_of.extend(request.positions.iter().map(|_| request.id as u32));
        }
        let people = instance.volunteers.iter().map(|volunteer| Person {
            max_tasks: volunteer.max_tasks,
            max_minutes: volunteer.max_minutes,
            recent: volunteer.recent,
        });
        let fair = instance.params.fair;
        let floors = request_of.iter().zip(&candidates).map(|(request, list)| {
            let site = &sites[*request as usize];
            let delay = site.delays.iter().copied().min().unwrap_or(0);
            let cheapest = list.first().map_or(0, |first| i64::from(first.cost));
            cheapest + delay + fair - site.unfilled
        });
        let farthest = instance
            .volunteers
            .iter()
            .map(|volunteer| i64::from(volunteer.radius))
            .max()
            .unwrap_or(0);
        let walk = instance.params.walk_m_per_min;
        let longest_way = 2 * (farthest + 2) / i64::from(walk) + 2;
        Self {
            floors: floors.collect(),
            people: people.collect(),
            holders: vec![EMPTY; request_of.len()],
            filled: vec![0; sites.len()],
            slot: vec![0; sites.len()],
            tasks: vec![Vec::new(); instance.volunteers.len()],
            minutes: vec![0; instance.volunteers.len()],
            walk,
            fair,
            longest_way: longest_way as i32,
            sites,
            request_of,
            candidates,
        }
    }

    /// Objective of the empty plan.
    pub(super) fn empty_objective(&self) -> i64 {
        let price = |request: &u32| self.sites[*request as usize].unfilled;
        self.request_of.iter().map(price).sum()
    }

    /// Positions somebody may take, urgent ones first, then those few may take.
    pub(super) fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.holders.len() as u32)
            .filter(|position| !self.candidates[*position as usize].is_empty())
            .collect();
        order.sort_by_key(|position| {
            let site = &self.sites[self.request_of[*position as usize] as usize];
            let candidates = self.candidates[*position as usize].len();
            (std::cmp::Reverse(site.unfilled), candidates)
        });
        order
    }

    /// The plan in writing.
    pub(super) fn solution(&self, instance: &Instance, holders: &[Holder]) -> Solution {
        let mut assign = Vec::new();
        for (position, holder) in holders.iter().enumerate() {
            if holder.person != NOBODY {
                let request = self.request_of[position] as usize;
                let site = &self.sites[request];
                let place = position - site.first as usize;
                let start = site.starts[usize::from(holder.slot)];
                assign.push((request, place, holder.person as usize, start));
            }
        }
        Solution {
            format: "dispatch-sol/1".into(),
            instance: instance.name.clone(),
            assign,
        }
    }

    /// How many volunteers there are.
    pub(super) fn volunteers(&self) -> usize {
        self.people.len()
    }

    /// Request of a position.
    pub(super) fn request(&self, position: usize) -> u32 {
        self.request_of[position]
    }

    /// Slots of a request with start, end and the price of the delay.
    pub(super) fn slots(&self, request: u32) -> impl Iterator<Item = (usize, i32, i32, i64)> + '_ {
        let site = &self.sites[request as usize];
        let starts = site.starts.iter().zip(&site.delays).enumerate();
        starts.map(|(slot, (start, delay))| (slot, *start, *start + site.duration, *delay))
    }

    /// Size of a request's team and the price of each unfilled position.
    pub(super) fn team(&self, request: u32) -> (usize, f64) {
        let site = &self.sites[request as usize];
        (site.team as usize, site.unfilled as f64)
    }

    /// Most tasks, most minutes and recent tasks of a volunteer.
    pub(super) fn person(&self, person: usize) -> (u32, i32, f64) {
        let person = &self.people[person];
        let (tasks, minutes) = (person.max_tasks, person.max_minutes);
        (tasks, minutes, person.recent as f64)
    }

    /// Price of fairness.
    pub(super) fn fair(&self) -> f64 {
        self.fair as f64
    }

    /// Whether the way between two requests takes no longer than `gap` minutes.
    pub(super) fn reaches(&self, a: u32, b: u32, gap: i32) -> bool {
        if gap < 0 || gap >= self.longest_way {
            return gap >= 0;
        }
        let (here, there) = (&self.sites[a as usize], &self.sites[b as usize]);
        distance(here.x, here.y, there.x, there.y) <= gap * self.walk
    }

    #[inline]
    fn clash(&self, request: usize, start: i32, end: i32, task: &Task) -> bool {
        let gap = if start <= task.start {
            task.start - end
        } else {
            start - task.end
        };
        if gap < 0 {
            return true;
        }
        if gap >= self.longest_way {
            return false;
        }
        let (here, there) = (&self.sites[request], &self.sites[task.request as usize]);
        distance(here.x, here.y, there.x, there.y) > gap * self.walk
    }
}

impl Plan for Dispatch {
    fn len(&self) -> usize {
        self.holders.len()
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
    fn open_slots(&self, position: usize) -> u32 {
        let request = self.request_of[position] as usize;
        let here = u32::from(self.holders[position].person != NOBODY);
        if self.filled[request] > here {
            1 << self.slot[request]
        } else {
            self.sites[request].all_slots
        }
    }

    #[inline]
    fn fits(&self, position: usize, slot: u8, person: u32) -> bool {
        let (request, who) = (self.request_of[position] as usize, person as usize);
        let (site, tasks) = (&self.sites[request], &self.tasks[who]);
        if tasks.len() >= self.people[who].max_tasks as usize
            || self.minutes[who] + site.duration > self.people[who].max_minutes
        {
            return false;
        }
        let start = site.starts[usize::from(slot)];
        let end = start + site.duration;
        !tasks
            .iter()
            .any(|task| task.request as usize == request || self.clash(request, start, end, task))
    }

    fn conflicts(
        &self,
        position: usize,
        slot: u8,
        person: u32,
        random: &mut Random,
        out: &mut Vec<u32>,
    ) -> bool {
        let (request, who) = (self.request_of[position] as usize, person as usize);
        let (site, tasks) = (&self.sites[request], &self.tasks[who]);
        let (limit, most) = (self.people[who].max_tasks, self.people[who].max_minutes);
        if limit == 0 || site.duration > most {
            return false;
        }
        if self.filled[request] > 0 && self.slot[request] != slot {
            for other in site.first..site.first + site.team {
                if self.holders[other as usize].person != NOBODY {
                    out.push(other);
                }
            }
        }
        let start = site.starts[usize::from(slot)];
        let end = start + site.duration;
        let (mut left, mut minutes) = (tasks.len() as u32, self.minutes[who]);
        for task in tasks {
            if task.request as usize == request || self.clash(request, start, end, task) {
                if !out.contains(&task.position) {
                    out.push(task.position);
                }
                left -= 1;
                minutes -= task.end - task.start;
            }
        }
        while left >= limit || minutes + site.duration > most {
            let offset = random.below(tasks.len());
            let next = (0..tasks.len())
                .map(|index| &tasks[(index + offset) % tasks.len()])
                .find(|task| !out.contains(&task.position));
            let Some(task) = next else { return false };
            out.push(task.position);
            left -= 1;
            minutes -= task.end - task.start;
        }
        true
    }

    #[inline]
    fn price(&self, position: usize, holder: Holder) -> i64 {
        let site = &self.sites[self.request_of[position] as usize];
        let who = holder.person as usize;
        let done = self.people[who].recent + self.tasks[who].len() as i64;
        i64::from(holder.cost) + site.delays[usize::from(holder.slot)] + self.fair * (2 * done + 1)
            - site.unfilled
    }

    fn insert(&mut self, position: usize, holder: Holder) -> i64 {
        let price = self.price(position, holder);
        let (request, who) = (self.request_of[position], holder.person as usize);
        let site = &self.sites[request as usize];
        let start = site.starts[usize::from(holder.slot)];
        self.tasks[who].push(Task {
            position: position as u32,
            request,
            start,
            end: start + site.duration,
        });
        self.minutes[who] += site.duration;
        self.filled[request as usize] += 1;
        self.slot[request as usize] = holder.slot;
        self.holders[position] = holder;
        price
    }

    fn remove(&mut self, position: usize) -> i64 {
        let holder = self.holders[position];
        let who = holder.person as usize;
        let request = self.request_of[position] as usize;
        let tasks = &mut self.tasks[who];
        let index = tasks
            .iter()
            .position(|task| task.position as usize == position);
        if let Some(index) = index {
            tasks.swap_remove(index);
        }
        self.minutes[who] -= self.sites[request].duration;
        self.filled[request] -= 1;
        self.holders[position] = EMPTY;
        -self.price(position, holder)
    }

    #[inline]
    fn floor(&self, position: usize) -> i64 {
        self.floors[position]
    }
}
