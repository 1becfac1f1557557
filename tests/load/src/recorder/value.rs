//! Values of parameters, as the driver sends them.

use uuid::Uuid;

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(i64),
    Float(f64),
    Text(String),
    Uuid(Uuid),
    Bytes(Vec<u8>),
    /// Of a type that nobody has needed yet.
    Other(u32),
}

/// Numbers of types in PostgreSQL's catalogue.
const BOOL: u32 = 16;
const BYTEA: u32 = 17;
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const FLOAT8: u32 = 701;
const UUID: u32 = 2950;
/// `text`, `varchar`, `name`, `json`, and what the server is to find out.
const TEXTS: [u32; 5] = [25, 1043, 19, 114, 0];

impl Value {
    /// Reads a value in binary form.
    pub(super) fn binary(kind: u32, bytes: &[u8]) -> Self {
        let read = match kind {
            BOOL => bytes.first().map(|byte| Self::Bool(*byte != 0)),
            INT2 => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Number(i16::from_be_bytes(bytes).into())),
            INT4 => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Number(i32::from_be_bytes(bytes).into())),
            INT8 => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Number(i64::from_be_bytes(bytes))),
            FLOAT8 => bytes
                .try_into()
                .ok()
                .map(|bytes| Self::Float(f64::from_be_bytes(bytes))),
            BYTEA => Some(Self::Bytes(bytes.to_vec())),
            UUID => Uuid::from_slice(bytes).ok().map(Self::Uuid),
            _ if TEXTS.contains(&kind) => Some(Self::text(bytes)),
            _ => None,
        };
        read.unwrap_or(Self::Other(kind))
    }

    /// Reads a value in text form.
    pub(super) fn text(bytes: &[u8]) -> Self {
        Self::Text(String::from_utf8_lossy(bytes).into_owned())
    }
}
