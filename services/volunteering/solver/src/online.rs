//! Online ranking 实时推荐: the best volunteers for one new request, exactly those a scan of all
//! would find. Volunteers lie by squares of the map; a square knows the box around its people, what
//! they can do together and their lowest price, so that most squares are never opened; whoever is in an
//! open one is passed over by their profile, and only who may well do it is looked up.

use std::collections::{BinaryHeap, HashMap};

use crate::dispatch::{Instance, Request, Solution};
use crate::profile::{Profile, Span, Wanted};

/// Side of a square, metres.
const SIDE: i32 = 300;

/// A ranked volunteer; the order is the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Ranked {
    /// Price of the batch objective, plus the volunteer's shadow price.
    pub score: i64,
    /// The volunteer.
    pub volunteer: usize,
}

/// People of a square.
#[derive(Debug, Clone)]
struct Square {
    /// Its column, from west to east.
    column: i32,
    min: (i32, i32),
    max: (i32, i32),
    /// Farthest radius.
    reach: i64,
    /// What they can do together.
    profile: Profile,
    /// Lowest price of anybody, fairness included.
    price: i64,
    people: std::ops::Range<usize>,
}

/// A volunteer, as the ranking needs them.
#[derive(Debug, Clone, Copy)]
struct Person {
    x: i32,
    y: i32,
    radius_squared: i64,
    profile: Profile,
    id: usize,
    /// Minutes there are left.
    minutes: i64,
    /// Fairness of one task more, and the shadow price.
    price: i64,
}

/// Volunteers by squares, with what a plan has them do.
#[derive(Debug)]
pub struct Index<'a> {
    instance: &'a Instance,
    /// From west to east.
    squares: Vec<Square>,
    /// Farthest radius of anybody.
    reach: i32,
    people: Vec<Person>,
    /// Request and start, by volunteer.
    tasks: Vec<Vec<(usize, i32)>>,
    /// Shadow prices, for the scan.
    shadow: Vec<i64>,
}

impl<'a> Index<'a> {
    /// Of a validated instance, a legal plan, and the shadow price of every volunteer: what their time
    /// is worth elsewhere (missing ones are 0).
    #[must_use]
    pub fn new(instance: &'a Instance, plan: &Solution, shadow: &[i64]) -> Self {
        let mut tasks = vec![Vec::new(); instance.volunteers.len()];
        for &(request, _, volunteer, start) in &plan.assign {
            tasks[volunteer].push((request, start));
        }
        let mut by_square: HashMap<(i32, i32), Vec<Person>> = HashMap::new();
        for volunteer in &instance.volunteers {
            let own = &tasks[volunteer.id];
            if own.len() >= volunteer.max_tasks as usize {
                continue;
            }
            let duration = |request: usize| instance.requests[request].duration;
            let busy = own.iter().map(|(request, start)| {
                let end = start.saturating_add(duration(*request));
                (*start, end)
            });
            let minutes = own.iter().map(|(request, _)| i64::from(duration(*request)));
            let done = volunteer.recent + own.len() as i64;
            let shadow = shadow.get(volunteer.id).copied().unwrap_or(0);
            let square = (volunteer.x.div_euclid(SIDE), volunteer.y.div_euclid(SIDE));
            by_square.entry(square).or_default().push(Person {
                x: volunteer.x,
                y: volunteer.y,
                // a distance is rounded down before it is compared
                radius_squared: (i64::from(volunteer.radius) + 1).pow(2),
                profile: Profile::of(volunteer, busy),
                id: volunteer.id,
                minutes: i64::from(volunteer.max_minutes) - minutes.sum::<i64>(),
                price: instance.params.fair * (2 * done + 1) + shadow,
            });
        }
        let mut places: Vec<_> = by_square.into_iter().collect();
        places.sort_unstable_by_key(|(square, _)| *square);
        let (mut squares, mut people) = (Vec::new(), Vec::new());
        for ((column, _), there) in places {
            let from = people.len();
            people.extend(there);
            squares.push(Square::around(instance, &people[from..], (column, from)));
        }
        let radii = instance.volunteers.iter().map(|volunteer| volunteer.radius);
        Self {
            instance,
            squares,
            reach: radii.max().unwrap_or(0) + 1,
            people,
            tasks,
            shadow: shadow.to_vec(),
        }
    }

    /// The best `most` volunteers for a position of a new request at one of its starts.
    #[must_use]
    pub fn rank(&self, request: &Request, position: usize, start: i32, most: usize) -> Vec<Ranked> {
        let Some(asked) = request.positions.get(position) else {
            return Vec::new();
        };
        let (wanted, span) = (Wanted::by(request, asked), Span::of(request, start));
        let minutes = i64::from(request.duration);
        let delay = self.instance.delay_cost(request, start);
        let mut open: Vec<(i64, usize)> = Vec::new();
        let near = self.columns(request);
        for (index, square) in near.clone().zip(&self.squares[near]) {
            if square.profile.may_be(&wanted) && square.profile.may_be_free(&span) {
                let way = square.distance(request);
                if way <= square.reach {
                    let cost = way / i64::from(self.instance.params.dist_div);
                    open.push((cost + square.price + delay, index));
                }
            }
        }
        open.sort_unstable();
        let mut best: BinaryHeap<Ranked> = BinaryHeap::with_capacity(most + 1);
        for (least, square) in open {
            if best.len() == most && best.peek().is_none_or(|last| last.score < least) {
                break;
            }
            for person in &self.people[self.squares[square].people.clone()] {
                let (dx, dy) = (
                    i64::from(request.x - person.x),
                    i64::from(request.y - person.y),
                );
                if person.profile.may_be(&wanted)
                    && dx * dx + dy * dy < person.radius_squared
                    && person.profile.may_be_free(&span)
                    && minutes <= person.minutes
                {
                    self.consider(person, request, position, start, most, &mut best);
                }
            }
        }
        best.into_sorted_vec()
    }

    /// The squares that are not too far to the west or to the east for anybody.
    fn columns(&self, request: &Request) -> std::ops::Range<usize> {
        let (west, east) = (request.x - self.reach, request.x + self.reach);
        let place = |x: i32, of: fn(i32, i32) -> bool| {
            let column = x.div_euclid(SIDE);
            self.squares
                .partition_point(|square| of(square.column, column))
        };
        place(west, |here, column| here < column)..place(east, |here, column| here <= column)
    }

    fn consider(
        &self,
        person: &Person,
        request: &Request,
        position: usize,
        start: i32,
        most: usize,
        best: &mut BinaryHeap<Ranked>,
    ) {
        let volunteer = &self.instance.volunteers[person.id];
        let score = self.instance.personal_cost(request, volunteer)
            + self.instance.delay_cost(request, start)
            + person.price;
        let ranked = Ranked {
            score,
            volunteer: person.id,
        };
        if best.len() == most && best.peek().is_none_or(|last| *last <= ranked) {
            return;
        }
        if self.is_free(request, position, person.id, start) {
            best.push(ranked);
            if best.len() > most {
                best.pop();
            }
        }
    }

    /// Whether the volunteer may and can do the position on top of what they do.
    fn is_free(&self, request: &Request, position: usize, id: usize, start: i32) -> bool {
        let volunteer = &self.instance.volunteers[id];
        let tasks = &self.tasks[id];
        let instance = self.instance;
        let minutes: i64 = tasks
            .iter()
            .map(|(task, _)| i64::from(instance.requests[*task].duration))
            .sum();
        tasks.len() < volunteer.max_tasks as usize
            && minutes + i64::from(request.duration) <= i64::from(volunteer.max_minutes)
            && instance
                .exclusion(request, position, volunteer, start)
                .is_none()
            && !tasks.iter().any(|(task, begins)| {
                instance.clash((request, start), (&instance.requests[*task], *begins))
            })
    }

    /// The same by looking at everybody: what [`Self::rank`] is measured against.
    #[must_use]
    pub fn scan(&self, request: &Request, position: usize, start: i32, most: usize) -> Vec<Ranked> {
        if position >= request.positions.len() {
            return Vec::new();
        }
        let instance = self.instance;
        let free = instance
            .volunteers
            .iter()
            .filter(|volunteer| self.is_free(request, position, volunteer.id, start));
        let mut all: Vec<Ranked> = free
            .map(|volunteer| {
                let done = volunteer.recent + self.tasks[volunteer.id].len() as i64;
                let shadow = self.shadow.get(volunteer.id).copied().unwrap_or(0);
                Ranked {
                    score: instance.personal_cost(request, volunteer)
                        + instance.delay_cost(request, start)
                        + instance.params.fair * (2 * done + 1)
                        + shadow,
                    volunteer: volunteer.id,
                }
            })
            .collect();
        all.sort_unstable();
        all.truncate(most);
        all
    }
}

impl Square {
    fn around(instance: &Instance, people: &[Person], (column, from): (i32, usize)) -> Self {
        let mut square = Self {
            column,
            min: (i32::MAX, i32::MAX),
            max: (i32::MIN, i32::MIN),
            reach: 0,
            profile: Profile::default(),
            price: i64::MAX,
            people: from..from + people.len(),
        };
        for person in people {
            square.min = (square.min.0.min(person.x), square.min.1.min(person.y));
            square.max = (square.max.0.max(person.x), square.max.1.max(person.y));
            let radius = i64::from(instance.volunteers[person.id].radius);
            square.reach = square.reach.max(radius);
            square.profile.join(&person.profile);
            square.price = square.price.min(person.price);
        }
        square
    }

    /// Nobody of the square is nearer, metres rounded down.
    fn distance(&self, request: &Request) -> i64 {
        let away = |at: i32, min: i32, max: i32| i64::from((min - at).max(at - max).max(0));
        let dx = away(request.x, self.min.0, self.max.0);
        let dy = away(request.y, self.min.1, self.max.1);
        ((dx * dx + dy * dy) as f64).sqrt() as i64
    }
}
