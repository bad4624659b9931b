//! Densities and distribution functions of the noises, at their scale in the simulation.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

use libm::erfc;
use statrs::function::beta::beta_reg;
use statrs::function::gamma::ln_gamma;

use crate::constants::GUMBEL_DEVIATION;

/// Probability beyond the range of integration, for one alternative.
const BEYOND: f64 = 1e-18;

/// One alternative's noise: standard form and scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    form: Form,
    scale: f64,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    #[cfg(test)]
    Gumbel,
    Normal,
    Logistic,
    Exponential,
    Uniform,
    Laplace,
    Student {
        degrees: f64,
        /// Density at 0.
        height: f64,
    },
    /// Student with so many degrees of freedom that the normal law and a term in 1/ν are exact to 1e-11.
    NearlyNormal {
        degrees: f64,
    },
}

/// Degrees of freedom above which Gamma functions have lost more digits than an expansion in 1/ν.
const MANY: f64 = 1e5;

/// Beyond it the normal density, exp(−800), is 0, and powers of x may be infinite.
const FAR: f64 = 40.0;

impl Shape {
    /// A form whose variance in standard form is `variance`.
    fn scaled(form: Form, variance: f64) -> Self {
        Shape {
            form,
            scale: GUMBEL_DEVIATION / variance.sqrt(),
        }
    }

    #[cfg(test)]
    pub(super) fn gumbel() -> Self {
        Shape {
            form: Form::Gumbel,
            scale: 1.0,
        }
    }

    pub(super) fn normal() -> Self {
        Shape::scaled(Form::Normal, 1.0)
    }

    /// Normal noise of `variance` times the variance of the others.
    pub(super) fn normal_of(variance: f64) -> Self {
        Shape::scaled(Form::Normal, 1.0 / variance)
    }

    pub(super) fn logistic() -> Self {
        Shape::scaled(Form::Logistic, PI * PI / 3.0)
    }

    /// From 0 upwards: that its mean is not 0 changes no choice.
    pub(super) fn exponential() -> Self {
        Shape::scaled(Form::Exponential, 1.0)
    }

    /// Standard form on −1 … 1.
    pub(super) fn uniform() -> Self {
        Shape::scaled(Form::Uniform, 1.0 / 3.0)
    }

    pub(super) fn laplace() -> Self {
        Shape::scaled(Form::Laplace, 2.0)
    }

    /// Of more than two degrees of freedom: with fewer there is no variance to scale.
    pub(super) fn student(degrees: f64) -> Self {
        let ratio = ln_gamma((degrees + 1.0) / 2.0) - ln_gamma(degrees / 2.0);
        let height = ratio.exp() / (degrees * PI).sqrt();
        let form = match degrees < MANY {
            true => Form::Student { degrees, height },
            false => Form::NearlyNormal { degrees },
        };
        Shape::scaled(form, degrees / (degrees - 2.0))
    }

    pub(super) fn density(&self, x: f64) -> f64 {
        let x = x / self.scale;
        let standard = match self.form {
            #[cfg(test)]
            Form::Gumbel => (-x - (-x).exp()).exp(),
            Form::Normal => normal_density(x),
            Form::Logistic => {
                let tail = (-x.abs()).exp();
                tail / ((1.0 + tail) * (1.0 + tail))
            }
            Form::Exponential if x < 0.0 => 0.0,
            Form::Exponential => (-x).exp(),
            Form::Uniform => 0.5 * f64::from(x.abs() <= 1.0),
            Form::Laplace => 0.5 * (-x.abs()).exp(),
            Form::Student { degrees, height } => height * (-0.5 * (degrees + 1.0) * (x * x / degrees).ln_1p()).exp(),
            Form::NearlyNormal { .. } if x.abs() > FAR => 0.0,
            Form::NearlyNormal { degrees } => {
                let square = x * x;
                normal_density(x) * (1.0 + ((square - 2.0) * square - 1.0) / (4.0 * degrees))
            }
        };
        standard / self.scale
    }

    pub(super) fn distribution(&self, x: f64) -> f64 {
        let x = x / self.scale;
        match self.form {
            #[cfg(test)]
            Form::Gumbel => (-(-x).exp()).exp(),
            Form::Normal => normal_distribution(x),
            Form::NearlyNormal { .. } if x.abs() > FAR => normal_distribution(x),
            Form::Logistic if x < 0.0 => x.exp() / (1.0 + x.exp()),
            Form::Logistic => 1.0 / (1.0 + (-x).exp()),
            Form::Exponential => -(-x.max(0.0)).exp_m1(),
            Form::Uniform => 0.5 * (1.0 + x.clamp(-1.0, 1.0)),
            Form::Laplace if x < 0.0 => 0.5 * x.exp(),
            Form::Laplace => 1.0 - 0.5 * (-x).exp(),
            Form::Student { degrees, .. } => {
                // The incomplete beta function whose argument is far from 1, where its complement has lost digits.
                let (a, square) = (0.5 * degrees, x * x);
                let tail = match square < degrees {
                    true => 0.5 - 0.5 * beta_reg(0.5, a, square / (degrees + square)),
                    false => 0.5 * beta_reg(a, 0.5, degrees / (degrees + square)),
                };
                if x < 0.0 { tail } else { 1.0 - tail }
            }
            Form::NearlyNormal { degrees } => {
                normal_distribution(x) - normal_density(x) * x * (x * x + 1.0) / (4.0 * degrees)
            }
        }
    }

    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Where the density jumps or bends, or where it is to be looked for if it is narrow.
    pub(super) fn marks(&self) -> Vec<f64> {
        let standard: &[f64] = match self.form {
            Form::Uniform => &[-1.0, 1.0],
            Form::Exponential | Form::Laplace => &[0.0],
            _ => &[-9.0, -3.0, 0.0, 3.0, 9.0],
        };
        standard.iter().map(|mark| mark * self.scale).collect()
    }

    /// Whether the density has derivatives everywhere, so that marks are a help and not a must.
    pub(super) fn smooth(&self) -> bool {
        !matches!(self.form, Form::Uniform | Form::Laplace | Form::Exponential)
    }

    /// Where the noise is, but for 1e-18 on either side.
    pub(super) fn range(&self) -> (f64, f64) {
        let ln = BEYOND.ln();
        let (from, to) = match self.form {
            #[cfg(test)]
            Form::Gumbel => (-(-ln).ln(), -ln),
            Form::Normal | Form::NearlyNormal { .. } => (-9.0, 9.0),
            Form::Logistic => (ln, -ln),
            Form::Exponential => (0.0, -ln),
            Form::Uniform => (-1.0, 1.0),
            Form::Laplace => (ln + LN_2, -ln - LN_2),
            Form::Student { degrees, height } => {
                // The tail is below h √ν (√ν / x)^ν.
                let reach = (height * degrees.sqrt() / BEYOND).ln() / degrees;
                let far = degrees.sqrt() * reach.exp();
                (-far, far)
            }
        };
        (from * self.scale, to * self.scale)
    }
}

pub(super) fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// Φ.
pub(crate) fn normal_distribution(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::super::quadrature::{integrate, pieces};
    use super::Shape;
    use crate::constants::GUMBEL_DEVIATION;

    fn shapes() -> Vec<Shape> {
        let students = [2.2, 3.0, 8.0, 1e5, 1e300].map(Shape::student);
        let others = [
            Shape::gumbel(),
            Shape::normal(),
            Shape::logistic(),
            Shape::exponential(),
            Shape::uniform(),
            Shape::laplace(),
        ];
        others.into_iter().chain(students).collect()
    }

    /// Total probability and variance, the latter not of heavy tails, which have much of it beyond any range.
    #[test]
    fn variances_are_that_of_the_gumbel() {
        for shape in shapes() {
            let (from, to) = shape.range();
            let marks = shape.marks().into_iter().map(f64::asinh);
            let points = pieces(from.asinh(), to.asinh(), marks, 1e-12, 0.5);
            let moments = integrate(&points, 3, 1e-12, |t, out| {
                let (x, density) = (t.sinh(), shape.density(t.sinh()) * t.cosh());
                out.copy_from_slice(&[density, x * density, x * x * density]);
            });
            assert!((moments[0] - 1.0).abs() < 1e-12, "{shape:?}: {moments:?}");
            if format!("{shape:?}").contains("degrees: 2.2") {
                continue;
            }
            let variance = moments[2] - moments[1] * moments[1];
            // t with three degrees of freedom has 1e-6 of its variance beyond its range.
            assert!((variance - PI * PI / 6.0).abs() < 1e-5, "{shape:?}: {variance}");
        }
    }

    #[test]
    fn densities_are_slopes_of_distributions() {
        for shape in shapes() {
            for x in [-3.1, -1.3, -0.2, 0.1, 0.7, 2.0, 4.4] {
                let h = 1e-4;
                let slope = (shape.distribution(x + h) - shape.distribution(x - h)) / (2.0 * h);
                // h²/6 times a second derivative of the density, up to 20, and 1e-16/h of rounding.
                assert!((slope - shape.density(x)).abs() < 1e-7, "{shape:?} at {x}");
            }
            let (from, to) = shape.range();
            assert!(
                shape.distribution(from) < 2e-18 && shape.distribution(to) > 1.0 - 1e-15,
                "{shape:?}"
            );
        }
    }

    /// Where 0 times an infinite power of x would be no number.
    #[test]
    fn far_out_there_is_nothing() {
        for shape in shapes() {
            for x in [1e3, 1e80, 1e160, f64::MAX] {
                // Heavy tails are (√ν/x)^ν or so, ν ≥ 2.2.
                let left = if x < 1e80 { 1e-5 } else { 1e-100 };
                for (x, below) in [(-x, 0.0), (x, 1.0)] {
                    let (density, distribution) = (shape.density(x), shape.distribution(x));
                    assert!((0.0..=left).contains(&density), "{shape:?} at {x}: {density}");
                    assert!((distribution - below).abs() <= left, "{shape:?} at {x}: {distribution}");
                }
            }
        }
    }

    /// On both sides of the switch to the expansion.
    #[test]
    fn student_of_many_degrees() {
        for x in [-6.0, -2.0, -0.3, 0.0, 1.0, 3.0] {
            let [below, above] = [99_999.0, 100_001.0].map(|degrees| Shape::student(degrees).distribution(x));
            // The laws differ by 2e-10 of 1/(4ν); the Gamma functions of 5e4 are good to 1e-10.
            assert!((below - above).abs() < 2e-10, "{x}: {below} {above}");
        }
    }

    /// Three degrees of freedom: ½ + (u / (1 + u²) + atan u) / π with u = t/√3.
    #[test]
    fn student_in_closed_form() {
        let student = Shape::student(3.0);
        for t in [-40.0_f64, -2.0, -0.5, 0.0, 1e-3, 1.0, 7.0] {
            let u = t / 3.0_f64.sqrt();
            let expected = 0.5 + (u / (1.0 + u * u) + u.atan()) / PI;
            let found = student.distribution(t * GUMBEL_DEVIATION / 3.0_f64.sqrt());
            assert!((found - expected).abs() < 1e-14, "{t}: {found} for {expected}");
        }
    }
}
