//! The time account (时间银行, S24): minutes that somebody served can be spent on service for themselves. They are
//! reserved, then spent or given back; the balance never falls below nothing, and no entry is changed.

use kernel::{AccountId, OrgPath, TimeReservationId, Timestamp, Version, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// What an entry says (账目).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum TimeEntryKind {
        /// 预留
        Reserved = "reserved",
        /// 支出
        Spent = "spent",
        /// 退回
        Released = "released",
        /// 捐赠
        Donated = "donated",
    }
}

named! {
    /// How far a reservation has come (预约状态).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum TimeReservationState {
        /// 已预留
        Reserved = "reserved",
        /// 已支出
        Spent = "spent",
        /// 已退回
        Released = "released",
        /// 已捐赠
        Donated = "donated",
    }
}

named! {
    /// What is done with a reservation (动作).
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum TimeReservationStep {
        /// 支出: service was given
        Spend = "spend",
        /// 退回: it was not
        Release = "release",
        /// 捐赠: the holder leaves it to the place, for people in need there
        Donate = "donate",
    }
}

/// What of an account is spent, donated and reserved; what is earned follows from the confirmed hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeAccount {
    pub(crate) account: AccountId,
    pub(crate) spent: u64,
    pub(crate) donated: u64,
    pub(crate) reserved: u64,
    /// Number of its last entry.
    pub(crate) entries: u64,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeEntry {
    pub(crate) account: AccountId,
    /// 1, 2, 3, … of this account.
    pub(crate) number: u64,
    pub(crate) kind: TimeEntryKind,
    pub(crate) reservation: TimeReservationId,
    pub(crate) minutes: u64,
    pub(crate) by: AccountId,
    pub(crate) at: Timestamp,
}

/// Minutes set aside for service that somebody wants for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeReservation {
    pub(crate) id: TimeReservationId,
    pub(crate) account: AccountId,
    /// Who gives the service.
    pub(crate) place: OrgPath,
    pub(crate) minutes: u64,
    pub(crate) state: TimeReservationState,
    pub(crate) version: Version,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Why time is not reserved or spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeRefusal {
    /// There are fewer minutes.
    TooLittle,
    /// It was spent or given back before.
    State,
    /// Nobody says of themselves that service was given to them.
    Own,
    /// Nobody donates what is somebody else's.
    NotOwn,
}

impl TimeAccount {
    /// One that nothing was ever taken from.
    pub(crate) fn new(account: AccountId) -> Self {
        Self {
            account,
            spent: 0,
            donated: 0,
            reserved: 0,
            entries: 0,
        }
    }

    /// Minutes that can be reserved, of all that were ever earned: what is left of them, as much as fits in the account.
    /// What was spent or donated makes room for what is earned after it.
    pub(crate) fn available(&self, earned: u64, most: u64) -> u64 {
        let gone = self.spent.saturating_add(self.donated);
        let left = earned.saturating_sub(gone.saturating_add(self.reserved));
        left.min(most)
    }

    /// Sets minutes aside.
    pub(crate) fn reserve(
        &mut self,
        reservation: &TimeReservation,
        (earned, most): (u64, u64),
    ) -> Result<TimeEntry, TimeRefusal> {
        if reservation.minutes > self.available(earned, most) {
            return Err(TimeRefusal::TooLittle);
        }
        self.reserved += reservation.minutes;
        let by = reservation.account;
        Ok(self.entry(TimeEntryKind::Reserved, reservation, by))
    }

    /// Spends what was set aside, donates it or gives it back.
    pub(crate) fn settle(
        &mut self,
        reservation: &mut TimeReservation,
        step: TimeReservationStep,
        (by, now): (AccountId, Timestamp),
    ) -> Result<TimeEntry, TimeRefusal> {
        if reservation.state != TimeReservationState::Reserved {
            return Err(TimeRefusal::State);
        }
        let kind = match step {
            TimeReservationStep::Spend if by == reservation.account => {
                return Err(TimeRefusal::Own);
            }
            TimeReservationStep::Spend => {
                self.spent += reservation.minutes;
                reservation.state = TimeReservationState::Spent;
                TimeEntryKind::Spent
            }
            TimeReservationStep::Donate if by != reservation.account => {
                return Err(TimeRefusal::NotOwn);
            }
            TimeReservationStep::Donate => {
                self.donated += reservation.minutes;
                reservation.state = TimeReservationState::Donated;
                TimeEntryKind::Donated
            }
            TimeReservationStep::Release => {
                reservation.state = TimeReservationState::Released;
                TimeEntryKind::Released
            }
        };
        self.reserved = self.reserved.saturating_sub(reservation.minutes);
        reservation.version = reservation.version.next();
        reservation.updated_at = now;
        Ok(self.entry(kind, reservation, by))
    }

    fn entry(
        &mut self,
        kind: TimeEntryKind,
        reservation: &TimeReservation,
        by: AccountId,
    ) -> TimeEntry {
        self.entries += 1;
        TimeEntry {
            account: self.account,
            number: self.entries,
            kind,
            reservation: reservation.id,
            minutes: reservation.minutes,
            by,
            at: reservation.updated_at,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{AccountId, TimeReservationId, TypedId, Version};
    use uuid::Uuid;

    use super::{
        TimeAccount, TimeRefusal, TimeReservation, TimeReservationState, TimeReservationStep,
    };

    /// What an account holds at most.
    const MOST: u64 = 90_000;

    #[test]
    fn what_was_spent_makes_room_in_the_account() {
        let mut time = TimeAccount::new(AccountId::from_uuid(Uuid::from_u128(1)));
        assert_eq!(time.available(200_000, MOST), MOST);
        time.spent = MOST;
        assert_eq!(time.available(96_000, MOST), 6_000);
        time.reserved = 5_000;
        assert_eq!(time.available(96_000, MOST), 1_000);
        assert_eq!(time.available(200_000, MOST), MOST);
        time.reserved = 6_001;
        assert_eq!(time.available(96_000, MOST), 0);
    }

    #[test]
    fn minutes_are_reserved_spent_and_given_back_and_never_fewer_than_none() {
        let account = |number| AccountId::from_uuid(Uuid::from_u128(number));
        let now = "2026-11-27T12:00:00Z".parse().unwrap();
        let of = |minutes| TimeReservation {
            id: TimeReservationId::from_uuid(Uuid::nil()),
            account: account(1),
            place: "/420105000000/".parse().unwrap(),
            minutes,
            state: TimeReservationState::Reserved,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        };
        let mut time = TimeAccount::new(account(1));
        let (mut first, mut second) = (of(60), of(40));
        assert_eq!(
            time.reserve(&of(101), (100, MOST)),
            Err(TimeRefusal::TooLittle)
        );
        time.reserve(&first, (100, MOST)).unwrap();
        time.reserve(&second, (100, MOST)).unwrap();
        assert_eq!(time.available(100, MOST), 0);
        assert_eq!(
            time.reserve(&of(1), (100, MOST)),
            Err(TimeRefusal::TooLittle)
        );
        let (spend, release) = (TimeReservationStep::Spend, TimeReservationStep::Release);
        assert_eq!(
            time.settle(&mut first, spend, (account(1), now)),
            Err(TimeRefusal::Own)
        );
        time.settle(&mut first, spend, (account(2), now)).unwrap();
        assert_eq!(
            time.settle(&mut first, release, (account(2), now)),
            Err(TimeRefusal::State)
        );
        let last = time
            .settle(&mut second, release, (account(1), now))
            .unwrap();
        assert_eq!((time.spent, time.reserved, last.number), (60, 0, 4));
        assert_eq!(time.available(100, MOST), 40);
        let mut third = of(30);
        time.reserve(&third, (100, MOST)).unwrap();
        let donate = TimeReservationStep::Donate;
        assert_eq!(
            time.settle(&mut third, donate, (account(2), now)),
            Err(TimeRefusal::NotOwn)
        );
        time.settle(&mut third, donate, (account(1), now)).unwrap();
        assert_eq!((time.donated, time.reserved), (30, 0));
        assert_eq!(time.available(100, MOST), 10);
        // hours that were taken back later leave nothing to spend, and no debt that counts
        assert_eq!(time.available(30, MOST), 0);
    }
}
