//! The client's side of PostgreSQL's protocol, version 3: only what statements are made of.

use std::collections::HashMap;

use super::value::Value;

/// A client asks for TLS, or for encryption by GSSAPI, before it begins.
const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];

/// A statement with its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

/// Reads along what a client sends on one connection.
#[derive(Default)]
pub(super) struct Frontend {
    buffer: Vec<u8>,
    begun: bool,
    prepared: HashMap<String, (String, Vec<u32>)>,
}

impl Frontend {
    /// Takes bytes; returns the statements that are complete with them.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<Sent> {
        self.buffer.extend_from_slice(bytes);
        let mut sent = Vec::new();
        while let Some((kind, body)) = self.next() {
            sent.extend(self.understand(kind, &body));
        }
        sent
    }

    /// Takes the next whole message; what begins a connection has no letter.
    fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut reader = Reader(&self.buffer);
        let kind = if self.begun {
            *reader.take(1)?.first()?
        } else {
            0
        };
        let length = usize::try_from(reader.number()?).ok()?.checked_sub(4)?;
        let body = reader.take(length)?.to_vec();
        let rest = reader.0.to_vec();
        self.buffer = rest;
        Some((kind, body))
    }

    fn understand(&mut self, kind: u8, body: &[u8]) -> Option<Sent> {
        let mut reader = Reader(body);
        match kind {
            0 => {
                self.begun = !ENCRYPTION.contains(&reader.number()?);
                None
            }
            b'Q' => Some(Sent {
                sql: reader.text()?,
                values: Vec::new(),
            }),
            b'P' => {
                let (name, sql) = (reader.text()?, reader.text()?);
                let kinds = (0..reader.short()?).map_while(|_| reader.number());
                let kinds = kinds.collect();
                self.prepared.insert(name, (sql, kinds));
                None
            }
            b'B' => self.bound(&mut reader),
            _ => None,
        }
    }

    fn bound(&self, reader: &mut Reader<'_>) -> Option<Sent> {
        let (_portal, name) = (reader.text()?, reader.text()?);
        let (sql, kinds) = self.prepared.get(&name)?;
        let formats: Vec<u16> = (0..reader.short()?).map_while(|_| reader.short()).collect();
        let mut values = Vec::new();
        for number in 0..usize::from(reader.short()?) {
            let length = reader.number()?;
            if length == u32::MAX {
                values.push(Value::Null);
                continue;
            }
            let bytes = reader.take(usize::try_from(length).ok()?)?;
            // one format counts for all, none means text
            let format = formats.get(number).or(formats.first()).copied();
            let kind = kinds.get(number).copied().unwrap_or(0);
            values.push(match format {
                Some(1) => Value::binary(kind, bytes),
                _ => Value::text(bytes),
            });
        }
        Some(Sent {
            sql: sql.clone(),
            values,
        })
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// A text that ends with a zero.
    fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = String::from_utf8_lossy(self.take(end)?).into_owned();
        self.take(1)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Frontend, Sent};
    use crate::recorder::Value;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap_or(0).to_be_bytes();
        [&[kind], &length[..], body].concat()
    }

    fn begin() -> Vec<u8> {
        let tls = [8_u32.to_be_bytes(), 80_877_103_u32.to_be_bytes()].concat();
        let start = [9_u32.to_be_bytes(), 196_608_u32.to_be_bytes()].concat();
        [tls, start, vec![0]].concat()
    }

    #[test]
    fn statements_are_read_with_their_values_however_they_are_cut() {
        let parse = b"s1\0SELECT $1, $2, $3\0\0\x03\0\0\0\x14\0\0\0\x19\0\0\0\x19";
        let bind =
            b"\0s1\0\0\x01\0\x01\0\x03\0\0\0\x08\0\0\0\0\0\0\0\x07\0\0\0\x02ab\xff\xff\xff\xff\0\0";
        let all = [
            begin(),
            message(b'Q', b"BEGIN\0"),
            message(b'P', parse),
            message(b'S', b""),
            message(b'B', bind),
        ]
        .concat();
        for size in [1, 7, all.len()] {
            let mut frontend = Frontend::default();
            let sent: Vec<Sent> = all
                .chunks(size)
                .flat_map(|chunk| frontend.read(chunk))
                .collect();
            let texts: Vec<&str> = sent.iter().map(|sent| sent.sql.as_str()).collect();
            assert_eq!(texts, ["BEGIN", "SELECT $1, $2, $3"]);
            let values = [Value::Number(7), Value::Text("ab".to_owned()), Value::Null];
            assert_eq!(
                sent.last().map(|sent| sent.values.as_slice()),
                Some(&values[..])
            );
        }
    }
}
