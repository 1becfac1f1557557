//! Reading notices and questions.

use kernel::Role;
use serde::Deserialize;

use super::{Channel, IntakeTable, Notice, NoticeKind};
use crate::domain::category::CategoryTable;
use crate::domain::routing::Season;
use crate::domain::rule_file::{self, RuleFileError};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::form::{ChoiceOption, Field, FieldKind, Required};

/// Longest text that a question takes.
const LONGEST: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableSpec {
    #[expect(dead_code, reason = "kept in the file for those who change it")]
    version: u32,
    #[serde(default)]
    channels: Vec<ChannelSpec>,
    #[serde(default)]
    notices: Vec<NoticeSpec>,
    #[serde(default)]
    questions: Vec<QuestionSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelSpec {
    name: String,
    title: Bilingual,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    on_behalf: bool,
    #[serde(default)]
    system: bool,
    #[serde(default)]
    confirm: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeSpec {
    id: String,
    kind: String,
    phone: Option<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    season: Option<String>,
    title: Bilingual,
    text: Bilingual,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionSpec {
    category: String,
    name: String,
    title: Bilingual,
    #[serde(rename = "type")]
    kind: String,
    max: Option<usize>,
    #[serde(default)]
    options: Vec<OptionSpec>,
    #[serde(default)]
    required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionSpec {
    value: String,
    title: Bilingual,
}

type Wrong = (&'static str, &'static str);

impl IntakeTable {
    /// Reads the built-in table; every category it names must be one of `categories`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn bundled(categories: &CategoryTable) -> Result<Self, RuleFileError> {
        Self::parse(super::BUNDLED.0, super::BUNDLED.1, categories)
    }

    /// Reads a table; `file` only names it in errors.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(
        file: &str,
        text: &str,
        categories: &CategoryTable,
    ) -> Result<Self, RuleFileError> {
        let spec: TableSpec = rule_file::read(file, text)?;
        let wrong = |place: &str, (zh, en): Wrong| RuleFileError::wrong(file, place, zh, en);
        let mut channels: Vec<Channel> = Vec::new();
        for spec in spec.channels {
            let name = spec.name.clone();
            let channel = channel(spec).map_err(|why| wrong(&name, why))?;
            if channels.iter().any(|other| other.name == name) {
                return Err(wrong(&name, ("渠道重名", "the channel is there twice")));
            }
            channels.push(channel);
        }
        let mut notices: Vec<Notice> = Vec::new();
        for spec in spec.notices {
            let id = spec.id.clone();
            let notice = notice(spec, categories).map_err(|why| wrong(&id, why))?;
            if notices.iter().any(|other| other.id == id) {
                return Err(wrong(&id, ("编号重复", "the id is used twice")));
            }
            notices.push(notice);
        }
        let mut questions: Vec<(String, Field)> = Vec::new();
        for spec in spec.questions {
            let (name, category) = (spec.name.clone(), spec.category.clone());
            let field = question(spec, categories).map_err(|why| wrong(&name, why))?;
            // questions of a group and of one of its categories are asked together
            let together =
                |other: &str| other.starts_with(&category) || category.starts_with(other);
            if questions
                .iter()
                .any(|(of, known)| known.name == name && together(of))
            {
                return Err(wrong(&name, ("问题重名", "the name is used twice")));
            }
            questions.push((category, field));
        }
        Ok(Self {
            channels,
            notices,
            questions,
        })
    }
}

fn channel(spec: ChannelSpec) -> Result<Channel, Wrong> {
    let named = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '_');
    if spec.name.is_empty() || !spec.name.chars().all(named) {
        return Err((
            "名称须为小写字母、数字和下划线",
            "a name has small letters, digits and _",
        ));
    }
    if spec.title.is_incomplete() {
        return Err(("须有中英文", "needs both texts"));
    }
    let roles: Result<Vec<Role>, _> = spec.roles.iter().map(|role| role.parse()).collect();
    let roles = roles.map_err(|_| ("没有这个角色", "there is no such role"))?;
    if spec.system && (spec.on_behalf || !roles.is_empty()) {
        return Err((
            "系统渠道不得指定角色或代为登记",
            "a channel of the platform has neither roles nor on_behalf",
        ));
    }
    if spec.on_behalf && roles.is_empty() {
        return Err((
            "代为登记须指定角色",
            "who files for somebody else must be named",
        ));
    }
    Ok(Channel {
        name: spec.name,
        title: spec.title,
        roles,
        on_behalf: spec.on_behalf,
        system: spec.system,
        confirm: spec.confirm,
    })
}

fn notice(spec: NoticeSpec, categories: &CategoryTable) -> Result<Notice, Wrong> {
    let kind = match spec.kind.as_str() {
        "emergency" => NoticeKind::Emergency,
        "redirect" => NoticeKind::Redirect,
        "advice" => NoticeKind::Advice,
        _ => {
            return Err((
                "kind 须为 emergency、redirect 或 advice",
                "kind is emergency, redirect or advice",
            ));
        }
    };
    if kind == NoticeKind::Emergency && spec.phone.is_none() {
        return Err(("紧急提示须有电话", "an emergency needs a phone"));
    }
    if spec.words.is_empty() && spec.categories.is_empty() {
        return Err(("须有词语或类别", "needs words or categories"));
    }
    if spec.words.iter().any(|word| word.chars().count() < 2) {
        return Err(("词语至少两字", "a word has two characters at least"));
    }
    if !spec.categories.iter().all(|code| categories.contains(code)) {
        return Err(("没有这个类别", "there is no such category"));
    }
    if spec.title.is_incomplete() || spec.text.is_incomplete() {
        return Err(("须有中英文", "needs both texts"));
    }
    let season = spec.season.as_deref().map(Season::parse);
    if season == Some(None) {
        return Err((
            "日期须为 11-15..03-15 的形式",
            "a season is written 11-15..03-15",
        ));
    }
    Ok(Notice {
        id: spec.id,
        kind,
        phone: spec.phone,
        words: spec.words,
        categories: spec.categories,
        season: season.flatten(),
        title: spec.title,
        text: spec.text,
    })
}

fn question(spec: QuestionSpec, categories: &CategoryTable) -> Result<Field, Wrong> {
    let named =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if spec.name.is_empty() || !spec.name.chars().all(named) {
        return Err((
            "名称须为小写字母、数字和下划线",
            "a name has small letters, digits and _",
        ));
    }
    if !categories.contains(&spec.category) {
        return Err(("没有这个类别", "there is no such category"));
    }
    if spec.title.is_incomplete()
        || spec
            .options
            .iter()
            .any(|option| option.title.is_incomplete())
    {
        return Err(("须有中英文", "needs both texts"));
    }
    let kind = match (spec.kind.as_str(), spec.max, spec.options.as_slice()) {
        ("text", Some(max @ 1..=LONGEST), []) => FieldKind::Text {
            min: usize::from(spec.required),
            max,
        },
        ("boolean", None, []) => FieldKind::Boolean,
        ("choice", None, [_, ..]) => FieldKind::Choice {
            options: spec
                .options
                .into_iter()
                .map(|option| ChoiceOption {
                    value: option.value,
                    title: option.title,
                })
                .collect(),
        },
        _ => {
            return Err((
                "须为 text（带 max）、boolean 或 choice（带 options）",
                "is a text (with max), a boolean or a choice (with options)",
            ));
        }
    };
    Ok(Field {
        name: spec.name,
        title: spec.title,
        kind,
        required: if spec.required {
            Required::Yes
        } else {
            Required::No
        },
    })
}
