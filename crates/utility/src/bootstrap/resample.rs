//! Resamples: how often everybody is in them.

use logsum_draws::Seed;

/// Branch of the seed that resamples come from: not those of draws of tastes and noise.
const RESAMPLES: u64 = 11;

/// How often each of `n` groups is drawn in n draws with replacement: multinomial counts, of resample `number` alone.
///
/// # Source
/// Efron (1979), *Bootstrap methods: another look at the jackknife*, Annals of Statistics 7(1); of whole clusters Davison and
/// Hinkley (1997), §3.8.
pub(crate) fn multiplicities(seed: u64, number: usize, n: usize) -> Vec<u32> {
    let mut stream = Seed::new(seed).split(RESAMPLES).stream(number as u64);
    let mut times = vec![0; n];
    for _ in 0..n {
        let drawn = (stream.open01() * n as f64) as usize;
        times[drawn.min(n - 1)] += 1;
    }
    times
}
