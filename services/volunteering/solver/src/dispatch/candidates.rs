//! Who may do what at all: found once, by a grid of squares, before any search.

use std::collections::HashMap;

use super::model::{Instance, Request};
use super::reasons::personal_exclusion;
use crate::anneal::Candidate;
use crate::profile::{Profile, Span, Wanted};

/// Side of a square, metres.
const SIDE: i32 = 600;

/// A volunteer made ready for many comparisons.
#[derive(Debug, Clone, Copy)]
struct Ready {
    x: i32,
    y: i32,
    radius_squared: i64,
    profile: Profile,
    person: u32,
}

/// Volunteers by square.
struct Grid {
    squares: HashMap<(i32, i32), Vec<Ready>>,
    /// Farthest radius, in squares.
    reach: i32,
}

impl Grid {
    fn new(instance: &Instance) -> Self {
        let mut squares: HashMap<(i32, i32), Vec<Ready>> = HashMap::new();
        let mut farthest = 0;
        for volunteer in &instance.volunteers {
            let square = (volunteer.x.div_euclid(SIDE), volunteer.y.div_euclid(SIDE));
            squares.entry(square).or_default().push(Ready {
                x: volunteer.x,
                y: volunteer.y,
                // rounded down, a distance is at most the radius while the true one is below one more
                radius_squared: (i64::from(volunteer.radius) + 1).pow(2),
                profile: Profile::of(volunteer, std::iter::empty()),
                person: volunteer.id as u32,
            });
            farthest = farthest.max(volunteer.radius);
        }
        let reach = farthest / SIDE + 1;
        Self { squares, reach }
    }

    /// Volunteers whose radius reaches the request and who may do something of it, in no order.
    fn near(&self, request: &Request, wanted: &[Wanted], out: &mut Vec<Ready>) {
        out.clear();
        let spans: Vec<Span> = request
            .slots
            .iter()
            .map(|start| Span::of(request, *start))
            .collect();
        let mut take = |volunteers: &Vec<Ready>| {
            out.extend(volunteers.iter().filter(|there| {
                let (dx, dy) = (
                    i64::from(request.x - there.x),
                    i64::from(request.y - there.y),
                );
                dx * dx + dy * dy < there.radius_squared
                    && wanted.iter().any(|wanted| there.profile.may_be(wanted))
                    && spans.iter().any(|span| there.profile.may_be_free(span))
            }));
        };
        let (x, y) = (request.x.div_euclid(SIDE), request.y.div_euclid(SIDE));
        let around = i64::from(2 * self.reach + 1).pow(2);
        if around > self.squares.len() as i64 {
            for (square, volunteers) in &self.squares {
                if (square.0 - x).abs() <= self.reach && (square.1 - y).abs() <= self.reach {
                    take(volunteers);
                }
            }
        } else {
            for dx in -self.reach..=self.reach {
                for dy in -self.reach..=self.reach {
                    if let Some(volunteers) = self.squares.get(&(x + dx, y + dy)) {
                        take(volunteers);
                    }
                }
            }
        }
    }
}

/// Candidates of every position, cheapest first; positions are counted through all requests.
pub(super) fn find(instance: &Instance) -> Vec<Vec<Candidate>> {
    let grid = Grid::new(instance);
    let (mut near, mut free) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    let mut wanted: Vec<Wanted> = Vec::new();
    for request in &instance.requests {
        wanted.clear();
        let positions = request.positions.iter();
        wanted.extend(positions.map(|position| Wanted::by(request, position)));
        grid.near(request, &wanted, &mut near);
        free.clear();
        for there in &near {
            let slots = free_slots(instance, request, there.person);
            if slots != 0 {
                free.push((*there, slots));
            }
        }
        for (index, wanted) in wanted.iter().enumerate() {
            let mut found = Vec::new();
            for &(there, slots) in &free {
                if !there.profile.may_be(wanted) {
                    continue;
                }
                let volunteer = &instance.volunteers[there.person as usize];
                if personal_exclusion(request, index, volunteer).is_none() {
                    found.push(Candidate {
                        person: there.person,
                        cost: instance.personal_cost(request, volunteer) as i32,
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
