//! What a consumer does with a batch: one transaction, or one for each event.

use std::collections::VecDeque;
use std::io;

use store::StoreError;

use super::{Phase, Place, Run, Stage, Taken, Worker};
use crate::HandlerError;
use crate::effects::{Failure, Verdict};
use crate::simulation::context::Context;
use crate::simulation::inbox::Outcome;
use crate::simulation::plan::{Fault, Variant};

impl Worker {
    fn statement_fails(&self, context: &mut Context) -> bool {
        let down = context.now < context.inboxes[self.place.consumer].down_until;
        down || context.strikes(Fault::Statement)
    }

    /// One step of a transaction.
    pub(super) fn advance(&mut self, mut run: Run, context: &mut Context) {
        let Place {
            consumer, process, ..
        } = self.place;
        if !matches!(run.stage, Stage::Handle(_)) && self.statement_fails(context) {
            return self.failed(run, &out_of_reach(), context);
        }
        run.stage = match run.stage {
            Stage::Begin => Stage::Claim,
            Stage::Claim => {
                let events: Vec<i64> = run.batch.iter().map(|entry| entry.item.seq).collect();
                match context.claim(consumer, &events, process) {
                    Some(fresh) => {
                        run.fresh = fresh;
                        Stage::Handle(0)
                    }
                    None => Stage::Claim,
                }
            }
            Stage::Handle(index) => match run.fresh.get(index) {
                None => Stage::Commit,
                Some(seq) => match self.effect(*seq, context) {
                    Ok(()) => Stage::Handle(index + 1),
                    Err(failure) => return self.failed(run, &failure, context),
                },
            },
            Stage::Commit => {
                context.inboxes[consumer].commit(process);
                if !context.is(Variant::EffectOutside) {
                    for seq in &run.fresh {
                        context.take_effect(consumer, *seq, Outcome::Effect);
                    }
                }
                if context.strikes(Fault::Answer) {
                    return self.failed(run, &out_of_reach(), context);
                }
                self.outages = 0;
                let phase = Phase::Acking(run.batch.into(), run.rest);
                return self.wait(phase, context);
            }
        };
        self.wait(Phase::Running(run), context);
    }

    /// What a handler does with one event.
    fn effect(&self, seq: i64, context: &mut Context) -> Result<(), Failure> {
        let consumer = self.place.consumer;
        if context.strikes(Fault::Handler) {
            let error = StoreError::from(io::Error::other("no disk"));
            return Err(HandlerError::retry(error).into());
        }
        let event = context.outbox.event_mut(seq);
        if event.poison[consumer] {
            return Err(HandlerError::Poison("by the plan".to_owned()).into());
        }
        if event.failing[consumer] > 0 {
            event.failing[consumer] -= 1;
            return Err(if seq % 2 == 0 {
                Failure::Panic
            } else {
                HandlerError::retry(StoreError::Stale).into()
            });
        }
        if context.is(Variant::EffectOutside) {
            context.take_effect(consumer, seq, Outcome::Effect);
        }
        Ok(())
    }

    fn failed(&mut self, run: Run, failure: &Failure, context: &mut Context) {
        context.inboxes[self.place.consumer].roll_back(self.place.process);
        let mut rest = run.rest;
        if run.whole {
            return self.next_single(run.batch.into(), context);
        }
        let Some(mut entry) = run.batch.into_iter().next() else {
            return self.idle(context);
        };
        let attempts = context.plan.config.attempts;
        match failure.judge(entry.item.failures + 1, attempts) {
            Verdict::Pause => {
                self.lanes.restore(entry);
                for untried in rest {
                    self.lanes.restore(untried);
                }
                self.pause(context);
            }
            Verdict::Again { counted } => {
                entry.item.runs += 1;
                entry.item.failures += u32::from(counted);
                if context.is(Variant::NoParking) {
                    rest.push_back(entry);
                } else {
                    let until = context.now + context.pause(entry.item.runs);
                    self.lanes.park(entry, until);
                }
                self.next_single(rest, context);
            }
            Verdict::Dead { .. } => self.wait(Phase::Burying(entry, rest), context),
        }
    }

    pub(super) fn bury(&mut self, entry: Taken, rest: VecDeque<Taken>, context: &mut Context) {
        let mut done = !self.statement_fails(context);
        if done {
            context.take_effect(self.place.consumer, entry.item.seq, Outcome::Dead);
            done = !context.strikes(Fault::Answer);
        }
        if done {
            return self.wait(Phase::Acking(VecDeque::from([entry]), rest), context);
        }
        self.lanes.restore(entry);
        for untried in rest {
            self.lanes.restore(untried);
        }
        self.pause(context);
    }
}

fn out_of_reach() -> Failure {
    Failure::Store(io::Error::other("gone").into())
}
