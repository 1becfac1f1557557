//! A definition as a picture for people: an SVG with Chinese labels, made without any tool.
//!
//! States stand in rows by how many actions they are away from the first one; what leads on goes down, what leads back
//! goes round on the side. The layout depends on the definition alone, so the same one always gives the same picture.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::definition::Definition;

/// Size of a state's box and the space between rows and boxes.
const BOX: (usize, usize) = (168, 44);
const GAP: (usize, usize) = (56, 64);
const MARGIN: usize = 40;
/// Room on the right for what leads back.
const BACK: usize = 18;

/// Where a state stands: its row, and its place in the row.
type Places<'a> = BTreeMap<&'a str, (usize, usize)>;

/// Draws a definition.
#[must_use]
pub fn svg(definition: &Definition) -> String {
    let edges = edges(definition);
    let rows = rows(definition, &edges);
    let places = places(&rows);
    let widest = rows.iter().map(Vec::len).max().unwrap_or(1);
    let back = edges
        .keys()
        .filter(|(from, to)| is_back(&places, from, to))
        .count();
    let inner = widest * (BOX.0 + GAP.0);
    let width = MARGIN * 2 + inner + back * BACK + BOX.0;
    let height = MARGIN * 3 + rows.len() * (BOX.1 + GAP.1);
    let mut text = String::new();
    // writing to a String cannot fail
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">"
    );
    let title = format!("{} v{}", definition.title.zh, definition.version);
    let _ = writeln!(text, "<title>{}</title>", escaped(&title));
    text.push_str(
        "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#555\"/></marker></defs>\n",
    );
    let _ = writeln!(
        text,
        "<text x=\"{MARGIN}\" y=\"{}\" font-size=\"17\" font-weight=\"bold\">{}</text>",
        MARGIN - 12,
        escaped(&title)
    );
    let mut lane = MARGIN + inner;
    for ((from, to), labels) in &edges {
        if is_back(&places, from, to) {
            lane += BACK;
        }
        draw_edge(&mut text, &places, (from, to), labels, lane);
    }
    for state in &definition.states {
        let Some(place) = places.get(state.name.as_str()) else {
            continue;
        };
        let first = state.name == definition.initial;
        draw_state(
            &mut text,
            corner(*place),
            &state.title.zh,
            (first, state.terminal),
        );
    }
    text.push_str("</svg>\n");
    text
}

/// Lists what leads from one state to another, with the titles of the actions; what stays where it is is left out.
fn edges(definition: &Definition) -> BTreeMap<(&str, &str), Vec<&str>> {
    let mut edges: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for action in &definition.actions {
        for from in &action.from {
            let targets = action.moves().map(|made| made.target(from));
            for to in targets.filter(|to| to != from) {
                let labels = edges.entry((from, to)).or_default();
                if !labels.contains(&action.title.zh.as_str()) {
                    labels.push(&action.title.zh);
                }
            }
        }
    }
    edges
}

/// Puts the states into rows by their distance from the first one; ends come last in their row.
fn rows<'a>(
    definition: &'a Definition,
    edges: &BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
) -> Vec<Vec<&'a str>> {
    let mut rows: Vec<Vec<&str>> = Vec::new();
    let mut seen = BTreeSet::from([definition.initial.as_str()]);
    let mut row = vec![definition.initial.as_str()];
    while !row.is_empty() {
        let mut next = Vec::new();
        // in the order of the file, which tells the main line
        for state in &definition.states {
            let name = state.name.as_str();
            let reached = row.iter().any(|from| edges.contains_key(&(*from, name)));
            if reached && seen.insert(name) {
                next.push(name);
            }
        }
        next.sort_by_key(|name| definition.is_terminal(name));
        rows.push(std::mem::replace(&mut row, next));
    }
    rows
}

fn places<'a>(rows: &[Vec<&'a str>]) -> Places<'a> {
    let mut places = Places::new();
    for (row, names) in rows.iter().enumerate() {
        for (column, name) in names.iter().enumerate() {
            places.insert(name, (row, column));
        }
    }
    places
}

/// Tells whether an edge leads to a row above, or stays in its own.
fn is_back(places: &Places<'_>, from: &str, to: &str) -> bool {
    let row = |name| places.get(name).map(|(row, _)| *row);
    row(to) <= row(from)
}

/// Finds the upper left corner of a box.
fn corner((row, column): (usize, usize)) -> (usize, usize) {
    (
        MARGIN + column * (BOX.0 + GAP.0),
        MARGIN + row * (BOX.1 + GAP.1),
    )
}

fn draw_state(
    text: &mut String,
    (x, y): (usize, usize),
    title: &str,
    (first, terminal): (bool, bool),
) {
    let (fill, line) = match (first, terminal) {
        (true, _) => ("#e8f1fb", 2),
        (_, true) => ("#eeeeee", 3),
        _ => ("#ffffff", 1),
    };
    let _ = writeln!(
        text,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{fill}\" stroke=\"#333\" \
         stroke-width=\"{line}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        BOX.0,
        BOX.1,
        x + BOX.0 / 2,
        y + BOX.1 / 2 + 5,
        escaped(title)
    );
}

fn draw_edge(
    text: &mut String,
    places: &Places<'_>,
    (from, to): (&str, &str),
    labels: &[&str],
    lane: usize,
) {
    let (Some(start), Some(end)) = (places.get(from), places.get(to)) else {
        return;
    };
    let ((x1, y1), (x2, y2)) = (corner(*start), corner(*end));
    let label = escaped(&labels.join("、"));
    let (path, at, anchor) = if is_back(places, from, to) {
        let (out, back) = (y1 + BOX.1 * 2 / 3, y2 + BOX.1 / 3);
        let path = format!("M{} {out}H{lane}V{back}H{}", x1 + BOX.0, x2 + BOX.0);
        let y = usize::midpoint(out, back);
        (path, (lane + 4, y), "start")
    } else {
        let (left, right) = (x1 + BOX.0 / 2, x2 + BOX.0 / 2);
        let (top, bottom) = (y1 + BOX.1, y2);
        let half = usize::midpoint(top, bottom);
        let path = format!("M{left} {top}C{left} {half} {right} {half} {right} {bottom}");
        (path, (right + 4, bottom.saturating_sub(10)), "start")
    };
    let _ = writeln!(
        text,
        "<path d=\"{path}\" fill=\"none\" stroke=\"#777\" marker-end=\"url(#a)\"/><text x=\"{}\" y=\"{}\" \
         text-anchor=\"{anchor}\" font-size=\"11\" fill=\"#333\">{label}</text>",
        at.0, at.1
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
