//! Hides small counts, and as many others as it takes that none can be worked out by subtraction (主抑制与补充抑制).

/// A number of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// It is to be published.
    Published(u64),
    /// Nobody is told it anyhow.
    Untold(u64),
}

/// Says which numbers to hide. `lines` are those that add up, the sum among them: who knows all but one of a line knows
/// that one.
///
/// Small is from 1 to below `least`: that there was nothing points at nobody. Of a line with a single hidden number the
/// smallest other one that isn't 0 goes too, the first of equals, so the same table always hides the same.
#[must_use]
pub fn hidden(cells: &[Cell], lines: &[Vec<usize>], least: u64) -> Vec<bool> {
    let value = |place: usize| match cells.get(place) {
        Some(Cell::Published(value) | Cell::Untold(value)) => *value,
        None => 0,
    };
    let mut hides: Vec<bool> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Published(value) => (1..least).contains(value),
            Cell::Untold(value) => *value > 0,
        })
        .collect();
    loop {
        let mut more = false;
        for line in lines {
            let is_hidden = |place: &&usize| hides.get(**place).copied().unwrap_or(false);
            if line.iter().filter(is_hidden).count() != 1 {
                continue;
            }
            let shown = line.iter().filter(|place| !is_hidden(place));
            // a 0 beside a single hidden number protects nothing, but is all there is
            let chosen = shown.min_by_key(|place| (value(**place) == 0, value(**place), **place));
            if let Some(flag) = chosen.and_then(|place| hides.get_mut(*place)) {
                *flag = true;
                more = true;
            }
        }
        if !more {
            return hides;
        }
    }
}
