//! Linear master over whole rosters: each person takes one, each line of demand is met, missed or
//! exceeded at its price. A primal simplex with a dense inverse; rows are few (days times shifts).

/// A column: price and where it has which coefficient.
#[derive(Debug, Clone)]
struct Column {
    cost: f64,
    entries: Vec<(u32, f64)>,
}

/// The master.
pub(super) struct Master {
    rows: usize,
    columns: Vec<Column>,
    /// Column of each row.
    basis: Vec<usize>,
    /// Where a column stands in the basis.
    in_basis: Vec<bool>,
    inverse: Vec<f64>,
    values: Vec<f64>,
    duals: Vec<f64>,
    entering: Vec<f64>,
    /// Where the next look at the columns begins.
    next: usize,
}

const TINY: f64 = 1e-7;
/// Columns looked at before the best of them enters.
const SCAN: usize = 200;

impl Master {
    /// `demand` has wanted, under and over prices by row; the rows of `people` follow, each of which
    /// wants one roster and pays `missing` for none.
    pub(super) fn new(demand: &[(f64, f64, f64)], people: usize, missing: f64) -> Self {
        let rows = demand.len() + people;
        let mut master = Self {
            rows,
            columns: Vec::new(),
            basis: Vec::new(),
            in_basis: Vec::new(),
            inverse: vec![0.0; rows * rows],
            values: vec![0.0; rows],
            duals: vec![0.0; rows],
            entering: vec![0.0; rows],
            next: 0,
        };
        for row in 0..rows {
            let (wanted, under, over) = demand.get(row).copied().unwrap_or((1.0, missing, missing));
            // tiny differences keep the simplex from going round in circles
            let nudge = 1e-6 * (1.0 + (row * 7919 % 101) as f64 / 101.0);
            master.add(under, vec![(row as u32, 1.0)]);
            master.add(over, vec![(row as u32, -1.0)]);
            let sign = if wanted < 0.0 { -1.0 } else { 1.0 };
            let column = 2 * row + usize::from(wanted < 0.0);
            master.basis.push(column);
            master.in_basis[column] = true;
            master.inverse[row * rows + row] = sign;
            master.values[row] = wanted.abs() + nudge;
        }
        master
    }

    /// Adds a column; its index.
    pub(super) fn add(&mut self, cost: f64, entries: Vec<(u32, f64)>) -> usize {
        self.columns.push(Column { cost, entries });
        self.in_basis.push(false);
        self.columns.len() - 1
    }

    /// Prices of the rows after [`Self::solve`].
    pub(super) fn duals(&self) -> &[f64] {
        &self.duals
    }

    /// Share of each basic column.
    pub(super) fn shares(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.basis.iter().copied().zip(self.values.iter().copied())
    }

    /// Optimises over the columns there are; at most so many pivots.
    pub(super) fn solve(&mut self, pivots: usize) {
        let rows = self.rows;
        self.price_rows();
        for _ in 0..pivots {
            let Some(entering) = self.cheapest() else {
                return;
            };
            self.entering.fill(0.0);
            for row in 0..rows {
                let line = &self.inverse[row * rows..(row + 1) * rows];
                let entries = &self.columns[entering].entries;
                self.entering[row] = entries.iter().map(|(at, by)| line[*at as usize] * by).sum();
            }
            let Some(leaving) = self.leaving() else {
                return;
            };
            self.pivot(entering, leaving);
        }
    }

    /// Row prices from the basis.
    fn price_rows(&mut self) {
        let rows = self.rows;
        self.duals.fill(0.0);
        for (row, column) in self.basis.iter().enumerate() {
            let cost = self.columns[*column].cost;
            if cost != 0.0 {
                let line = &self.inverse[row * rows..(row + 1) * rows];
                for (dual, value) in self.duals.iter_mut().zip(line) {
                    *dual += cost * value;
                }
            }
        }
    }

    /// A column that improves much: the best of the next few hundred that holds one.
    fn cheapest(&mut self) -> Option<usize> {
        let mut best = (-1e-6, None);
        let total = self.columns.len();
        for step in 0..total {
            if step % SCAN == 0 && best.1.is_some() {
                break;
            }
            let index = self.next;
            self.next = if index + 1 == total { 0 } else { index + 1 };
            if self.in_basis[index] {
                continue;
            }
            let column = &self.columns[index];
            let entries = column.entries.iter();
            let worth: f64 = entries.map(|(at, by)| self.duals[*at as usize] * by).sum();
            if column.cost - worth < best.0 {
                best = (column.cost - worth, Some(index));
            }
        }
        best.1
    }

    /// The row whose column gives way first.
    fn leaving(&self) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for row in 0..self.rows {
            let by = self.entering[row];
            if by > TINY {
                let step = self.values[row].max(0.0) / by;
                let better = best.is_none_or(|(known, at)| {
                    step < known - 1e-12 || (step < known + 1e-12 && by > self.entering[at])
                });
                if better {
                    best = Some((step, row));
                }
            }
        }
        best.map(|(_, row)| row)
    }

    fn pivot(&mut self, entering: usize, leaving: usize) {
        let rows = self.rows;
        let by = self.entering[leaving];
        let step = self.values[leaving].max(0.0) / by;
        let line: Vec<f64> = self.inverse[leaving * rows..(leaving + 1) * rows]
            .iter()
            .map(|value| value / by)
            .collect();
        let column = &self.columns[entering];
        let worth: f64 = column
            .entries
            .iter()
            .map(|(at, by)| self.duals[*at as usize] * by)
            .sum();
        let gain = column.cost - worth;
        for row in 0..rows {
            let factor = self.entering[row];
            if row == leaving || factor.abs() < 1e-12 {
                continue;
            }
            self.values[row] -= factor * step;
            let target = &mut self.inverse[row * rows..(row + 1) * rows];
            for (value, pivot) in target.iter_mut().zip(&line) {
                *value -= factor * pivot;
            }
        }
        for (dual, value) in self.duals.iter_mut().zip(&line) {
            *dual += gain * value;
        }
        self.values[leaving] = step;
        self.inverse[leaving * rows..(leaving + 1) * rows].copy_from_slice(&line);
        self.in_basis[self.basis[leaving]] = false;
        self.basis[leaving] = entering;
        self.in_basis[entering] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::Master;

    #[test]
    fn two_people_share_a_day_as_demand_asks() {
        // one is wanted, each may work (cheap for the second) or rest
        let mut master = Master::new(&[(1.0, 100.0, 100.0)], 2, 1000.0);
        let works = [
            master.add(5.0, vec![(0, 1.0), (1, 1.0)]),
            master.add(3.0, vec![(0, 1.0), (2, 1.0)]),
        ];
        master.add(0.0, vec![(1, 1.0)]);
        master.add(0.0, vec![(2, 1.0)]);
        master.solve(100);
        let share = |column| {
            master
                .shares()
                .find(|(at, _)| *at == column)
                .map_or(0.0, |s| s.1)
        };
        assert!(share(works[1]) > 0.99, "{}", share(works[1]));
        assert!(share(works[0]) < 0.01, "{}", share(works[0]));
        assert!(
            (master.duals()[0] - 3.0).abs() < 2.1,
            "{:?}",
            master.duals()
        );
    }
}
