//! Who may do what at all: found once, by a grid of squares, before any search.

use std::collections::HashMap;

use super::model::{Instance, Request};
use super::reasons::personal_exclusion;
use crate::anneal::Candidate;

/// Side of a square, metres.
const SIDE: i32 = 600;

/// Volunteers by square.
struct Grid {
    squares: HashMap<(i32, i32), Vec<u32>>,
    /// Farthest radius, in squares.
    reach: i32,
}

impl Grid {
    fn new(instance: &Instance) -> Self {
        let mut squares: HashMap<(i32, i32), Vec<u32>> = HashMap::new();
        let mut farthest = 0;
        for volunteer in &instance.volunteers {
            let square = (volunteer.x.div_euclid(SIDE), volunteer.y.div_euclid(SIDE));
            squares.entry(square).or_default().push(volunteer.id as u32);
            farthest = farthest.max(volunteer.radius);
        }
        let reach = farthest / SIDE + 1;
        Self { squares, reach }
    }

    /// Volunteers whose radius might reach the request, in no order.
    fn near(&self, request: &Request, out: &mut Vec<u32>) {
        out.clear();
        let (x, y) = (request.x.div_euclid(SIDE), request.y.div_euclid(SIDE));
        let around = i64::from(2 * self.reach + 1).pow(2);
        if around > self.squares.len() as i64 {
            for (square, volunteers) in &self.squares {
                if (square.0 - x).abs() <= self.reach && (square.1 - y).abs() <= self.reach {
                    out.extend_from_slice(volunteers);
                }
            }
        } else {
            for dx in -self.reach..=self.reach {
                for dy in -self.reach..=self.reach {
                    if let Some(volunteers) = self.squares.get(&(x + dx, y + dy)) {
                        out.extend_from_slice(volunteers);
                    }
                }
            }
        }
    }
}

/// A volunteer made ready for many comparisons.
struct Ready {
    x: i32,
    y: i32,
    radius_squared: i64,
    skills: u64,
}

fn bit(skill: u32) -> u64 {
    1 << (skill % 64)
}

/// Candidates of every position, cheapest first; positions are counted through all requests.
pub(super) fn find(instance: &Instance) -> Vec<Vec<Candidate>> {
    let grid = Grid::new(instance);
    let ready: Vec<Ready> = instance
        .volunteers
        .iter()
        .map(|volunteer| Ready {
            x: volunteer.x,
            y: volunteer.y,
            // rounded down, a distance is at most the radius while the true one is below one more
            radius_squared: (i64::from(volunteer.radius) + 1).pow(2),
            skills: volunteer.skills.iter().fold(0, |mask, s| mask | bit(*s)),
        })
        .collect();
    let (mut near, mut within) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    for request in &instance.requests {
        grid.near(request, &mut near);
        within.clear();
        within.extend(near.iter().copied().filter(|volunteer| {
            let there = &ready[*volunteer as usize];
            let (dx, dy) = (
                i64::from(request.x - there.x),
                i64::from(request.y - there.y),
            );
            dx * dx + dy * dy < there.radius_squared
        }));
        let free: Vec<(u32, u32)> = within
            .iter()
            .map(|volunteer| (*volunteer, free_slots(instance, request, *volunteer)))
            .filter(|(_, slots)| *slots != 0)
            .collect();
        for (index, position) in request.positions.iter().enumerate() {
            let needs = position.skills.iter().fold(0, |mask, s| mask | bit(*s));
            let mut found = Vec::new();
            for &(person, slots) in &free {
                if ready[person as usize].skills & needs != needs {
                    continue;
                }
                let volunteer = &instance.volunteers[person as usize];
                if personal_exclusion(request, index, volunteer).is_none() {
                    let cost = instance.personal_cost(request, volunteer) as i32;
                    found.push(Candidate {
                        person,
                        cost,
                        slots,
                    });
                }
            }
            // a full order: what came from a hash map had none
            found.sort_unstable_by_key(|candidate| {
                (i64::from(candidate.cost) << 32) | i64::from(candidate.person)
            });
            all.push(found);
        }
    }
    all
}

/// Bits of the slots within the volunteer's windows.
fn free_slots(instance: &Instance, request: &Request, volunteer: u32) -> u32 {
    let windows = &instance.volunteers[volunteer as usize].windows;
    let mut mask = 0;
    for (slot, start) in request.slots.iter().enumerate() {
        let end = start + request.duration;
        if windows
            .iter()
            .any(|(from, until)| from <= start && end <= *until)
        {
            mask |= 1 << slot;
        }
    }
    mask
}
