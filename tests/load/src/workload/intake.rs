//! Orders being opened.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, stream};
use kernel::OrderId;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::people::Compound;

/// Longest wait for the answer to an opening.
const PATIENCE: Duration = Duration::from_secs(15);

/// Orders looked up at once.
const READERS: usize = 16;

/// How an opening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 201: the order counts.
    Acknowledged(OrderId),
    /// 429 or 503.
    Shed,
    /// Anything else: no answer in time, no connection, another status.
    Failed,
}

/// Residents of several compounds who take turns.
#[derive(Clone)]
pub(crate) struct Intake {
    api: Api,
    /// A resident's token and place.
    residents: Arc<Vec<(String, String)>>,
}

impl Intake {
    pub(crate) fn new(api: &Api, compounds: &[Compound]) -> Self {
        let residents = compounds.iter().flat_map(|compound| {
            let place = |token: &String| (token.clone(), compound.code.clone());
            compound.residents.iter().map(place)
        });
        Self {
            api: api.clone(),
            residents: Arc::new(residents.collect()),
        }
    }

    fn resident(&self, turn: u64) -> anyhow::Result<&(String, String)> {
        let turn = usize::try_from(turn)?;
        let turn = turn.checked_rem(self.residents.len());
        turn.and_then(|turn| self.residents.get(turn))
            .context("no residents")
    }

    /// Opens the order number `turn`.
    pub(crate) async fn open(&self, turn: u64) -> Outcome {
        self.try_open(turn).await.unwrap_or(Outcome::Failed)
    }

    async fn try_open(&self, turn: u64) -> anyhow::Result<Outcome> {
        let (token, place) = self.resident(turn)?;
        let order = json!({
            "workflow": "five-order",
            "title": "楼道照明灯不亮",
            "content": "楼道里的照明灯坏了几天，晚上出入不便，希望尽快修好。",
            "org_code": place,
        });
        let answer = self
            .api
            .post(token, "/api/ticketing/v1/orders")
            .timeout(PATIENCE)
            .json(&order)
            .send()
            .await?;
        match answer.status() {
            StatusCode::CREATED => {
                let order: Value = answer.json().await?;
                Ok(Outcome::Acknowledged(text(&order, "id").parse()?))
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Ok(Outcome::Shed),
            status => anyhow::bail!("{status}"),
        }
    }

    /// Counts which of these orders, each with its turn, whoever opened them does not find.
    pub(crate) async fn count_lost(&self, opened: &[(u64, OrderId)]) -> anyhow::Result<u64> {
        let looks = stream::iter(opened).map(|(turn, order)| self.is_there(*turn, *order));
        let mut found = looks.buffer_unordered(READERS);
        let mut lost = 0;
        while let Some(there) = found.next().await {
            if !there? {
                lost += 1;
            }
        }
        Ok(lost)
    }

    async fn is_there(&self, turn: u64, order: OrderId) -> anyhow::Result<bool> {
        let (token, _) = self.resident(turn)?;
        let path = format!("/api/ticketing/v1/orders/{order}");
        // a look that is not answered says nothing: it is repeated
        for _ in 0..5 {
            let answer = self.api.get(token, &path).send().await;
            match answer.map(|answer| answer.status()) {
                Ok(StatusCode::OK) => return Ok(true),
                Ok(StatusCode::NOT_FOUND) => return Ok(false),
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
        anyhow::bail!("{order} cannot be looked up")
    }
}
