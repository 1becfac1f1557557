//! Calendars as they are written: in the file that is built in, in requests, in the store.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

use super::{Block, Calendar, DAY, Exception};

/// Zone of the country; known even where the system has no time zone database.
const HOME_ZONE: &str = "Asia/Shanghai";
/// The least work of a week, in minutes: limits must end within the life of an order.
const LEAST_WORK: u32 = 60;
/// The most blocks of a day.
const MAX_BLOCKS: usize = 8;
/// The longest holiday, in days.
const MAX_HOLIDAY: usize = 31;
/// The most years of a calendar, and entries of a year.
const MAX_ENTRIES: usize = 60;
/// The longest name of a holiday or notice, in characters.
const MAX_TEXT: usize = 200;

/// Why a calendar was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not TOML of the right shape.
    #[error("{file}: 日历文件结构有误 (malformed calendar): {message}")]
    Malformed {
        /// The file.
        file: String,
        /// What the reader says.
        message: String,
    },
    /// The time zone is not known.
    #[error("没有这个时区 (no such time zone)")]
    Zone,
    /// No block, too many, out of order, overlapping, or not of the form `08:00-12:00`.
    #[error(
        "工作时段须为 1 至 {MAX_BLOCKS} 段 08:00-12:00 的形式，按先后排列且不重叠 (blocks must be ordered and apart)"
    )]
    Blocks,
    /// No day of work, an unknown one, or the week has less than an hour of work.
    #[error("每周至少一个工作日、一小时 (a week needs a workday and an hour of work: mon, tue …)")]
    Workdays,
    /// A date is malformed, outside its year, or given twice; or a holiday is too long or ends before it begins.
    #[error("{0}：日期有误 (wrong date)")]
    Date(String),
    /// Too many years, holidays or make-up days, or a name that is empty or too long.
    #[error("条目过多，或名称为空、过长 (too many entries, or a name empty or too long)")]
    Size,
}

/// A calendar as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// The time zone.
    pub zone: String,
    /// The blocks of a workday, `08:00-12:00`; the last may end at `24:00`.
    pub blocks: Vec<String>,
    /// The workdays of a week: `mon` … `sun`.
    pub workdays: Vec<String>,
    /// Exceptions, year by year.
    #[serde(default)]
    pub years: Vec<YearSpec>,
}

/// Exceptions of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearSpec {
    /// The year.
    pub year: i16,
    /// The notice that says so.
    pub notice: String,
    /// Days without work.
    #[serde(default)]
    pub holidays: Vec<HolidaySpec>,
    /// Days of rest on which work is made up for (调休).
    #[serde(default)]
    pub makeup: Vec<String>,
}

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidaySpec {
    /// Its name.
    pub name: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl CalendarSpec {
    /// Reads a calendar file.
    ///
    /// # Errors
    /// The text is not TOML of the right shape.
    pub fn parse(file: &str, text: &str) -> Result<Self, CalendarError> {
        toml::from_str(text).map_err(|error| CalendarError::Malformed {
            file: file.to_owned(),
            message: error.message().to_owned(),
        })
    }

    /// Checks a calendar and makes it usable.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn resolve(&self) -> Result<Calendar, CalendarError> {
        let blocks = blocks(&self.blocks)?;
        let mut workdays = Vec::new();
        for name in &self.workdays {
            let day = weekday(name).ok_or(CalendarError::Workdays)?;
            if workdays.contains(&day) {
                return Err(CalendarError::Workdays);
            }
            workdays.push(day);
        }
        let minutes: u32 = blocks
            .iter()
            .map(|block| u32::from(block.to - block.from))
            .sum();
        let days = u32::try_from(workdays.len()).unwrap_or(0);
        if minutes.saturating_mul(days) < LEAST_WORK {
            return Err(CalendarError::Workdays);
        }
        if self.years.len() > MAX_ENTRIES {
            return Err(CalendarError::Size);
        }
        let mut exceptions = BTreeMap::new();
        for year in &self.years {
            year.resolve(&mut exceptions)?;
        }
        Ok(Calendar {
            zone: zone(&self.zone)?,
            blocks,
            workdays,
            exceptions,
        })
    }
}

impl YearSpec {
    fn resolve(&self, exceptions: &mut BTreeMap<Date, Exception>) -> Result<(), CalendarError> {
        let well_sized = |name: &str| !name.trim().is_empty() && name.chars().count() <= MAX_TEXT;
        let names = self.holidays.iter().map(|holiday| holiday.name.as_str());
        let entries = self.holidays.len().max(self.makeup.len());
        if entries > MAX_ENTRIES || !names.chain([self.notice.as_str()]).all(well_sized) {
            return Err(CalendarError::Size);
        }
        for holiday in &self.holidays {
            let (from, to) = (self.date(&holiday.from)?, self.date(&holiday.to)?);
            let days: Vec<Date> = from
                .series(jiff::Span::new().days(1))
                .take_while(|date| *date <= to)
                .take(MAX_HOLIDAY + 1)
                .collect();
            if days.is_empty() || days.len() > MAX_HOLIDAY {
                return Err(CalendarError::Date(holiday.to.clone()));
            }
            for date in days {
                insert(exceptions, date, Exception::Holiday)?;
            }
        }
        for text in &self.makeup {
            insert(exceptions, self.date(text)?, Exception::Makeup)?;
        }
        Ok(())
    }

    /// Reads a date, which must lie in the year.
    fn date(&self, text: &str) -> Result<Date, CalendarError> {
        let wrong = || CalendarError::Date(text.chars().take(20).collect());
        let date: Date = text.parse().map_err(|_| wrong())?;
        if text.len() == 10 && date.year() == self.year {
            Ok(date)
        } else {
            Err(wrong())
        }
    }
}

fn insert(
    exceptions: &mut BTreeMap<Date, Exception>,
    date: Date,
    exception: Exception,
) -> Result<(), CalendarError> {
    match exceptions.insert(date, exception) {
        None => Ok(()),
        Some(_) => Err(CalendarError::Date(date.to_string())),
    }
}

fn zone(name: &str) -> Result<TimeZone, CalendarError> {
    match TimeZone::get(name) {
        Ok(zone) => Ok(zone),
        Err(_) if name == HOME_ZONE => Ok(TimeZone::fixed(Offset::constant(8))),
        Err(_) => Err(CalendarError::Zone),
    }
}

fn blocks(texts: &[String]) -> Result<Vec<Block>, CalendarError> {
    if !(1..=MAX_BLOCKS).contains(&texts.len()) {
        return Err(CalendarError::Blocks);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for text in texts {
        let (from, to) = text.split_once('-').ok_or(CalendarError::Blocks)?;
        let (from, to) = (minute(from)?, minute(to)?);
        let apart = blocks.last().is_none_or(|before| before.to <= from);
        if from >= to || !apart {
            return Err(CalendarError::Blocks);
        }
        blocks.push(Block { from, to });
    }
    Ok(blocks)
}

/// Reads `08:00` as minutes since midnight.
fn minute(text: &str) -> Result<u16, CalendarError> {
    let part = |text: &str| match text.len() {
        2 if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse::<u16>().ok(),
        _ => None,
    };
    let (hour, minute) = text.split_once(':').ok_or(CalendarError::Blocks)?;
    match (part(hour), part(minute)) {
        (Some(24), Some(0)) => Ok(DAY),
        (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok(hour * 60 + minute),
        _ => Err(CalendarError::Blocks),
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}
