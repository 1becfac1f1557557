//! Reading the category table.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use kernel::Named;
use serde::Deserialize;

use super::{Category, CategoryGroup, CategoryTable, Keyword};
use crate::domain::routing::Season;
use crate::domain::rule_file::{self, RuleFileError};
use crate::domain::verification::Verification;
use crate::domain::wording::Bilingual;

/// Digits of the codes of the second to fourth level.
const LENGTHS: [usize; 3] = [4, 6, 8];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableSpec {
    version: u32,
    doubt: DoubtSpec,
    groups: Vec<GroupSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DoubtSpec {
    least_score: u32,
    margin_x100: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSpec {
    code: String,
    title: Bilingual,
    verification: Option<String>,
    categories: Vec<CategorySpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategorySpec {
    code: String,
    title: Bilingual,
    season: Option<String>,
    verification: Option<String>,
    #[serde(default)]
    retired: bool,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    usual: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

impl CategorySpec {
    /// Walks the words with their weight.
    fn words(&self) -> impl Iterator<Item = (&String, u32)> {
        let strong = self.strong.iter().map(|word| (word, 10));
        let usual = self.usual.iter().map(|word| (word, 5));
        strong
            .chain(usual)
            .chain(self.weak.iter().map(|word| (word, 2)))
    }
}

impl CategoryTable {
    /// Reads a table; `file` only names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, RuleFileError> {
        let spec: TableSpec = rule_file::read(file, text)?;
        let mut words: BTreeMap<&str, Vec<(String, u32)>> = BTreeMap::new();
        let mut groups: Vec<CategoryGroup> = Vec::new();
        let wrong = |place: &str, zh: &str, en: &str| RuleFileError::wrong(file, place, zh, en);
        if spec.doubt.margin_x100 < 100 {
            return Err(wrong(
                "doubt",
                "margin_x100 不得小于 100",
                "margin_x100 must be at least 100",
            ));
        }
        for group in &spec.groups {
            let known = groups.iter().any(|other| other.code == group.code);
            if known || !is_code(&group.code, 2) || group.title.is_incomplete() {
                return Err(wrong(
                    &group.code,
                    "大类须有两位唯一编码和中英文名称",
                    "a group needs its own two-digit code and both titles",
                ));
            }
            let mut categories: Vec<Category> = Vec::new();
            for category in &group.categories {
                let code = &category.code;
                let known = categories.iter().any(|other| other.code == *code);
                let above = code.get(..code.len().saturating_sub(2)).unwrap_or_default();
                let placed = above == group.code || categories.iter().any(|up| up.code == above);
                let own = LENGTHS.iter().any(|length| is_code(code, *length)) && placed;
                if known || !own || category.title.is_incomplete() {
                    return Err(wrong(
                        code,
                        "类别须有四、六或八位唯一编码，以排在前面的上级编码开头，并有中英文名称",
                        "a category needs its own code of four, six or eight digits that begins with that of one above, which stands before it, and both titles",
                    ));
                }
                let season = category.season.as_deref().map(Season::parse);
                let Some(season) = season.map_or(Some(None), |read| read.map(Some)) else {
                    return Err(wrong(
                        code,
                        "season 须为 11-15..03-15 的形式",
                        "season looks like 11-15..03-15",
                    ));
                };
                if category.retired && category.words().next().is_some() {
                    return Err(wrong(
                        code,
                        "停用的类别不得有关键词",
                        "a retired category has no keywords",
                    ));
                }
                for (word, weight) in category.words() {
                    let targets = words.entry(word).or_default();
                    if word.trim().is_empty() || targets.iter().any(|(other, _)| other == code) {
                        return Err(wrong(
                            code,
                            &format!("关键词 {word:?} 为空或重复"),
                            &format!("keyword {word:?} is empty or given twice"),
                        ));
                    }
                    targets.push((code.clone(), weight));
                }
                categories.push(Category {
                    code: code.clone(),
                    title: category.title.clone(),
                    season,
                    retired: category.retired,
                    verification: policy(file, code, category.verification.as_deref())?,
                });
            }
            groups.push(CategoryGroup {
                code: group.code.clone(),
                title: group.title.clone(),
                verification: policy(file, &group.code, group.verification.as_deref())?,
                categories,
            });
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.keys())
            .map_err(|_| wrong("keywords", "关键词过多", "too many keywords"))?;
        let keywords = words
            .into_iter()
            .map(|(word, targets)| Keyword {
                word: word.to_owned(),
                targets,
            })
            .collect();
        Ok(Self {
            version: spec.version,
            groups,
            least_score: spec.doubt.least_score,
            margin_x100: spec.doubt.margin_x100,
            keywords,
            automaton,
        })
    }
}

/// Reads how results are verified.
fn policy(
    file: &str,
    code: &str,
    word: Option<&str>,
) -> Result<Option<Verification>, RuleFileError> {
    let Some(word) = word else {
        return Ok(None);
    };
    let known = Verification::from_name(word).ok_or_else(|| {
        RuleFileError::wrong(
            file,
            code,
            "verification 须为 word、photo 或 both",
            "verification is word, photo or both",
        )
    });
    known.map(Some)
}

fn is_code(code: &str, digits: usize) -> bool {
    code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit())
}
