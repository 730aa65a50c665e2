//! What is done when the system has no memory. Payloads, packets and tables ask [first](room_for) or allocate fallibly; what
//! cannot (a few buffers of this library, more of those that it is made of, whose failed allocation would end the process) gets
//! its memory from a small reserve meanwhile, and large reports are refused until it is given back.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes of the reserve. Untouched they take no memory, only addresses.
const ROOM: usize = 2 * 1024 * 1024;
/// Blocks of the reserve at a time.
const BLOCKS: usize = 256;
/// Alignment of the reserve, and the most that a block of it can have.
const ALIGNED: usize = 4096;
/// What is large: worth a question before it is allocated, and refused while the reserve is in use.
pub const LARGE: usize = 16 * 1024;

/// The allocator of the C library's libraries: the system's, then the reserve.
pub struct Reserved;

// SAFETY: every block is one of the system's, or a part of the reserve that no other block overlaps, as large and aligned as
// asked for; addresses tell which.
unsafe impl GlobalAlloc for Reserved {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let block = unsafe { System.alloc(layout) };
        if block.is_null() { RESERVE.take(layout) } else { block }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise; a block of the reserve is as long as the layout says.
        unsafe {
            let block = System.alloc_zeroed(layout);
            if !block.is_null() {
                return block;
            }
            let block = RESERVE.take(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match RESERVE.offset(block) {
            Some(offset) => RESERVE.give_back(offset),
            // SAFETY: the caller's promise; it is not the reserve's.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise; sizes and alignments of both blocks are those of their layouts.
        unsafe {
            if RESERVE.offset(block).is_none() {
                let moved = System.realloc(block, layout, size);
                if !moved.is_null() {
                    return moved;
                }
            }
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// Whether the system would give so many bytes now. Another thread may take them before the caller does.
pub fn room_for(bytes: usize) -> bool {
    // SAFETY: freed at once, and never looked at.
    unsafe {
        let block = libc::malloc(bytes.max(1));
        libc::free(block);
        !block.is_null()
    }
}

/// Whether the reserve is in use: nothing large should be begun.
pub fn is_short() -> bool {
    RESERVE.used.load(Ordering::Relaxed) > 0
}

/// Whether the reserve has been used since the last call.
pub fn was_short() -> bool {
    RESERVE.touched.load(Ordering::Relaxed) && RESERVE.touched.swap(false, Ordering::Relaxed)
}

#[repr(C, align(4096))] // ALIGNED
struct Bytes(UnsafeCell<[u8; ROOM]>);

/// A block: its first byte and the one behind it.
#[derive(Clone, Copy)]
struct Block(usize, usize);

struct Table {
    /// The first `count` are in use, in order.
    blocks: [Block; BLOCKS],
    count: usize,
}

struct Reserve {
    bytes: Bytes,
    table: UnsafeCell<Table>,
    busy: AtomicBool,
    used: AtomicUsize,
    touched: AtomicBool,
}

// SAFETY: the table is only touched by who has set `busy`; each byte belongs to one block.
unsafe impl Sync for Reserve {}

static RESERVE: Reserve = Reserve::new();

impl Reserve {
    const fn new() -> Reserve {
        Reserve {
            bytes: Bytes(UnsafeCell::new([0; ROOM])),
            table: UnsafeCell::new(Table {
                blocks: [Block(0, 0); BLOCKS],
                count: 0,
            }),
            busy: AtomicBool::new(false),
            used: AtomicUsize::new(0),
            touched: AtomicBool::new(false),
        }
    }

    fn start(&self) -> *mut u8 {
        self.bytes.0.get().cast()
    }

    /// Where in the reserve a block begins; `None` for one of the system's.
    fn offset(&self, block: *mut u8) -> Option<usize> {
        let offset = block.addr().wrapping_sub(self.start().addr());
        (offset < ROOM).then_some(offset)
    }

    /// NULL when there is no room, or another thread keeps the table for too long: one that a forked child does not have.
    #[cold]
    fn take(&self, layout: Layout) -> *mut u8 {
        let placed = self
            .with_table(|table| table.place(layout.size(), layout.align()))
            .flatten();
        let Some(offset) = placed else {
            return std::ptr::null_mut();
        };
        self.used.fetch_add(layout.size(), Ordering::Relaxed);
        self.touched.store(true, Ordering::Relaxed);
        // SAFETY: inside the reserve.
        unsafe { self.start().add(offset) }
    }

    #[cold]
    fn give_back(&self, offset: usize) {
        let size = self.with_table(|table| table.remove(offset)).flatten();
        self.used.fetch_sub(size.unwrap_or(0), Ordering::Relaxed);
    }

    fn with_table<R>(&self, act: impl FnOnce(&mut Table) -> R) -> Option<R> {
        for _ in 0..100_000 {
            if !self.busy.swap(true, Ordering::Acquire) {
                // SAFETY: nobody else has it while `busy` is set.
                let result = act(unsafe { &mut *self.table.get() });
                self.busy.store(false, Ordering::Release);
                return Some(result);
            }
            std::thread::yield_now();
        }
        None
    }
}

impl Table {
    /// The place of a new block: the first gap that it fits into.
    fn place(&mut self, size: usize, align: usize) -> Option<usize> {
        if self.count == BLOCKS || align > ALIGNED {
            return None;
        }
        let mut free = 0_usize;
        let used = self.blocks.iter().take(self.count).chain([&Block(ROOM, ROOM)]);
        let (at, start) = used.enumerate().find_map(|(at, next)| {
            let start = free.next_multiple_of(align);
            free = next.1;
            (start.saturating_add(size) <= next.0).then_some((at, start))
        })?;
        self.blocks.copy_within(at..self.count, at + 1);
        *self.blocks.get_mut(at)? = Block(start, start + size);
        self.count += 1;
        Some(start)
    }

    /// Its size.
    fn remove(&mut self, offset: usize) -> Option<usize> {
        let at = self
            .blocks
            .iter()
            .take(self.count)
            .position(|block| block.0 == offset)?;
        let Block(start, end) = *self.blocks.get(at)?;
        self.blocks.copy_within(at + 1..self.count, at);
        self.count -= 1;
        Some(end - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_do_not_overlap_and_gaps_are_used_again() {
        static TRIED: Reserve = Reserve::new();
        let reserve = &TRIED;
        let layout = |size| Layout::from_size_align(size, 64).unwrap();
        let blocks: Vec<(usize, usize)> = [100, 5000, 64, 70_000, 1]
            .into_iter()
            .map(|size| (reserve.offset(reserve.take(layout(size))).unwrap(), size))
            .collect();
        for pair in blocks.windows(2) {
            assert!(pair[0].0 + pair[0].1 <= pair[1].0 && pair[1].0 % 64 == 0, "{blocks:?}");
        }
        reserve.give_back(blocks[1].0);
        assert_eq!(reserve.offset(reserve.take(layout(4000))), Some(blocks[1].0));
        assert!(reserve.take(layout(ROOM)).is_null());
        assert_eq!(reserve.used.load(Ordering::Relaxed), 100 + 4000 + 64 + 70_000 + 1);
        let most: Vec<usize> = std::iter::from_fn(|| reserve.offset(reserve.take(layout(1)))).collect();
        assert_eq!(most.len(), BLOCKS - 5);
        most.into_iter().for_each(|offset| reserve.give_back(offset));
        assert!(!reserve.take(layout(1_500_000)).is_null());
    }

    #[test]
    fn what_the_system_refuses_comes_from_the_reserve_and_moves_back() {
        // SAFETY: each block is used by its layout and freed once.
        unsafe {
            let small = Layout::from_size_align(100, 8).unwrap();
            let block = RESERVE.take(small);
            assert!(is_short() && was_short() && !was_short());
            block.write_bytes(7, 100);
            let moved = Reserved.realloc(block, small, 300);
            assert!(RESERVE.offset(moved).is_none() && !is_short());
            assert_eq!(std::slice::from_raw_parts(moved, 100), [7; 100]);
            Reserved.dealloc(moved, Layout::from_size_align(300, 8).unwrap());
        }
        assert!(room_for(1) && !room_for(usize::MAX / 2));
    }
}
