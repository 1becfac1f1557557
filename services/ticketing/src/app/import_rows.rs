//! Checks the rows of an import one by one: what can be mended is mended, the rest is refused with the reason.

use kernel::Timestamp;

use crate::domain::wording::Bilingual;

/// Longest id of another system.
pub(crate) const LONGEST_ID: usize = 100;
/// Longest title of a foreign message.
pub(crate) const LONGEST_TITLE: usize = 200;
/// Longest content of a foreign message.
pub(crate) const LONGEST_CONTENT: usize = 20_000;
/// How much of the content makes a title where there is none.
const TITLE_FROM_CONTENT: usize = 40;

/// A message as another system gives it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct ImportRow {
    /// Its id there.
    pub(crate) external_id: String,
    /// Its title.
    pub(crate) title: String,
    /// Its text.
    pub(crate) content: String,
    /// When it was sent, RFC 3339.
    pub(crate) occurred_at: Option<String>,
    /// Its category there.
    pub(crate) category_code: Option<String>,
}

/// A message that can become an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its id in the other system.
    pub(crate) external_id: String,
    /// Its title, on one line.
    pub(crate) title: String,
    /// Its text.
    pub(crate) content: String,
    /// When it was sent.
    pub(crate) occurred_at: Option<Timestamp>,
}

/// Checks a row.
pub(crate) fn check(row: &ImportRow) -> Result<Message, Bilingual> {
    let external_id = without_controls(&row.external_id, Lines::Join);
    if external_id.is_empty() {
        return Err(Bilingual::new("缺少来源编号", "has no id of its source"));
    }
    no_longer_than(&external_id, LONGEST_ID, "来源编号", "the id of its source")?;
    let mut title = without_controls(&row.title, Lines::Join);
    let mut content = without_controls(&row.content, Lines::Keep);
    if title.is_empty() && content.is_empty() {
        return Err(Bilingual::new(
            "标题与内容均为空",
            "has neither title nor content",
        ));
    }
    if title.is_empty() {
        let first_line = content.lines().next().unwrap_or_default();
        title = first_line.chars().take(TITLE_FROM_CONTENT).collect();
    }
    if content.is_empty() {
        content.clone_from(&title);
    }
    no_longer_than(&title, LONGEST_TITLE, "标题", "the title")?;
    no_longer_than(&content, LONGEST_CONTENT, "内容", "the content")?;
    let occurred_at = match row.occurred_at.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => Some(text.parse().map_err(|_| {
            Bilingual::new(
                format!("时间 {text:?} 不是 RFC 3339 格式"),
                format!("the time {text:?} is not RFC 3339"),
            )
        })?),
    };
    Ok(Message {
        external_id,
        title,
        content,
        occurred_at,
    })
}

/// What becomes of line breaks and tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Keep,
    Join,
}

/// Leaves control characters out, makes line ends alike, trims.
fn without_controls(text: &str, lines: Lines) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\t' if lines == Lines::Join => clean.push(' '),
            '\r' => clean.push('\n'),
            '\n' | '\t' => clean.push(letter),
            _ if letter.is_control() => {}
            _ => clean.push(letter),
        }
    }
    clean.trim().to_owned()
}

fn no_longer_than(text: &str, most: usize, zh: &str, en: &str) -> Result<(), Bilingual> {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    Err(Bilingual::new(
        format!("{zh}有 {length} 字，超过 {most} 字"),
        format!("{en} has {length} characters, more than {most}"),
    ))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may")]

    use super::{ImportRow, LONGEST_CONTENT, LONGEST_TITLE, check};

    fn row(title: &str, content: &str) -> ImportRow {
        ImportRow {
            external_id: " 188007 ".to_owned(),
            title: title.to_owned(),
            content: content.to_owned(),
            occurred_at: Some("2019-02-14T20:00:00+08:00".to_owned()),
            category_code: None,
        }
    }

    #[test]
    fn control_characters_are_left_out_and_line_ends_made_alike() {
        let message = check(&row(
            "路灯\u{0}不亮\r\n已三天",
            "一\r\n二\r三\t\u{7}四\u{b} ",
        ))
        .unwrap();
        assert_eq!(message.external_id, "188007");
        assert_eq!(message.title, "路灯不亮 已三天");
        assert_eq!(message.content, "一\n二\n三\t四");
        assert_eq!(
            message.occurred_at.unwrap().to_string(),
            "2019-02-14T12:00:00Z"
        );
    }

    #[test]
    fn a_missing_half_is_made_from_the_other() {
        assert_eq!(check(&row("", "第一行\n第二行")).unwrap().title, "第一行");
        assert_eq!(check(&row("只有标题", " ")).unwrap().content, "只有标题");
        assert!(check(&row(" ", "\u{0}")).is_err());
    }

    #[test]
    fn too_long_or_undatable_is_refused_with_the_reason() {
        assert!(check(&row(&"字".repeat(LONGEST_TITLE), "内容")).is_ok());
        let refusal = check(&row(&"字".repeat(LONGEST_TITLE + 1), "内容")).unwrap_err();
        assert_eq!(refusal.zh, "标题有 201 字，超过 200 字");
        assert!(check(&row("题", &"字".repeat(LONGEST_CONTENT))).is_ok());
        assert!(check(&row("题", &"字".repeat(LONGEST_CONTENT + 1))).is_err());
        let undatable = ImportRow {
            occurred_at: Some("2019/2/14".to_owned()),
            ..row("题", "内容")
        };
        assert!(check(&undatable).is_err());
        let nameless = ImportRow {
            external_id: "\u{0}".to_owned(),
            ..row("题", "内容")
        };
        assert!(check(&nameless).is_err());
    }
}
