//! The solver's model (`dispatch/1`) of a scene, and what its solution says.
//!
//! Who may take what is worked out here once, by the rules of inviting: tasks of a category ask for the same made-up
//! skill, and name those who must not come. What puts one before another is a price of its own; there are no
//! coordinates, ways are levels of the tree.

use std::collections::{BTreeMap, HashMap};

use solver::dispatch::{Instance, Params, Position, Request, Solution, Volunteer as Worker, solve};
use solver::{Effort, Observer};

use super::scene::{DispatchScene, Helper, Job};
use super::{Chosen, Dispatch, DispatchObstacle, Unassigned};
use crate::domain::plan::{MOST_RECENT, Planless};
use crate::domain::standing::Reason;

/// What keeps everybody from the tasks of one category.
type Personal = Vec<Vec<DispatchObstacle>>;

struct Model {
    instance: Instance,
    /// By category, in the order of its made-up skill.
    personal: Vec<Personal>,
    /// The category of each task.
    classes: Vec<usize>,
}

/// Makes a plan of a scene, unless nobody watches it to its end.
pub(crate) fn plan_dispatch(
    scene: &DispatchScene,
    effort: Effort,
    observer: &mut dyn Observer,
) -> Result<Dispatch, Planless> {
    if scene.jobs.is_empty() {
        return Err(Planless::Nothing);
    }
    let model = Model::of(scene);
    model.instance.validate().map_err(Planless::Refused)?;
    let outcome = solve(&model.instance, effort, observer);
    if observer.cancelled() {
        return Err(Planless::Nothing);
    }
    Ok(settle(scene, &model, &outcome.solution))
}

/// Half of what a task more costs: the solver squares.
fn fairness(scene: &DispatchScene) -> i64 {
    scene.rules.load.saturating_add(1) / 2
}

/// Services of late and tasks at hand.
fn recent(person: &Helper) -> i64 {
    let record = &person.record;
    i64::from(record.lately.saturating_add(record.held).min(MOST_RECENT))
}

impl Model {
    fn of(scene: &DispatchScene) -> Self {
        let mut known: HashMap<Option<&str>, usize> = HashMap::new();
        let mut personal: Vec<Personal> = Vec::new();
        let mut classes = Vec::with_capacity(scene.jobs.len());
        for job in &scene.jobs {
            let class = *known
                .entry(job.task.category.as_deref())
                .or_insert_with(|| {
                    let weigh = |person| scene.personal_obstacles(job.wanted(), person);
                    personal.push(scene.people.iter().map(weigh).collect());
                    personal.len().saturating_sub(1)
                });
            classes.push(class);
        }
        let each = i32::try_from(scene.rules.each).unwrap_or(i32::MAX);
        let workers = (0..).zip(&scene.people);
        let workers = workers.map(|(id, person)| worker(scene, (id, person), &personal));
        let requests = (0..).zip(scene.jobs.iter().zip(&classes));
        let requests = requests.map(|(id, (job, class))| {
            let barred = (0..)
                .zip(&scene.people)
                .filter(|(_, person)| !scene.obstacles_between(job, person).is_empty());
            let prices = scene.people.iter().map(|person| {
                let reasons = scene.reasons(job, person);
                reasons.iter().map(|(_, price)| price).sum()
            });
            Request {
                id,
                category: 0,
                x: 0,
                y: 0,
                community: 0,
                urgency: 0,
                duration: 1,
                // one person does one after the other
                slots: (0..each).collect(),
                language: None,
                positions: vec![Position {
                    skills: vec![skill(*class)],
                    kinds: Vec::new(),
                }],
                known: Vec::new(),
                excluded: barred.map(|(index, _)| index).collect(),
                prices: prices.collect(),
            }
        });
        let instance = Instance {
            format: "dispatch/1".to_owned(),
            name: "plan".to_owned(),
            params: Params {
                walk_m_per_min: 1,
                unfilled: vec![scene.rules.unassigned],
                dist_div: 1,
                cross_community: 0,
                dislike: 0,
                not_known: 0,
                late_per_hour: 0,
                fair: fairness(scene),
            },
            volunteers: workers.collect(),
            requests: requests.collect(),
        };
        Self {
            instance,
            personal,
            classes,
        }
    }
}

/// Number of the made-up skill of those who may take the tasks of a category.
fn skill(class: usize) -> u32 {
    u32::try_from(class).unwrap_or(u32::MAX)
}

fn worker(scene: &DispatchScene, (id, person): (usize, &Helper), personal: &[Personal]) -> Worker {
    let rules = &scene.rules;
    let room = match rules.at_once {
        0 => rules.each,
        most => most.saturating_sub(person.record.held).min(rules.each),
    };
    let each = i32::try_from(rules.each).unwrap_or(i32::MAX);
    let may = |class: &usize| {
        let of = personal.get(*class).and_then(|all| all.get(id));
        of.is_some_and(Vec::is_empty)
    };
    Worker {
        id,
        kind: 0,
        x: 0,
        y: 0,
        community: 0,
        skills: (0..personal.len()).filter(may).map(skill).collect(),
        languages: Vec::new(),
        windows: vec![(0, each)],
        max_tasks: room,
        max_minutes: each,
        radius: 0,
        recent: recent(person),
        dislikes: Vec::new(),
    }
}

/// Makes the plan of what the search found: the parts add up to the price.
fn settle(scene: &DispatchScene, model: &Model, solution: &Solution) -> Dispatch {
    let holders: HashMap<usize, usize> = solution
        .assign
        .iter()
        .map(|&(request, _, person, _)| (request, person))
        .collect();
    let mut done: HashMap<usize, i64> = HashMap::new();
    let mut found = Dispatch::default();
    for (index, job) in scene.jobs.iter().enumerate() {
        let holder = holders.get(&index);
        let Some((person, who)) = holder.and_then(|id| Some((*id, scene.people.get(*id)?))) else {
            found.price += scene.rules.unassigned;
            found.unassigned.push(explain(scene, model, (index, job)));
            continue;
        };
        let before = done.entry(person).or_insert_with(|| recent(who));
        let load = fairness(scene) * (2 * *before + 1);
        *before += 1;
        let mut costs = vec![(Reason::Load, load)];
        costs.extend(scene.reasons(job, who));
        found.price += costs.iter().map(|(_, price)| price).sum::<i64>();
        found.chosen.push(Chosen {
            task: job.task.id,
            account: who.volunteer.account,
            costs,
        });
    }
    found
}

/// Counts what stands against whom for a task that nobody is asked for.
fn explain(scene: &DispatchScene, model: &Model, (index, job): (usize, &Job)) -> Unassigned {
    let (mut able, mut counted) = (0, BTreeMap::<DispatchObstacle, u32>::new());
    let class = model.classes.get(index);
    let personal = class.and_then(|class| model.personal.get(*class));
    for (person, own) in scene.people.iter().zip(personal.into_iter().flatten()) {
        let mut against = scene.obstacles_between(job, person);
        against.extend(own);
        if against.is_empty() {
            able += 1;
            against.push(DispatchObstacle::Elsewhere);
        }
        for obstacle in against {
            *counted.entry(obstacle).or_default() += 1;
        }
    }
    let mut reasons: Vec<(DispatchObstacle, u32)> = counted.into_iter().collect();
    reasons.sort_by_key(|(obstacle, people)| (std::cmp::Reverse(*people), *obstacle));
    Unassigned {
        task: job.task.id,
        able,
        reasons,
    }
}
