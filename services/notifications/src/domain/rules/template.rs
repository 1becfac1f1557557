//! Texts with placeholders in braces.

use super::Fact;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Fact(Fact),
}

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TemplateError {
    #[error("a brace is not closed, or closed without being opened")]
    Unbalanced,
    #[error("unknown placeholder {{{0}}}")]
    Unknown(String),
}

impl Fact {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::State => "state",
            Self::Action => "action",
            Self::Due => "due",
            Self::Role => "role",
        }
    }

    fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Number,
            Self::State,
            Self::Action,
            Self::Due,
            Self::Role,
        ];
        all.into_iter().find(|fact| fact.name() == name)
    }
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                return Err(TemplateError::Unbalanced);
            };
            let fact = Fact::named(name).ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
            push_text(&mut parts, before)?;
            parts.push(Part::Fact(fact));
            rest = behind;
        }
        push_text(&mut parts, rest)?;
        Ok(Self(parts))
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        self.0.iter().filter_map(|part| match part {
            Part::Fact(fact) => Some(*fact),
            Part::Text(_) => None,
        })
    }

    pub(super) fn render<'a>(&'a self, value: impl Fn(Fact) -> &'a str) -> String {
        let mut text = String::new();
        for part in &self.0 {
            text.push_str(match part {
                Part::Text(text) => text,
                Part::Fact(fact) => value(*fact),
            });
        }
        text
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) -> Result<(), TemplateError> {
    if text.contains('}') {
        return Err(TemplateError::Unbalanced);
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(())
}
