//! Reader of the published text format; refusals name the line.

use super::model::{Cover, Instance, Request, Shift, Staff};
use crate::read::ReadError;

const DAYS: usize = 366;
const SHIFTS: usize = 64;
const WEIGHT: i64 = 1_000_000;

/// A line that counts, with its number and its fields.
struct Line<'a> {
    number: usize,
    fields: Vec<&'a str>,
}

impl Line<'_> {
    fn wrong(&self, reason: impl Into<String>) -> ReadError {
        ReadError::line(self.number, reason)
    }

    fn text(&self, index: usize) -> Result<&str, ReadError> {
        let missing = || format!("缺少第 {} 列 (column is missing)", index + 1);
        self.fields
            .get(index)
            .copied()
            .ok_or_else(|| self.wrong(missing()))
    }

    fn number(&self, index: usize, low: i64, high: i64) -> Result<i64, ReadError> {
        let text = self.text(index)?;
        let value = text.parse::<i64>();
        value
            .ok()
            .filter(|value| (low..=high).contains(value))
            .ok_or_else(|| {
                self.wrong(format!(
                    "{text:?} 应为 {low} 至 {high} 的整数 (not a whole number within that range)"
                ))
            })
    }

    fn count(&self, index: usize) -> Result<usize, ReadError> {
        self.number(index, 0, WEIGHT).map(|value| value as usize)
    }

    /// Index of the named thing.
    fn find<'b>(
        &self,
        name: &str,
        mut names: impl Iterator<Item = &'b String>,
    ) -> Result<usize, ReadError> {
        names
            .position(|known| known == name)
            .ok_or_else(|| self.wrong(format!("未知名称 {name:?} (unknown name)")))
    }
}

impl Instance {
    /// Reads an instance and refuses what makes no sense.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let mut instance = Self {
            days: 0,
            shifts: Vec::new(),
            staff: Vec::new(),
            cover: Vec::new(),
        };
        let (mut section, mut last) = (String::new(), 0);
        let mut follows: Vec<(usize, usize, String)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            last = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with("SECTION_") {
                line.clone_into(&mut section);
                continue;
            }
            let line = Line {
                number: last,
                fields: line.split(',').map(str::trim).collect(),
            };
            instance.read_line(&section, &line, &mut follows)?;
        }
        for (number, shift, name) in follows {
            let line = Line {
                number,
                fields: Vec::new(),
            };
            let other = line.find(&name, instance.shifts.iter().map(|shift| &shift.name))?;
            instance.shifts[shift].no_follow.push(other);
        }
        for staff in &mut instance.staff {
            // what a person is not said to do, they don't do
            staff.most.resize(instance.shifts.len(), 0);
        }
        for (missing, section) in [
            (instance.days == 0, "SECTION_HORIZON"),
            (instance.shifts.is_empty(), "SECTION_SHIFTS"),
        ] {
            if missing {
                let reason = format!("缺少 {section} (is missing)");
                return Err(ReadError::line(last + 1, reason));
            }
        }
        Ok(instance)
    }

    fn read_line(
        &mut self,
        section: &str,
        line: &Line<'_>,
        follows: &mut Vec<(usize, usize, String)>,
    ) -> Result<(), ReadError> {
        match section {
            "SECTION_HORIZON" if self.days > 0 => {
                return Err(line.wrong("天数重复 (the horizon twice)"));
            }
            "SECTION_HORIZON" => self.days = line.number(0, 1, DAYS as i64)? as usize,
            "SECTION_SHIFTS" => {
                let name = line.text(0)?.to_owned();
                if self.shifts.len() == SHIFTS || self.shifts.iter().any(|s| s.name == name) {
                    return Err(line.wrong("班次重复或过多 (shift twice, or too many)"));
                }
                let minutes = line.number(1, 1, 10_000)? as i32;
                let after = line.fields.get(2).copied().unwrap_or_default();
                for other in after.split('|').filter(|other| !other.is_empty()) {
                    follows.push((line.number, self.shifts.len(), other.to_owned()));
                }
                let no_follow = Vec::new();
                self.shifts.push(Shift {
                    name,
                    minutes,
                    no_follow,
                });
            }
            "SECTION_STAFF" => {
                let staff = self.read_staff(line)?;
                self.staff.push(staff);
            }
            "SECTION_DAYS_OFF" => {
                let person = self.person(line)?;
                for index in 1..line.fields.len() {
                    if !line.text(index)?.is_empty() {
                        let day = line.number(index, 0, self.days as i64 - 1)? as usize;
                        self.staff[person].days_off.push(day);
                    }
                }
            }
            "SECTION_SHIFT_ON_REQUESTS" => {
                let (person, request) = self.read_request(line)?;
                self.staff[person].on.push(request);
            }
            "SECTION_SHIFT_OFF_REQUESTS" => {
                let (person, request) = self.read_request(line)?;
                self.staff[person].off.push(request);
            }
            "SECTION_COVER" => self.cover.push(Cover {
                day: line.number(0, 0, self.days as i64 - 1)? as usize,
                shift: self.shift(line, 1)?,
                wanted: line.number(2, 0, 100_000)?,
                under: line.number(3, 0, WEIGHT)?,
                over: line.number(4, 0, WEIGHT)?,
            }),
            _ => return Err(line.wrong("不属于任何已知部分 (belongs to no known section)")),
        }
        Ok(())
    }

    fn shift(&self, line: &Line<'_>, index: usize) -> Result<usize, ReadError> {
        line.find(
            line.text(index)?,
            self.shifts.iter().map(|shift| &shift.name),
        )
    }

    fn person(&self, line: &Line<'_>) -> Result<usize, ReadError> {
        line.find(line.text(0)?, self.staff.iter().map(|staff| &staff.name))
    }

    fn read_request(&self, line: &Line<'_>) -> Result<(usize, Request), ReadError> {
        let request = Request {
            day: line.number(1, 0, self.days as i64 - 1)? as usize,
            shift: self.shift(line, 2)?,
            weight: line.number(3, 0, WEIGHT)?,
        };
        Ok((self.person(line)?, request))
    }

    fn read_staff(&self, line: &Line<'_>) -> Result<Staff, ReadError> {
        let name = line.text(0)?.to_owned();
        if self.staff.iter().any(|staff| staff.name == name) {
            return Err(line.wrong(format!("{name:?} 重复 (twice)")));
        }
        let mut most = vec![0; self.shifts.len()];
        for limit in line.text(1)?.split('|').filter(|limit| !limit.is_empty()) {
            let wrong = || line.wrong(format!("{limit:?} 应为 班次=次数 (not SHIFT=NUMBER)"));
            let (shift, times) = limit.split_once('=').ok_or_else(wrong)?;
            let shift = line.find(shift, self.shifts.iter().map(|shift| &shift.name))?;
            let times = times.parse::<i32>().ok().filter(|times| *times >= 0);
            most[shift] = times.ok_or_else(wrong)?;
        }
        Ok(Staff {
            name,
            most,
            max_minutes: line.number(2, 0, WEIGHT)? as i32,
            min_minutes: line.number(3, 0, WEIGHT)? as i32,
            max_run: line.count(4)?,
            min_run: line.count(5)?,
            min_off: line.count(6)?,
            max_weekends: line.count(7)?,
            days_off: Vec::new(),
            on: Vec::new(),
            off: Vec::new(),
        })
    }
}
