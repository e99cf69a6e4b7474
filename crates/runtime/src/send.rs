//! Records from user space to programs, through user ring buffers.
//!
//! The buffer lies in memory that the kernel and this process share; libbpf's
//! own `user_ring_buffer` maps it, for as long as a call lasts. Programs take
//! records out with `bpf_user_ringbuf_drain`, in the order they were sent.

use std::io;
use std::ptr::{self, NonNull};

use libbpf_rs::libbpf_sys;

use crate::error::{Error, Result};
use crate::map::Map;

impl Map {
    /// Sends records of any size through a user ring buffer, and says how many
    /// there was room for; the others were not sent. Needs Linux 6.1.
    ///
    /// One call maps the buffer once, so that many records are best sent in
    /// one. Calls from several threads take their turns.
    ///
    /// # Errors
    /// [`Error::RecordTooLarge`] for one that never fits (those before it were
    /// sent), [`Error::Unsupported`] for other maps.
    pub fn send<'r>(&self, records: impl IntoIterator<Item = &'r [u8]>) -> Result<usize> {
        if self.spec().map_type.name() != "user_ringbuf" {
            return Err(self.unsupported("send", "only user ring buffers take records"));
        }
        let _turn = self.sender();
        self.with_fd(|fd| {
            let sender = Sender::new(fd).map_err(|error| self.failure("send", error))?;
            let mut sent = 0;
            for record in records {
                match sender.send(record) {
                    Ok(()) => sent += 1,
                    Err(error) if error.raw_os_error() == Some(libc::ENOSPC) => break,
                    Err(error) if error.raw_os_error() == Some(libc::E2BIG) => {
                        return Err(Error::RecordTooLarge {
                            map: self.name().to_owned(),
                            bytes: record.len(),
                            max_entries: self.spec().max_entries,
                        });
                    }
                    Err(error) => return Err(self.failure("send", error)),
                }
            }
            Ok(sent)
        })
    }
}

/// A user ring buffer, mapped.
struct Sender {
    ring: NonNull<libbpf_sys::user_ring_buffer>,
}

impl Sender {
    fn new(fd: i32) -> io::Result<Self> {
        // SAFETY: libbpf checks the descriptor; no options are given.
        let ring = unsafe { libbpf_sys::user_ring_buffer__new(fd, ptr::null_mut()) };
        NonNull::new(ring).map(|ring| Self { ring }).ok_or_else(io::Error::last_os_error)
    }

    fn send(&self, record: &[u8]) -> io::Result<()> {
        let size =
            u32::try_from(record.len()).map_err(|_| io::Error::from_raw_os_error(libc::E2BIG))?;
        // SAFETY: the ring is mapped until it is dropped. What is reserved has
        // `size` bytes, is filled with as many, and submitted once.
        unsafe {
            let room = libbpf_sys::user_ring_buffer__reserve(self.ring.as_ptr(), size);
            if room.is_null() {
                return Err(io::Error::last_os_error());
            }
            ptr::copy_nonoverlapping(record.as_ptr(), room.cast::<u8>(), record.len());
            libbpf_sys::user_ring_buffer__submit(self.ring.as_ptr(), room);
        }
        Ok(())
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        // SAFETY: made by `user_ring_buffer__new`, and freed once.
        unsafe { libbpf_sys::user_ring_buffer__free(self.ring.as_ptr()) }
    }
}
