//! Numbers of another program on the same table.
//!
//! Ordered logit and probit: statsmodels 0.15.0, `OrderedModel` with `bfgs` to a gradient of 1e-12. Its thresholds are
//! parametrised by their differences, so that standard errors of slopes alone are comparable; they come from numerical
//! second derivatives. The test of proportional odds: Brant's formula in numpy over three `Logit` fits of statsmodels.

use super::*;

struct Published {
    distribution: OrderedDistribution,
    log_likelihood: f64,
    estimates: [f64; 6],
    std_errors: [f64; 3],
}

const FITS: [Published; 2] = [
    Published {
        distribution: OrderedDistribution::Logit,
        log_likelihood: -396.242_059_300_861_8,
        estimates: [
            0.959_386_452_728_421_7,
            -0.502_355_247_891_528_9,
            -0.006_465_443_051_617_673,
            -1.411_377_652_900_377_4,
            -0.317_352_414_580_921_9,
            0.982_599_811_442_593_6,
        ],
        std_errors: [
            0.186_870_033_275_477_83,
            0.180_658_728_607_010_52,
            0.221_986_622_428_903_8,
        ],
    },
    Published {
        distribution: OrderedDistribution::Probit,
        log_likelihood: -396.908_227_395_828_13,
        estimates: [
            0.561_996_327_216_508_2,
            -0.300_306_194_518_654_6,
            -0.023_987_084_596_749_184,
            -0.846_275_679_364_876_8,
            -0.194_915_829_926_760_26,
            0.594_424_021_647_002,
        ],
        std_errors: [
            0.110_226_061_836_843_62,
            0.108_233_959_272_736_72,
            0.133_181_353_149_976_06,
        ],
    },
];

#[test]
fn estimates_of_statsmodels() {
    for published in FITS {
        let specification = linear(published.distribution);
        let data = rated(300, &specification);
        let fit = fit(&specification, &data);
        assert!(fit.converged && fit.warnings.is_empty(), "{:?}", fit.warnings);
        assert_near(fit.log_likelihood, published.log_likelihood, 1e-12, 1.0);
        for (found, expected) in estimates(&fit).iter().zip(published.estimates) {
            assert_near(*found, expected, 1e-6, 1.0);
        }
        for (found, expected) in fit.parameters.iter().zip(published.std_errors) {
            assert_near(found.std_error.unwrap(), expected, 1e-4, 0.0);
        }
    }
}

#[test]
fn brants_test() {
    let specification = linear(OrderedDistribution::Logit);
    let data = rated(300, &specification);
    let fit = fit(&specification, &data);
    let test = fit.proportional_odds.expect("an ordered logit of four alternatives");
    assert_near(test.statistic, 4.010_008_467_602_385, 1e-8, 1.0);
    assert_near(test.p_value, 0.675_321_920_208_447_3, 1e-8, 1.0);
    assert_eq!(test.degrees_of_freedom, 6);
    let published = [
        (
            3.035_621_890_809_432,
            0.219_191_183_625_285_6,
            [
                0.663_288_731_068_243_6,
                1.011_488_679_951_800_6,
                1.097_611_545_227_017_4,
            ],
        ),
        (
            0.789_244_614_064_983_7,
            0.673_934_531_518_987_5,
            [
                -0.380_178_492_348_829_2,
                -0.566_593_260_032_448,
                -0.555_877_470_660_852_9,
            ],
        ),
        (
            0.369_135_700_768_087_44,
            0.831_463_522_866_122_2,
            [
                0.059_830_279_020_241_62,
                -0.053_039_516_288_282_14,
                -0.153_575_253_774_022_65,
            ],
        ),
    ];
    for (found, (statistic, p_value, by_threshold)) in test.coefficients.iter().zip(published) {
        assert_near(found.statistic, statistic, 1e-8, 1.0);
        assert_near(found.p_value, p_value, 1e-8, 1.0);
        assert_eq!(found.degrees_of_freedom, 2);
        for (one, other) in found.estimates.iter().zip(by_threshold) {
            assert_near(*one, other, 1e-7, 1.0);
        }
    }
}
