//! Values of pages as numbers.

use polars_core::prelude::*;

use super::chunk::Decoder;
use super::convert::{converted, is_large, scaled};
use super::runs::{Run, Runs};
use super::schema::Form;

/// Encodings, as the format numbers them.
pub(super) const PLAIN: i64 = 0;
pub(super) const PLAIN_DICTIONARY: i64 = 2;
pub(super) const RUNS: i64 = 3;
pub(super) const DICTIONARY: i64 = 8;
pub(super) const SPLIT_STREAMS: i64 = 9;

/// Whether the cells of such a page are places in a dictionary.
pub(super) fn by_dictionary(encoding: i64) -> bool {
    matches!(encoding, PLAIN_DICTIONARY | DICTIONARY)
}

/// What cells become: floats, or whole numbers where floats would lose digits.
pub(super) trait Cell: Copy + Send {
    const MISSING: Self;

    fn of_float(value: f64) -> Self;

    /// A whole number divided by 10^scale; says into `large` whether digits are lost.
    fn of_whole(value: i128, scale: u32, large: &mut bool) -> Self;

    /// The same for numbers of 64 bits, without the detour.
    fn of_long(value: i64, scale: u32, large: &mut bool) -> Self {
        Self::of_whole(i128::from(value), scale, large)
    }
}

impl Cell for f64 {
    const MISSING: f64 = f64::NAN;

    fn of_float(value: f64) -> f64 {
        // One NaN for all: its sign and payload mean nothing.
        if value.is_nan() { f64::NAN } else { value }
    }

    fn of_whole(value: i128, scale: u32, large: &mut bool) -> f64 {
        *large |= scale == 0 && is_large(value);
        scaled(value, scale)
    }

    #[inline(always)]
    fn of_long(value: i64, scale: u32, large: &mut bool) -> f64 {
        if scale == 0 {
            *large |= value.unsigned_abs() > 1 << 53;
            value as f64
        } else {
            scaled(i128::from(value), scale)
        }
    }
}

/// Whole numbers; no column of a file holds the smallest.
impl Cell for i128 {
    const MISSING: i128 = i128::MIN;

    fn of_float(_: f64) -> i128 {
        unreachable!("floats are not asked for as whole numbers")
    }

    fn of_whole(value: i128, _: u32, large: &mut bool) -> i128 {
        *large |= is_large(value);
        value
    }
}

/// Decodes numbers of one column in one row group.
pub(super) struct Numbers<C> {
    form: Form,
    scale: u32,
    dictionary: Vec<C>,
    /// Whether a whole number was met that a float cannot hold.
    pub(super) large: bool,
}

impl<C: Cell> Numbers<C> {
    pub(super) fn new() -> Numbers<C> {
        Numbers {
            form: Form::Double,
            scale: 0,
            dictionary: Vec::new(),
            large: false,
        }
    }

    /// Begins with another file, whose numbers may be written in another way.
    pub(super) fn set_form(&mut self, form: Form, scale: u32) {
        self.form = form;
        self.scale = scale;
    }
}

impl<C: Cell> Decoder for Numbers<C> {
    type Cell = C;

    const MISSING: C = C::MISSING;

    fn knows(&self, encoding: i64) -> bool {
        match encoding {
            PLAIN => true,
            PLAIN_DICTIONARY | DICTIONARY | SPLIT_STREAMS => self.form != Form::Truth,
            RUNS => self.form == Form::Truth,
            _ => false,
        }
    }

    fn has_dictionary(&self) -> bool {
        !self.dictionary.is_empty()
    }

    fn forget_dictionary(&mut self) {
        self.dictionary = Vec::new();
    }

    fn set_dictionary(&mut self, values: &[u8], count: usize) -> PolarsResult<()> {
        if count > values.len() {
            return Err(short());
        }
        let mut dictionary = vec![C::MISSING; count];
        self.decode(values, PLAIN, 0, &mut dictionary)?;
        self.dictionary = dictionary;
        Ok(())
    }

    fn decode(&mut self, values: &[u8], encoding: i64, from: usize, out: &mut [C]) -> PolarsResult<()> {
        if out.is_empty() {
            return Ok(());
        }
        if by_dictionary(encoding) {
            return look_up(values, from, |place| self.dictionary.get(place as usize).copied(), out);
        }
        let scale = self.scale;
        let mut large = false;
        match self.form {
            Form::Truth => truths(values, encoding, from, out)?,
            Form::Float => fixed(values, encoding, from, out, |cell| {
                C::of_float(f64::from(f32::from_le_bytes(cell)))
            })?,
            Form::Double => fixed(values, encoding, from, out, |cell| {
                C::of_float(f64::from_le_bytes(cell))
            })?,
            Form::Int => fixed(values, encoding, from, out, |cell| {
                C::of_long(i64::from(i32::from_le_bytes(cell)), scale, &mut large)
            })?,
            Form::UnsignedInt => fixed(values, encoding, from, out, |cell| {
                C::of_long(i64::from(u32::from_le_bytes(cell)), scale, &mut large)
            })?,
            Form::Long => fixed(values, encoding, from, out, |cell| {
                C::of_long(i64::from_le_bytes(cell), scale, &mut large)
            })?,
            Form::UnsignedLong => fixed(values, encoding, from, out, |cell| {
                C::of_whole(i128::from(u64::from_le_bytes(cell)), scale, &mut large)
            })?,
            Form::Text => unreachable!("text is not asked for as numbers"),
        }
        self.large |= large;
        Ok(())
    }

    fn convert(&mut self, cells: &Series, out: &mut [C]) -> PolarsResult<()> {
        converted(cells, self.scale, &mut self.large, out);
        Ok(())
    }
}

fn short() -> PolarsError {
    polars_err!(ComputeError: "a page ends too early")
}

/// Values of `W` bytes each, side by side or split into one stream for each of their bytes.
fn fixed<const W: usize, C>(
    values: &[u8],
    encoding: i64,
    from: usize,
    out: &mut [C],
    mut cell: impl FnMut([u8; W]) -> C,
) -> PolarsResult<()> {
    if encoding == SPLIT_STREAMS {
        let length = values.len() / W;
        if from + out.len() > length {
            return Err(short());
        }
        for (slot, place) in out.iter_mut().zip(from..) {
            *slot = cell(std::array::from_fn(|byte| values[byte * length + place]));
        }
        return Ok(());
    }
    let (cells, _) = values.as_chunks::<W>();
    let cells = cells.get(from..from + out.len()).ok_or_else(short)?;
    for (slot, &bytes) in out.iter_mut().zip(cells) {
        *slot = cell(bytes);
    }
    Ok(())
}

fn truths<C: Cell>(values: &[u8], encoding: i64, from: usize, out: &mut [C]) -> PolarsResult<()> {
    let cells = [C::of_long(0, 0, &mut false), C::of_long(1, 0, &mut false)];
    if encoding == RUNS {
        // Their length comes first.
        let runs = values.get(4..).ok_or_else(short)?;
        return expand(
            Runs::new(runs, 1)?,
            from,
            |place| cells.get(place as usize).copied(),
            out,
        );
    }
    if values.len() < (from + out.len()).div_ceil(8) {
        return Err(short());
    }
    for (slot, place) in out.iter_mut().zip(from..) {
        *slot = cells[usize::from(values[place / 8] >> (place % 8) & 1)];
    }
    Ok(())
}

/// Values by their places in a dictionary; the number of bits of a place comes first.
pub(super) fn look_up<C: Copy>(
    values: &[u8],
    from: usize,
    value: impl Fn(u32) -> Option<C>,
    out: &mut [C],
) -> PolarsResult<()> {
    let (&bits, runs) = values.split_first().ok_or_else(short)?;
    expand(Runs::new(runs, u32::from(bits))?, from, value, out)
}

fn expand<C: Copy>(runs: Runs<'_>, from: usize, value: impl Fn(u32) -> Option<C>, out: &mut [C]) -> PolarsResult<()> {
    let beyond = || polars_err!(ComputeError: "a cell lies beyond its dictionary");
    let mut rest = out;
    let count = rest.len();
    runs.visit(from, count, |run| {
        match run {
            Run::Equal(place, length) => {
                let (slots, behind) = std::mem::take(&mut rest).split_at_mut(length);
                slots.fill(value(place).ok_or_else(beyond)?);
                rest = behind;
            }
            Run::Packed(packed) => {
                let (slots, behind) = std::mem::take(&mut rest).split_at_mut(packed.count);
                let mut sound = true;
                packed.visit(|slot, place| match value(place) {
                    Some(cell) => slots[slot] = cell,
                    None => sound = false,
                });
                if !sound {
                    return Err(beyond());
                }
                rest = behind;
            }
        }
        Ok(())
    })
}
