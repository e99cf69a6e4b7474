//! A script of the caller's on one kernel: its output on standard output, its
//! status as ours.

use std::fs;
use std::path::PathBuf;

use super::boot::{self, Machine};
use super::error::Error;
use super::kernel::Kernel;
use super::{Args, Lab, matrix, modules};

/// Reads `SRC=DST` of the command line.
pub fn parse_file(text: &str) -> Result<(PathBuf, String), String> {
    match text.split_once('=') {
        Some((host, guest)) if !host.is_empty() && guest.starts_with('/') => {
            Ok((host.into(), guest.trim_end_matches('/').into()))
        }
        _ => Err("expected SRC=DST with an absolute DST, such as prog.o=/root/prog.o".into()),
    }
}

/// The script that the caller gave, if one was given.
pub fn text(args: &Args) -> Result<Option<String>, Error> {
    match (&args.script, &args.shell) {
        (Some(path), _) => fs::read_to_string(path).map(Some).map_err(Error::file(path)),
        (None, commands) => Ok(commands.clone()),
    }
}

/// Runs the script; gives the exit status.
pub fn run(args: &Args, kernels: &[matrix::Kernel], text: String) -> Result<u8, Error> {
    let [matrix::Kernel::Lab(line)] = kernels else {
        return Err(Error::Usage("a script runs on one kernel of the lab's: --kernel 6.1".into()));
    };
    let lab = Lab::open()?;
    let kernel = Kernel::get(&lab.cache, *line, args.refresh)?;
    let mut root = lab.root(&text)?;
    for (host, guest) in &args.files {
        root.add_host_file(host, guest)?;
    }
    root.add_modules(modules::in_load_order(&kernel, &args.modules)?);
    let machine = Machine {
        memory: args.memory,
        processors: args.processors,
        seconds: args.timeout,
        disk: None,
        folder: lab.cache.work(line.name()),
    };
    let outcome = boot::boot(&lab.emulator, &kernel, &[&root.to_cpio()], &machine)?;
    print!("{}", outcome.output);
    super::progress(&format!(
        "kernel {} on QEMU {}: {:.1} s",
        kernel.release, lab.emulator.version, outcome.seconds
    ));
    Ok(super::explain(line.name(), &outcome.verdict, &outcome.console))
}

#[cfg(test)]
mod tests {
    use super::parse_file;

    #[test]
    fn files_need_an_absolute_place() {
        assert_eq!(parse_file("a.o=/root/a.o"), Ok(("a.o".into(), "/root/a.o".into())));
        assert!(parse_file("a.o=root").is_err());
        assert!(parse_file("a.o").is_err());
    }
}
