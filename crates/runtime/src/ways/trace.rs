//! Probes, tracepoints and markers.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use kernel::{Argument, Moment};
use libbpf_rs::{Link, libbpf_sys};

use super::{Attaching, Failure, Outcome, bad, owned_link, size_of_options, text};
use crate::error::Error;
use crate::hook::Hook;
use crate::tracefs::ensure_tracefs;

/// Every process, to libbpf.
const EVERY_PROCESS: i32 = -1;

impl Attaching<'_> {
    pub(super) fn kprobe(&self, moment: Moment) -> Outcome {
        if self.section_says_all() {
            return slow(self.by_section());
        }
        let symbol = self.options.symbol.as_deref().unwrap_or(self.spec.target());
        let (function, offset) = split_offset(symbol)?;
        let function = text(Argument::Symbol, function)?;
        let options = libbpf_sys::bpf_kprobe_opts {
            sz: size_of_options::<libbpf_sys::bpf_kprobe_opts>(),
            bpf_cookie: self.options.cookie.unwrap_or_default(),
            offset: self.options.offset.unwrap_or(offset) as _,
            retprobe: moment == Moment::Return,
            ..Default::default()
        };
        // SAFETY: the program is loaded; text and options outlive the call.
        slow(unsafe {
            owned_link(libbpf_sys::bpf_program__attach_kprobe_opts(
                self.raw.as_ptr(),
                function.as_ptr(),
                &raw const options,
            ))
        })
    }

    pub(super) fn kprobe_multi(&self, moment: Moment) -> Outcome {
        let pattern = self.symbol()?;
        let options = libbpf_sys::bpf_kprobe_multi_opts {
            sz: size_of_options::<libbpf_sys::bpf_kprobe_multi_opts>(),
            retprobe: moment == Moment::Return,
            session: moment == Moment::Session,
            ..Default::default()
        };
        // SAFETY: as above.
        slow(unsafe {
            owned_link(libbpf_sys::bpf_program__attach_kprobe_multi_opts(
                self.raw.as_ptr(),
                pattern.as_ptr(),
                &raw const options,
            ))
        })
    }

    pub(super) fn ksyscall(&self, moment: Moment) -> Outcome {
        let name = self.symbol()?;
        let options = libbpf_sys::bpf_ksyscall_opts {
            sz: size_of_options::<libbpf_sys::bpf_ksyscall_opts>(),
            bpf_cookie: self.options.cookie.unwrap_or_default(),
            retprobe: moment == Moment::Return,
            ..Default::default()
        };
        // SAFETY: as above.
        slow(unsafe {
            owned_link(libbpf_sys::bpf_program__attach_ksyscall(
                self.raw.as_ptr(),
                name.as_ptr(),
                &raw const options,
            ))
        })
    }

    pub(super) fn uprobe(&self, moment: Moment) -> Outcome {
        let place = self.place_in_file()?;
        let (function, offset) = match place.symbol.as_deref() {
            Some(symbol) => {
                let (function, offset) = split_offset(symbol)?;
                (Some(text(Argument::Symbol, function)?), offset)
            }
            None => (None, 0),
        };
        let options = libbpf_sys::bpf_uprobe_opts {
            sz: size_of_options::<libbpf_sys::bpf_uprobe_opts>(),
            bpf_cookie: self.options.cookie.unwrap_or_default(),
            retprobe: moment == Moment::Return,
            func_name: function.as_ref().map_or(std::ptr::null(), |name| name.as_ptr()),
            ..Default::default()
        };
        // SAFETY: as above; without a function its name is NULL, as is allowed.
        slow(unsafe {
            owned_link(libbpf_sys::bpf_program__attach_uprobe_opts(
                self.raw.as_ptr(),
                self.process()?,
                place.path.as_ptr(),
                self.options.offset.unwrap_or(offset) as _,
                &raw const options,
            ))
        })
    }

    pub(super) fn uprobe_multi(&self, moment: Moment) -> Outcome {
        let place = self.place_in_file()?;
        let pattern = text(Argument::Symbol, place.symbol.as_deref().unwrap_or_default())?;
        let options = libbpf_sys::bpf_uprobe_multi_opts {
            sz: size_of_options::<libbpf_sys::bpf_uprobe_multi_opts>(),
            retprobe: moment == Moment::Return,
            session: moment == Moment::Session,
            ..Default::default()
        };
        // SAFETY: as above.
        slow(unsafe {
            owned_link(libbpf_sys::bpf_program__attach_uprobe_multi(
                self.raw.as_ptr(),
                self.process()?,
                place.path.as_ptr(),
                pattern.as_ptr(),
                &raw const options,
            ))
        })
    }

    pub(super) fn usdt(&self) -> Outcome {
        let place = self.place_in_file()?;
        let marker = place.symbol.as_deref().unwrap_or_default();
        let (provider, name) = marker.split_once(':').ok_or_else(|| {
            bad(Argument::Symbol, marker, "a marker is `provider:name`".to_owned())
        })?;
        let (provider, name) = (text(Argument::Symbol, provider)?, text(Argument::Symbol, name)?);
        let options = libbpf_sys::bpf_usdt_opts {
            sz: size_of_options::<libbpf_sys::bpf_usdt_opts>(),
            usdt_cookie: self.options.cookie.unwrap_or_default(),
        };
        // SAFETY: as above.
        let link = unsafe {
            owned_link(libbpf_sys::bpf_program__attach_usdt(
                self.raw.as_ptr(),
                self.process()?,
                place.path.as_ptr(),
                provider.as_ptr(),
                name.as_ptr(),
                &raw const options,
            ))
        };
        // Not slow: letting go of it needs the object, which may be closed.
        link.map(Hook::Link)
    }

    pub(super) fn tracepoint(&self) -> Outcome {
        ensure_tracefs()?;
        let event = self.options.symbol.as_deref().unwrap_or(self.spec.target());
        let (category, name) = event.split_once('/').ok_or_else(|| {
            bad(Argument::Symbol, event, "a tracepoint is `category/event`".to_owned())
        })?;
        let (category, name) = (text(Argument::Symbol, category)?, text(Argument::Symbol, name)?);
        let options = libbpf_sys::bpf_tracepoint_opts {
            sz: size_of_options::<libbpf_sys::bpf_tracepoint_opts>(),
            bpf_cookie: self.options.cookie.unwrap_or_default(),
        };
        // SAFETY: as above.
        slow(unsafe {
            owned_link(libbpf_sys::bpf_program__attach_tracepoint_opts(
                self.raw.as_ptr(),
                category.as_ptr(),
                name.as_ptr(),
                &raw const options,
            ))
        })
    }

    pub(super) fn raw_tracepoint(&self) -> Outcome {
        let name = self.symbol()?;
        let mut options = libbpf_sys::bpf_raw_tracepoint_opts {
            sz: size_of_options::<libbpf_sys::bpf_raw_tracepoint_opts>(),
            cookie: self.options.cookie.unwrap_or_default(),
        };
        // SAFETY: as above.
        let link = unsafe {
            owned_link(libbpf_sys::bpf_program__attach_raw_tracepoint_opts(
                self.raw.as_ptr(),
                name.as_ptr(),
                &raw mut options,
            ))
        };
        link.map(Hook::Link)
    }

    /// The process that is looked at, for libbpf.
    fn process(&self) -> Result<i32, Failure> {
        let Some(pid) = self.options.pid else { return Ok(EVERY_PROCESS) };
        let known =
            i32::try_from(pid).ok().filter(|pid| Path::new(&format!("/proc/{pid}")).exists());
        known.ok_or_else(|| Error::NoSuchProcess { pid }.into())
    }

    /// The file and the function of it: what the caller says, or else what
    /// the section does (`path:function`).
    fn place_in_file(&self) -> Result<PlaceInFile, Failure> {
        let (path, symbol) = match self.spec.target().split_once(':') {
            Some((path, symbol)) => (Some(PathBuf::from(path)), Some(symbol.to_owned())),
            None => (None, None),
        };
        let path = self.options.path.clone().or(path).unwrap_or_default();
        // A name alone is looked for where the system's programs and
        // libraries are.
        if path.components().count() > 1 {
            super::open(&path)?;
        }
        let symbol = match (&self.options.symbol, self.options.offset) {
            (Some(symbol), _) => Some(symbol.clone()),
            // An offset alone counts from the beginning of the file.
            (None, Some(_)) => None,
            (None, None) => symbol,
        };
        let path = CString::new(path.as_os_str().as_bytes())
            .map_err(|_| bad(Argument::Path, &path.to_string_lossy(), "it has a NUL".to_owned()))?;
        Ok(PlaceInFile { path, symbol })
    }
}

struct PlaceInFile {
    path: CString,
    symbol: Option<String>,
}

/// Links that the kernel is slow to let go of.
fn slow(link: Result<Link, Failure>) -> Outcome {
    link.map(|link| Hook::Slow(vec![link]))
}

/// `function+0x10`
fn split_offset(symbol: &str) -> Result<(&str, u64), Failure> {
    let Some((function, offset)) = symbol.split_once('+') else { return Ok((symbol, 0)) };
    let number = match offset.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => offset.parse(),
    };
    number.map(|number| (function, number)).map_err(|_| {
        bad(Argument::Symbol, symbol, "what follows `+` is a number of bytes".to_owned()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::split_offset;

    #[test]
    fn offsets_are_decimal_or_hexadecimal() {
        let split = |symbol| split_offset(symbol).ok();
        assert_eq!(split("f"), Some(("f", 0)));
        assert_eq!(split("f+16"), Some(("f", 16)));
        assert_eq!(split("f+0x10"), Some(("f", 16)));
        assert_eq!(split("f+x"), None);
    }
}
