//! The two languages of answers.

use std::borrow::Cow;

/// Language of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// Picks the language that an `Accept-Language` header prefers, Chinese unless English wins.
    ///
    /// Between equal weights the first one wins; `*` and unknown languages count for nothing.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        let mut best = (Self::Zh, 0);
        for range in header.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default();
            let locale = if primary.eq_ignore_ascii_case("zh") {
                Self::Zh
            } else if primary.eq_ignore_ascii_case("en") {
                Self::En
            } else {
                continue;
            };
            let quality = parts
                .find_map(|part| {
                    let part = part.trim();
                    part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))
                })
                .map_or(1000, thousandths);
            if quality > best.1 {
                best = (locale, quality);
            }
        }
        best.0
    }

    /// Returns the language tag, for `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// Reads a weight from 0 to 1 in thousandths; what is no weight counts for nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match whole {
        "1" => 1000,
        "0" => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// A sentence for the caller in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Chinese text.
    pub zh: Cow<'static, str>,
    /// English text.
    pub en: Cow<'static, str>,
}

impl Message {
    /// Makes a message, from literals or from built strings.
    #[must_use]
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// Makes a message from literals, in constants.
    #[must_use]
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self {
            zh: Cow::Borrowed(zh),
            en: Cow::Borrowed(en),
        }
    }

    /// Makes a message from one text that already holds both languages, as parse errors of
    /// `kernel` do: `不能为空 (must not be blank)`.
    #[must_use]
    pub fn bilingual(text: &str) -> Self {
        let parts = text
            .strip_suffix(')')
            .and_then(|rest| rest.split_once(" ("));
        match parts {
            Some((zh, en)) if !zh.is_ascii() => Self::new(zh.to_owned(), en.to_owned()),
            _ => Self::new(text.to_owned(), text.to_owned()),
        }
    }

    /// Returns the text in one language.
    #[must_use]
    pub fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}
