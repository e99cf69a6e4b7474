//! The suites on several kernels, some at the same time, and what came of it.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::error::Error;
use super::kernel::{self, Line};
use super::suites::{self, Suites};
use super::{Args, Lab, UNAVAILABLE, image, results, space, table};

/// The files of one boot.
const GUEST_MIB: u64 = 250;

/// Where the suites run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// This machine.
    Host,
    /// A virtual machine.
    Lab(Line),
}

impl Kernel {
    /// Every kernel, this machine's first.
    pub fn all() -> Vec<Self> {
        [Self::Host].into_iter().chain(Line::ALL.map(Self::Lab)).collect()
    }

    /// The name on the command line and of the folder of results.
    pub fn name(self) -> &'static str {
        self.line().map_or("host", Line::name)
    }

    /// The line of the lab's kernels that it is of.
    pub fn line(self) -> Option<Line> {
        match self {
            Self::Host => None,
            Self::Lab(line) => Some(line),
        }
    }

    /// Reads names separated by commas.
    pub fn parse(text: &str) -> Result<Vec<Self>, Error> {
        let mut chosen = Vec::new();
        for name in text.split(',').map(str::trim) {
            let found: Vec<Self> =
                Self::all().into_iter().filter(|it| name == "all" || it.name() == name).collect();
            if found.is_empty() {
                let names: Vec<&str> = Self::all().into_iter().map(Self::name).collect();
                let names = names.join(", ");
                let words = format!("there is no kernel `{name}`: choose from {names} or all");
                return Err(Error::Usage(words));
            }
            chosen.extend(found.into_iter().filter(|it| !chosen.contains(it)).collect::<Vec<_>>());
        }
        Ok(chosen)
    }
}

/// Runs the suites; gives the exit status.
pub fn run(args: &Args, kernels: &[Kernel]) -> Result<u8, Error> {
    let _alone = results::alone()?;
    let suites = Suites::prepare(args.filter.as_deref())?;
    for kernel in kernels {
        forget(&results::folder(kernel.name()))?;
    }
    let mut statuses = Vec::new();
    if kernels.contains(&Kernel::Host) {
        statuses.push(suites.on_this_machine()?);
    }
    let lines: Vec<Line> = kernels.iter().filter_map(|kernel| kernel.line()).collect();
    if !lines.is_empty() {
        statuses.extend(in_guests(args, &suites, &lines)?);
    }
    print!("{}", table::draw(kernels)?);
    Ok(worst(&statuses))
}

/// What a folder of results has from an earlier run.
fn forget(folder: &Path) -> Result<(), Error> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Error::file(folder))?;
    }
    fs::create_dir_all(folder).map_err(Error::file(folder))
}

fn in_guests(args: &Args, suites: &Suites, lines: &[Line]) -> Result<Vec<u8>, Error> {
    let lab = Lab::open()?;
    let mut statuses = Vec::new();
    let mut kernels = VecDeque::new();
    for line in lines {
        match kernel::Kernel::get(&lab.cache, *line, args.refresh) {
            // Newer kernels take longer: they begin first.
            Ok(kernel) => kernels.push_front((*line, kernel)),
            Err(error) if matches!(error, Error::Unavailable(_)) && lines.len() > 1 => {
                super::progress(&error.to_string());
                statuses.push(UNAVAILABLE);
            }
            Err(error) => return Err(error),
        }
    }
    space::require(&lab.cache.kept("."), GUEST_MIB * u64::from(args.jobs))?;
    let common = image::common(&lab, suites)?.to_cpio();
    let queue = Mutex::new(kernels);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let worker = || {
        let mut ended = Vec::new();
        while let Some((line, kernel)) = next() {
            ended.push(suites::in_a_guest(args, &lab, line, &kernel, &common));
        }
        ended
    };
    let ended: Vec<Result<u8, Error>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..args.jobs).map(|_| scope.spawn(worker)).collect();
        let crashed = || vec![Err(Error::Tool("a thread of the lab panicked".into()))];
        workers.into_iter().flat_map(|it| it.join().unwrap_or_else(|_| crashed())).collect()
    });
    for status in ended {
        statuses.push(status?);
    }
    Ok(statuses)
}

/// Failures before anything else; a kernel that cannot be had comes last.
fn worst(statuses: &[u8]) -> u8 {
    let rank = |status: &u8| match *status {
        0 => 0,
        UNAVAILABLE => 1,
        super::HUNG => 2,
        _ => 3,
    };
    statuses.iter().copied().max_by_key(rank).unwrap_or_default()
}

/// The root of the source tree.
pub fn tree() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::{Kernel, worst};

    #[test]
    fn kernels_are_chosen_by_name() {
        let names = |text: &str| {
            Kernel::parse(text).map(|them| them.iter().map(|it| it.name()).collect::<Vec<_>>())
        };
        assert_eq!(names("6.1, 5.10").expect("known"), ["6.1", "5.10"]);
        assert_eq!(names("host,all").expect("known"), ["host", "5.10", "6.1", "6.12", "7.2"]);
        let error = names("5.15").expect_err("unknown").to_string();
        assert!(error.contains("`5.15`") && error.contains("6.12") && !error.contains('\n'));
    }

    #[test]
    fn a_failure_outweighs_a_missing_kernel() {
        assert_eq!(worst(&[0, 77, 1, 0]), 1);
        assert_eq!(worst(&[0, 77]), 77);
        assert_eq!(worst(&[0, 0]), 0);
    }
}
