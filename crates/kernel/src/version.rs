//! Versions of the kernel, as far as features hang on them.

use std::fmt;
use std::str::FromStr;

/// A version such as 6.12; what comes after the second number brings no
/// features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second.
    pub minor: u16,
}

impl Version {
    /// The oldest kernel that programs are made for.
    pub const OLDEST: Self = Self::new(5, 10);

    /// A version.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::OLDEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Version {
    type Err = &'static str;

    /// Reads `6.12` and whole releases such as `6.12.57-cloud-amd64`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let number = |text: &str| text.parse().map_err(|_| "expected a version such as 6.1");
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        Ok(Self { major: number(major)?, minor: number(&rest[..digits(rest)])? })
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_and_releases_are_read() {
        let read = |text: &str| text.parse::<Version>();
        assert_eq!(read("6.12"), Ok(Version::new(6, 12)));
        assert_eq!(read("6.12.57+deb13-cloud-amd64"), Ok(Version::new(6, 12)));
        assert_eq!(read("7"), Ok(Version::new(7, 0)));
        assert_eq!(read("6.18-rc3"), Ok(Version::new(6, 18)));
        assert!(read("six").is_err() && read("6.").is_err() && read("-1.2").is_err());
        assert!(Version::new(6, 1) < Version::new(6, 12) && Version::OLDEST < Version::new(6, 1));
    }
}
