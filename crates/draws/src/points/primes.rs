//! Prime numbers: the bases of Halton sequences.

/// The first `n` prime numbers.
pub(super) fn primes(n: usize) -> Vec<u64> {
    let mut primes: Vec<u64> = Vec::with_capacity(n);
    let mut candidate = 2;
    while primes.len() < n {
        if primes
            .iter()
            .take_while(|p| *p * *p <= candidate)
            .all(|p| candidate % p != 0)
        {
            primes.push(candidate);
        }
        candidate += 1;
    }
    primes
}

/// The largest power of a base up to a limit, and its exponent: the base itself if that is above the limit.
pub(super) fn largest_power(base: u64, limit: u64) -> (u64, u32) {
    let (mut power, mut exponent) = (base, 1);
    while power <= limit / base {
        power *= base;
        exponent += 1;
    }
    (power, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_primes() {
        assert_eq!(primes(0), []);
        assert_eq!(primes(10), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(primes(1000)[999], 7919);
    }

    #[test]
    fn largest_powers() {
        assert_eq!(largest_power(2, 1024), (1024, 10));
        assert_eq!(largest_power(3, 1024), (729, 6));
        assert_eq!(largest_power(31, 1024), (961, 2));
        assert_eq!(largest_power(1031, 1024), (1031, 1));
    }
}
