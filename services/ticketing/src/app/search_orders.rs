//! Finds orders by their words among those that the caller may list (工单检索).

use std::ops::ControlFlow;

use ::store::StoreError;
use auth::Ctx;
use chassis::http::Page;
use kernel::{Cursor, OrderId, TypedId};
use problem::{Category, Fact, Kind};
use uuid::Uuid;

use super::App;
use super::list_orders::{
    ListOrders, ListOrdersError, OrderSummary, is_hidden, keeps_out, range, summary,
};
use crate::domain::scan;
use crate::domain::search::{Query, QueryError, Traits};
use crate::store::listing::{Among, Found, Listed, Selection, Walk, list_texts};
use crate::store::search::{Candidates, Newest, folded, list_placed};

/// The list, for its cursors.
const LIST: &str = "orders-found";
/// How much one request reads at most.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Most orders of a scope whose place in the index is read at once; it begins with an eighth of it.
    stretch: usize,
    /// Such stretches.
    stretches: usize,
    /// Most candidates whose texts are read at once; it begins with a page. Where there are no more candidates, or no more
    /// of the time of a stretch, they are fetched one and all, otherwise the orders of the caller's scope are walked.
    chunk: usize,
    /// Candidates in all: a page may be shorter than asked for, `next` goes on behind it.
    texts: usize,
}

const LIMITS: Limits = Limits {
    stretch: 2_000,
    stretches: 15,
    chunk: 200,
    texts: 2_000,
};

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct SearchOrders {
    /// Words, all of which occur.
    pub(crate) words: String,
    /// Among which orders.
    pub(crate) list: ListOrders,
    /// Which of those.
    pub(crate) traits: Traits,
}

/// Why nothing is looked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchOrdersError {
    /// The words are none.
    #[error(transparent)]
    Words(#[from] QueryError),
    /// The period ends before it begins.
    #[error("the period is empty")]
    EmptyPeriod,
    /// The list is none.
    #[error(transparent)]
    List(#[from] ListOrdersError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for SearchOrdersError {
    fn fact(&self) -> Fact {
        match self {
            Self::Words(error) => {
                let said = error.reason();
                Fact::new(Kind::Invalid, "invalid-search", said.zh, said.en).at("/q")
            }
            Self::EmptyPeriod => Fact::new(
                Kind::Invalid,
                "invalid-period",
                "to 须晚于 from",
                "to must be later than from",
            )
            .at("/to"),
            Self::List(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// Finds orders that have all the words, the newest first.
pub(crate) async fn search_orders(
    app: &App,
    ctx: &Ctx,
    query: SearchOrders,
) -> Result<Page<OrderSummary>, SearchOrdersError> {
    search_within(app, ctx, query, LIMITS).await
}

async fn search_within(
    app: &App,
    ctx: &Ctx,
    query: SearchOrders,
    limits: Limits,
) -> Result<Page<OrderSummary>, SearchOrdersError> {
    let words = Query::parse(&query.words)?;
    if let (Some(from), Some(to)) = (query.traits.from, query.traits.to)
        && from >= to
    {
        return Err(SearchOrdersError::EmptyPeriod);
    }
    let list = query.list;
    let before = match &list.cursor {
        Some(text) => Cursor::decode(LIST, text).map_err(ListOrdersError::from)?,
        None => OrderId::from_uuid(Uuid::max()),
    };
    let (among, below) = range(app, ctx, &list).await?;
    let selection = Selection {
        among,
        below,
        state: list.state,
        workflow: list.workflow,
        overdue: list.overdue.map(|overdue| (overdue, ctx.now)),
        supervised: list.supervised,
        walk: Walk::Given,
        limit: u64::try_from(limits.chunk).unwrap_or(u64::MAX),
    };
    let mut search = Search {
        app,
        ctx,
        limits,
        words,
        selection,
        traits: query.traits,
        wanted: list.limit.size(),
        found: Vec::new(),
        chunk: limits.chunk.min(list.limit.size() + 1),
        read: 0,
    };
    let next = search.run(before).await?;
    // a page may be shorter than asked for: what the caller keeps out of is left out
    let exclusions = exclusions::list_of(app.db.reader(), ctx.principal.account).await?;
    let items = search
        .found
        .into_iter()
        .filter(|order| !keeps_out(&exclusions, ctx.principal.account, order))
        .map(|order| summary(app, ctx, order))
        .collect();
    let next = next.map(|last| Cursor::encode(LIST, &last));
    Ok(Page { items, next })
}

struct Search<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    limits: Limits,
    words: Query,
    selection: Selection,
    traits: Traits,
    wanted: usize,
    found: Vec<Listed>,
    /// Candidates whose texts are read next.
    chunk: usize,
    /// Candidates looked at.
    read: usize,
}

/// Where the next page begins, if there may be one.
type Next = ControlFlow<Option<OrderId>>;

impl Search<'_> {
    /// Fills the page; returns the order behind which the next one begins.
    async fn run(&mut self, before: OrderId) -> Result<Option<OrderId>, StoreError> {
        let done = match self.selection.among.clone() {
            Among::Scope { code, .. } => self.run_scope(&code, before).await?,
            _ => self.run_own(before).await?,
        };
        Ok(match done {
            ControlFlow::Break(next) => next,
            ControlFlow::Continue(()) => None,
        })
    }

    /// Looks through the caller's own orders, which are few.
    async fn run_own(&mut self, before: OrderId) -> Result<Next, StoreError> {
        let mut last = before;
        loop {
            self.selection.walk = Walk::Newest(Some(last));
            let db = self.app.db.reader();
            let page = list_texts(db, &self.selection, &self.traits, None).await?;
            let Some(end) = page.last().map(|row| row.listed.id) else {
                return Ok(ControlFlow::Continue(()));
            };
            last = end;
            let whole = page.len() < self.limits.chunk;
            self.read += page.len();
            let next = self.take(page, last);
            if whole || next.is_break() {
                return Ok(next);
            }
        }
    }

    /// Looks through the orders of a scope that the index names: candidate by candidate, or, where the scope has few of
    /// them, those of the scope by stretches.
    async fn run_scope(&mut self, scope: &str, before: OrderId) -> Result<Next, StoreError> {
        let db = self.app.db.reader();
        let candidates = Candidates::read(db, &self.words, before).await?;
        let mut last = before;
        if candidates.count() <= self.limits.chunk {
            return self.run_candidates(&candidates, last).await;
        }
        let mut size = self.limits.stretch.div_ceil(8);
        for _ in 0..self.limits.stretches {
            let stretch = list_placed(db, scope, last, size).await?;
            let Some(end) = stretch.last() else {
                return Ok(ControlFlow::Continue(()));
            };
            let among = stretch.iter().filter(|placed| candidates.has(placed));
            let orders: Vec<OrderId> = among.map(|(order, _)| *order).collect();
            let next = self.look_at(&orders).await?;
            if next.is_break() {
                return Ok(next);
            }
            last = end.0;
            // there are so few of its time that to fetch them costs no more than to go on so
            let ahead = candidates.count_within(&stretch) * self.limits.stretch / stretch.len();
            if ahead <= self.limits.chunk {
                return self.run_candidates(&candidates, last).await;
            }
            size = (size * 2).min(self.limits.stretch);
        }
        Ok(ControlFlow::Break(Some(last)))
    }

    /// Looks through all candidates.
    async fn run_candidates(
        &mut self,
        candidates: &Candidates,
        before: OrderId,
    ) -> Result<Next, StoreError> {
        let db = self.app.db.reader();
        let mut newest = Newest::before(db, candidates, before).await?;
        loop {
            let orders = newest.read(db, self.chunk).await?;
            if orders.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            let next = self.look_at(&orders).await?;
            if next.is_break() {
                return Ok(next);
            }
        }
    }

    /// Reads the texts of candidates, the newest first.
    async fn look_at(&mut self, orders: &[OrderId]) -> Result<Next, StoreError> {
        let mut rest = orders;
        while let Some((chunk, later)) = rest.split_at_checked(self.chunk.min(rest.len()))
            && let Some(last) = chunk.last()
        {
            rest = later;
            self.chunk = (self.chunk * 2).min(self.limits.chunk);
            self.read += chunk.len();
            let db = self.app.db.reader();
            let mut texts = list_texts(db, &self.selection, &self.traits, Some(chunk)).await?;
            texts.sort_unstable_by_key(|row| std::cmp::Reverse(row.listed.id));
            let next = self.take(texts, *last);
            if next.is_break() {
                return Ok(next);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Takes what has the words; `last` is the last order that was looked at.
    fn take(&mut self, texts: Vec<Found>, last: OrderId) -> Next {
        for Found { listed, content } in texts {
            // what is hidden is not found either
            let shown = |text: &str| {
                if is_hidden(self.ctx, &listed) {
                    scan::hidden(text)
                } else {
                    text.to_owned()
                }
            };
            let (title, content) = (shown(&listed.title), shown(&content));
            let text = folded(&title, &content, &listed.number, &listed.org_name);
            if !self.words.matches(&text) {
                continue;
            }
            // one more than wanted: there is a next page
            if self.found.len() == self.wanted {
                return ControlFlow::Break(self.found.last().map(|found| found.id));
            }
            self.found.push(listed);
        }
        if self.read >= self.limits.texts {
            return ControlFlow::Break(Some(last));
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod load;
#[cfg(test)]
mod tests;
