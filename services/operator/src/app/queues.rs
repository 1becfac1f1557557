use super::Context;
use super::work::Work;
use crate::crd::{District, QueuesStatus};
use crate::domain::conditions::Stage;

/// What was said of the queues at the last whole look; nothing where the operator knows no broker.
pub(super) fn queues_before(district: &District, ctx: &Context) -> Stage {
    if ctx.broker.is_none() {
        return Stage::NotAsked;
    }
    let status = district.status.as_ref();
    match status.and_then(|status| status.queues.as_ref()) {
        Some(queues) => declared(queues),
        None => Stage::waiting("等待消息服务器 (waits for the broker)"),
    }
}

fn declared(queues: &QueuesStatus) -> Stage {
    let message = format!("{} 个服务有队列 (services have theirs)", queues.consumers);
    Stage::done("Declared", message)
}

impl Work<'_> {
    /// Declares the queues, where the operator knows the broker.
    pub(super) async fn declare_queues(&mut self) {
        let Some(broker) = &self.ctx.broker else {
            self.status.queues = None;
            return;
        };
        match broker.declare().await {
            Ok(queues) => {
                self.report.queues = declared(&queues);
                self.status.queues = Some(queues);
            }
            Err(error) => {
                self.again = true;
                self.status.queues = None;
                self.report.queues = Stage::failed(error.reason(), error.to_string());
            }
        }
    }
}
