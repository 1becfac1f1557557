//! Resolving the form of an action.

use std::collections::HashSet;

use super::{title, unique};
use crate::domain::workflow::form::{ChoiceOption, Field, FieldKind, Form, Required};
use crate::domain::workflow::place::{Place, Report};
use crate::domain::workflow::problem::ProblemKind;
use crate::domain::workflow::spec::FieldSpec;

/// The longest text of a field.
const MAX_TEXT: usize = 20_000;

/// Resolves a form.
pub(super) fn form(specs: &[FieldSpec], place: &Place, report: &mut Report<'_>) -> Form {
    let mut seen = HashSet::new();
    let mut fields = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let place = place.at(index);
        unique(&mut seen, &spec.name, &place, report);
        let title = title(spec.title.as_ref(), &place.key("title"), report);
        if !FieldKind::NAMES.contains(&spec.kind.as_str()) {
            let (kind, allowed) = (&spec.kind, FieldKind::NAMES.join(", "));
            report.add(
                ProblemKind::UnknownFieldType,
                &place.key("type"),
                format!("未知字段类型 {kind:?}，须为以下之一：{allowed}"),
                format!("unknown field type {kind:?}, must be one of {allowed}"),
            );
            continue;
        }
        let required = required(spec, specs, &place, report);
        match kind(spec, &place, report) {
            Ok(kind) => fields.push(Field {
                name: spec.name.clone(),
                title,
                kind,
                required,
            }),
            Err((zh, en)) => report.add(ProblemKind::BadField, &place, zh, en),
        }
    }
    Form { fields }
}

type Wrong = (&'static str, &'static str);

fn kind(spec: &FieldSpec, place: &Place, report: &mut Report<'_>) -> Result<FieldKind, Wrong> {
    let limits = spec.min.is_some() || spec.max.is_some();
    if spec.options.is_some() && spec.kind != "choice" {
        return Err(("只有 choice 字段可有 options", "only a choice has options"));
    }
    if limits && spec.kind != "text" && spec.kind != "integer" {
        return Err((
            "只有 text 与 integer 字段可有 min、max",
            "only text and integer have min and max",
        ));
    }
    match spec.kind.as_str() {
        "text" => text_kind(spec),
        "integer" => match (spec.min, spec.max) {
            (Some(min), Some(max)) if min <= max => Ok(FieldKind::Integer { min, max }),
            _ => Err((
                "integer 字段须有 min 与 max，且 min 不大于 max",
                "an integer needs min and max, min at most max",
            )),
        },
        "boolean" => Ok(FieldKind::Boolean),
        "choice" => choice_kind(spec, place, report),
        "org_code" => Ok(FieldKind::OrgCode),
        _ => Ok(FieldKind::Roles),
    }
}

fn text_kind(spec: &FieldSpec) -> Result<FieldKind, Wrong> {
    const WRONG: Wrong = (
        "text 字段须有 max（不超过 20000），且 min 不大于 max",
        "a text needs max (at most 20000), and min at most max",
    );
    let least = spec.min.unwrap_or(i64::from(spec.required));
    let min = usize::try_from(least).map_err(|_| WRONG)?;
    let max = spec
        .max
        .and_then(|max| usize::try_from(max).ok())
        .ok_or(WRONG)?;
    if max == 0 || min > max || max > MAX_TEXT {
        return Err(WRONG);
    }
    Ok(FieldKind::Text { min, max })
}

fn choice_kind(
    spec: &FieldSpec,
    place: &Place,
    report: &mut Report<'_>,
) -> Result<FieldKind, Wrong> {
    let place = place.key("options");
    let mut options = Vec::new();
    let mut seen = HashSet::new();
    for (index, option) in spec.options.iter().flatten().enumerate() {
        let place = place.at(index);
        if option.value.is_empty() || !seen.insert(option.value.as_str()) {
            return Err((
                "choice 的选项为空或重复",
                "an option of the choice is empty or given twice",
            ));
        }
        let title = title(option.title.as_ref(), &place.key("title"), report);
        options.push(ChoiceOption {
            value: option.value.clone(),
            title,
        });
    }
    if options.is_empty() {
        return Err(("choice 字段须有 options", "a choice needs options"));
    }
    Ok(FieldKind::Choice { options })
}

fn required(
    spec: &FieldSpec,
    all: &[FieldSpec],
    place: &Place,
    report: &mut Report<'_>,
) -> Required {
    match &spec.required_when {
        None if spec.required => Required::Yes,
        None => Required::No,
        Some(when) => {
            let known = all.iter().any(|other| {
                other.name == when.field && other.name != spec.name && other.kind == "boolean"
            });
            if spec.required || !known {
                report.add(
                    ProblemKind::BadField,
                    &place.key("required_when"),
                    "required_when 须指向表单中另一个布尔字段，且不与 required 同用",
                    "required_when must name another boolean field of the form, without required",
                );
            }
            Required::When(when.field.clone(), when.is)
        }
    }
}
