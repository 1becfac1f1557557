//! Works out what becomes of each row of an import, without changing anything.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ::store::StoreError;
use auth::Ctx;
use kernel::{IdSourceExt, OrderId, OrgCode, Role};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::App;
use super::import_orders::{ImportError, ImportOrders, OPERATORS};
use super::import_rows::Message;
use super::import_view::{ImportView, ImportedRowView};
use super::open_order::opened_entry;
use super::routing::{DistrictUnits, ProposedUnit};
use super::view::words;
use crate::domain::calendar::Calendar;
use crate::domain::number::OrderNumber;
use crate::domain::order::{Categorisation, OpenOrder, Order};
use crate::domain::wording::Bilingual;
use crate::domain::workflow::Definition;
use crate::store::orders::{StoredOrder, find_taken_numbers};
use crate::store::orgs::Org;
use crate::store::timeline::Entry;

/// A row after its own check, with the category that its texts suggest.
pub(crate) type CheckedRow = Result<(Message, Categorisation), Bilingual>;

/// An order to be made.
pub(crate) struct Made {
    /// Place of its row in the request.
    pub(crate) index: usize,
    /// Its id in the other system.
    pub(crate) external_id: String,
    /// The order.
    pub(crate) stored: StoredOrder,
    /// The first line of its timeline.
    pub(crate) entry: Entry,
}

/// What all rows have in common.
pub(crate) struct Planner<'a> {
    pub(crate) app: &'a App,
    pub(crate) ctx: &'a Ctx,
    pub(crate) command: &'a ImportOrders,
    pub(crate) definition: &'a Definition,
    pub(crate) place: Org,
    pub(crate) units: DistrictUnits,
    pub(crate) calendar: Arc<Calendar>,
}

impl Planner<'_> {
    /// Says what becomes of each row, and makes the orders of the new ones; `known` are the orders that messages of
    /// the channel have become before.
    pub(crate) async fn plan(
        &self,
        db: &impl ConnectionTrait,
        checked: &[CheckedRow],
        known: HashMap<String, (OrderId, OrgCode)>,
    ) -> Result<(ImportView, Vec<Made>), ImportError> {
        let mut made: Vec<Made> = Vec::new();
        let mut again: HashMap<&str, OrderId> = HashMap::new();
        for (index, row) in checked.iter().enumerate() {
            let Ok((message, category)) = row else {
                continue;
            };
            let external_id = message.external_id.as_str();
            if known.contains_key(external_id) || again.contains_key(external_id) {
                continue;
            }
            let new = self.make(index, message, category)?;
            again.insert(external_id, new.stored.order.id);
            made.push(new);
        }
        self.number_apart(db, &mut made).await?;
        Ok((self.view(checked, &known, &again, &made), made))
    }

    /// Makes the order of a message.
    fn make(
        &self,
        index: usize,
        message: &Message,
        category: &Categorisation,
    ) -> Result<Made, StoreError> {
        let unit = self
            .units
            .route(self.app, &self.place, category.category.as_deref());
        let suggested = unit.as_ref().and_then(ProposedUnit::suggested);
        let (route, unit_name) = match unit {
            Some(found) => (Some((found.unit, found.reason)), Some(found.name)),
            None => (None, None),
        };
        let matter = OpenOrder {
            title: message.title.clone(),
            content: message.content.clone(),
            org_code: self.place.code.clone(),
            org_path: self.place.path.clone(),
            requester: None,
            confidential: false,
            channel: self.command.channel.clone(),
            location: None,
            categorisation: Some(category.clone()),
            route,
        };
        let id: OrderId = self.app.ids.next();
        let number = self.number(id, 0);
        let (mut order, events) = Order::open(
            self.definition,
            matter,
            id,
            number,
            &self.calendar,
            self.ctx.now,
        );
        order.suggested = suggested;
        let mut entry = opened_entry(&order, &events)?;
        entry.actor = Some(self.ctx.principal.account);
        entry.capacity = self.capacity().to_string();
        entry.input = json!({
            "external_id": message.external_id,
            "occurred_at": message.occurred_at,
        });
        Ok(Made {
            index,
            external_id: message.external_id.clone(),
            stored: StoredOrder {
                order,
                org_name: self.place.name.clone(),
                unit_name,
                category_reason: Some(category.reason.clone()),
                overdue: false,
            },
            entry,
        })
    }

    /// Finds the role by which the caller may import here.
    fn capacity(&self) -> Role {
        let held = |role: &&Role| self.ctx.principal.holds(**role, &self.place.path);
        let role = OPERATORS.iter().find(held);
        role.copied().unwrap_or(Role::PlatformOperator)
    }

    fn number(&self, id: OrderId, attempt: u32) -> OrderNumber {
        let prefix = &self.definition.number_prefix;
        OrderNumber::derive(prefix, id, self.ctx.now, &self.app.zone, attempt)
    }

    /// Gives another number to each order whose number is taken, in the store or in this import.
    async fn number_apart(
        &self,
        db: &impl ConnectionTrait,
        made: &mut [Made],
    ) -> Result<(), StoreError> {
        let numbers = made.iter().map(|new| new.stored.order.number.as_str());
        let mut taken: HashSet<String> = find_taken_numbers(db, numbers).await?;
        for new in made {
            let order = &mut new.stored.order;
            let mut attempt = 0;
            while !taken.insert(order.number.as_str().to_owned()) {
                attempt += 1;
                order.number = self.number(order.id, attempt);
            }
        }
        Ok(())
    }

    /// Shows every row.
    fn view(
        &self,
        checked: &[CheckedRow],
        known: &HashMap<String, (OrderId, OrgCode)>,
        again: &HashMap<&str, OrderId>,
        made: &[Made],
    ) -> ImportView {
        let dry_run = self.command.dry_run;
        let locale = self.ctx.locale;
        let mut view = ImportView {
            dry_run,
            created: made.len(),
            existing: 0,
            refused: 0,
            rows: Vec::with_capacity(checked.len()),
        };
        let mut made = made.iter().peekable();
        for (index, (row, sent)) in checked.iter().zip(&self.command.rows).enumerate() {
            let shown = match row {
                Err(reason) => {
                    view.refused += 1;
                    ImportedRowView::refused(index, &sent.external_id, words(reason, locale))
                }
                Ok((message, _)) => {
                    let id = message.external_id.as_str();
                    if let Some(new) = made.next_if(|new| new.index == index) {
                        ImportedRowView::created(index, id, &new.stored, dry_run, locale)
                    } else if known
                        .get(id)
                        .is_some_and(|(_, place)| self.is_elsewhere(place))
                    {
                        view.refused += 1;
                        ImportedRowView::refused(index, id, words(&taken_elsewhere(), locale))
                    } else {
                        view.existing += 1;
                        let before = known.get(id).map(|(order, _)| *order);
                        let order = before.or_else(|| again.get(id).copied().filter(|_| !dry_run));
                        ImportedRowView::exists(index, id, order)
                    }
                }
            };
            view.rows.push(shown);
        }
        view
    }

    /// Says whether an order of another district has the id that a row brings: nothing of it is for this one.
    fn is_elsewhere(&self, place: &OrgCode) -> bool {
        place.district() != self.command.org_code.district()
    }
}

fn taken_elsewhere() -> Bilingual {
    Bilingual::new(
        "该渠道的这一来源编号已由其他区接收",
        "another district has taken over a message of this channel with this id",
    )
}
