//! Joint meetings (联席会议): an organisation calls others together, works through an agenda, and passes resolutions.

use kernel::{
    AgreementId, BookingId, ListEntryId, MeetingId, OrgCode, ResolutionId, Timestamp, Version,
    named,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named! {
    /// How far a meeting has come.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum MeetingState {
        /// 已召集
        Called = "called",
        /// 已召开，记录和决议中
        Held = "held",
        /// 已结束
        Closed = "closed",
        /// 已取消
        Cancelled = "cancelled",
    }
}

named! {
    /// What the convener does with a meeting.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum MeetingStep {
        /// 召开
        Hold = "hold",
        /// 结束
        Close = "close",
        /// 取消
        Cancel = "cancel",
    }
}

/// A matter on the agenda (议题).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AgendaItem {
    /// What it is about, in a line.
    pub(crate) subject: String,
    /// An entry of a list that it is about.
    pub(crate) entry: Option<ListEntryId>,
    /// An agreement that it is about.
    pub(crate) agreement: Option<AgreementId>,
    /// What was said, without persons (纪要).
    pub(crate) minutes: Option<String>,
}

/// A joint meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meeting {
    /// Its id.
    pub(crate) id: MeetingId,
    /// Organisation that calls it.
    pub(crate) convener: OrgCode,
    /// What it is about, in a line.
    pub(crate) title: String,
    /// When it begins.
    pub(crate) starts_at: Timestamp,
    /// Where: a booking of a venue.
    pub(crate) booking: Option<BookingId>,
    /// Organisations that are invited.
    pub(crate) invited: Vec<OrgCode>,
    /// What is on the agenda, in order.
    pub(crate) agenda: Vec<AgendaItem>,
    /// How far it has come.
    pub(crate) state: MeetingState,
    /// Its version.
    pub(crate) version: Version,
    /// When it was called.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// Why nothing is done about a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongMeetingStep {
    /// Not from its state.
    State,
    /// It has no item of that number.
    NoItem,
}

impl Meeting {
    /// Takes it a step further.
    pub(crate) fn step(
        &mut self,
        step: MeetingStep,
        now: Timestamp,
    ) -> Result<(), WrongMeetingStep> {
        self.state = match (self.state, step) {
            (MeetingState::Called, MeetingStep::Hold) => MeetingState::Held,
            (MeetingState::Held, MeetingStep::Close) => MeetingState::Closed,
            (MeetingState::Called, MeetingStep::Cancel) => MeetingState::Cancelled,
            _ => return Err(WrongMeetingStep::State),
        };
        self.touch(now);
        Ok(())
    }

    /// Records what was said about an item, counted from 1; what was recorded before is replaced.
    pub(crate) fn record(
        &mut self,
        item: u16,
        minutes: String,
        now: Timestamp,
    ) -> Result<(), WrongMeetingStep> {
        if self.state != MeetingState::Held {
            return Err(WrongMeetingStep::State);
        }
        let place = usize::from(item).checked_sub(1);
        let item = place.and_then(|place| self.agenda.get_mut(place));
        item.ok_or(WrongMeetingStep::NoItem)?.minutes = Some(minutes);
        self.touch(now);
        Ok(())
    }

    /// Says whether a resolution on an item can be passed.
    pub(crate) fn check_resolution(&self, item: u16) -> Result<(), WrongMeetingStep> {
        if self.state != MeetingState::Held {
            return Err(WrongMeetingStep::State);
        }
        if !(1..=self.agenda.len()).contains(&usize::from(item)) {
            return Err(WrongMeetingStep::NoItem);
        }
        Ok(())
    }

    /// Counts as changed.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.version = self.version.next();
        self.updated_at = now;
    }

    /// Lists all who take part, the convener first.
    pub(crate) fn participants(&self) -> impl Iterator<Item = &OrgCode> {
        std::iter::once(&self.convener).chain(&self.invited)
    }
}

named! {
    /// What became of a resolution.
    #[derive(Serialize, Deserialize, ToSchema)]
    pub(crate) enum ResolutionState {
        /// 已通过（无需派单，或等待立单）
        Passed = "passed",
        /// 已立单、办理中
        Underway = "underway",
        /// 已办结
        Done = "done",
        /// 未予受理或撤单
        Dropped = "dropped",
    }
}

/// How the order of a resolution stands, as ticketing tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderStanding {
    /// Its human number.
    pub(crate) number: String,
    /// Its state.
    pub(crate) state: String,
    /// Version of the order that says so.
    pub(crate) version: i64,
    /// Whether its result was made public.
    pub(crate) published: bool,
}

/// A resolution (决议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resolution {
    /// Its id; the order that carries it out has the same UUID.
    pub(crate) id: ResolutionId,
    /// The meeting.
    pub(crate) meeting: MeetingId,
    /// Number of the item, from 1.
    pub(crate) item: u16,
    /// What is resolved, in a line.
    pub(crate) title: String,
    /// What is to be done.
    pub(crate) text: String,
    /// Organisation that answers for it.
    pub(crate) owner: OrgCode,
    /// Where.
    pub(crate) place: OrgCode,
    /// Category of the order.
    pub(crate) category: Option<String>,
    /// Whether ticketing opens an order for it.
    pub(crate) wants_order: bool,
    /// What became of it.
    pub(crate) state: ResolutionState,
    /// How its order stands.
    pub(crate) order: Option<OrderStanding>,
    /// Its version.
    pub(crate) version: Version,
    /// When it was passed.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// What ticketing says about an order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OrderNews<'a> {
    /// Its number, and the state that it is in.
    State(&'a str, &'a str),
    /// Its number; its result was made public.
    Published(&'a str),
}

impl Resolution {
    /// Takes over how its order stands. News that are older than what is known already change nothing: events may come again.
    pub(crate) fn follow(
        &mut self,
        news: OrderNews<'_>,
        order_version: i64,
        now: Timestamp,
    ) -> Option<()> {
        let known = self.order.as_ref();
        let published = known.is_some_and(|order| order.published);
        match news {
            OrderNews::State(number, state) => {
                if known.is_some_and(|order| order.version >= order_version) {
                    return None;
                }
                self.order = Some(OrderStanding {
                    number: number.to_owned(),
                    state: state.to_owned(),
                    version: order_version,
                    published,
                });
                // a published result stays done, whatever is filed after it
                if !published {
                    self.state = state_for(state);
                }
            }
            OrderNews::Published(number) => {
                if published {
                    return None;
                }
                let standing = known.cloned().unwrap_or_else(|| OrderStanding {
                    number: number.to_owned(),
                    state: String::new(),
                    // whatever is told of its state is news
                    version: 0,
                    published: true,
                });
                self.order = Some(OrderStanding {
                    published: true,
                    ..standing
                });
                self.state = ResolutionState::Done;
            }
        }
        self.version = self.version.next();
        self.updated_at = now;
        Some(())
    }
}

/// What a state of the built-in workflows means for the resolution.
fn state_for(order_state: &str) -> ResolutionState {
    match order_state {
        // another desk has it: the resolution is carried out there
        "closed" | "archived" | "evaluated" | "published" | "transferred" => ResolutionState::Done,
        "declined" | "withdrawn" | "voided" => ResolutionState::Dropped,
        _ => ResolutionState::Underway,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use kernel::{IdSourceExt, SystemIds, Timestamp, Version};
    use proptest::prelude::*;

    use super::{
        AgendaItem, Meeting, MeetingState, MeetingStep, OrderNews, Resolution, ResolutionState,
        WrongMeetingStep,
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn meeting() -> Meeting {
        Meeting {
            id: SystemIds::new().next(),
            convener: "420105011010".parse().unwrap(),
            title: "停车难".to_owned(),
            starts_at: NOW,
            booking: None,
            invited: vec!["420105011010.U1".parse().unwrap()],
            agenda: vec![AgendaItem {
                subject: "夜间车位".to_owned(),
                entry: None,
                agreement: None,
                minutes: None,
            }],
            state: MeetingState::Called,
            version: Version::FIRST,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    fn resolution() -> Resolution {
        let ids = SystemIds::new();
        Resolution {
            id: ids.next(),
            meeting: ids.next(),
            item: 1,
            title: "增设车位".to_owned(),
            text: "在北门外划线".to_owned(),
            owner: "420105000000.CG".parse().unwrap(),
            place: "420105011010".parse().unwrap(),
            category: None,
            wants_order: true,
            state: ResolutionState::Passed,
            order: None,
            version: Version::FIRST,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    #[test]
    fn minutes_and_resolutions_belong_to_a_meeting_that_is_held() {
        let mut meeting = meeting();
        let state = Err(WrongMeetingStep::State);
        assert_eq!(meeting.record(1, "同意".to_owned(), NOW), state);
        assert_eq!(meeting.check_resolution(1), state);
        assert_eq!(meeting.step(MeetingStep::Close, NOW), state);
        assert_eq!(meeting.step(MeetingStep::Hold, NOW), Ok(()));
        assert_eq!(meeting.step(MeetingStep::Cancel, NOW), state);
        assert_eq!(meeting.record(1, "同意".to_owned(), NOW), Ok(()));
        for item in [0, 2] {
            let none = Err(WrongMeetingStep::NoItem);
            assert_eq!(meeting.record(item, "同意".to_owned(), NOW), none);
            assert_eq!(meeting.check_resolution(item), none);
        }
        assert_eq!(meeting.check_resolution(1), Ok(()));
        assert_eq!(meeting.step(MeetingStep::Close, NOW), Ok(()));
        assert_eq!(meeting.check_resolution(1), state);
        assert_eq!(meeting.participants().count(), 2);
    }

    #[test]
    fn a_resolution_follows_its_order_to_the_end() {
        let mut resolution = resolution();
        let mut follow = |news, version| {
            resolution.follow(news, version, NOW);
            resolution.state
        };
        assert_eq!(
            follow(OrderNews::State("LB-1", "reported"), 1),
            ResolutionState::Underway
        );
        assert_eq!(
            follow(OrderNews::State("LB-1", "closed"), 7),
            ResolutionState::Done
        );
        // told again, or late
        assert_eq!(
            follow(OrderNews::State("LB-1", "handling"), 5),
            ResolutionState::Done
        );
        assert_eq!(
            follow(OrderNews::State("LB-1", "archived"), 8),
            ResolutionState::Done
        );
        assert_eq!(
            follow(OrderNews::Published("LB-1"), 9),
            ResolutionState::Done
        );
        let order = resolution.order.unwrap();
        assert_eq!((order.state.as_str(), order.published), ("archived", true));
    }

    #[test]
    fn an_order_that_is_not_taken_up_drops_the_resolution() {
        let mut resolution = resolution();
        resolution.follow(OrderNews::State("LB-1", "declined"), 2, NOW);
        assert_eq!(resolution.state, ResolutionState::Dropped);
    }

    proptest! {
        #[test]
        fn news_in_any_order_and_repeated_leave_the_latest_state(
            versions in prop::collection::vec(1_i64..9, 1..20),
        ) {
            const STATES: [&str; 8] = [
                "reported", "pending_dispatch", "assigned", "handling", "verifying", "callback", "closed", "archived",
            ];
            let mut resolution = resolution();
            for version in &versions {
                let state = STATES.get(usize::try_from(version - 1).unwrap()).unwrap();
                resolution.follow(OrderNews::State("LB-1", state), *version, NOW);
            }
            let latest = versions.iter().max().copied().unwrap();
            prop_assert_eq!(resolution.order.unwrap().version, latest);
            prop_assert_eq!(resolution.state == ResolutionState::Done, latest >= 7);
        }
    }
}
