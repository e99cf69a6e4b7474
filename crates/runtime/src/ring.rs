//! A ring buffer, read where the kernel writes it.
//!
//! The map is looked at through two mappings, as the kernel offers them: a
//! page with the position up to which it was read, which is ours to write,
//! and one with the position up to which it is written, followed by the data
//! twice, so that a record that goes over the end is in one piece. What has
//! been read is told to the kernel in strides and not record by record, since
//! the two sides' caches fight for that page.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use libbpf_rs::libbpf_sys;

use crate::records::Last;

/// The header before each record: its length with two flags, and the page.
const HEADER: usize = 8;
const FLAGS: u32 = libbpf_sys::BPF_RINGBUF_BUSY_BIT | libbpf_sys::BPF_RINGBUF_DISCARD_BIT;
/// Room is given back to the programs at least so often, in bytes.
const STRIDE: u64 = 64 * 1024;

/// A mapped ring buffer.
#[derive(Debug)]
pub(crate) struct Ring {
    consumer: Mapping,
    producer: Mapping,
    /// Where the data begins in `producer`.
    page: usize,
    /// The size of the data, a power of two.
    size: usize,
}

impl Ring {
    /// Maps the ring buffer `map` of `size` bytes.
    pub(crate) fn open(map: BorrowedFd<'_>, size: u32) -> io::Result<Self> {
        // SAFETY: takes a plain number and reads nothing of ours.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let page = usize::try_from(page).map_err(io::Error::other)?;
        let size = size as usize;
        let length = size.checked_mul(2).and_then(|data| data.checked_add(page));
        let length = length.ok_or_else(|| io::Error::from_raw_os_error(libc::E2BIG))?;
        if !size.is_power_of_two() {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        Ok(Self {
            consumer: Mapping::new(map, 0, page, libc::PROT_READ | libc::PROT_WRITE)?,
            producer: Mapping::new(map, page, length, libc::PROT_READ)?,
            page,
            size,
        })
    }

    /// How many bytes wait to be read, headers and padding included; the
    /// records in them have no more bytes than that.
    pub(crate) fn waiting(&self) -> usize {
        let (read, written) = (self.consumer.counter(), self.producer.counter());
        let waiting = written.load(Ordering::Acquire).saturating_sub(read.load(Ordering::Relaxed));
        usize::try_from(waiting).unwrap_or(self.size).min(self.size)
    }

    /// Hands up to `limit` of the records that are there at the call to `take`,
    /// until it breaks; how many it took. Records that are not finished end it,
    /// with all behind them.
    ///
    /// The caller sees to it that one thread at a time does this.
    #[inline]
    pub(crate) fn consume(
        &self,
        limit: usize,
        mut take: impl FnMut(&[u8]) -> ControlFlow<Last>,
    ) -> usize {
        let read = self.consumer.counter();
        let mut position = read.load(Ordering::Relaxed);
        let end = self.producer.counter().load(Ordering::Acquire);
        let (mut told, mut count) = (position, 0);
        let mut flow = ControlFlow::Continue(());
        while position < end && count < limit && flow.is_continue() {
            let Some((length, discarded)) = self.header(position) else { break };
            if !discarded {
                flow = take(self.record(position, length));
                if flow == ControlFlow::Break(Last::Left) {
                    break;
                }
                count += 1;
            }
            position += (HEADER + length).next_multiple_of(8) as u64;
            if position - told >= STRIDE {
                read.store(position, Ordering::Release);
                told = position;
            }
        }
        read.store(position, Ordering::Release);
        count
    }

    fn offset(&self, position: u64) -> usize {
        // The size is a power of two, so that only low bits matter.
        self.page + (position as usize & (self.size - 1))
    }

    /// The length of the record at `position`, and whether it was discarded;
    /// `None` while it is being written.
    #[inline]
    fn header(&self, position: u64) -> Option<(usize, bool)> {
        // SAFETY: the offset is below `page + size` and a multiple of 8, as
        // all positions are, so that 4 aligned bytes lie in the mapping; the
        // kernel writes them atomically.
        let header = unsafe {
            self.producer.start.byte_add(self.offset(position)).cast::<AtomicU32>().as_ref()
        };
        let word = header.load(Ordering::Acquire);
        let length = (word & !FLAGS) as usize;
        if word & libbpf_sys::BPF_RINGBUF_BUSY_BIT != 0 || length > self.size - HEADER {
            return None;
        }
        Some((length, word & libbpf_sys::BPF_RINGBUF_DISCARD_BIT != 0))
    }

    #[inline]
    fn record(&self, position: u64, length: usize) -> &[u8] {
        // SAFETY: `header` made sure that the record is no longer than the
        // data, which is mapped twice, so that it ends in the mapping however
        // far back it begins. The kernel leaves it alone until the consumer's
        // position goes past it, which `consume` does after its use.
        unsafe {
            let start = self.producer.start.byte_add(self.offset(position) + HEADER);
            slice::from_raw_parts(start.as_ptr(), length)
        }
    }
}

/// Memory shared with the kernel; unmapped when dropped.
#[derive(Debug)]
struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the memory belongs to no thread; what is written at the same time by
// the kernel is read through atomics.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn new(map: BorrowedFd<'_>, offset: usize, length: usize, access: i32) -> io::Result<Self> {
        let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
        // SAFETY: a new mapping, at a place of the kernel's choice.
        let start = unsafe {
            let (fd, flags) = (map.as_raw_fd(), libc::MAP_SHARED);
            libc::mmap(std::ptr::null_mut(), length, access, flags, fd, offset)
        };
        match NonNull::new(start.cast::<u8>()) {
            Some(start) if start.as_ptr().cast() != libc::MAP_FAILED => Ok(Self { start, length }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// The position at the beginning of both mappings.
    fn counter(&self) -> &AtomicU64 {
        // SAFETY: a page begins with it, aligned; it lives as long as `self`.
        unsafe { self.start.cast().as_ref() }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: this mapping was made in `new`, and nothing borrows from it.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}
