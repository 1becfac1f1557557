//! Residents' messages: `id,subject,body,sent_at`, and `category` where the source has one.

use std::path::Path;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::json;

use super::rows::{self, Rows};
use crate::outcome::Stop;

/// Zone of times without one.
const ZONE: &str = "Asia/Shanghai";

pub(super) fn read(file: &Path) -> anyhow::Result<Rows> {
    let zone = TimeZone::get(ZONE)?;
    rows::read(file, &["id", "subject", "body", "sent_at"], |record| {
        let id = record.text("id")?;
        if id.is_empty() {
            return Err("id 为空 (empty id)".to_owned());
        }
        let sent_at = record.text("sent_at")?;
        let occurred_at = instant(sent_at, &zone)
            .ok_or_else(|| format!("时间无法识别：{sent_at} (unreadable time)"))?;
        let category = record.text("category")?;
        Ok(json!({
            "external_id": id,
            "title": record.text("subject")?,
            "content": record.text("body")?,
            "occurred_at": occurred_at,
            "category_code": (!category.is_empty()).then_some(category),
        }))
    })
}

/// Makes a 12-digit code of a district's 6 digits.
pub(super) fn org_code(text: &str) -> Result<String, Stop> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        6 if digits => Ok(format!("{text}000000")),
        12 if digits => Ok(text.to_owned()),
        _ => Err(Stop::Usage(format!(
            "--org {text}：须为 6 位或 12 位代码 (6 or 12 digits)"
        ))),
    }
}

/// Reads `2019-2-14 20:00:00` or `2019/02/14 8:05`, with or without leading zeros.
fn instant(text: &str, zone: &TimeZone) -> Option<jiff::Timestamp> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let mut parts = date.split(['-', '/']).map(str::parse::<i16>);
    let year = parts.next()?.ok()?;
    let month = i8::try_from(parts.next()?.ok()?).ok()?;
    let day = i8::try_from(parts.next()?.ok()?).ok()?;
    let mut clock = time.split(':').map(str::parse::<i8>);
    let hour = clock.next()?.ok()?;
    let minute = clock.next()?.ok()?;
    let second = clock.next().unwrap_or(Ok(0)).ok()?;
    let date = Date::new(year, month, day).ok()?;
    let time = Time::new(hour, minute, second, 0).ok()?;
    let zoned = DateTime::from_parts(date, time)
        .to_zoned(zone.clone())
        .ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, offset};

    use super::{instant, org_code};

    #[test]
    fn times_read_with_and_without_leading_zeros() {
        let zone = TimeZone::fixed(offset(8));
        let read = |text| {
            instant(text, &zone)
                .map(|at| at.to_string())
                .unwrap_or_default()
        };
        assert_eq!(read("2019-2-14 20:00:00"), "2019-02-14T12:00:00Z");
        assert_eq!(read("2019/02/14 8:05"), "2019-02-14T00:05:00Z");
        assert_eq!(read("2019-2-30 20:00:00"), "");
        assert_eq!(read("yesterday"), "");
    }

    #[test]
    fn a_district_is_named_by_six_or_twelve_digits() {
        assert_eq!(org_code("420105").ok().as_deref(), Some("420105000000"));
        assert!(org_code("4201051").is_err());
        assert!(org_code("42010500000x").is_err());
    }
}
