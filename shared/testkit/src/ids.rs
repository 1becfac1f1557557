use std::sync::atomic::{AtomicU64, Ordering};

use kernel::IdSource;
use uuid::Uuid;

/// Ids that count up: the same in every run.
#[derive(Debug, Default)]
pub struct SeededIds(AtomicU64);

impl IdSource for SeededIds {
    fn next_uuid(&self) -> Uuid {
        let number = u128::from(self.0.fetch_add(1, Ordering::SeqCst));
        Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | (number << 80) | number)
    }
}
