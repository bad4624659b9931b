//! Independence of rows and columns of a table of counts.

use super::ChiSquared;

/// Expected count that every cell has after pooling.
const SMALL: f64 = 5.0;

/// Pearson's χ² of independence in a table of counts.
///
/// ```text
/// χ² = Σ (O_rc − E_rc)² / E_rc        E_rc = O_r· O_·c / O_··        (rows − 1)(columns − 1) degrees of freedom
/// ```
///
/// Empty rows and columns drop out. Then the columns with the smallest totals are pooled until the largest row
/// expects five in each, and the rows with the smallest totals until every cell expects five: which lines are pooled
/// depends on the totals alone. Short rows count as filled up with zeros.
pub fn independence(table: &[Vec<u64>]) -> ChiSquared {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let rows: Vec<u64> = table.iter().map(|row| row.iter().sum()).collect();
    let columns: Vec<u64> = (0..width)
        .map(|c| table.iter().filter_map(|row| row.get(c)).sum())
        .collect();
    let total = rows.iter().sum::<u64>() as f64;

    let largest_row = rows.iter().max().copied().unwrap_or(0) as f64;
    let columns = pool(&columns, SMALL * total / largest_row);
    let smallest_column = columns.totals.iter().min().copied().unwrap_or(0) as f64;
    let rows = pool(&rows, SMALL * total / smallest_column);

    let mut pooled = vec![vec![0; columns.totals.len()]; rows.totals.len()];
    for (row, &r) in table.iter().zip(&rows.group) {
        for (count, &c) in row.iter().zip(&columns.group) {
            if let (Some(r), Some(c)) = (r, c) {
                pooled[r][c] += count;
            }
        }
    }
    let mut statistic = 0.0;
    for (row, &row_total) in pooled.iter().zip(&rows.totals) {
        for (&count, &column_total) in row.iter().zip(&columns.totals) {
            let expected = row_total as f64 * (column_total as f64 / total);
            statistic += (count as f64 - expected).powi(2) / expected;
        }
    }
    let degrees = rows.totals.len().saturating_sub(1) * columns.totals.len().saturating_sub(1);
    ChiSquared::new(statistic, degrees)
}

/// Lines of a table after pooling.
struct Lines {
    /// The line that each line went to; none if it was empty.
    group: Vec<Option<usize>>,
    totals: Vec<u64>,
}

/// Joins the smallest lines until every total is at least `least`; what is left over joins the last that was made.
fn pool(totals: &[u64], least: f64) -> Lines {
    let mut order: Vec<usize> = (0..totals.len()).filter(|&line| totals[line] > 0).collect();
    order.sort_by_key(|&line| totals[line]);
    let mut lines = Lines {
        group: vec![None; totals.len()],
        totals: Vec::new(),
    };
    let mut open = 0;
    for &line in &order {
        lines.group[line] = Some(lines.totals.len());
        open += totals[line];
        if open as f64 >= least {
            lines.totals.push(open);
            open = 0;
        }
    }
    if open > 0 {
        match lines.totals.last_mut() {
            Some(last) => *last += open,
            None => lines.totals.push(open),
        }
        let last = lines.totals.len() - 1;
        for group in lines.group.iter_mut().flatten() {
            *group = (*group).min(last);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use logsum_draws::Seed;
    use rand::RngExt;

    use super::super::testing::honest;
    use super::independence;

    #[test]
    fn four_cells_by_hand() {
        // Expected 15, 15, 35, 35: 25 (2/15 + 2/35).
        let found = independence(&[vec![20, 10], vec![30, 40]]);
        assert!((found.statistic - 25.0 * (2.0 / 15.0 + 2.0 / 35.0)).abs() < 1e-12);
        assert_eq!(found.degrees, 1);
    }

    /// Hair and eye colour of 592 students (Snee 1974): χ² = 138.29 with nine degrees of freedom.
    #[test]
    fn hair_and_eyes() {
        let found = independence(&[
            vec![68, 20, 15, 5],
            vec![119, 84, 54, 29],
            vec![26, 17, 14, 14],
            vec![7, 94, 10, 16],
        ]);
        assert!((found.statistic - 138.29).abs() < 0.005, "{found:?}");
        assert_eq!(found.degrees, 9);
        assert!((found.p_value / 2.325e-25 - 1.0).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn empty_and_small_lines() {
        let plain = independence(&[vec![20, 10], vec![30, 40]]);
        assert_eq!(independence(&[vec![20, 0, 10], vec![0, 0, 0], vec![30, 0, 40]]), plain);
        assert_eq!(independence(&[vec![20, 10], vec![], vec![30, 40]]), plain);
        // The third row expects two in each column and joins the first.
        assert_eq!(independence(&[vec![17, 9], vec![30, 40], vec![3, 1]]), plain);
        for nothing in [
            vec![],
            vec![vec![]],
            vec![vec![0, 0]],
            vec![vec![5, 5]],
            vec![vec![1, 0], vec![0, 1]],
        ] {
            let found = independence(&nothing);
            assert_eq!((found.degrees, found.p_value), (0, 1.0), "{nothing:?}");
        }
    }

    #[test]
    fn false_alarms_are_as_frequent_as_promised() {
        let mut p_values = Vec::new();
        let mut caught = 0;
        for replication in 0..2000 {
            let mut stream = Seed::new(31).stream(replication);
            let mut tables = [vec![vec![0; 4]; 3], vec![vec![0; 4]; 3]];
            for _ in 0..2000 {
                let (u, v) = (stream.random::<f64>(), stream.random::<f64>());
                let row = (3.0 * u * u) as usize;
                tables[0][row][(4.0 * v) as usize] += 1;
                tables[1][row][(4.0 * (0.8 * v + 0.2 * u)) as usize] += 1;
            }
            p_values.push(independence(&tables[0]).p_value);
            caught += u32::from(independence(&tables[1]).p_value < 0.001);
        }
        honest(&p_values);
        assert!(caught > 1900, "dependence passes {} times of 2000", 2000 - caught);
    }
}
