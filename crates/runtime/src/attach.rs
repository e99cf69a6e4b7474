//! Attaching programs to their hooks, and letting go again.
//!
//! A program attaches as the row of its section says; what the section leaves
//! open comes from [`AttachOptions`]. Perf event
//! buffers are opened before the first program is attached, so that no event
//! is lost for want of a reader.

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _};

use kernel::{Argument, Way};
use libbpf_rs::AsRawLibbpf as _;

use crate::attach_error::explain;
use crate::attach_options::AttachOptions;
use crate::error::{Error, ProgramPlace, Result};
use crate::hook::{Held, Hook};
use crate::object::{Inner, Loaded, Object};
use crate::prints;
use crate::program::Program;
use crate::release::{Then, release};
use crate::spec::ProgramSpec;
use crate::ways::{Attaching, Failure, open_iterator};

/// What [`Object::attach_all`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachReport {
    /// The programs attached now, by name.
    pub attached: Vec<String>,
    /// The programs that are attached one by one, or not at all, and why.
    pub skipped: Vec<Skipped>,
}

/// A program that [`Object::attach_all`] left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The program.
    pub place: ProgramPlace,
    /// Why, and what attaches it.
    pub why: String,
}

impl Object {
    /// Attaches every program that is not attached yet. Each takes of the
    /// options what it can use. Those that attach to what only the caller has
    /// or knows (a socket, a function that the section does not name) are
    /// skipped and reported, unless the options have it.
    ///
    /// # Errors
    /// [`Error::ArgumentsNeeded`] before anything is attached, if a program
    /// needs an interface or a control group and none is given, and
    /// [`Error::ArgumentNotTaken`] for what no program takes. If one program
    /// fails, those that this call attached are detached again.
    pub fn attach_all(&self, options: &AttachOptions) -> Result<AttachReport> {
        self.inner.with_loaded(|_| Ok(()))?;
        self.all_are_taken(options)?;
        let mut report = AttachReport::default();
        let mut wanted: Vec<(Program, AttachOptions)> = Vec::new();
        for program in self.programs().into_iter().filter(|program| !program.is_attached()) {
            let fitting = options.that_fit(program.spec());
            match fitting.check(program.spec()) {
                Ok(()) => wanted.push((program, fitting)),
                Err(error) if is_by_hand(&error) => {
                    let place = program.place();
                    report.skipped.push(Skipped { place, why: error.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        let is_operation = |place: &ProgramPlace| place.section.starts_with("struct_ops");
        report.skipped.retain(|skipped| !is_operation(&skipped.place));
        let mut attached: Vec<Program> = Vec::new();
        for (program, fitting) in wanted {
            match program.attach(&fitting) {
                Ok(()) => {
                    report.attached.push(program.name().to_owned());
                    attached.push(program);
                }
                Err(error @ (Error::NotAttachable { .. } | Error::NotLoaded { .. })) => {
                    let place = program.place();
                    report.skipped.push(Skipped { place, why: error.to_string() });
                }
                Err(error) => {
                    for program in attached {
                        program.detach();
                    }
                    return Err(error);
                }
            }
        }
        match self.attach_operations() {
            Ok(names) => report.attached.extend(names),
            Err(error) => {
                for program in attached {
                    program.detach();
                }
                return Err(error);
            }
        }
        Ok(report)
    }

    /// Whether a program of the object can be told this.
    pub fn takes(&self, argument: Argument) -> bool {
        let mut rows = self.inner.programs.iter().filter_map(ProgramSpec::attach_row);
        rows.any(|row| row.takes.contains(&argument))
    }

    fn all_are_taken(&self, options: &AttachOptions) -> Result<()> {
        let untaken =
            Argument::all().find(|argument| options.has(*argument) && !self.takes(*argument));
        let Some(argument) = untaken else { return Ok(()) };
        let takes = Argument::all().filter(|argument| self.takes(*argument)).collect();
        Err(Error::ArgumentNotTaken { place: None, argument, takes })
    }

    /// Detaches every program that is attached.
    pub fn detach_all(&self) {
        let inner = &self.inner;
        let held = (0..inner.programs.len()).filter_map(|index| inner.link(index).take());
        release(held.map(unpinned).collect(), Then::GoOn);
        inner.operations().clear();
    }
}

/// A hook without its pins, so that letting go of it detaches the program.
fn unpinned(mut held: Held) -> Held {
    held.unpin(|_| true);
    held
}

/// Whether a program is left to be attached by itself.
fn is_by_hand(error: &Error) -> bool {
    match error {
        Error::AttachedElsewhere { .. } => true,
        Error::ArgumentsNeeded { needed, .. } => !needed
            .iter()
            .any(|argument| matches!(argument, Argument::Interface | Argument::Cgroup)),
        _ => false,
    }
}

impl Program {
    /// Attaches the program to the hook that its section and the options name.
    ///
    /// # Errors
    /// [`Error::AlreadyAttached`], [`Error::ArgumentsNeeded`],
    /// [`Error::ArgumentNotTaken`], [`Error::BadArgument`],
    /// [`Error::NoSuchInterface`], [`Error::NoSuchCgroup`],
    /// [`Error::NoSuchTracepoint`], [`Error::NoSuchFunction`],
    /// [`Error::NoSuchProcess`], [`Error::NoSuchFile`], [`Error::NoKprobes`],
    /// [`Error::MissingPrivilege`], [`Error::NotAttachable`],
    /// [`Error::AttachedElsewhere`], or the kernel's refusal.
    pub fn attach(&self, options: &AttachOptions) -> Result<()> {
        let mut link = self.inner.link(self.index);
        if link.is_some() {
            return Err(Error::AlreadyAttached { place: self.place() });
        }
        *link = Some(self.inner.with_loaded(|loaded| self.link(loaded, options))?);
        Ok(())
    }

    /// Detaches the program; says whether it was attached. Works from any
    /// thread; the program does not run any more when it returns.
    pub fn detach(&self) -> bool {
        let mut link = self.inner.link(self.index);
        let held = link.take().map(unpinned);
        let was_attached = held.is_some();
        release(held.into_iter().collect(), Then::GoOn);
        was_attached
    }

    /// Whether the program is attached.
    pub fn is_attached(&self) -> bool {
        self.inner.link(self.index).is_some()
    }

    /// Whether it is an iterator, which runs when it is read.
    pub fn is_iterator(&self) -> bool {
        self.spec().attach_row().is_some_and(|row| row.way == Way::Iterator)
    }

    /// One walk of an iterator: reading the file runs the program on each
    /// object, and gives what it writes.
    ///
    /// # Errors
    /// [`Error::NotAnIterator`], or those of [`Program::attach`].
    pub fn iterate(&self, options: &AttachOptions) -> Result<File> {
        if !self.is_iterator() {
            return Err(Error::NotAnIterator { place: self.place() });
        }
        self.inner.with_loaded(|loaded| {
            let Hook::Link(link) = self.link(loaded, options)?.hook else {
                return Err(Error::NotAnIterator { place: self.place() });
            };
            open_iterator(&link).map_err(|failure| self.failed(failure, options, ""))
        })
    }

    fn link(&self, loaded: &Loaded, options: &AttachOptions) -> Result<Held> {
        let program = self.loaded(loaded)?;
        let spec = self.spec();
        options.check(spec)?;
        Inner::open_perf_buffers(&self.inner, loaded)?;
        let attaching = Attaching {
            raw: program.as_libbpf_object(),
            descriptor: program.as_fd().as_raw_fd(),
            spec,
            options,
            inner: &self.inner,
            loaded,
        };
        let (hook, printed) = prints::capture(|| attaching.attach());
        let hook = hook.map_err(|failure| self.failed(failure, options, &printed))?;
        Ok(Held::new(hook, self.raw_info(loaded)?.id))
    }

    fn failed(&self, failure: Failure, options: &AttachOptions, printed: &str) -> Error {
        match failure {
            Failure::Explained(error) => error,
            Failure::System(source) => explain(self.spec(), options, printed, source),
        }
    }
}
