//! Clients at work.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{IdSource, IdSourceExt, SystemIds};
use testkit::eventually;

use crate::lifecycle::{Desk, Draft, Patience, People, State};

/// Clients that work at once.
const CLIENTS: usize = 4;
/// Orders that a client has under way before it takes its time to open another.
const UNDER_WAY: usize = 8;
/// The time it takes then.
const LEISURE: Duration = Duration::from_secs(1);

/// Clients that open orders and take them on, and what they have written down.
pub(super) struct Load {
    pub(super) people: People,
    /// The same people at second processes, for every other client.
    pub(super) elsewhere: Option<People>,
    pub(super) desk: Desk,
    pub(super) drafts: RefCell<Vec<Rc<Draft>>>,
    over: Cell<bool>,
}

impl Load {
    pub(super) fn new(people: People) -> Self {
        Self {
            people,
            elsewhere: None,
            desk: Desk::new(Patience::UntilAnswered),
            drafts: RefCell::default(),
            over: Cell::new(false),
        }
    }

    /// Lets clients work until `fault` is over; then each ends what it has begun to send.
    pub(super) async fn during(&self, fault: impl Future<Output = ()>) {
        self.over.set(false);
        let fault = async {
            fault.await;
            self.over.set(true);
        };
        let clients = join_all((0..CLIENTS).map(|number| self.client(number)));
        tokio::join!(clients, fault);
    }

    /// Waits until clients were told of so many more writes that they are done.
    pub(super) async fn progress(&self, writes: usize) {
        let goal = self.desk.writes() + writes;
        eventually("clients get on", async || {
            (self.desk.writes() >= goal).then_some(())
        })
        .await;
    }

    /// Waits until clients have met so much more trouble: no answer, or to come again.
    pub(super) async fn trouble(&self, requests: usize) {
        let goal = self.desk.trouble() + requests;
        eventually("clients meet trouble", async || {
            (self.desk.trouble() >= goal).then_some(())
        })
        .await;
    }

    /// A new order.
    pub(super) fn draft(&self) -> Rc<Draft> {
        let ids = SystemIds::default();
        let ids: &dyn IdSource = &ids;
        let draft = Rc::new(Draft::new(ids.next()));
        self.drafts.borrow_mut().push(Rc::clone(&draft));
        draft
    }

    /// Takes an order as far as it gets.
    pub(super) async fn walk(&self, draft: &Draft, people: &People) -> State {
        let enough = || {
            if self.over.get() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let walked = draft.go_on(people, &self.desk, enough).await;
        walked.expect("the client waits for its answers")
    }

    /// Takes all orders to their end; nothing is the matter any more.
    pub(super) async fn finish(&self) {
        self.over.set(false);
        let drafts = self.drafts.borrow().clone();
        for some in drafts.chunks(CLIENTS) {
            join_all(some.iter().map(|draft| async {
                eventually("the order is published", async || {
                    let state = self.walk(draft, &self.people).await;
                    (state == State::Published).then_some(())
                })
                .await;
            }))
            .await;
        }
    }

    async fn client(&self, number: usize) {
        let elsewhere = self.elsewhere.as_ref().filter(|_| number % 2 == 1);
        let people = elsewhere.unwrap_or(&self.people);
        let mut under_way = VecDeque::new();
        while !self.over.get() {
            // orders that wait for a service keep nobody from opening another
            if under_way.len() >= UNDER_WAY {
                tokio::time::sleep(LEISURE).await;
            }
            under_way.push_back(self.draft());
            for draft in std::mem::take(&mut under_way) {
                if self.walk(&draft, people).await != State::Published {
                    under_way.push_back(draft);
                }
            }
        }
    }
}
