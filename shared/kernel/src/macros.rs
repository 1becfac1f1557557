//! What every kernel value does the same way: text on the wire, a plain column, a schema.
//!
//! The macros for a feature that is off expand to nothing, so that the value types need no `cfg`.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::de::{Deserializer, Error, Visitor};

/// Reads a value from a string without an intermediate copy.
pub(crate) fn deserialize_text<'de, T, D>(
    deserializer: D,
    expecting: &'static str,
) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    struct TextVisitor<T> {
        expecting: &'static str,
        value: PhantomData<T>,
    }

    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for TextVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.expecting)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(TextVisitor {
        expecting,
        value: PhantomData,
    })
}

/// Serialises through `Display`, deserialises through `FromStr`.
macro_rules! wire_text {
    ($ty:ident, $expecting:literal) => {
        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        wire_text_in!($ty, $expecting);
    };
}

/// Deserialises through `FromStr`; the value is never written out.
macro_rules! wire_text_in {
    ($ty:ident, $expecting:literal) => {
        impl<'de> serde::Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::macros::deserialize_text(deserializer, $expecting)
            }
        }
    };
}

/// Makes a value a plain column: `$inner` in the database, `$write` and `$read` between the two.
#[cfg(feature = "store")]
macro_rules! column {
    ($ty:ident, $inner:ty, $array:ident, $column:expr, $write:expr, $read:expr) => {
        impl From<$ty> for sea_orm::Value {
            fn from(value: $ty) -> Self {
                let write: fn($ty) -> $inner = $write;
                write(value).into()
            }
        }

        impl sea_orm::TryGetable for $ty {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let stored = <$inner as sea_orm::TryGetable>::try_get_by(row, index)?;
                $read(stored).map_err(|error| {
                    sea_orm::TryGetError::DbErr(sea_orm::DbErr::TryIntoErr {
                        from: stringify!($inner),
                        into: stringify!($ty),
                        source: std::sync::Arc::new(error),
                    })
                })
            }
        }

        impl sea_orm::sea_query::ValueType for $ty {
            fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                let stored = <$inner as sea_orm::sea_query::ValueType>::try_from(value)?;
                $read(stored).map_err(|_| sea_orm::sea_query::ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($ty).to_owned()
            }

            fn array_type() -> sea_orm::sea_query::ArrayType {
                sea_orm::sea_query::ArrayType::$array
            }

            fn column_type() -> sea_orm::sea_query::ColumnType {
                $column
            }
        }

        impl sea_orm::sea_query::Nullable for $ty {
            fn null() -> sea_orm::Value {
                <$inner as sea_orm::sea_query::Nullable>::null()
            }
        }

        impl sea_orm::sea_query::postgres_array::NotU8 for $ty {}

        impl sea_orm::IntoActiveValue<$ty> for $ty {
            fn into_active_value(self) -> sea_orm::ActiveValue<$ty> {
                sea_orm::ActiveValue::Set(self)
            }
        }

        // a primary key must say how it comes from a generated number: these never do
        impl sea_orm::TryFromU64 for $ty {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($ty)))
            }
        }
    };
}

#[cfg(not(feature = "store"))]
macro_rules! column {
    ($($ignored:tt)*) => {};
}

/// Makes a value a text column through `Display` and `FromStr`.
macro_rules! column_text {
    ($ty:ident) => {
        column!(
            $ty,
            String,
            String,
            sea_orm::sea_query::ColumnType::String(sea_orm::sea_query::StringLen::None),
            |value| value.to_string(),
            |stored: String| stored.parse::<$ty>()
        );
    };
}

/// Describes a value to `OpenAPI` as a string.
#[cfg(feature = "openapi")]
macro_rules! schema_text {
    ($ty:ident, $description:expr, $pattern:expr, $example:expr) => {
        impl utoipa::PartialSchema for $ty {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($description))
                    .pattern(Some($pattern))
                    .examples([serde_json::Value::from($example)])
                    .into()
            }
        }

        impl utoipa::ToSchema for $ty {}
    };
}

#[cfg(not(feature = "openapi"))]
macro_rules! schema_text {
    ($($ignored:tt)*) => {};
}
