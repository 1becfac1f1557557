//! A district's own rules, as its `ConfigMaps` have them: TOML to what the platform takes, and whether it has that.

use serde_json::{Map, Value};

use super::divisions::fingerprint;

/// Longest text of one rule, in bytes.
const MOST_BYTES: usize = 256 * 1024;
/// Most workflows of a profile of limits.
pub(crate) const MOST_WORKFLOWS: usize = 20;
/// Longest name of a workflow.
const LONGEST_NAME: usize = 63;
/// All that a profile of limits may change.
const LIMITS: &str = "limits";

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RuleError {
    /// It is longer than any rule.
    #[error("超过 {MOST_BYTES} 字节 (too long)")]
    TooLong,
    /// It is no TOML.
    #[error("第 {line} 行不是 TOML (line {line} is not TOML): {message}")]
    Broken {
        /// Line.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A profile of limits holds something else.
    #[error("时限方案只能写 limits，不能写 {0} (a profile of limits holds nothing else)")]
    NotLimits(String),
    /// A key of a profile names no workflow.
    #[error("{0} 不是流程名称 (is not a workflow's name)")]
    Name(String),
    /// A profile has too many workflows.
    #[error("时限方案超过 {MOST_WORKFLOWS} 个流程 (too many workflows)")]
    TooMany,
}

/// A version that the platform has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    /// Its number.
    pub(crate) version: i64,
    /// What it says.
    pub(crate) contents: Value,
    /// Whether it was made of a workflow's file that is not the newest any more.
    pub(crate) outdated: bool,
}

/// Reads a rule.
///
/// # Errors
/// It is too long, or no TOML.
pub(crate) fn read(text: &str) -> Result<Value, RuleError> {
    if text.len() > MOST_BYTES {
        return Err(RuleError::TooLong);
    }
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let ends = before.unwrap_or_default().matches('\n').count();
        RuleError::Broken {
            line: ends + 1,
            message: error.message().to_owned(),
        }
    })?;
    Ok(json(toml::Value::Table(table)))
}

/// Reads what a profile of limits says of one workflow.
///
/// # Errors
/// The name is none, the text does not read, or it holds something else than limits.
pub(crate) fn read_limits(name: &str, text: &str) -> Result<Value, RuleError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // it becomes a part of an address
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(plain) {
        return Err(RuleError::Name(name.to_owned()));
    }
    let read = read(text)?;
    let mut keys = read.as_object().into_iter().flat_map(Map::keys);
    match keys.find(|key| *key != LIMITS) {
        Some(other) => Err(RuleError::NotLimits(other.clone())),
        None => Ok(read),
    }
}

/// Adds the limits of a profile to what a district does otherwise, but for the clocks that the district names itself:
/// a clock has one limit, so that two of them do not mix.
#[must_use]
pub(crate) fn with_profile(profile: Value, own: Value) -> Value {
    let (Value::Object(mut below), Value::Object(mut own)) = (profile, own) else {
        return Value::Null;
    };
    let clocks = |limits: Option<Value>| match limits {
        Some(Value::Object(clocks)) => clocks,
        _ => Map::new(),
    };
    let mut limits = clocks(below.remove(LIMITS));
    match own.remove(LIMITS) {
        // what is no table is the platform's to refuse
        Some(other) if !other.is_object() => {
            own.insert(LIMITS.to_owned(), other);
        }
        named => {
            limits.extend(clocks(named));
            own.insert(LIMITS.to_owned(), Value::Object(limits));
        }
    }
    Value::Object(own)
}

/// Digest of a rule.
#[must_use]
pub(crate) fn digest_of(rule: &Value) -> String {
    fingerprint(&pruned(rule).to_string())
}

/// Whether the platform has something else than what is wanted. What was published before is not published again
/// for what the platform made of it: `before` is its digest and version.
#[must_use]
pub(crate) fn differs(
    wanted: &Value,
    current: Option<&Published>,
    before: Option<(&str, i64)>,
) -> bool {
    let Some(current) = current else {
        return true;
    };
    if current.outdated {
        return true;
    }
    let digest = digest_of(wanted);
    before != Some((digest.as_str(), current.version))
        && pruned(wanted) != pruned(&current.contents)
}

/// Whether a rule changes nothing.
#[must_use]
pub(crate) fn is_empty(rule: &Value) -> bool {
    match rule {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}

/// Without what is as good as left out.
fn pruned(rule: &Value) -> Value {
    match rule {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !is_empty(value));
            Value::Object(
                kept.map(|(key, value)| (key.clone(), pruned(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(pruned).collect()),
        other => other.clone(),
    }
}

/// Dates become texts, as the platform's API has them.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json).collect()),
        toml::Value::Table(members) => {
            let members = members.into_iter();
            Value::Object(members.map(|(key, value)| (key, json(value))).collect())
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use serde_json::json;

    use super::*;

    fn published(version: i64, contents: Value) -> Published {
        Published {
            version,
            contents,
            outdated: false,
        }
    }

    #[test]
    fn a_rule_reads_with_dates_as_texts() {
        let text = "zone = \"Asia/Shanghai\"\n[[years]]\nyear = 2026\nmakeup = [2026-01-04, \"2026-02-14\"]\n";
        let wanted = json!({
            "zone": "Asia/Shanghai", "years": [{"year": 2026, "makeup": ["2026-01-04", "2026-02-14"]}],
        });
        assert_eq!(read(text).unwrap(), wanted);
    }

    #[test]
    fn what_does_not_read_names_its_line() {
        let broken = read("zone = \"Asia/Shanghai\"\nblocks = [\n").unwrap_err();
        assert!(
            matches!(broken, RuleError::Broken { line: 2 | 3, .. }),
            "{broken}"
        );
        assert_eq!(read(&"#".repeat(MOST_BYTES + 1)), Err(RuleError::TooLong));
    }

    #[test]
    fn a_profile_holds_limits_of_workflows_and_nothing_else() {
        let text = "[limits.handle]\nwork_days = 9\n";
        let read = read_limits("six-step", text).unwrap();
        assert_eq!(read, json!({"limits": {"handle": {"work_days": 9}}}));
        let other = read_limits("six-step", "max_rounds = 3\n");
        assert_eq!(other, Err(RuleError::NotLimits("max_rounds".to_owned())));
        let long = "a".repeat(LONGEST_NAME + 1);
        for name in ["", "../six-step", "Six", "six_step", long.as_str()] {
            let wrong = read_limits(name, text);
            assert_eq!(wrong, Err(RuleError::Name(name.to_owned())));
        }
    }

    #[test]
    fn a_districts_own_limit_takes_the_place_of_the_profiles() {
        let profile = json!({"limits": {"handle": {"work_days": 9}, "accept": {"hours": 2}}});
        let own = json!({"limits": {"handle": {"hours": 30}}, "max_rounds": 2});
        let both = json!({
            "limits": {"handle": {"hours": 30}, "accept": {"hours": 2}}, "max_rounds": 2,
        });
        assert_eq!(with_profile(profile.clone(), own), both);
        assert_eq!(with_profile(json!({}), profile.clone()), profile);
        let wrong = json!({"limits": 3});
        assert_eq!(with_profile(profile, wrong.clone()), wrong);
    }

    #[test]
    fn what_is_left_out_and_what_is_empty_are_the_same() {
        let wanted = json!({"zone": "Asia/Shanghai", "years": [{"year": 2026}]});
        let shown = json!({
            "zone": "Asia/Shanghai", "years": [{"year": 2026, "holidays": [], "makeup": []}], "note": null,
        });
        assert!(!differs(&wanted, Some(&published(1, shown.clone())), None));
        assert_eq!(digest_of(&wanted), digest_of(&shown));
        assert!(is_empty(&json!({"limits": {}, "requests": {"extend": {}}})));
        assert!(!is_empty(&json!({"max_rounds": 0})));
    }

    #[test]
    fn it_is_published_once_and_again_where_somebody_changed_it() {
        let wanted = json!({"max_rounds": 2});
        let digest = digest_of(&wanted);
        let ours = published(1, json!({"max_rounds": 2}));
        // the platform may write it another way: that is no reason to publish for ever
        let in_its_words = published(1, json!({"max_rounds": "two"}));
        let theirs = published(2, json!({"max_rounds": 5}));
        let old = Published {
            outdated: true,
            ..ours.clone()
        };
        for (current, before, expected) in [
            (None, None, true),
            (Some(&ours), None, false),
            (Some(&ours), Some((digest.as_str(), 1)), false),
            (Some(&in_its_words), Some((digest.as_str(), 1)), false),
            (Some(&in_its_words), Some(("another", 1)), true),
            (Some(&theirs), Some((digest.as_str(), 1)), true),
            (Some(&old), Some((digest.as_str(), 1)), true),
        ] {
            assert_eq!(differs(&wanted, current, before), expected, "{current:?}");
        }
    }
}
