//! Addresses of stacks as functions, modules and lines of source.
//!
//! blazesym does the work: it reads the kernel's own symbols, the files that a
//! process has mapped, and what debug information these have or name.

use std::io;

use blazesym::Pid;
use blazesym::symbolize::source::{Kernel, Process, Source};
use blazesym::symbolize::{CodeInfo, Input, Sym, Symbolized, Symbolizer};

use crate::error::{Error, Result};

/// One function on a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// The address.
    pub address: u64,
    /// The function's name; `None` where nothing tells it.
    pub function: Option<String>,
    /// Bytes from the function's beginning to the address.
    pub offset: u64,
    /// The file or module of the kernel that the code is from.
    pub module: Option<String>,
    /// The source file, where there is debug information.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// Whether the compiler put the function into the one that follows.
    pub inlined: bool,
}

/// The functions at each of the addresses; more than one where some are
/// inlined, the innermost first.
///
/// Addresses of the kernel are told by their uppermost bit. Those of user
/// space need the process, which must still live.
///
/// # Errors
/// [`Error::NoSuchProcess`], or the kernel's symbols or the process's maps
/// cannot be read.
pub fn symbolize(addresses: &[u64], process: Option<u32>) -> Result<Vec<Vec<Frame>>> {
    let unknown = |&address: &u64| vec![Frame { address, ..Frame::default() }];
    let mut found: Vec<Vec<Frame>> = addresses.iter().map(unknown).collect();
    let symbolizer = Symbolizer::new();
    let is_kernel = |address: u64| address >> 63 == 1;
    if addresses.iter().any(|&address| is_kernel(address)) {
        let source = Source::Kernel(Kernel::default());
        let failed = |error: blazesym::Error| Error::System {
            action: "reading the kernel's symbols (/proc/kallsyms)".to_owned(),
            source: io::Error::other(error.to_string()),
        };
        resolve(&symbolizer, &source, addresses, is_kernel, &mut found).map_err(failed)?;
    }
    if let Some(pid) = process
        && addresses.iter().any(|&address| !is_kernel(address))
    {
        let source = Source::Process(Process::new(Pid::from(pid)));
        let failed = |error: blazesym::Error| process_error(pid, &error);
        resolve(&symbolizer, &source, addresses, |address| !is_kernel(address), &mut found)
            .map_err(failed)?;
    }
    Ok(found)
}

fn process_error(pid: u32, error: &blazesym::Error) -> Error {
    if !std::path::Path::new(&format!("/proc/{pid}")).exists() {
        return Error::NoSuchProcess { pid };
    }
    Error::System {
        action: format!("reading the symbols of process {pid}"),
        source: io::Error::other(error.to_string()),
    }
}

/// Fills the places of those addresses that `wanted` says are of `source`.
fn resolve(
    symbolizer: &Symbolizer,
    source: &Source<'_>,
    addresses: &[u64],
    wanted: impl Fn(u64) -> bool,
    found: &mut [Vec<Frame>],
) -> blazesym::Result<()> {
    let own: Vec<u64> = addresses.iter().copied().filter(|&address| wanted(address)).collect();
    let symbols = symbolizer.symbolize(source, Input::AbsAddr(&own))?;
    let places = found.iter_mut().zip(addresses).filter(|&(_, &address)| wanted(address));
    for ((place, &address), symbol) in places.zip(&symbols) {
        if let Symbolized::Sym(symbol) = symbol {
            *place = frames(address, symbol);
        }
    }
    Ok(())
}

fn frames(address: u64, symbol: &Sym<'_>) -> Vec<Frame> {
    let module = symbol.module.as_ref().map(|module| module.to_string_lossy().into_owned());
    let frame = |name: &str, code: Option<&CodeInfo<'_>>, inlined| Frame {
        address,
        function: Some(name.to_owned()),
        offset: symbol.offset as u64,
        module: module.clone(),
        file: code.map(|code| code.to_path().to_string_lossy().into_owned()),
        line: code.and_then(|code| code.line),
        inlined,
    };
    let mut frames: Vec<Frame> = symbol
        .inlined
        .iter()
        .map(|function| frame(&function.name, function.code_info.as_ref(), true))
        .collect();
    frames.reverse();
    frames.push(frame(&symbol.name, symbol.code_info.as_deref(), false));
    frames
}
