//! A script for pgbench out of recorded transactions.
//!
//! What is the same in two transactions stays, as a constant that is sent as a parameter. What differs
//! is made anew for each: ids at the end of their index, moments that go on, texts at random places.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::{Context, ensure};

use crate::recorder::{Sent, Value};

/// Things made anew that one transaction may have, a power of two.
const MOST: usize = 64;

/// A script and the constants that it names.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) text: String,
    pub(crate) constants: Vec<(String, String)>,
    /// Statements of one transaction.
    pub(crate) statements: usize,
    names: HashMap<String, String>,
    made: String,
}

impl Script {
    /// Writes the script of two transactions of the same kind.
    pub(crate) fn new(one: &[Sent], other: &[Sent]) -> anyhow::Result<Self> {
        ensure!(same_statements(one, other), "the transactions differ");
        let mut script = Self {
            statements: one.len(),
            ..Self::default()
        };
        let mut statements = String::new();
        for (sent, again) in one.iter().zip(other) {
            let mut values = Vec::new();
            for (value, other) in sent.values.iter().zip(&again.values) {
                values.push(script.value(value, other)?);
            }
            statements += &filled(&sent.sql, &values)?;
            statements += ";\n";
        }
        script.text = format!(
            "\\set n :n + 1\n\\set turn :base + :n * :clients + :client_id\n{}{statements}",
            script.made
        );
        Ok(script)
    }

    /// How the script says a value.
    fn value(&mut self, value: &Value, other: &Value) -> anyhow::Result<String> {
        let json = |text: &String| text.starts_with(['{', '[']);
        Ok(match value {
            Value::Null => "NULL".to_owned(),
            Value::Other(kind) => anyhow::bail!("a value of type {kind} is not understood"),
            Value::Uuid(uuid) if value != other => {
                let name = self.made_anew(&uuid.to_string(), "id", "")?;
                format!("lpad({name}, 32, 'f')::uuid")
            }
            Value::Number(_) if value != other => ":turn".to_owned(),
            Value::Text(text) if value != other && !json(text) => {
                self.made_anew(text, "text", "hash")?
            }
            Value::Bool(value) => self.constant(value.to_string()),
            Value::Number(value) => self.constant(value.to_string()),
            Value::Float(value) => self.constant(value.to_string()),
            // words of the text, which may well be the same
            Value::Bytes(bytes) => {
                let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
                format!("decode({}, 'hex')", self.constant(hex))
            }
            // pgbench has no empty variables
            Value::Text(value) if value.is_empty() => "''".to_owned(),
            Value::Text(value) => self.constant(value.clone()),
            Value::Uuid(value) => self.constant(value.to_string()),
        })
    }

    fn constant(&mut self, value: String) -> String {
        let key = format!("= {value}");
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let name = format!("c{}", self.constants.len());
        self.names.insert(key, format!(":{name}"));
        self.constants.push((name.clone(), value));
        format!(":{name}")
    }

    /// A variable of its own for each value: what was the same within a transaction is so again.
    fn made_anew(&mut self, value: &str, kind: &str, function: &str) -> anyhow::Result<String> {
        let key = format!("{kind} {value}");
        if let Some(name) = self.names.get(&key) {
            return Ok(name.clone());
        }
        let number = self.names.len() - self.constants.len();
        ensure!(number < MOST, "too many values differ");
        let name = format!("{kind}{number}");
        writeln!(
            self.made,
            "\\set {name} {function}(:turn * {MOST} + {number})"
        )?;
        self.names.insert(key, format!(":{name}"));
        Ok(format!(":{name}"))
    }
}

/// Whether two transactions have the same statements.
fn same_statements(one: &[Sent], other: &[Sent]) -> bool {
    one.iter()
        .map(|sent| &sent.sql)
        .eq(other.iter().map(|sent| &sent.sql))
}

/// A statement with its parameters replaced.
fn filled(sql: &str, values: &[String]) -> anyhow::Result<String> {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at_checked(digits).context("a parameter")?;
        let number: usize = number.parse().with_context(|| sql.to_owned())?;
        let value = values.get(number.wrapping_sub(1));
        text += value.with_context(|| format!("${number} in {sql}"))?;
        text += rest;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use uuid::Uuid;

    use super::Script;
    use crate::recorder::{Sent, Value};

    fn transaction(number: u128) -> Vec<Sent> {
        let sent = |sql: &str, values: Vec<Value>| Sent {
            sql: sql.to_owned(),
            values,
        };
        let id = Value::Uuid(Uuid::from_u128(number));
        let at = Value::Number(i64::try_from(number).unwrap());
        let text = |text: String| Value::Text(text);
        vec![
            sent("BEGIN", vec![]),
            sent(
                "INSERT INTO t (id, number, title, at, none) VALUES ($1, $2, $3, $4, $5)",
                vec![
                    id.clone(),
                    text(format!("WD-{number}")),
                    text("灯; it's :off".to_owned()),
                    at,
                    Value::Null,
                ],
            ),
            sent(
                "INSERT INTO e VALUES ($1, $2)",
                vec![id, text(format!("{{\"id\": {number}}}"))],
            ),
            sent("COMMIT", vec![]),
        ]
    }

    #[test]
    fn what_differs_is_made_anew_and_the_rest_stays() {
        let script = Script::new(&transaction(7), &transaction(8)).unwrap();
        assert_eq!(
            script.text,
            "\\set n :n + 1
\\set turn :base + :n * :clients + :client_id
\\set id0 (:turn * 64 + 0)
\\set text1 hash(:turn * 64 + 1)
BEGIN;
INSERT INTO t (id, number, title, at, none) VALUES (lpad(:id0, 32, 'f')::uuid, :text1, :c0, :turn, NULL);
INSERT INTO e VALUES (lpad(:id0, 32, 'f')::uuid, :c1);
COMMIT;
"
        );
        let constants: Vec<&str> = script
            .constants
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(constants, ["灯; it's :off", "{\"id\": 7}"]);
    }

    #[test]
    fn transactions_of_two_kinds_make_no_script() {
        let other = transaction(8).into_iter().skip(1).collect::<Vec<_>>();
        assert!(Script::new(&transaction(7), &other).is_err());
    }
}
