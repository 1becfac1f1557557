//! When a rule holds: a season of every year, and hours of every day (时段).

use jiff::civil::{DateTime, Time};

/// Days of every year, both ends included; it may reach over the new year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    from: (i8, i8),
    to: (i8, i8),
}

impl Season {
    /// Reads `11-15..03-15`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once("..")?;
        Some(Self {
            from: day(from)?,
            to: day(to)?,
        })
    }

    /// Tells whether a moment lies in it.
    #[must_use]
    pub fn contains(&self, at: DateTime) -> bool {
        between(self.from, self.to, (at.month(), at.day())) || (at.month(), at.day()) == self.to
    }
}

/// Reads `11-15`, a day that some year has.
fn day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    if month.len() != 2 || day.len() != 2 {
        return None;
    }
    // 2024 has a 29 February
    let date = jiff::civil::Date::new(2024, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some((date.month(), date.day()))
}

/// Hours of every day, the first included and the last not; they may reach over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    to: Time,
}

impl Hours {
    /// Reads `22:00-06:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let time = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let two = hour.len() == 2 && minute.len() == 2;
            two.then(|| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok())
                .flatten()
        };
        let (from, to) = (time(from)?, time(to)?);
        (from != to).then_some(Self { from, to })
    }

    /// Tells whether a moment lies in them.
    #[must_use]
    pub fn contains(&self, at: DateTime) -> bool {
        between(self.from, self.to, at.time())
    }
}

/// Tells whether something lies between two ends of a circle, the last excluded.
fn between<T: PartialOrd + Copy>(from: T, to: T, what: T) -> bool {
    if from <= to {
        from <= what && what < to
    } else {
        from <= what || what < to
    }
}
