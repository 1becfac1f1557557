//! Instances and plans as they are written down, and what is refused in them.

use serde::{Deserialize, Serialize};

use crate::read::{self, DEAR, FAR, LATE, MANY, ReadError, within};

/// A week of requests and the volunteers there are (`dispatch/1`). What else a file holds (latitudes,
/// names of skills) is not needed and not read.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Instance {
    /// `dispatch/1`.
    pub format: String,
    /// Name of the instance.
    pub name: String,
    /// Prices.
    pub params: Params,
    /// Volunteers, by their id.
    pub volunteers: Vec<Volunteer>,
    /// Requests, by their id.
    pub requests: Vec<Request>,
}

/// Prices of the objective.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Params {
    /// Walking speed, metres a minute.
    pub walk_m_per_min: i32,
    /// Price of an unfilled position by urgency.
    pub unfilled: Vec<i64>,
    /// Metres that cost 1.
    pub dist_div: i32,
    /// Price of a volunteer of another community.
    pub cross_community: i64,
    /// Price of a disliked category.
    pub dislike: i64,
    /// Price of somebody unknown where the request names known ones.
    pub not_known: i64,
    /// Price of an hour's delay, times the urgency.
    pub late_per_hour: i64,
    /// Price of fairness: times `(recent + n)² - recent²`.
    pub fair: i64,
}

/// A volunteer.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Volunteer {
    /// Index.
    pub id: usize,
    /// Kind of person.
    pub kind: u32,
    /// Metres to the east.
    pub x: i32,
    /// Metres to the north.
    pub y: i32,
    /// Community.
    pub community: u32,
    /// Skills.
    pub skills: Vec<u32>,
    /// Languages.
    pub languages: Vec<u32>,
    /// Free from, until.
    pub windows: Vec<(i32, i32)>,
    /// Most tasks.
    pub max_tasks: u32,
    /// Most minutes.
    pub max_minutes: i32,
    /// Farthest request, metres.
    pub radius: i32,
    /// Recent tasks.
    pub recent: i64,
    /// Disliked categories.
    pub dislikes: Vec<u32>,
}

/// A request: a team at one place and time.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Request {
    /// Index.
    pub id: usize,
    /// Category.
    pub category: u32,
    /// Metres to the east.
    pub x: i32,
    /// Metres to the north.
    pub y: i32,
    /// Community.
    pub community: u32,
    /// Urgency: index into the prices of unfilled positions.
    pub urgency: usize,
    /// Minutes.
    pub duration: i32,
    /// Possible starts.
    pub slots: Vec<i32>,
    /// Language asked for.
    pub language: Option<u32>,
    /// The team.
    pub positions: Vec<Position>,
    /// Volunteers the resident knows.
    pub known: Vec<usize>,
    /// Volunteers who must not come.
    pub excluded: Vec<usize>,
    /// What each volunteer costs here for other reasons than those above, by their id; empty for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<i64>,
}

/// One place in a team.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Position {
    /// Skills asked for.
    pub skills: Vec<u32>,
    /// Kinds of person asked for; empty for any.
    pub kinds: Vec<u32>,
}

/// A plan (`dispatch-sol/1`); positions that are not listed are unfilled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Solution {
    /// `dispatch-sol/1`.
    pub format: String,
    /// Name of the instance.
    #[serde(default)]
    pub instance: String,
    /// Request, position, volunteer, start.
    pub assign: Vec<(usize, usize, usize, i32)>,
}

impl Solution {
    /// Reads a plan.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let solution: Self = read::json(text)?;
        read::format(&solution.format, "dispatch-sol/1")?;
        Ok(solution)
    }
}

/// Most start slots of a request.
const SLOTS: usize = 32;
/// Most positions of a request.
const TEAM: usize = 64;

impl Instance {
    /// Reads an instance and refuses what makes no sense.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let instance: Self = read::json(text)?;
        instance.validate()?;
        Ok(instance)
    }

    /// Refuses values that make no sense; every search takes an instance that passed here.
    pub fn validate(&self) -> Result<(), ReadError> {
        read::format(&self.format, "dispatch/1")?;
        self.params.validate()?;
        for (index, volunteer) in self.volunteers.iter().enumerate() {
            volunteer.validate(index)?;
        }
        for (index, request) in self.requests.iter().enumerate() {
            self.validate_request(index, request)?;
        }
        Ok(())
    }

    fn validate_request(&self, index: usize, request: &Request) -> Result<(), ReadError> {
        let at = |field: &str| format!("/requests/{index}/{field}");
        same_index(request.id, index, || at("id"))?;
        for (field, value) in [("x", request.x), ("y", request.y)] {
            within(i64::from(value), -FAR, FAR, || at(field))?;
        }
        within(i64::from(request.duration), 1, LATE, || at("duration"))?;
        let most = self.params.unfilled.len() as i64 - 1;
        within(request.urgency as i64, 0, most, || at("urgency"))?;
        within(request.slots.len() as i64, 1, SLOTS as i64, || at("slots"))?;
        let team = request.positions.len() as i64;
        within(team, 0, TEAM as i64, || at("positions"))?;
        for (slot, start) in request.slots.iter().enumerate() {
            within(i64::from(*start), 0, LATE, || at(&format!("slots/{slot}")))?;
        }
        if !request.prices.is_empty() && request.prices.len() != self.volunteers.len() {
            let reason = "应为每名志愿者一个价格 (one price for each volunteer)";
            return Err(ReadError::value(at("prices"), reason));
        }
        for (person, price) in request.prices.iter().enumerate() {
            within(*price, 0, DEAR, || at(&format!("prices/{person}")))?;
        }
        for (field, list) in [("known", &request.known), ("excluded", &request.excluded)] {
            if let Some(place) = list.iter().position(|v| *v >= self.volunteers.len()) {
                let reason = format!("没有志愿者 {} (no such volunteer)", list[place]);
                return Err(ReadError::value(at(&format!("{field}/{place}")), reason));
            }
        }
        Ok(())
    }
}

impl Params {
    fn validate(&self) -> Result<(), ReadError> {
        let at = |field: &str| format!("/params/{field}");
        within(i64::from(self.walk_m_per_min), 1, FAR, || {
            at("walk_m_per_min")
        })?;
        within(i64::from(self.dist_div), 1, FAR, || at("dist_div"))?;
        within(self.unfilled.len() as i64, 1, 100, || at("unfilled"))?;
        for (urgency, price) in self.unfilled.iter().enumerate() {
            within(*price, 0, DEAR, || at(&format!("unfilled/{urgency}")))?;
        }
        for (field, price) in [
            ("cross_community", self.cross_community),
            ("dislike", self.dislike),
            ("not_known", self.not_known),
        ] {
            within(price, 0, DEAR, || at(field))?;
        }
        within(self.late_per_hour, 0, 100, || at("late_per_hour"))?;
        within(self.fair, 0, 10_000, || at("fair"))
    }
}

impl Volunteer {
    fn validate(&self, index: usize) -> Result<(), ReadError> {
        let at = |field: &str| format!("/volunteers/{index}/{field}");
        same_index(self.id, index, || at("id"))?;
        for (field, value) in [("x", self.x), ("y", self.y)] {
            within(i64::from(value), -FAR, FAR, || at(field))?;
        }
        within(i64::from(self.max_minutes), 0, LATE, || at("max_minutes"))?;
        within(i64::from(self.radius), 0, 2 * FAR, || at("radius"))?;
        within(self.recent, 0, MANY, || at("recent"))?;
        for (place, (from, until)) in self.windows.iter().enumerate() {
            for bound in [from, until] {
                let pointer = || at(&format!("windows/{place}"));
                within(i64::from(*bound), 0, 2 * LATE, pointer)?;
            }
        }
        Ok(())
    }
}

/// Refuses an id that isn't its place in the list.
pub(crate) fn same_index(
    id: usize,
    index: usize,
    pointer: impl FnOnce() -> String,
) -> Result<(), ReadError> {
    if id == index {
        return Ok(());
    }
    let reason = format!("编号 {id} 应为 {index} (ids are the places in the list)");
    Err(ReadError::value(pointer(), reason))
}
