//! Records on their way from a buffer to whoever reads them.
//!
//! [`Records`] keeps them in order, [`Columns`] keeps those of one type
//! together, so that they can be read as a table without looking at each.

use std::ops::ControlFlow;

use crate::layout::Layout;

/// What the kernel may add to a perf record's length.
const PERF_PADDING: usize = 7;

/// Bytes that are kept for the next records at the most.
const KEPT: usize = 4 << 20;

/// One record: where it was sent and its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The CPU that sent it; ring buffers do not tell.
    pub cpu: Option<u32>,
    /// Its bytes as they came, padding included.
    pub bytes: Vec<u8>,
}

/// What becomes of the last record that somebody is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// It has been read.
    Taken,
    /// It is the first one of those that are handed out next.
    Left,
}

/// Records in the order in which they came.
#[derive(Debug, Default)]
pub struct Records {
    /// Those that were taken included.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// How many of them were taken, and how many bytes these had.
    taken: usize,
    start: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    length: u32,
    /// [`NO_CPU`] where it is not known.
    cpu: u32,
}

const NO_CPU: u32 = u32::MAX;

impl Entry {
    fn cpu(self) -> Option<u32> {
        (self.cpu != NO_CPU).then_some(self.cpu)
    }
}

impl Records {
    #[inline]
    pub(crate) fn push(&mut self, cpu: Option<u32>, record: &[u8]) {
        // The kernel's own lengths have 32 bits.
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        self.entries.push(Entry { length, cpu: cpu.unwrap_or(NO_CPU) });
        self.bytes.extend_from_slice(record);
    }

    /// Room for so many more bytes.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len() - self.taken
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records, each with the CPU that sent it.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Option<u32>, &[u8])> {
        let mut left = self.bytes.get(self.start..).unwrap_or_default();
        self.entries.iter().skip(self.taken).map(move |entry| {
            let (record, rest) =
                left.split_at_checked(entry.length as usize).unwrap_or((left, &[]));
            left = rest;
            (entry.cpu(), record)
        })
    }

    /// Moves the first one to `record`; says whether there was one.
    pub(crate) fn take(&mut self, record: &mut Record) -> bool {
        let Some(entry) = self.entries.get(self.taken).copied() else { return false };
        let end = self.start + entry.length as usize;
        record.cpu = entry.cpu();
        record.bytes.clear();
        record.bytes.extend_from_slice(self.bytes.get(self.start..end).unwrap_or_default());
        self.taken += 1;
        self.start = end;
        if self.is_empty() {
            self.clear();
        }
        true
    }

    /// Forgets the first ones.
    pub fn skip(&mut self, count: usize) {
        let mut left = count;
        let _ = self.visit(|_| match left.checked_sub(1) {
            None => ControlFlow::Break(Last::Left),
            Some(next) => {
                left = next;
                ControlFlow::Continue(())
            }
        });
    }

    /// Hands the records to `take` until it breaks; those that it had are gone.
    #[inline]
    pub(crate) fn visit(
        &mut self,
        mut take: impl FnMut(&[u8]) -> ControlFlow<Last>,
    ) -> ControlFlow<Last> {
        let mut flow = ControlFlow::Continue(());
        while let (ControlFlow::Continue(()), Some(entry)) = (flow, self.entries.get(self.taken)) {
            let end = self.start + entry.length as usize;
            flow = take(self.bytes.get(self.start..end).unwrap_or_default());
            if flow == ControlFlow::Break(Last::Left) {
                return flow;
            }
            self.taken += 1;
            self.start = end;
        }
        if self.is_empty() {
            self.clear();
        }
        flow
    }

    /// Puts others before these. Of their memory, it keeps the larger, if that
    /// is not too much to keep.
    pub(crate) fn put_first(&mut self, mut others: Self) {
        if !others.is_empty() {
            self.iter().for_each(|(cpu, record)| others.push(cpu, record));
            *self = others;
        } else if self.is_empty()
            && (self.bytes.capacity()..=KEPT).contains(&others.bytes.capacity())
        {
            others.clear();
            *self = others;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        (self.taken, self.start) = (0, 0);
    }
}

/// Records by type, those of each type one after the other without gaps.
#[derive(Debug, Default)]
pub struct Columns {
    columns: Vec<Column>,
    /// The column of the last record; mostly the next one's too.
    last: usize,
}

/// All records of one type.
#[derive(Debug)]
pub struct Column {
    /// Which of [`EventReader::layouts`](crate::EventReader::layouts) says what
    /// they mean; `None` where the object does not.
    pub event: Option<usize>,
    /// The length of each in bytes.
    pub stride: usize,
    /// The records, one after the other.
    pub bytes: Vec<u8>,
    /// Length that records have in the buffer.
    length: usize,
}

impl Columns {
    /// The columns that have records, in the order in which they came up.
    pub fn iter(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.bytes.is_empty())
    }

    /// Forgets all records, and keeps the memory for the next ones.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(|column| column.bytes.clear());
    }

    #[inline]
    pub(crate) fn push(&mut self, types: Types<'_>, record: &[u8]) {
        match self.columns.get_mut(self.last) {
            Some(column) if column.length == record.len() => column.push(record),
            _ => self.push_other(types, record),
        }
    }

    fn push_other(&mut self, types: Types<'_>, record: &[u8]) {
        let same = |column: &Column| column.length == record.len();
        self.last = self.columns.iter().position(same).unwrap_or_else(|| {
            let length = record.len();
            let (event, stride) = match types.position(length) {
                Some((event, layout)) => (Some(event), layout.size()),
                None => (None, length),
            };
            self.columns.push(Column { event, stride, bytes: Vec::new(), length });
            self.columns.len() - 1
        });
        if let Some(column) = self.columns.get_mut(self.last) {
            column.push(record);
        }
    }
}

impl Column {
    #[inline]
    fn push(&mut self, record: &[u8]) {
        self.bytes.extend_from_slice(record.get(..self.stride).unwrap_or(record));
    }
}

/// What the records of one buffer may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Types<'a> {
    pub(crate) layouts: &'a [Layout],
    /// Whether records may have padding at their end.
    pub(crate) padded: bool,
}

impl<'a> Types<'a> {
    /// The type of a record of `length` bytes: the largest that fits.
    pub(crate) fn of(self, length: usize) -> Option<&'a Layout> {
        self.position(length).map(|(_, layout)| layout)
    }

    /// The same, and which one it is.
    pub(crate) fn position(self, length: usize) -> Option<(usize, &'a Layout)> {
        let padding = if self.padded { PERF_PADDING } else { 0 };
        self.layouts
            .iter()
            .enumerate()
            .filter(|(_, layout)| layout.size() <= length && length - layout.size() <= padding)
            .max_by_key(|(_, layout)| layout.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_typed_by_their_length() {
        let layouts = [Layout::untyped(8), Layout::Bytes { size: 24 }, Layout::Bytes { size: 20 }];
        let size =
            |length, padded| Types { layouts: &layouts, padded }.of(length).map(Layout::size);
        assert_eq!(size(24, false), Some(24));
        assert_eq!(size(21, false), None);
        assert_eq!(size(28, true), Some(24));
        assert_eq!(size(12, true), Some(8));
        assert_eq!(size(40, true), None);
        assert_eq!(size(7, true), None);
    }

    #[test]
    fn records_come_out_in_order_and_leave_no_memory_in_use() {
        let mut records = Records::default();
        records.push(None, b"one");
        records.push(Some(3), b"");
        let mut record = Record::default();
        assert!(records.take(&mut record));
        assert_eq!((record.cpu, record.bytes.as_slice()), (None, b"one".as_slice()));
        assert_eq!(records.len(), 1);
        records.push(None, b"three");
        let left: Vec<_> = records.iter().collect();
        assert_eq!(left, [(Some(3), b"".as_slice()), (None, b"three".as_slice())]);
        assert!(records.take(&mut record) && records.take(&mut record));
        assert!(!records.take(&mut record) && records.bytes.is_empty());
    }

    #[test]
    fn what_a_visitor_leaves_comes_first_again() {
        let mut records = Records::default();
        for record in [b"one".as_slice(), b"two", b"three", b"four"] {
            records.push(Some(1), record);
        }
        let mut seen = Vec::new();
        let flow = records.visit(|record| {
            seen.push(record.to_owned());
            if record == b"three" {
                ControlFlow::Break(Last::Left)
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!((flow, seen.len(), records.len()), (ControlFlow::Break(Last::Left), 3, 2));
        let mut waiting = Records::default();
        waiting.push(None, b"five");
        waiting.put_first(records);
        let flow = waiting.visit(|_| ControlFlow::Break(Last::Taken));
        assert_eq!(flow, ControlFlow::Break(Last::Taken));
        let left: Vec<_> = waiting.iter().collect();
        assert_eq!(left, [(Some(1), b"four".as_slice()), (None, b"five".as_slice())]);
        assert!(waiting.visit(|_| ControlFlow::Continue(())).is_continue());
        assert!(waiting.bytes.is_empty());
        // Those that were all read leave their memory.
        let room = waiting.bytes.capacity();
        let mut next = Records::default();
        next.put_first(waiting);
        assert!(next.is_empty() && next.bytes.capacity() == room);
    }

    #[test]
    fn columns_keep_types_apart_and_cut_padding() {
        let layouts = [Layout::untyped(4), Layout::untyped(8)];
        let types = Types { layouts: &layouts, padded: true };
        let mut columns = Columns::default();
        for record in [[1_u8; 4].as_slice(), &[2; 8], &[3; 12], &[4; 30], &[5; 4]] {
            columns.push(types, record);
        }
        let found: Vec<_> = columns.iter().map(|c| (c.stride, c.bytes.len() / c.stride)).collect();
        assert_eq!(found, [(4, 2), (8, 1), (8, 1), (30, 1)]);
        columns.clear();
        assert_eq!(columns.iter().count(), 0);
    }
}
