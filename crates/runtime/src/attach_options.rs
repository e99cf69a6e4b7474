//! What a caller says of where to attach, held against the kernel table's
//! row for the program's section.

use std::os::fd::RawFd;
use std::path::PathBuf;

use kernel::{Argument, AttachRow, Way};

use crate::error::{Error, Result};
use crate::interface::Interface;
use crate::spec::ProgramSpec;

/// What the sections do not say of where to attach. Which kinds of sections
/// take which is in [`kernel::ATTACH_ROWS`].
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AttachOptions {
    /// The network interface for XDP, traffic control and netkit.
    pub interface: Option<Interface>,
    /// How the interface runs XDP: `generic`, `native` or `offload`.
    pub mode: Option<String>,
    /// The folder of the control group.
    pub cgroup: Option<PathBuf>,
    /// A network namespace's file, or its name as in `ip netns`.
    pub netns: Option<PathBuf>,
    /// The process that user probes, perf events and iterators look at.
    pub pid: Option<u32>,
    /// The program or library of user probes and markers.
    pub path: Option<PathBuf>,
    /// The function, pattern, system call, `category/event` or
    /// `provider:marker`, instead of the section's.
    pub symbol: Option<String>,
    /// Bytes behind the function, or into the file without one.
    pub offset: Option<u64>,
    /// What `get_attach_cookie` gives in the program.
    pub cookie: Option<u64>,
    /// What a perf event counts, of [`kernel::PERF_EVENTS`].
    pub event: Option<String>,
    /// Samples a second.
    pub frequency: Option<u64>,
    /// Events from one sample to the next.
    pub period: Option<u64>,
    /// The one CPU that is looked at.
    pub cpu: Option<u32>,
    /// A map of the object: of sockets, or what an iterator goes over.
    pub map: Option<String>,
    /// The descriptor of an open socket.
    pub socket: Option<RawFd>,
    /// The hook of netfilter, of [`kernel::NETFILTER_HOOKS`].
    pub hook: Option<String>,
    /// `ipv4` (also if nothing is said) or `ipv6`.
    pub family: Option<String>,
    /// The order among netfilter's programs; the least comes first.
    pub priority: Option<i32>,
}

impl AttachOptions {
    /// Attaches XDP and traffic control programs to this interface.
    #[must_use]
    pub fn interface(mut self, interface: impl Into<Interface>) -> Self {
        self.interface = Some(interface.into());
        self
    }

    /// Attaches cgroup programs to the control group with this folder.
    #[must_use]
    pub fn cgroup(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cgroup = Some(folder.into());
        self
    }

    /// Whether something is said of this.
    pub fn has(&self, argument: Argument) -> bool {
        match argument {
            Argument::Interface => self.interface.is_some(),
            Argument::Mode => self.mode.is_some(),
            Argument::Cgroup => self.cgroup.is_some(),
            Argument::Namespace => self.netns.is_some(),
            Argument::Pid => self.pid.is_some(),
            Argument::Path => self.path.is_some(),
            Argument::Symbol => self.symbol.is_some(),
            Argument::Offset => self.offset.is_some(),
            Argument::Cookie => self.cookie.is_some(),
            Argument::Event => self.event.is_some(),
            Argument::Frequency => self.frequency.is_some(),
            Argument::Period => self.period.is_some(),
            Argument::Cpu => self.cpu.is_some(),
            Argument::Map => self.map.is_some(),
            Argument::Socket => self.socket.is_some(),
            Argument::Hook => self.hook.is_some(),
            Argument::Family => self.family.is_some(),
            Argument::Priority => self.priority.is_some(),
        }
    }

    /// Forgets what is said of this.
    fn forget(&mut self, argument: Argument) {
        match argument {
            Argument::Interface => self.interface = None,
            Argument::Mode => self.mode = None,
            Argument::Cgroup => self.cgroup = None,
            Argument::Namespace => self.netns = None,
            Argument::Pid => self.pid = None,
            Argument::Path => self.path = None,
            Argument::Symbol => self.symbol = None,
            Argument::Offset => self.offset = None,
            Argument::Cookie => self.cookie = None,
            Argument::Event => self.event = None,
            Argument::Frequency => self.frequency = None,
            Argument::Period => self.period = None,
            Argument::Cpu => self.cpu = None,
            Argument::Map => self.map = None,
            Argument::Socket => self.socket = None,
            Argument::Hook => self.hook = None,
            Argument::Family => self.family = None,
            Argument::Priority => self.priority = None,
        }
    }

    /// What is said, but for what programs of this kind do not take.
    pub(crate) fn that_fit(&self, program: &ProgramSpec) -> Self {
        let takes = program.attach_row().map_or(&[][..], |row| row.takes);
        let mut fitting = self.clone();
        for argument in Argument::all().filter(|argument| !takes.contains(argument)) {
            fitting.forget(argument);
        }
        fitting
    }

    /// Whether all that the program needs is said, and nothing that it does
    /// not take.
    pub(crate) fn check(&self, program: &ProgramSpec) -> Result<()> {
        let Some(row) = program.attach_row() else { return Ok(()) };
        if let Way::NotHere(who) = row.way {
            return Err(Error::AttachedElsewhere { place: program.place(), who });
        }
        if let Some(argument) =
            Argument::all().find(|argument| self.has(*argument) && !row.takes.contains(argument))
        {
            let takes = row.takes.to_vec();
            return Err(Error::ArgumentNotTaken { place: Some(program.place()), argument, takes });
        }
        let needed = self.missing(row, program.target());
        if needed.is_empty() {
            return Ok(());
        }
        Err(Error::ArgumentsNeeded { place: program.place(), needed })
    }

    /// What is needed and not said.
    fn missing(&self, row: &AttachRow, target: &str) -> Vec<Argument> {
        // A place in a file is told by a function of it or by an offset.
        let told = |argument: &Argument| {
            self.has(*argument)
                || (*argument == Argument::Symbol
                    && self.has(Argument::Offset)
                    && row.takes.contains(&Argument::Offset)
                    && row.takes.contains(&Argument::Path))
        };
        row.needed(target).filter(|argument| !told(argument)).collect()
    }
}
