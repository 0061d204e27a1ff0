//! Rounds: one allocation of many open needs at once, asked for by a call and carried out by a worker.

mod calling;
mod committing;
mod offering;
mod solving;
pub(crate) mod worker;

pub(crate) use calling::RoundAsked;
pub(crate) use solving::{Digest, Question, decide_each};
pub(crate) use worker::{Bell, Stopped};
