//! One program of a loaded object: its figures and test runs. Attaching is in
//! `attach`.

use std::os::fd::{AsRawFd as _, BorrowedFd, RawFd};
use std::ptr;
use std::sync::Arc;

use libbpf_rs::libbpf_sys;

use crate::error::{Error, ProgramPlace, Result};
use crate::object::{Inner, Loaded};
use crate::open::{ENOTSUPP, check};
use crate::privilege::{capabilities_for_section, missing_capabilities};
use crate::spec::ProgramSpec;
use crate::test_input::refusal;
use crate::verifier::VerifierStats;

/// Spare room that a test run's data may grow into (`bpf_xdp_adjust_head`).
const GROWTH: usize = 4096;

/// More than any context of a packet takes (`struct __sk_buff`: 192 bytes).
const CONTEXT_ROOM: usize = 512;

/// A program of a loaded object. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) inner: Arc<Inner>,
    pub(crate) index: usize,
}

/// A program's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgramInfo {
    /// The function's name.
    pub name: String,
    /// The ELF section.
    pub section: String,
    /// The kernel's number for the program.
    pub id: u32,
    /// The kernel's hash of the instructions, as bpftool prints it.
    pub tag: String,
    /// Instructions after the verifier rewrote them.
    pub instructions: u32,
    /// Bytes of machine code; 0 without a JIT compiler.
    pub jited_bytes: u32,
    /// Instructions that the verifier went through; 0 before Linux 5.16.
    pub verified_instructions: u32,
    /// The verifier's figures, where its log had them.
    pub verifier: Option<VerifierStats>,
    /// How often it ran, counted only while `kernel.bpf_stats_enabled` is on.
    pub run_count: u64,
    /// How long it ran in all, in nanoseconds, counted likewise.
    pub run_time_ns: u64,
}

/// What to run a program on.
#[derive(Debug, Clone, Default)]
pub struct TestRun {
    /// The packet, for programs that take one.
    pub data: Option<Vec<u8>>,
    /// The context, for programs that take one (raw tracepoints: the
    /// arguments as 64-bit integers).
    pub context: Option<Vec<u8>>,
    /// How often to run it; 0 is once. Only programs on packets repeat.
    pub repeat: u32,
}

/// What a test run gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestRunOutput {
    /// What the program returned.
    pub return_value: u32,
    /// The packet as the program left it.
    pub data_out: Vec<u8>,
    /// The context as the program left it, where the kernel gives it back.
    pub context_out: Vec<u8>,
    /// How long one run took on average, in nanoseconds.
    pub duration_ns: u32,
}

impl Program {
    pub(crate) fn new(inner: Arc<Inner>, index: usize) -> Self {
        Self { inner, index }
    }

    /// What the object says of the program.
    pub fn spec(&self) -> &ProgramSpec {
        // The index comes from the same, unchanging list.
        &self.inner.programs[self.index]
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.spec().name
    }

    /// The ELF section.
    pub fn section(&self) -> &str {
        &self.spec().section
    }

    pub(crate) fn place(&self) -> ProgramPlace {
        self.spec().place()
    }

    pub(crate) fn loaded<'a>(&self, loaded: &'a Loaded) -> Result<libbpf_rs::Program<'a>> {
        match loaded.program(self.index) {
            Some(program) => Ok(program),
            None if loaded.program_fd(self.index).is_some() => Err(Error::AttachedElsewhere {
                place: self.place(),
                who: "it was taken from a pin; attach it from its object",
            }),
            None => Err(Error::NotLoaded { place: self.place() }),
        }
    }

    pub(crate) fn descriptor<'a>(&self, loaded: &'a Loaded) -> Result<BorrowedFd<'a>> {
        loaded.program_fd(self.index).ok_or_else(|| Error::NotLoaded { place: self.place() })
    }

    pub(crate) fn with_fd<T>(&self, use_it: impl FnOnce(RawFd) -> Result<T>) -> Result<T> {
        self.inner.with_loaded(|loaded| use_it(self.descriptor(loaded)?.as_raw_fd()))
    }

    /// The program's figures.
    ///
    /// # Errors
    /// [`Error::Closed`], or the kernel does not answer.
    pub fn info(&self) -> Result<ProgramInfo> {
        let raw = self.inner.with_loaded(|loaded| self.raw_info(loaded))?;
        let tag = raw.tag.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(ProgramInfo {
            name: self.name().to_owned(),
            section: self.section().to_owned(),
            id: raw.id,
            tag,
            instructions: raw.xlated_prog_len / 8,
            jited_bytes: raw.jited_prog_len,
            verified_instructions: raw.verified_insns,
            verifier: self.inner.stats.get(self.index).copied().flatten(),
            run_count: raw.run_cnt,
            run_time_ns: raw.run_time_ns,
        })
    }

    pub(crate) fn raw_info(&self, loaded: &Loaded) -> Result<libbpf_sys::bpf_prog_info> {
        let program = self.descriptor(loaded)?;
        let mut info = libbpf_sys::bpf_prog_info::default();
        let mut size = size_of_val(&info) as u32;
        // SAFETY: the descriptor is open while `program` is borrowed; `info`
        // is plain data of the size given.
        let status = unsafe {
            libbpf_sys::bpf_prog_get_info_by_fd(program.as_raw_fd(), &mut info, &mut size)
        };
        check(status).map_err(|source| Error::System {
            action: format!("asking for the figures of `{}`", self.name()),
            source,
        })?;
        Ok(info)
    }

    /// Runs the program once or `repeat` times on made-up input, without
    /// attaching it (`BPF_PROG_TEST_RUN`).
    ///
    /// # Errors
    /// [`Error::TestRun`] if the kernel cannot run this type of program or
    /// does not take the input.
    pub fn test_run(&self, input: &TestRun) -> Result<TestRunOutput> {
        self.with_fd(|fd| self.run(fd, input))
    }

    fn run(&self, fd: i32, input: &TestRun) -> Result<TestRunOutput> {
        let mut data_out = vec![0_u8; input.data.as_ref().map_or(0, |data| data.len() + GROWTH)];
        let mut options = libbpf_sys::bpf_test_run_opts {
            sz: size_of::<libbpf_sys::bpf_test_run_opts>() as _,
            ..Default::default()
        };
        if let Some(data) = &input.data {
            options.data_in = data.as_ptr().cast();
            options.data_size_in = data.len() as u32;
            options.data_out = data_out.as_mut_ptr().cast();
            options.data_size_out = data_out.len() as u32;
        }
        if let Some(context) = &input.context {
            options.ctx_in = context.as_ptr().cast();
            options.ctx_size_in = context.len() as u32;
        }
        let mut context_out = vec![0_u8; self.context_room(input)];
        if !context_out.is_empty() {
            options.ctx_out = context_out.as_mut_ptr().cast();
            options.ctx_size_out = context_out.len() as u32;
        }
        // Only programs on packets take a count; for the others it must be 0.
        options.repeat = input.repeat.min(i32::MAX as u32) as i32;
        // SAFETY: every pointer is NULL with size 0 or points to a buffer of
        // the size given that outlives the call.
        let status = unsafe { libbpf_sys::bpf_prog_test_run_opts(fd, ptr::from_mut(&mut options)) };
        check(status).map_err(|source| self.test_run_error(source, input))?;
        data_out.truncate(options.data_size_out as usize);
        context_out.truncate(options.ctx_size_out as usize);
        Ok(TestRunOutput {
            return_value: options.retval,
            data_out,
            context_out,
            duration_ns: options.duration,
        })
    }

    /// Room for the context that the kernel gives back: of those alone that
    /// stand for a packet, and then always whole.
    fn context_room(&self, input: &TestRun) -> usize {
        let of_packet = self.spec().context().is_some_and(|context| context.is_of_packet());
        let given = input.context.is_some() && input.data.is_some();
        if of_packet && given { CONTEXT_ROOM } else { 0 }
    }

    fn test_run_error(&self, source: std::io::Error, input: &TestRun) -> Error {
        let place = self.place();
        let reason = match source.raw_os_error() {
            Some(libc::EPERM) => {
                return Error::MissingPrivilege {
                    action: format!("test run of `{}`", self.name()),
                    missing: missing_capabilities(&capabilities_for_section(self.section())),
                    place: Some(place),
                };
            }
            Some(ENOTSUPP | libc::EOPNOTSUPP) => {
                "this kernel cannot test-run programs of this type".to_owned()
            }
            // Of tracing programs the kernel runs those on its own test functions alone.
            Some(libc::EFAULT) if matches!(self.spec().kind(), "tp_btf" | "iter" | "lsm") => {
                "no kernel test-runs programs of this type: attach it".to_owned()
            }
            Some(libc::EINVAL) => refusal(self.spec(), input),
            _ => source.to_string(),
        };
        Error::TestRun { place, reason, source }
    }
}
