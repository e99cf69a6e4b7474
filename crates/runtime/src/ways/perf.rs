//! Perf events: a program that runs at each sample, on every CPU or on the
//! threads of a process.

use std::fs;
use std::io;
use std::os::fd::{FromRawFd as _, IntoRawFd as _, OwnedFd};

use kernel::{Argument, PERF_EVENTS, PerfEvent};
use libbpf_rs::{Link, libbpf_sys};

use super::{Attaching, Failure, Outcome, bad, owned_link, size_of_options};
use crate::error::Error;
use crate::hook::Hook;
use crate::nearest::nearest;

/// What samples are taken by if nothing is said.
const DEFAULT_EVENT: &str = "cpu_clock";
/// How often if nothing is said: not in step with what runs 100 times a second.
const DEFAULT_FREQUENCY: u64 = 99;
const EVERY_THREAD: libc::pid_t = -1;
const EVERY_CPU: libc::c_int = -1;

impl Attaching<'_> {
    pub(super) fn perf_event(&self) -> Outcome {
        let name = self.options.event.as_deref().unwrap_or(DEFAULT_EVENT);
        let event = find(name)?;
        let mut attributes = self.attributes(event)?;
        let cpus = match self.options.cpu {
            Some(cpu) => vec![cpu],
            None => online_cpus()?,
        };
        if let Some(cpu) = self.options.cpu
            && !online_cpus()?.contains(&cpu)
        {
            let reason = format!("this machine's are {:?}", online_cpus()?);
            return Err(bad(Argument::Cpu, &cpu.to_string(), reason).into());
        }
        let places: Vec<(libc::pid_t, libc::c_int)> = match (self.options.pid, self.options.cpu) {
            (None, _) => cpus.iter().map(|cpu| (EVERY_THREAD, cpu.cast_signed())).collect(),
            (Some(pid), cpu) => {
                attributes.set_inherit(1);
                let cpu = cpu.map_or(EVERY_CPU, u32::cast_signed);
                threads(pid)?.into_iter().map(|thread| (thread, cpu)).collect()
            }
        };
        let mut links = Vec::new();
        for (thread, cpu) in places {
            match open(&attributes, thread, cpu) {
                Ok(event) => links.push(self.run_at(event)?),
                // A thread that has ended since they were listed.
                Err(error) if error.raw_os_error() == Some(libc::ESRCH) => {}
                Err(error) => return Err(self.refused(name, &attributes, error)),
            }
        }
        if let (true, Some(pid)) = (links.is_empty(), self.options.pid) {
            return Err(Error::NoSuchProcess { pid }.into());
        }
        Ok(Hook::Slow(links))
    }

    fn attributes(&self, event: &PerfEvent) -> Result<libbpf_sys::perf_event_attr, Failure> {
        let mut attributes = libbpf_sys::perf_event_attr {
            type_: event.kind,
            size: size_of::<libbpf_sys::perf_event_attr>() as u32,
            config: event.config,
            ..Default::default()
        };
        let (frequency, period) = match (self.options.frequency, self.options.period) {
            (Some(frequency), Some(_)) => {
                let reason = "say `frequency` or `period`, not both".to_owned();
                return Err(bad(Argument::Frequency, &frequency.to_string(), reason).into());
            }
            (None, None) if event.by_time => (Some(DEFAULT_FREQUENCY), None),
            (None, None) => (None, Some(1)),
            said => said,
        };
        for (argument, number) in [(Argument::Frequency, frequency), (Argument::Period, period)] {
            if number == Some(0) {
                return Err(bad(argument, "0", "it is at least 1".to_owned()).into());
            }
        }
        match (frequency, period) {
            (Some(frequency), _) => {
                attributes.set_freq(1);
                attributes.__bindgen_anon_1.sample_freq = frequency;
            }
            (None, period) => {
                attributes.__bindgen_anon_1.sample_period = period.unwrap_or(1);
            }
        }
        Ok(attributes)
    }

    /// Runs the program at each sample of an event.
    fn run_at(&self, event: OwnedFd) -> Result<Link, Failure> {
        let options = libbpf_sys::bpf_perf_event_opts {
            sz: size_of_options::<libbpf_sys::bpf_perf_event_opts>(),
            bpf_cookie: self.options.cookie.unwrap_or_default(),
            ..Default::default()
        };
        let raw = event.into_raw_fd();
        // SAFETY: the program is loaded, the options outlive the call; with a
        // link the descriptor is libbpf's.
        let link = unsafe {
            owned_link(libbpf_sys::bpf_program__attach_perf_event_opts(
                self.raw.as_ptr(),
                raw,
                &raw const options,
            ))
        };
        if link.is_err() {
            // SAFETY: without a link it is still ours.
            drop(unsafe { OwnedFd::from_raw_fd(raw) });
        }
        link
    }

    fn refused(
        &self,
        name: &str,
        attributes: &libbpf_sys::perf_event_attr,
        error: io::Error,
    ) -> Failure {
        match error.raw_os_error() {
            Some(libc::EINVAL) => too_much(attributes).map_or(Failure::System(error), Into::into),
            Some(libc::ENOENT | libc::EOPNOTSUPP | libc::ENODEV) => Error::AttachFailed {
                place: self.spec.place(),
                reason: format!(
                    "this machine does not count `{name}`; `{DEFAULT_EVENT}` works everywhere"
                ),
                source: error,
            }
            .into(),
            _ => error.into(),
        }
    }
}

/// The frequency or period that is beyond what the kernel takes.
fn too_much(attributes: &libbpf_sys::perf_event_attr) -> Option<Error> {
    const SETTING: &str = "/proc/sys/kernel/perf_event_max_sample_rate";
    // SAFETY: both members of the union are plain numbers of one size.
    let number = unsafe { attributes.__bindgen_anon_1.sample_freq };
    if attributes.freq() == 0 {
        let reason = format!("it is at most {}", i64::MAX);
        let is_beyond = number > i64::MAX.cast_unsigned();
        return is_beyond.then(|| bad(Argument::Period, &number.to_string(), reason));
    }
    let most = fs::read_to_string(SETTING).ok()?.trim().parse::<u64>().ok()?;
    let reason = format!("this kernel takes at most {most} samples a second ({SETTING})");
    (number > most).then(|| bad(Argument::Frequency, &number.to_string(), reason))
}

fn find(name: &str) -> Result<&'static PerfEvent, Failure> {
    PERF_EVENTS.iter().find(|event| event.name == name).ok_or_else(|| {
        let names = || PERF_EVENTS.iter().map(|event| event.name);
        let mut near = nearest(&name.replace('-', "_"), names());
        if near.is_empty() {
            near = names().map(str::to_owned).collect();
        }
        let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        bad(Argument::Event, name, format!("there are {}", near.join(", "))).into()
    })
}

fn open(
    attributes: &libbpf_sys::perf_event_attr,
    thread: libc::pid_t,
    cpu: libc::c_int,
) -> io::Result<OwnedFd> {
    const NO_GROUP: libc::c_int = -1;
    // SAFETY: the attributes are complete and outlive the call.
    let descriptor = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            std::ptr::from_ref(attributes),
            thread,
            cpu,
            NO_GROUP,
            libbpf_sys::PERF_FLAG_FD_CLOEXEC as libc::c_ulong,
        )
    };
    match libc::c_int::try_from(descriptor) {
        // SAFETY: a new descriptor that nobody else has.
        Ok(descriptor) if descriptor >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(descriptor) }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The CPUs that are on, of a list such as `0-3,6`.
fn online_cpus() -> io::Result<Vec<u32>> {
    let listed = fs::read_to_string("/sys/devices/system/cpu/online")?;
    Ok(ranges(&listed))
}

fn ranges(listed: &str) -> Vec<u32> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?)
    };
    listed.trim().split(',').filter_map(range).flatten().collect()
}

fn threads(pid: u32) -> Result<Vec<libc::pid_t>, Error> {
    let listed = fs::read_dir(format!("/proc/{pid}/task"));
    let listed = listed.map_err(|_| Error::NoSuchProcess { pid })?;
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    Ok(listed.filter_map(Result::ok).filter_map(number).collect())
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn lists_of_cpus_are_read() {
        assert_eq!(ranges("0-2,5\n"), [0, 1, 2, 5]);
        assert_eq!(ranges("0\n"), [0]);
    }
}
