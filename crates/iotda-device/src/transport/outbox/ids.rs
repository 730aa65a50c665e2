//! Packet ids 1..=65535: the next free one, counted on from 1 after each CONNACK
//! (docs/spec/connection.md#message-ids).

const WORDS: usize = 1024;

pub(super) struct Ids {
    used: Box<[u64; WORDS]>,
    next: u16,
    taken: u32,
}

impl Ids {
    pub(super) fn new() -> Self {
        Ids {
            used: Box::new([0; WORDS]),
            next: 1,
            taken: 0,
        }
    }

    /// The next free id, or `None` when all are in use.
    pub(super) fn take(&mut self) -> Option<u16> {
        if self.are_taken() {
            return None;
        }
        loop {
            let id = self.next;
            self.next = if id == u16::MAX { 1 } else { id + 1 };
            let (word, bit) = self.slot(id)?;
            if *word & bit == 0 {
                *word |= bit;
                self.taken += 1;
                return Some(id);
            }
        }
    }

    /// Whether all ids are in use.
    pub(super) fn are_taken(&self) -> bool {
        self.taken >= u32::from(u16::MAX)
    }

    /// Frees an id; 0 and free ids are ignored.
    pub(super) fn release(&mut self, id: u16) {
        if id == 0 {
            return;
        }
        if let Some((word, bit)) = self.slot(id) {
            if *word & bit != 0 {
                *word &= !bit;
                self.taken -= 1;
            }
        }
    }

    /// The next free id, where `own`, which is in use, counts as free.
    pub(super) fn take_or_own(&mut self, own: u16) -> Option<u16> {
        self.release(own);
        let id = self.take();
        if let Some((word, bit)) = self.slot(own) {
            if *word & bit == 0 {
                *word |= bit;
                self.taken += 1;
            }
        }
        id
    }

    /// Counts from 1 again; ids in use stay so and are skipped.
    pub(super) fn restart(&mut self) {
        self.next = 1;
    }

    fn slot(&mut self, id: u16) -> Option<(&mut u64, u64)> {
        let word = self.used.get_mut(usize::from(id) / 64)?;
        Some((word, 1 << (id % 64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_skips_wraps_and_runs_out() {
        let mut ids = Ids::new();
        assert_eq!((ids.take(), ids.take(), ids.take()), (Some(1), Some(2), Some(3)));
        ids.release(2);
        ids.restart();
        assert_eq!((ids.take(), ids.take()), (Some(2), Some(4)));
        for expected in 5..=u16::MAX {
            assert_eq!(ids.take(), Some(expected));
        }
        assert_eq!(ids.take(), None);
        ids.release(0);
        ids.release(700);
        ids.release(700);
        assert_eq!((ids.take(), ids.take()), (Some(700), None));
    }
}
