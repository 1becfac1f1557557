use problem::Locale;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its header in English, and its name in reports.
    pub en: &'static str,
    /// Its header in Chinese.
    pub zh: &'static str,
    /// Whether every row has something there.
    pub required: bool,
    /// What may stand there, in Chinese and English.
    pub takes: (&'static str, &'static str),
    /// A cell as it might be.
    pub example: &'static str,
}

impl Column {
    /// Its header in a language.
    #[must_use]
    pub fn header(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Zh => self.zh,
            Locale::En => self.en,
        }
    }
}

/// Describes a column that every row has.
#[must_use]
pub const fn must(
    en: &'static str,
    zh: &'static str,
    takes: (&'static str, &'static str),
    example: &'static str,
) -> Column {
    Column {
        en,
        zh,
        required: true,
        takes,
        example,
    }
}

/// Describes a column that may be empty or missing.
#[must_use]
pub const fn may(
    en: &'static str,
    zh: &'static str,
    takes: (&'static str, &'static str),
    example: &'static str,
) -> Column {
    Column {
        required: false,
        ..must(en, zh, takes, example)
    }
}
