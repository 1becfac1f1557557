//! Calendars of service as RFC 5545 writes them.

use kernel::{GeoPoint, Timestamp};

/// Octets of a line beyond which it is folded (RFC 5545, 3.1).
const LINE: usize = 75;

/// How sure an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    Confirmed,
    Tentative,
    Cancelled,
}

impl Certainty {
    const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// One event of a calendar.
#[derive(Debug, Clone)]
pub(crate) struct CalendarEvent {
    /// The same whenever it is read, so that a calendar replaces what it has.
    pub(crate) uid: String,
    /// Rises with each change.
    pub(crate) sequence: i64,
    pub(crate) changed_at: Timestamp,
    pub(crate) begins_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) title: String,
    /// What else there is to know, line by line.
    pub(crate) description: String,
    /// Where it is.
    pub(crate) place: Option<GeoPoint>,
    pub(crate) certainty: Certainty,
}

/// Escapes a text (RFC 5545, 3.3.11); what is no line break and yet a control character is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Appends a line, folded so that none has more than 75 octets and no character is cut.
fn push_line(out: &mut String, line: &str) {
    let mut width = 0;
    for letter in line.chars() {
        if width + letter.len_utf8() > LINE {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(letter);
        width += letter.len_utf8();
    }
    out.push_str("\r\n");
}

/// An instant in UTC, to the second.
fn instant(at: Timestamp) -> String {
    at.as_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Writes a calendar.
pub(crate) fn write_calendar(name: &str, events: &[CalendarEvent]) -> String {
    let mut out = String::new();
    let mut line = |text: &str| push_line(&mut out, text);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Linli//volunteering//ZH");
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escaped(name)));
    line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for event in events {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escaped(&event.uid)));
        line(&format!("SEQUENCE:{}", event.sequence));
        line(&format!("DTSTAMP:{}", instant(event.changed_at)));
        line(&format!("DTSTART:{}", instant(event.begins_at)));
        line(&format!("DTEND:{}", instant(event.ends_at)));
        line(&format!("SUMMARY:{}", escaped(&event.title)));
        if !event.description.is_empty() {
            line(&format!("DESCRIPTION:{}", escaped(&event.description)));
        }
        if let Some(place) = event.place {
            let (lat, lon) = (place.lat(), place.lon());
            let point = format!("{lat:.6}, {lon:.6}");
            line(&format!("LOCATION:{}", escaped(&point)));
            line(&format!("GEO:{lat:.6};{lon:.6}"));
        }
        line(&format!("STATUS:{}", event.certainty.name()));
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use super::{CalendarEvent, Certainty, write_calendar};

    #[test]
    fn texts_are_escaped_and_long_lines_folded_between_characters() {
        let title = format!("值日;a,b\\c\n{}", "巡".repeat(60));
        let event = CalendarEvent {
            uid: "sgn_1@linli".to_owned(),
            sequence: 3,
            changed_at: "2026-11-22T01:00:00.5Z".parse().unwrap(),
            begins_at: "2026-11-27T10:00:00Z".parse().unwrap(),
            ends_at: "2026-11-27T12:00:00Z".parse().unwrap(),
            title: title.clone(),
            description: "风险提示：夜间, 道路\n请带反光背心".to_owned(),
            place: kernel::GeoPoint::new(114.2, 30.5).ok(),
            certainty: Certainty::Tentative,
        };
        let text = write_calendar("志愿服务", &[event]);
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        assert!(!text.replace("\r\n", "").contains('\n'));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains("SUMMARY:值日\\;a\\,b\\\\c\\n巡巡"));
        assert!(unfolded.contains("DTSTART:20261127T100000Z\r\nDTEND:20261127T120000Z\r\n"));
        assert!(unfolded.contains("\r\nDESCRIPTION:风险提示：夜间\\, 道路\\n请带反光背心\r\n"));
        assert!(
            unfolded
                .contains("\r\nLOCATION:30.500000\\, 114.200000\r\nGEO:30.500000;114.200000\r\n")
        );
        assert!(unfolded.contains("DTSTAMP:20261122T010000Z"));
        assert!(unfolded.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
    }
}
