//! Bulletins as a feed, a sheet, and a page to print or to show on a screen.

use std::fmt::Write as _;

use kernel::Timestamp;

use super::atom::{element, escape, link};
use crate::App;
use crate::app::list_bulletins::BulletinView;
use crate::domain::bulletin::LEAST;

/// Where bulletins are to be had.
const BULLETINS: &str = "/api/ticketing/v1/bulletins";

/// What stands for a hidden number.
const HIDDEN: &str = "—";

/// Writes a number, or that it is not public.
fn number(count: Option<u64>) -> String {
    count.map_or_else(|| HIDDEN.to_owned(), |count| count.to_string())
}

/// Names a category for people.
fn category(app: &App, code: &str) -> String {
    if code.is_empty() {
        return "未归类".to_owned();
    }
    let title = app.categories.title(code);
    title.map_or_else(|| code.to_owned(), |title| title.zh)
}

/// Writes a feed of bulletins, the newest first.
pub(super) fn atom(items: &[BulletinView], code: Option<&str>, next: Option<&str>) -> String {
    let updated = items
        .first()
        .map_or(Timestamp::UNIX_EPOCH, |item| item.published_at);
    let place = code.map_or_else(String::new, |code| format!(":{code}"));
    let query = code.map_or_else(String::new, |code| format!("?org_code={code}"));
    let mut xml = String::with_capacity(1024);
    xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n");
    element(
        &mut xml,
        "  ",
        "id",
        &format!("tag:linli.city,2026:bulletins{place}"),
    );
    element(&mut xml, "  ", "title", "季度公报 Quarterly bulletins");
    element(&mut xml, "  ", "updated", &updated.to_string());
    xml.push_str("  <author><name>邻里 Linli</name></author>\n");
    let kind = "application/atom+xml";
    link(
        &mut xml,
        "  ",
        "self",
        kind,
        &format!("{BULLETINS}.atom{query}"),
    );
    if let Some(next) = next {
        let joint = if query.is_empty() { "?" } else { "&" };
        link(
            &mut xml,
            "  ",
            "next",
            kind,
            &format!("{BULLETINS}.atom{query}{joint}cursor={next}"),
        );
    }
    for item in items {
        let bulletin = &item.bulletin;
        let place = format!("{BULLETINS}/{}/{}", bulletin.org_code, bulletin.period);
        let published = item.published_at.to_string();
        xml.push_str("  <entry>\n");
        let id = format!(
            "tag:linli.city,2026:bulletin:{}:{}",
            bulletin.org_code, bulletin.period
        );
        element(&mut xml, "    ", "id", &id);
        let title = format!("{} {} 公报", bulletin.org_name, bulletin.period);
        element(&mut xml, "    ", "title", &title);
        element(&mut xml, "    ", "published", &published);
        element(&mut xml, "    ", "updated", &published);
        link(
            &mut xml,
            "    ",
            "alternate",
            "text/html",
            &format!("{place}/page.html"),
        );
        let mut summary = format!("诉求 {}", number(bulletin.opened));
        for rate in &bulletin.rates {
            // writing to a String cannot fail
            let _ = write!(summary, " · {} {}", rate.title, rate.percent());
        }
        let _ = write!(summary, "\nSHA-256 {}", item.hash);
        element(&mut xml, "    ", "summary", &summary);
        xml.push_str("  </entry>\n");
    }
    xml.push_str("</feed>\n");
    xml
}

/// Writes a field so that it is text for every spreadsheet, never a formula.
fn field(csv: &mut String, text: &str) {
    csv.push('"');
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        csv.push('\'');
    }
    csv.push_str(&text.replace('"', "\"\""));
    csv.push('"');
}

fn record(csv: &mut String, fields: &[&str]) {
    for (place, text) in fields.iter().enumerate() {
        if place > 0 {
            csv.push(',');
        }
        field(csv, text);
    }
    csv.push_str("\r\n");
}

/// Writes a bulletin as CSV: one line for each number.
pub(super) fn csv(app: &App, item: &BulletinView) -> String {
    let bulletin = &item.bulletin;
    // spreadsheets take UTF-8 by this mark only
    let mut csv = String::from("\u{feff}");
    record(
        &mut csv,
        &["季度", "地点", "地点代码", "指标", "分子", "分母", "值"],
    );
    let code = bulletin.org_code.as_str();
    let mut line = |name: &str, numerator: &str, denominator: &str, value: &str| {
        let place = [bulletin.period.as_str(), bulletin.org_name.as_str(), code];
        let [period, org, code] = place;
        record(
            &mut csv,
            &[period, org, code, name, numerator, denominator, value],
        );
    };
    line("诉求数", "", "", &shown(bulletin.opened));
    for count in &bulletin.categories {
        let name = format!("类别：{}", category(app, &count.category));
        line(&name, "", "", &shown(count.opened));
    }
    for rate in &bulletin.rates {
        let value = rate.percent();
        let value = if value == HIDDEN {
            "未公开"
        } else {
            value.as_str()
        };
        line(
            &rate.title,
            &shown(rate.numerator),
            &shown(rate.denominator),
            value,
        );
    }
    line("数据截止", "", "", &bulletin.as_of.to_string());
    line("哈希", "", "", &item.hash);
    csv
}

/// Writes a number of the sheet; a dash would look like a formula.
fn shown(count: Option<u64>) -> String {
    count.map_or_else(|| "未公开".to_owned(), |count| count.to_string())
}

const STYLE: &str = "@page{size:A4;margin:18mm}body{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#111;\
background:#fff;max-width:60rem;margin:0 auto;padding:1.5rem;font-size:1.25rem;line-height:1.6}h1{font-size:2rem;\
text-align:center}table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:700}\
th,td{border:1px solid #444;padding:.4rem .6rem;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}\
footer{font-size:.9rem;overflow-wrap:anywhere}tr{break-inside:avoid}";

/// Writes a page for notice boards and screens: large, without script, readable aloud, Chinese first.
pub(super) fn html(app: &App, item: &BulletinView) -> String {
    let bulletin = &item.bulletin;
    let mut page = String::with_capacity(8 * 1024);
    page.push_str("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
    );
    let title = format!("{} {} 公报", bulletin.org_name, bulletin.period);
    escape(&mut page, &title);
    let _ = write!(
        page,
        "</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>"
    );
    escape(&mut page, &title);
    page.push_str("</h1>\n<p>");
    let opened = format!(
        "{} 至 {} 提出的诉求（orders opened）：{}。",
        bulletin.from,
        bulletin.to,
        number(bulletin.opened)
    );
    escape(&mut page, &opened);
    page.push_str("</p>\n");
    table(
        &mut page,
        "办理情况 Rates",
        &["指标", "公式", "分子", "分母", "值"],
        |page| {
            for rate in &bulletin.rates {
                let numbers = [
                    number(rate.numerator),
                    number(rate.denominator),
                    rate.percent(),
                ];
                row(page, &[&rate.title, &rate.formula], &numbers);
            }
        },
    );
    table(
        &mut page,
        "按类别 By category",
        &["类别", "诉求数"],
        |page| {
            for count in &bulletin.categories {
                let name = category(app, &count.category);
                row(page, &[&name], &[number(count.opened)]);
            }
        },
    );
    page.push_str("<footer>\n<p>");
    let note = format!(
        "小于 {LEAST} 的数及能推出它们的数不公开，以“{HIDDEN}”表示（counts below {LEAST}, and those that would give them away, are hidden）。\
         数据截止 {}，统计口径第 {} 版，公示期内收到异议 {} 件。",
        bulletin.as_of, bulletin.rules_version, bulletin.objections
    );
    escape(&mut page, &note);
    page.push_str("</p>\n<p>");
    let chain = format!(
        "第 {} 份 · SHA-256 {} · 前一份 {}",
        item.seq, item.hash, item.before
    );
    escape(&mut page, &chain);
    page.push_str("</p>\n</footer>\n</body>\n</html>\n");
    page
}

fn table(page: &mut String, caption: &str, heads: &[&str], rows: impl FnOnce(&mut String)) {
    page.push_str("<table>\n<caption>");
    escape(page, caption);
    page.push_str("</caption>\n<thead><tr>");
    for head in heads {
        page.push_str("<th scope=\"col\">");
        escape(page, head);
        page.push_str("</th>");
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    rows(page);
    page.push_str("</tbody>\n</table>\n");
}

fn row(page: &mut String, texts: &[&str], numbers: &[String]) {
    page.push_str("<tr>");
    for (place, text) in texts.iter().enumerate() {
        let (open, close) = if place == 0 {
            ("<th scope=\"row\">", "</th>")
        } else {
            ("<td>", "</td>")
        };
        page.push_str(open);
        escape(page, text);
        page.push_str(close);
    }
    for number in numbers {
        page.push_str("<td class=\"n\">");
        escape(page, number);
        page.push_str("</td>");
    }
    page.push_str("</tr>\n");
}

#[cfg(test)]
mod tests {
    use super::{record, row};

    #[test]
    fn a_name_is_never_a_formula_nor_a_tag() {
        let mut csv = String::new();
        record(&mut csv, &["=1+1", "一\"二\"", "三"]);
        assert_eq!(csv, "\"'=1+1\",\"一\"\"二\"\"\",\"三\"\r\n");
        let mut page = String::new();
        row(&mut page, &["<b>"], &["5".to_owned()]);
        assert_eq!(
            page,
            "<tr><th scope=\"row\">&lt;b&gt;</th><td class=\"n\">5</td></tr>\n"
        );
    }
}
