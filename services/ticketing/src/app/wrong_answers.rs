//! Answers to the questions of a category that don't fit them.

use problem::{Category, Fact, FieldError, Kind, Message};

use crate::domain::workflow::refusal::InputProblem;

/// The answers don't fit the questions, and where.
#[derive(Debug, thiserror::Error)]
#[error("the answers do not fit the questions")]
pub(crate) struct WrongAnswers(pub(crate) Vec<InputProblem>);

impl Category for WrongAnswers {
    fn fact(&self) -> Fact {
        let fields = self.0.iter().map(|problem| {
            let said = Message::new(problem.reason.zh.clone(), problem.reason.en.clone());
            FieldError::new(format!("/answers{}", problem.pointer), said)
        });
        Fact::new(
            Kind::Invalid,
            "invalid-answers",
            "回答不符合问题要求",
            "the answers do not fit the questions",
        )
        .with_fields(fields.collect())
    }
}
