//! Facts that more than one service keeps: what `linli audit` compares.
//!
//! The owner's rows and the copies that others keep from its events are told as tallies: a count and
//! a digest of the same fields on every side. A service never reads another's tables for it.

/// A fact with its owner and those who keep a copy or a counterpart of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Organisations that are not closed (组织): code, path, kind, name.
    Organisations,
    /// Grants in force (授权): grant, account, role, code of the place (`/` for the whole city).
    Grants,
    /// The same for every place above a grant's: grant, account, role, code.
    GrantScopes,
    /// Parties of orders (工单当事人): order, requester, assignee.
    OrderParties,
    /// Offers of orders to volunteers (派单): order, round.
    Offers,
    /// Tasks that wait or that someone has (进行中的任务): order, who has it.
    RunningTasks,
}

impl Fact {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Organisations,
        Self::Grants,
        Self::GrantScopes,
        Self::OrderParties,
        Self::Offers,
        Self::RunningTasks,
    ];

    /// Name for machines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::Grants => "grants",
            Self::GrantScopes => "grant_scopes",
            Self::OrderParties => "order_parties",
            Self::Offers => "offers",
            Self::RunningTasks => "running_tasks",
        }
    }

    /// Chinese title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Organisations => "组织",
            Self::Grants => "授权",
            Self::GrantScopes => "授权范围",
            Self::OrderParties => "工单当事人",
            Self::Offers => "派单",
            Self::RunningTasks => "进行中的任务",
        }
    }

    /// Services that keep it, the owner first.
    #[must_use]
    pub fn keepers(self) -> &'static [&'static str] {
        match self {
            Self::Organisations => &["registry", "ticketing"],
            Self::Grants => &["identity", "notifications"],
            Self::GrantScopes => &["identity", "ticketing"],
            Self::OrderParties => &["ticketing", "notifications"],
            Self::Offers | Self::RunningTasks => &["ticketing", "volunteering"],
        }
    }
}
