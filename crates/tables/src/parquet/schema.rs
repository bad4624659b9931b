//! What the columns of a Parquet file hold, and how polars is told to read them.
//!
//! Small integers, categories and decimals would each need a feature of polars that lengthens the
//! build. None is needed: in the file small integers and decimals are plain 32- or 64-bit integers
//! with a note, categories are text, so the notes are taken off before polars sees the schema.

use polars_core::prelude::ArrowDataType;
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    GroupConvertedType, GroupLogicalType, IntegerType, ParquetType, PhysicalType, PrimitiveConvertedType as Converted,
    PrimitiveLogicalType as Logical, PrimitiveType,
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Integers are divided by 10 to the power of `scale`.
    Number {
        scale: u32,
    },
    Truth,
    Text,
}

impl Kind {
    /// In words, for messages: what the column is once read.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Number { .. } | Kind::Truth => "numbers",
            Kind::Text => "text",
        }
    }
}

/// How the values of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Truth,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
    Float,
    Double,
    Text,
}

/// A column that can be read: what it holds, and as what polars is to read it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) kind: Kind,
    plain: PrimitiveType,
}

impl Stored {
    pub(super) fn form(&self) -> Form {
        let unsigned = matches!(
            self.plain.logical_type,
            Some(Logical::Integer(IntegerType::UInt32 | IntegerType::UInt64))
        );
        match self.plain.physical_type {
            PhysicalType::Boolean => Form::Truth,
            PhysicalType::Int32 if unsigned => Form::UnsignedInt,
            PhysicalType::Int32 => Form::Int,
            PhysicalType::Int64 if unsigned => Form::UnsignedLong,
            PhysicalType::Int64 => Form::Long,
            PhysicalType::Float => Form::Float,
            PhysicalType::Double => Form::Double,
            _ => Form::Text,
        }
    }

    /// Number of decimals of integers that stand for decimals.
    pub(super) fn scale(&self) -> u32 {
        match self.kind {
            Kind::Number { scale } => scale,
            Kind::Truth | Kind::Text => 0,
        }
    }

    /// Whether the column holds whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        let whole = matches!(
            self.form(),
            Form::Int | Form::UnsignedInt | Form::Long | Form::UnsignedLong
        );
        whole && self.scale() == 0
    }

    /// The type without the notes that polars need not see.
    pub(super) fn primitive(&self) -> &PrimitiveType {
        &self.plain
    }

    /// The type for the pages of polars, cells missing where `levels` is 1.
    pub(super) fn descriptor(&self, levels: i16) -> Descriptor {
        Descriptor {
            primitive_type: self.plain.clone(),
            max_def_level: levels,
            max_rep_level: 0,
        }
    }

    /// What polars makes of it.
    pub(super) fn arrow_type(&self) -> ArrowDataType {
        match self.form() {
            Form::Truth => ArrowDataType::Boolean,
            Form::Int => ArrowDataType::Int32,
            Form::UnsignedInt => ArrowDataType::UInt32,
            Form::Long => ArrowDataType::Int64,
            Form::UnsignedLong => ArrowDataType::UInt64,
            Form::Float => ArrowDataType::Float32,
            Form::Double => ArrowDataType::Float64,
            Form::Text => ArrowDataType::Utf8View,
        }
    }
}

/// How to read a column, or the name of its type if that is neither numbers nor text.
pub(super) fn stored(field: &ParquetType) -> Result<Stored, &'static str> {
    let primitive = match field {
        _ if field.get_field_info().repetition == Repetition::Repeated => return Err("list"),
        ParquetType::PrimitiveType(primitive) => primitive,
        ParquetType::GroupType {
            logical_type,
            converted_type,
            ..
        } => {
            return Err(match (logical_type, converted_type) {
                (Some(GroupLogicalType::List), _) | (_, Some(GroupConvertedType::List)) => "list",
                (Some(GroupLogicalType::Map), _) | (_, Some(_)) => "map",
                (None, None) => "struct",
            });
        }
    };
    let (kind, logical_type) = kind(primitive)?;
    Ok(Stored {
        kind,
        plain: PrimitiveType {
            logical_type,
            converted_type: None,
            ..primitive.clone()
        },
    })
}

/// What a column of no group holds, and the note that polars still needs.
fn kind(primitive: &PrimitiveType) -> Result<(Kind, Option<Logical>), &'static str> {
    let number = Kind::Number { scale: 0 };
    let logical = primitive.logical_type;
    let converted = primitive.converted_type;
    match primitive.physical_type {
        PhysicalType::Boolean => Ok((Kind::Truth, None)),
        PhysicalType::Float | PhysicalType::Double => Ok((number, None)),
        PhysicalType::Int96 => Err("timestamp"),
        PhysicalType::Int32 | PhysicalType::Int64 => match (logical, converted) {
            (Some(Logical::Decimal(_, scale)), _) | (None, Some(Converted::Decimal(_, scale))) => u32::try_from(scale)
                .map(|scale| (Kind::Number { scale }, None))
                .map_err(|_| "decimal"),
            (Some(Logical::Date), _) | (None, Some(Converted::Date)) => Err("date"),
            (Some(Logical::Time { .. }), _) | (None, Some(Converted::TimeMillis | Converted::TimeMicros)) => {
                Err("time")
            }
            (Some(Logical::Timestamp { .. }), _)
            | (None, Some(Converted::TimestampMillis | Converted::TimestampMicros)) => Err("timestamp"),
            // The largest half of these would come out negative without their note.
            (Some(Logical::Integer(IntegerType::UInt32)), _) | (None, Some(Converted::Uint32)) => {
                Ok((number, Some(Logical::Integer(IntegerType::UInt32))))
            }
            (Some(Logical::Integer(IntegerType::UInt64)), _) | (None, Some(Converted::Uint64)) => {
                Ok((number, Some(Logical::Integer(IntegerType::UInt64))))
            }
            _ => Ok((number, None)),
        },
        PhysicalType::ByteArray => match (logical, converted) {
            (Some(Logical::Decimal(..)), _) | (None, Some(Converted::Decimal(..))) => Err("decimal stored as bytes"),
            (Some(Logical::Bson), _) | (None, Some(Converted::Bson)) => Err("bson"),
            // Some writers leave the note off text; what is not UTF-8 fails in reading.
            _ => Ok((Kind::Text, Some(Logical::String))),
        },
        PhysicalType::FixedLenByteArray(_) => Err(match (logical, converted) {
            (Some(Logical::Decimal(..)), _) | (None, Some(Converted::Decimal(..))) => "decimal stored as bytes",
            (Some(Logical::Uuid), _) => "uuid",
            (Some(Logical::Float16), _) => "16-bit float",
            (_, Some(Converted::Interval)) => "interval",
            _ => "fixed-length bytes",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars_parquet::parquet::schema::types::{FieldInfo, TimeUnit};

    fn primitive(
        physical_type: PhysicalType,
        logical_type: Option<Logical>,
        converted_type: Option<Converted>,
    ) -> ParquetType {
        ParquetType::PrimitiveType(PrimitiveType {
            logical_type,
            converted_type,
            ..PrimitiveType::from_physical("x".into(), physical_type)
        })
    }

    fn outcome(field: &ParquetType) -> Result<Kind, &'static str> {
        stored(field).map(|stored| stored.kind)
    }

    #[test]
    fn types_of_columns() {
        use PhysicalType::*;
        let number = Ok(Kind::Number { scale: 0 });
        let timestamp = Logical::Timestamp {
            unit: TimeUnit::Microseconds,
            is_adjusted_to_utc: false,
        };
        let time = Logical::Time {
            unit: TimeUnit::Microseconds,
            is_adjusted_to_utc: false,
        };
        let int8 = Logical::Integer(IntegerType::Int8);
        let cases = [
            (Boolean, None, None, Ok(Kind::Truth)),
            (Double, None, None, number),
            (Float, None, None, number),
            (Int32, Some(int8), None, number),
            (Int32, None, Some(Converted::Uint16), number),
            (Int64, Some(Logical::Decimal(9, 2)), None, Ok(Kind::Number { scale: 2 })),
            (
                Int32,
                None,
                Some(Converted::Decimal(5, 1)),
                Ok(Kind::Number { scale: 1 }),
            ),
            (Int32, Some(Logical::Date), None, Err("date")),
            (Int64, Some(time), None, Err("time")),
            (Int64, Some(timestamp), None, Err("timestamp")),
            (Int96, None, None, Err("timestamp")),
            (ByteArray, None, Some(Converted::Utf8), Ok(Kind::Text)),
            (ByteArray, Some(Logical::Enum), None, Ok(Kind::Text)),
            (ByteArray, None, None, Ok(Kind::Text)),
            (ByteArray, Some(Logical::Bson), None, Err("bson")),
            (FixedLenByteArray(16), Some(Logical::Uuid), None, Err("uuid")),
            (FixedLenByteArray(2), Some(Logical::Float16), None, Err("16-bit float")),
            (
                FixedLenByteArray(16),
                Some(Logical::Decimal(30, 2)),
                None,
                Err("decimal stored as bytes"),
            ),
            (FixedLenByteArray(12), None, Some(Converted::Interval), Err("interval")),
            (FixedLenByteArray(3), None, None, Err("fixed-length bytes")),
        ];
        for (physical, logical, converted, expected) in cases {
            let field = primitive(physical, logical, converted);
            assert_eq!(outcome(&field), expected, "{field:?}");
        }
    }

    #[test]
    fn nested_columns_are_refused_by_name() {
        let group = |logical_type, converted_type, repetition| ParquetType::GroupType {
            field_info: FieldInfo {
                name: "g".into(),
                repetition,
                id: None,
            },
            logical_type,
            converted_type,
            fields: vec![primitive(PhysicalType::Double, None, None)],
        };
        let optional = Repetition::Optional;
        let list = Some(GroupLogicalType::List);
        let map = Some(GroupConvertedType::Map);
        assert_eq!(outcome(&group(list, None, optional)), Err("list"));
        assert_eq!(outcome(&group(None, map, optional)), Err("map"));
        assert_eq!(outcome(&group(None, None, optional)), Err("struct"));
        assert_eq!(outcome(&group(None, None, Repetition::Repeated)), Err("list"));
    }
}
