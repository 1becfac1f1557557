//! Publications as an Atom feed (RFC 4287).

use std::fmt::Write as _;

use kernel::{Timestamp, TypedId};

use crate::app::list_publications::{GonePublication, PublicationPage, PublicationView};

/// Where publications are to be had.
pub(super) const PUBLICATIONS: &str = "/api/ticketing/v1/publications";
/// Where the feed is to be had.
const FEED: &str = "/api/ticketing/v1/publications.atom";

/// A feed of one place, or of the whole city.
pub(super) struct Feed<'a> {
    /// The place asked for, as it was written in the query.
    pub(super) org_code: Option<&'a str>,
    /// Whether it is the first page, which is the one that readers come back to.
    pub(super) is_first: bool,
    /// The publications, and what was taken down.
    pub(super) page: &'a PublicationPage,
}

impl Feed<'_> {
    /// Writes the feed.
    pub(super) fn render(&self) -> String {
        let updated = self.updated().unwrap_or(Timestamp::UNIX_EPOCH);
        let place = self
            .org_code
            .map_or_else(String::new, |code| format!(":{code}"));
        let query = self
            .org_code
            .map_or_else(String::new, |code| format!("?org_code={code}"));
        let mut xml = String::with_capacity(1024 * self.page.items.len().saturating_add(1));
        xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        xml.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n");
        element(
            &mut xml,
            "  ",
            "id",
            &format!("tag:linli.city,2026:publications{place}"),
        );
        element(&mut xml, "  ", "title", &self.title());
        element(&mut xml, "  ", "updated", &updated.to_string());
        xml.push_str("  <author><name>邻里 Linli</name></author>\n");
        link(
            &mut xml,
            "  ",
            "self",
            "application/atom+xml",
            &format!("{FEED}{query}"),
        );
        link(
            &mut xml,
            "  ",
            "alternate",
            "application/json",
            &format!("{PUBLICATIONS}{query}"),
        );
        if let Some(next) = &self.page.next {
            let joint = if query.is_empty() { "?" } else { "&" };
            let href = format!("{FEED}{query}{joint}cursor={next}");
            link(&mut xml, "  ", "next", "application/atom+xml", &href);
        }
        if self.is_first {
            for gone in &self.page.withdrawn {
                withdrawn(&mut xml, gone);
            }
        }
        for item in &self.page.items {
            entry(&mut xml, item);
        }
        xml.push_str("</feed>\n");
        xml
    }

    /// Returns when the newest publication came, or was taken down.
    pub(super) fn updated(&self) -> Option<Timestamp> {
        self.page.changed()
    }

    /// Names the place as its newest publication does; a place without any is shown by its code.
    fn title(&self) -> String {
        let Some(code) = self.org_code else {
            return "晒单 Published results".to_owned();
        };
        let known = self
            .page
            .items
            .iter()
            .find(|item| item.org_code.as_str() == code);
        let name = known.map_or(code, |item| item.org_name.as_str());
        format!("晒单 Published results · {name}")
    }
}

fn entry(xml: &mut String, item: &PublicationView) {
    let published = item.published_at.to_string();
    xml.push_str("  <entry>\n");
    element(xml, "    ", "id", &format!("urn:uuid:{}", item.id.uuid()));
    element(xml, "    ", "title", &item.title);
    element(xml, "    ", "published", &published);
    element(xml, "    ", "updated", &published);
    let href = format!("{PUBLICATIONS}/{}", item.id);
    link(xml, "    ", "alternate", "application/json", &href);
    if let Some(category) = &item.category {
        xml.push_str("    <category term=\"");
        escape(xml, category);
        xml.push_str("\"/>\n");
    }
    element(
        xml,
        "    ",
        "summary",
        &format!("{}\n{}", item.summary, figures(item)),
    );
    xml.push_str("  </entry>\n");
}

/// Tells that a publication was taken down: under the same id, so that readers put it in the place of what they kept.
fn withdrawn(xml: &mut String, gone: &GonePublication) {
    xml.push_str("  <entry>\n");
    element(xml, "    ", "id", &format!("urn:uuid:{}", gone.id.uuid()));
    element(xml, "    ", "title", "（已撤下）Withdrawn");
    element(xml, "    ", "published", &gone.published_at.to_string());
    element(xml, "    ", "updated", &gone.withdrawn_at.to_string());
    let said = format!("{} · {} · 已撤下 withdrawn", gone.org_name, gone.number);
    element(xml, "    ", "summary", &said);
    xml.push_str("  </entry>\n");
}

/// Puts the figures into a line.
fn figures(item: &PublicationView) -> String {
    let figures = &item.figures;
    let mut line = format!(
        "{} · {} · 轮次 {} · 办理 {} 分钟 · 评议 {} 票",
        item.org_name, item.number, figures.rounds, figures.handling_minutes, figures.votes
    );
    // writing to a String cannot fail
    if let Some(mean) = figures.mean_score {
        let _ = write!(line, " · 均分 {mean:.2}");
    }
    if let Some(solved) = figures.solved {
        let _ = write!(
            line,
            " · 认为已解决 {}/{}",
            solved.numerator, solved.denominator
        );
    }
    line
}

pub(super) fn element(xml: &mut String, indent: &str, name: &str, text: &str) {
    xml.push_str(indent);
    xml.push('<');
    xml.push_str(name);
    xml.push('>');
    escape(xml, text);
    xml.push_str("</");
    xml.push_str(name);
    xml.push_str(">\n");
}

pub(super) fn link(xml: &mut String, indent: &str, rel: &str, kind: &str, href: &str) {
    xml.push_str(indent);
    xml.push_str("<link rel=\"");
    xml.push_str(rel);
    xml.push_str("\" type=\"");
    xml.push_str(kind);
    xml.push_str("\" href=\"");
    escape(xml, href);
    xml.push_str("\"/>\n");
}

/// Writes text so that it is text again for every reader; what XML 1.0 cannot hold is left out.
pub(super) fn escape(xml: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            '\n' | '\t' => xml.push(letter),
            '\u{FFFE}' | '\u{FFFF}' => {}
            _ if letter.is_control() => {}
            _ => xml.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_stays_text() {
        let mut xml = String::new();
        escape(
            &mut xml,
            "路灯<b>\"亮\"</b> & 'ok'\u{0}\u{1f}\u{fffe}\n\t。",
        );
        assert_eq!(
            xml,
            "路灯&lt;b&gt;&quot;亮&quot;&lt;/b&gt; &amp; &apos;ok&apos;\n\t。"
        );
    }
}
