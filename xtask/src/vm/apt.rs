//! Debian packages without installing them: a private apt state per suite,
//! on the mirror that the machine itself uses, checked by Debian's keyring.
//! Hands on unpacked trees; the machine's own package state is only read.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::cache::Cache;
use super::error::Error;

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where this machine gets Debian from.
pub struct Mirror {
    main: String,
    security: Option<String>,
    /// Code name of the machine's own release, such as `bookworm`.
    pub codename: String,
}

impl Mirror {
    /// Reads the mirror from the machine's apt sources.
    pub fn of_this_machine() -> Result<Self, Error> {
        let mut query = Command::new("apt-get");
        query.args(["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]);
        let output = query
            .output()
            .map_err(|_| Error::Unavailable("it needs Debian's apt-get and dpkg".into()))?;
        let codename = codename()?;
        Self::parse(&String::from_utf8_lossy(&output.stdout), codename)
    }

    fn parse(targets: &str, codename: String) -> Result<Self, Error> {
        let uri_of = |wanted: &str| {
            targets
                .lines()
                .filter_map(|line| line.split_once(' '))
                .find(|(_, release)| *release == wanted)
                .map(|(uri, _)| uri.to_owned())
        };
        let security = uri_of(&format!("{codename}-security"));
        let main = uri_of(&codename).ok_or_else(|| {
            Error::Unavailable(format!("no Debian mirror for {codename} in the apt sources"))
        })?;
        Ok(Self { main, security, codename })
    }

    fn source_line(&self, suite: &str) -> Option<String> {
        let uri = if suite.ends_with("-security") { self.security.as_ref()? } else { &self.main };
        Some(format!("deb [arch=amd64 signed-by={KEYRING}] {uri} {suite} main\n"))
    }
}

fn codename() -> Result<String, Error> {
    let path = Path::new("/etc/os-release");
    let text = fs::read_to_string(path).map_err(Error::file(path))?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    match (value("ID="), value("VERSION_CODENAME=")) {
        (Some("debian"), Some(name)) => Ok(name.to_owned()),
        _ => Err(Error::Unavailable("it needs a Debian machine with a release name".into())),
    }
}

/// An apt state of our own that knows some suites.
pub struct Apt {
    dir: PathBuf,
}

impl Apt {
    /// Makes the state for this run and fetches the package lists of `suites`.
    pub fn open(cache: &Cache, mirror: &Mirror, suites: &[&str]) -> Result<Self, Error> {
        let dir = cache.work("apt");
        for part in ["lists/partial", "archives/partial"] {
            let path = dir.join(part);
            fs::create_dir_all(&path).map_err(Error::file(&path))?;
        }
        let sources: String = suites.iter().filter_map(|suite| mirror.source_line(suite)).collect();
        let list = dir.join("sources.list");
        fs::write(&list, sources).map_err(Error::file(&list))?;
        let apt = Self { dir };
        apt.checked(apt.command("apt-get").args(["-q", "update"]))?;
        Ok(apt)
    }

    /// The newest version of each package whose name `wanted` accepts, among
    /// `package` and everything that it depends on; downloaded.
    pub fn download_with_dependencies(
        &self,
        package: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<PathBuf>, Error> {
        let listing = self.checked(self.command("apt-cache").args([
            "depends",
            "--recurse",
            "--important",
            package,
        ]))?;
        let text = String::from_utf8_lossy(&listing.stdout).into_owned();
        let names: Vec<&str> =
            text.lines().filter(|line| !line.starts_with([' ', '<']) && wanted(line)).collect();
        self.download(&names)
    }

    /// Downloads the packages themselves.
    pub fn download(&self, names: &[&str]) -> Result<Vec<PathBuf>, Error> {
        let archives = self.emptied_archives()?;
        self.checked(
            self.command("apt-get").args(["-q", "download"]).args(names).current_dir(&archives),
        )?;
        packages_in(&archives)
    }

    /// Downloads the packages of `suite` and all that they need and this
    /// machine does not have installed.
    pub fn download_for_this_machine(
        &self,
        suite: &str,
        names: &[&str],
    ) -> Result<Vec<PathBuf>, Error> {
        let archives = self.emptied_archives()?;
        self.checked(
            self.command("apt-get")
                .args(["-q", "-y", "install", "--download-only", "--no-install-recommends"])
                .args(["-t", suite])
                .args(names),
        )?;
        packages_in(&archives)
    }

    fn emptied_archives(&self) -> Result<PathBuf, Error> {
        let archives = self.dir.join("archives");
        for package in packages_in(&archives)? {
            fs::remove_file(&package).map_err(Error::file(&package))?;
        }
        Ok(archives)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let dir = self.dir.display();
        let options = [
            format!("Dir::Etc::SourceList={dir}/sources.list"),
            "Dir::Etc::SourceParts=/dev/null".into(),
            format!("Dir::State::Lists={dir}/lists"),
            format!("Dir::Cache={dir}"),
            format!("Dir::Cache::Archives={dir}/archives"),
            "Debug::NoLocking=1".into(),
            "APT::Sandbox::User=root".into(),
            "APT::Update::Error-Mode=any".into(),
            "Acquire::Languages=none".into(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".into(),
            "Acquire::Retries=2".into(),
            "Acquire::http::Timeout=30".into(),
        ];
        for option in options {
            command.args(["-o", &option]);
        }
        command.env("LC_ALL", "C").env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// Runs it; the last line that apt wrote is the reason if it fails.
    fn checked(&self, command: &mut Command) -> Result<Output, Error> {
        let output = command
            .output()
            .map_err(|error| Error::Unavailable(format!("apt cannot be run: {error}")))?;
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().find_map(|line| line.strip_prefix("E: "));
        Err(Error::Unavailable(reason.unwrap_or("apt failed").to_owned()))
    }
}

fn packages_in(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(dir).map_err(Error::file(dir))?;
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    Ok(paths.filter(|path| path.extension() == Some(OsStr::new("deb"))).collect())
}

/// Unpacks packages into `target`, which appears only when it is complete.
pub fn unpack(cache: &Cache, packages: &[PathBuf], target: &Path) -> Result<(), Error> {
    let partial = cache.work("unpacked");
    for package in packages {
        let status = Command::new("dpkg").arg("-x").arg(package).arg(&partial).status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(Error::Tool(format!("dpkg cannot unpack {}", package.display())));
        }
    }
    if target.exists() {
        fs::remove_dir_all(target).map_err(Error::file(target))?;
    }
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(Error::file(parent))?;
    }
    fs::rename(&partial, target).map_err(Error::file(target))
}

#[cfg(test)]
mod tests {
    use super::Mirror;

    #[test]
    fn mirror_is_the_one_of_the_machines_release() {
        let targets = "https://other.example/ stable\n\
                       http://mirror.example/debian/ bookworm\n\
                       http://mirror.example/debian-security/ bookworm-security\n";
        let mirror = Mirror::parse(targets, "bookworm".into()).expect("a mirror");
        assert_eq!(mirror.main, "http://mirror.example/debian/");
        let security = mirror.source_line("trixie-security").expect("a security mirror");
        assert!(security.contains(" http://mirror.example/debian-security/ trixie-security main"));
    }

    #[test]
    fn no_mirror_is_told() {
        let error = Mirror::parse("http://mirror.example/ sid\n", "bookworm".into()).err();
        assert!(error.is_some_and(|error| error.to_string().contains("bookworm")));
    }
}
