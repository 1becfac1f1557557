//! The closed registry of guards: what must hold before an action is taken.

use kernel::Timestamp;

use super::definition::Definition;
use super::engine::Facts;
use super::form::Input;
use super::refusal::Refusal;
use crate::domain::actor::Actor;
use crate::domain::order::Order;
use crate::domain::scan;
use crate::domain::verification::Verification;
use crate::domain::wording::Bilingual;

/// The clock within which a unit may return an order.
const RETURN: &str = "return";

/// The clock within which a requester may reopen an order.
const REOPEN: &str = "reopen";

kernel::named! {
    /// A guard.
    #[derive(serde::Serialize)]
    pub enum Guard {
        /// The actor attached a photo in this round.
        HasPhoto = "has_photo",
        /// The actor attached one in this round, where the category is verified by a photo alone.
        PhotoByPolicy = "photo_by_policy",
        /// The actor handled the order in no round.
        NotHandler = "not_handler",
        /// The actor isn't the one who asked.
        NotRequester = "not_requester",
        /// The actor hasn't voted on this round.
        NotVoted = "not_voted",
        /// The order isn't confidential.
        NotConfidential = "not_confidential",
        /// The texts of the form hold no personal data.
        CleanText = "clean_text",
        /// The order has a unit.
        UnitSet = "unit_set",
        /// The unit of the form lies in the order's district.
        UnitInDistrict = "unit_in_district",
        /// Another round is possible.
        RoundsLeft = "rounds_left",
        /// A time limit of the order has run out.
        PastDue = "past_due",
        /// The clock `return` still runs: the unit may say that it isn't its duty.
        ReturnWindow = "return_window",
        /// The clock `reopen` still runs: the requester may reopen the order.
        ReopenWindow = "reopen_window",
        /// No assisting unit's part is open.
        PartsDone = "parts_done",
        /// The order is under supervision.
        Supervised = "supervised",
        /// The order isn't under supervision.
        NotSupervised = "not_supervised",
    }
}

/// When a guard can be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From order, actor and time alone: an action that fails it is not offered.
    Offer,
    /// Only with the input and the facts: the action is offered, with the guard as its requirement.
    Attempt,
}

/// What a guard looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) order: &'a Order,
    pub(crate) actor: &'a Actor,
    pub(crate) now: Timestamp,
}

impl Guard {
    /// Returns what the guard demands, as people read it.
    #[must_use]
    pub fn demand(self) -> Bilingual {
        let (zh, en) = match self {
            Self::HasPhoto => (
                "本轮须先上传至少一张现场照片",
                "attach at least one photo in this round first",
            ),
            Self::PhotoByPolicy => (
                "以照片核查的类别，本轮须先上传至少一张现场照片",
                "where the category is verified by a photo, attach at least one in this round first",
            ),
            Self::NotHandler => (
                "经办人不得办理此环节",
                "those who handled the order may not take this step",
            ),
            Self::NotRequester => (
                "诉求人不得办理此环节",
                "the requester may not take this step",
            ),
            Self::NotVoted => ("本轮已评过单", "you have already voted in this round"),
            Self::NotConfidential => (
                "保密工单不得公开",
                "a confidential order may not be published",
            ),
            Self::CleanText => (
                "公开文本不得含姓名、电话、证件号、门牌、车牌、邮箱",
                "the public text may not hold names, phones, id numbers, rooms, plates or e-mail addresses",
            ),
            Self::UnitSet => ("工单尚未指定承办单位", "the order has no handling unit yet"),
            Self::UnitInDistrict => (
                "承办单位须在本区",
                "the unit must belong to the order's district",
            ),
            Self::RoundsLeft => ("重办次数已用完", "no further round is possible"),
            Self::PastDue => ("时限未到", "the time limit has not run out yet"),
            Self::ReturnWindow => ("已过退单期限", "the time to return the order is over"),
            Self::ReopenWindow => ("已过重开期限", "the time to reopen the order is over"),
            Self::Supervised => ("工单未在督办中", "the order is not under supervision"),
            Self::NotSupervised => ("工单已在督办中", "the order is under supervision already"),
            Self::PartsDone => (
                "尚有协办未办结：须待反馈，或写明无需协办的理由",
                "a part of an assisting unit is open: wait for it, or say why it isn't needed",
            ),
        };
        Bilingual::new(zh, en)
    }

    /// Tells when the guard can be evaluated.
    #[must_use]
    pub fn stage(self) -> Stage {
        match self {
            Self::HasPhoto | Self::PhotoByPolicy | Self::CleanText | Self::UnitInDistrict => {
                Stage::Attempt
            }
            _ => Stage::Offer,
        }
    }

    /// Evaluates a guard of [`Stage::Offer`]; those of the other stage hold here.
    pub(crate) fn holds_at_offer(self, situation: &Situation<'_>) -> bool {
        let Situation {
            definition,
            order,
            actor,
            now,
        } = *situation;
        let account = actor.account();
        match self {
            Self::NotHandler => !account.is_some_and(|account| order.was_handled_by(account)),
            Self::NotRequester => account.is_none() || order.requester != account,
            Self::NotVoted => !account.is_some_and(|account| order.has_vote_of(account)),
            Self::NotConfidential => !order.confidential,
            Self::UnitSet => order.unit_path.is_some(),
            Self::RoundsLeft => rounds_left(definition, order),
            Self::PastDue => order.due_at.is_some_and(|due_at| due_at <= now),
            Self::ReturnWindow => is_open(order, RETURN, now),
            Self::ReopenWindow => is_open(order, REOPEN, now),
            Self::PartsDone => order.open_parts().next().is_none(),
            Self::Supervised => order.supervised,
            Self::NotSupervised => !order.supervised,
            Self::HasPhoto | Self::PhotoByPolicy | Self::CleanText | Self::UnitInDistrict => true,
        }
    }

    /// Evaluates a guard of [`Stage::Attempt`]; those of the other stage hold here.
    pub(crate) fn check_at_attempt(
        self,
        situation: &Situation<'_>,
        input: &Input,
        facts: &Facts,
    ) -> Result<(), Refusal> {
        let Situation {
            definition, order, ..
        } = *situation;
        let by_photo = || {
            let category = order.category.as_deref();
            definition.verification_of(category, facts.verification) == Verification::Photo
        };
        match self {
            Self::HasPhoto if facts.photos == 0 => Err(Refusal::Guard(self)),
            Self::PhotoByPolicy if facts.photos == 0 && by_photo() => Err(Refusal::Guard(self)),
            Self::CleanText => {
                let findings = scan::scan_all(input.texts());
                if findings.is_empty() {
                    Ok(())
                } else {
                    Err(Refusal::PersonalData(findings))
                }
            }
            Self::UnitInDistrict => match &facts.unit {
                Some(unit) if unit.code.district() != order.org_code.district() => {
                    Err(Refusal::invalid("/unit", self.demand()))
                }
                Some(unit) if order.concerns(&unit.path) => {
                    let concerned = Bilingual::new(
                        "被反映单位不得承办",
                        "the unit that it is about does not handle it",
                    );
                    Err(Refusal::invalid("/unit", concerned))
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Tells whether a window is still open.
fn is_open(order: &Order, window: &str, now: Timestamp) -> bool {
    let mut clocks = order.clocks.iter();
    clocks.any(|clock| clock.name == window && now <= clock.due_at)
}

/// Tells whether another round is possible on the present level.
pub(crate) fn rounds_left(definition: &Definition, order: &Order) -> bool {
    order.round_at_level() < definition.max_rounds
}
