//! Loading a program with raw bpf(2): the one place of this crate that talks
//! to the kernel.

use std::ffi::{CStr, c_long};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// Which licence a probe program declares.
pub const GPL: &CStr = c"GPL";
/// A licence that the kernel does not count as GPL-compatible.
pub const PROPRIETARY: &CStr = c"Proprietary";

const BPF_PROG_LOAD: c_long = 5;
const LOG_SIZE: u32 = 1 << 16;

/// A program to load; nothing is ever attached.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// Number of the program type.
    pub prog_type: u32,
    /// Number of the expected attach type.
    pub attach_type: u32,
    /// Flags of `BPF_PROG_LOAD`.
    pub flags: u32,
    /// What the hook is, for the types that BTF attaches; else 0.
    pub attach_btf_id: u32,
    /// Its licence.
    pub license: &'a CStr,
    /// Its instructions, encoded.
    pub instructions: &'a [u64],
}

/// What the verifier said.
#[derive(Debug)]
pub struct Verdict {
    /// Nothing if the program was loaded.
    pub refusal: Option<io::Error>,
    /// The verifier's log.
    pub log: String,
}

/// The start of `union bpf_attr` as `BPF_PROG_LOAD` reads it.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    prog_type: u32,
    insn_cnt: u32,
    insns: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log_buf: u64,
    kern_version: u32,
    prog_flags: u32,
    prog_name: [u8; 16],
    prog_ifindex: u32,
    expected_attach_type: u32,
    prog_btf_fd: u32,
    func_info_rec_size: u32,
    func_info: u64,
    func_info_cnt: u32,
    line_info_rec_size: u32,
    line_info: u64,
    line_info_cnt: u32,
    attach_btf_id: u32,
}

/// Loads `program` and unloads it again.
pub fn load(program: &Program<'_>) -> Verdict {
    let mut log = vec![0_u8; LOG_SIZE as usize];
    let attributes = Attributes {
        prog_type: program.prog_type,
        insn_cnt: u32::try_from(program.instructions.len()).unwrap_or(u32::MAX),
        insns: program.instructions.as_ptr() as u64,
        license: program.license.as_ptr() as u64,
        log_level: 1,
        log_size: LOG_SIZE,
        log_buf: log.as_mut_ptr() as u64,
        prog_flags: program.flags,
        expected_attach_type: program.attach_type,
        attach_btf_id: program.attach_btf_id,
        ..Attributes::default()
    };
    // SAFETY: the attributes and every buffer they point to live through the
    // call, with the lengths given; the kernel writes to the log alone.
    #[expect(unsafe_code, reason = "bpf(2) has no safe wrapper without libbpf")]
    let result = unsafe {
        libc::syscall(libc::SYS_bpf, BPF_PROG_LOAD, &raw const attributes, size_of::<Attributes>())
    };
    let refusal = match i32::try_from(result) {
        Ok(fd) if fd >= 0 => {
            // SAFETY: the kernel has just given this descriptor to us alone.
            #[expect(unsafe_code, reason = "the descriptor must be closed")]
            drop(unsafe { OwnedFd::from_raw_fd(fd) });
            None
        }
        _ => Some(io::Error::last_os_error()),
    };
    let text = CStr::from_bytes_until_nul(&log).unwrap_or_default();
    Verdict { refusal, log: text.to_string_lossy().into_owned() }
}
