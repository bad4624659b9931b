//! Which alternative is best under Gumbel noise: utilities compared as they are written, two logarithms for each,
//! against clocks compared, one logarithm for each. Ids are numbers of alternatives; throughput is in draws, on one
//! thread.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use logsum_draws::Seed;
use logsum_simulate::{Experiment, Noise};
use rayon::ThreadPoolBuilder;

const DRAWS: u64 = 1 << 18;
const BLOCK: usize = 512;

fn utilities(n_alternatives: usize) -> Vec<f64> {
    (0..n_alternatives).map(|j| -0.2 * j as f64).collect()
}

/// argmax of V_j + G_j, block by block.
fn literal(utilities: &[f64]) -> Vec<u64> {
    let mut stream = Seed::new(1).stream(0);
    let mut counts = vec![0; utilities.len()];
    let (mut gumbel, mut best, mut winner) = ([0.0; BLOCK], [0.0; BLOCK], [0_u64; BLOCK]);
    for _ in 0..DRAWS as usize / BLOCK {
        best.fill(f64::NEG_INFINITY);
        for (j, utility) in utilities.iter().enumerate() {
            stream.fill_gumbel(&mut gumbel);
            for i in 0..BLOCK {
                let candidate = utility + gumbel[i];
                let better = candidate > best[i];
                best[i] = if better { candidate } else { best[i] };
                winner[i] = if better { j as u64 } else { winner[i] };
            }
        }
        for (j, count) in counts.iter_mut().enumerate() {
            *count += winner.iter().filter(|&&winner| winner == j as u64).count() as u64;
        }
    }
    counts
}

fn gumbel_max(criterion: &mut Criterion) {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let mut group = criterion.benchmark_group("gumbel_max");
    group.sample_size(20);
    group.throughput(Throughput::Elements(DRAWS));
    for n_alternatives in [2, 5, 20] {
        let experiment = Experiment {
            utilities: utilities(n_alternatives),
            temperature: 1.0,
            noise: Noise::Gumbel,
            draws: DRAWS,
            seed: 1,
            top: 0,
        };
        group.bench_function(BenchmarkId::new("literal", n_alternatives), |bencher| {
            bencher.iter(|| literal(black_box(&experiment.utilities)));
        });
        // The whole tally: the largest utility and its moments as well.
        group.bench_function(BenchmarkId::new("race", n_alternatives), |bencher| {
            bencher.iter(|| pool.install(|| black_box(&experiment).run().expect("runs")));
        });
    }
}

criterion_group!(benches, gumbel_max);
criterion_main!(benches);
