//! The grammar of `SEC()` strings, as libbpf reads them.
//!
//! The rows come from libbpf's own table and are tried in its order; the form
//! of each target is the one that libbpf's attach functions parse. A leading
//! `?` means that the program is not loaded by default.

pub use crate::generated::sections::SECTION_DEFS;
use crate::{ProgType, constants_in};

/// One kind of section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionDef {
    /// The text before the target, without a slash at its end.
    pub prefix: &'static str,
    /// The prefix is the whole string: no target may follow.
    pub exact: bool,
    /// Type of the program.
    pub prog_type: ProgType,
    /// Expected attach type, as the enumerator's name.
    pub attach_type: Option<&'static str>,
    /// The program may sleep (`.s` forms and `syscall`).
    pub sleepable: bool,
    /// What follows the prefix.
    pub target: Target,
    /// What the program's argument points to.
    pub context: ContextKind,
    /// Which return values mean something.
    pub returns: Returns,
}

/// Whether a target follows the prefix, and its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// No target.
    None,
    /// Without one the program cannot be loaded or attached.
    Required(TargetForm),
    /// Without one the program loads and is attached by hand.
    Optional(TargetForm),
}

/// The form of a target; its `Display` is the text to show a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetForm {
    /// `<category>/<event>`, as under `/sys/kernel/tracing/events`.
    Event,
    /// `<function>[+<offset>]`
    FunctionOffset,
    /// `<function>`
    Function,
    /// `<function>` with `*` and `?`.
    FunctionPattern,
    /// `<path>:<function>[+<offset>]`
    BinaryFunctionOffset,
    /// `<path>:<function>`, the function possibly a pattern.
    BinaryFunction,
    /// `<path>:<provider>:<name>`
    BinaryMarker,
    /// One name; the text says of what.
    Name(&'static str),
}

/// What a program's first argument points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextKind {
    /// The record of a tracepoint event, laid out as its `format` file says.
    Tracepoint,
    /// CPU registers (`struct pt_regs`).
    Registers,
    /// `struct bpf_raw_tracepoint_args`: the raw arguments as 64-bit words.
    RawTracepoint,
    /// The arguments of the traced function as 64-bit words, typed by BTF
    /// (fentry, fexit, LSM, tp_btf, struct_ops).
    FunctionArguments,
    /// The iterator's own struct (`struct bpf_iter__task`).
    Iterator,
    /// A struct of the UAPI headers, by name (`xdp_md`, `__sk_buff`).
    Struct(&'static str),
    /// Memory that the caller of `BPF_PROG_RUN` passes in.
    UserMemory,
    /// The context of the program that is replaced.
    Replaced,
}

/// Which return values mean something to the hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// Any value.
    Any,
    /// The constants of a group, such as `xdp_action`.
    OneOf(&'static str),
    /// The verifier refuses anything outside `min..=max`.
    Range {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
}

impl Returns {
    /// Whether a program may return `value`.
    pub fn allows(self, value: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(group) => constants_in(group).any(|constant| constant.value == value),
            Self::Range { min, max } => (min..=max).contains(&value),
        }
    }
}

/// A `SEC()` string, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its kind.
    pub def: &'static SectionDef,
    /// What follows the prefix and its slash; empty if nothing does.
    pub target: String,
    /// False for the `?` forms: the program is not loaded by default.
    pub autoload: bool,
}

/// Why a `SEC()` string is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionError {
    /// No kind of section has this name.
    Unknown {
        /// The part of the string that names the kind.
        kind: String,
        /// The whole string with the nearest known kind put in.
        nearest: Option<String>,
    },
    /// The kind needs a target.
    MissingTarget {
        /// The form of the whole string, such as `kprobe/<function>`.
        expected: String,
    },
    /// The target has not the form that the kind needs.
    BadTarget {
        /// The target as written.
        target: String,
        /// The form of the whole string.
        expected: String,
    },
    /// The kind takes no target.
    UnexpectedTarget {
        /// The kind.
        kind: &'static str,
        /// The target as written.
        target: String,
    },
}

impl std::fmt::Display for SectionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { kind, nearest: Some(nearest) } => {
                write!(f, "no section kind is called `{kind}`; did you mean `{nearest}`?")
            }
            Self::Unknown { kind, nearest: None } => {
                write!(f, "no section kind is called `{kind}`")
            }
            Self::MissingTarget { expected } => write!(f, "write `{expected}`"),
            Self::BadTarget { target, expected } => {
                write!(f, "`{target}` is not a target of the form `{expected}`")
            }
            Self::UnexpectedTarget { kind, target } => {
                write!(f, "`{kind}` takes no target: remove `/{target}`")
            }
        }
    }
}

impl std::error::Error for SectionError {}

/// Reads a `SEC()` string.
///
/// # Errors
/// Says what is wrong with the string and which form is expected.
///
/// ```
/// let section = pythonbpf_kernel::section("kprobe/do_unlinkat+0x4").unwrap();
/// assert_eq!((section.def.prefix, &*section.target), ("kprobe", "do_unlinkat+0x4"));
/// ```
pub fn section(text: &str) -> Result<Section, SectionError> {
    let (autoload, text) = match text.strip_prefix('?') {
        Some(rest) => (false, rest),
        None => (true, text),
    };
    let Some((def, rest)) = SECTION_DEFS.iter().find_map(|def| Some((def, def.rest(text)?))) else {
        return Err(unknown(text));
    };
    let target = match (def.target, rest) {
        (Target::Required(form), None | Some("")) => return Err(def.missing(form)),
        (Target::Optional(form), Some("")) => return Err(def.missing(form)),
        (Target::Required(form) | Target::Optional(form), Some(target)) => {
            if !form.accepts(target) {
                return Err(SectionError::BadTarget {
                    target: target.to_owned(),
                    expected: def.form(form),
                });
            }
            target.to_owned()
        }
        (Target::Optional(_), None) | (Target::None, _) => String::new(),
    };
    Ok(Section { def, target, autoload })
}

impl SectionDef {
    /// If `text` is of this kind: what follows the slash after the prefix.
    fn rest<'a>(&self, text: &'a str) -> Option<Option<&'a str>> {
        match text.strip_prefix(self.prefix)? {
            "" => Some(None),
            rest if !self.exact => rest.strip_prefix('/').map(Some),
            _ => None,
        }
    }

    fn form(&self, form: TargetForm) -> String {
        format!("{}/{form}", self.prefix)
    }

    fn missing(&self, form: TargetForm) -> SectionError {
        SectionError::MissingTarget { expected: self.form(form) }
    }
}

impl std::fmt::Display for TargetForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event => f.write_str("<category>/<event>"),
            Self::FunctionOffset => f.write_str("<function>[+<offset>]"),
            Self::Function => f.write_str("<function>"),
            Self::FunctionPattern => f.write_str("<function pattern>"),
            Self::BinaryFunctionOffset => f.write_str("<path>:<function>[+<offset>]"),
            Self::BinaryFunction => f.write_str("<path>:<function>"),
            Self::BinaryMarker => f.write_str("<path>:<provider>:<name>"),
            Self::Name(what) => write!(f, "<{what}>"),
        }
    }
}

impl TargetForm {
    /// Whether `target` has this form.
    pub fn accepts(self, target: &str) -> bool {
        match self {
            Self::Event => target
                .split_once('/')
                .is_some_and(|(category, event)| is_word(category, "-") && is_word(event, "-")),
            Self::FunctionOffset => {
                let (function, offset) = split_offset(target);
                is_word(function, ".") && offset.is_none_or(is_number)
            }
            Self::Function => is_word(target, "."),
            Self::FunctionPattern => is_word(target, ".*?"),
            Self::BinaryFunctionOffset | Self::BinaryFunction => target
                .split_once(':')
                .is_some_and(|(path, function)| !path.is_empty() && is_printable(function)),
            Self::BinaryMarker => {
                let mut parts = target.splitn(3, ':');
                (0..3).all(|_| parts.next().is_some_and(is_printable))
            }
            Self::Name(_) => is_word(target, ".:-"),
        }
    }
}

fn split_offset(target: &str) -> (&str, Option<&str>) {
    match target.split_once('+') {
        Some((function, offset)) => (function, Some(offset)),
        None => (target, None),
    }
}

/// A C identifier, with the characters of `more` allowed too.
fn is_word(text: &str, more: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
}

fn is_printable(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

fn is_number(text: &str) -> bool {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).is_ok(),
        None => !text.starts_with('+') && text.parse::<u64>().is_ok(),
    }
}

/// The error for a string that is of no known kind.
fn unknown(text: &str) -> SectionError {
    let (kind, target) = match text.split_once('/') {
        Some((kind, target)) => (kind, Some(target)),
        None => (text, None),
    };
    let two_words = target.and_then(|_| nearest_of(text, |def| def.prefix.contains('/')));
    let exact = SECTION_DEFS.iter().find(|def| def.exact && def.prefix == kind);
    match (two_words, exact, target) {
        (None, Some(def), Some(target)) => {
            SectionError::UnexpectedTarget { kind: def.prefix, target: target.to_owned() }
        }
        (Some(def), ..) => {
            SectionError::Unknown { kind: text.to_owned(), nearest: Some(def.prefix.to_owned()) }
        }
        _ => SectionError::Unknown { kind: kind.to_owned(), nearest: nearest(kind, target) },
    }
}

/// The nearest kind to `kind`, with the target put after it if it takes one.
fn nearest(kind: &str, target: Option<&str>) -> Option<String> {
    let def = nearest_of(kind, |def| target.is_none() || !def.prefix.contains('/'))?;
    Some(match target {
        Some(target) if !def.exact => format!("{}/{target}", def.prefix),
        _ => def.prefix.to_owned(),
    })
}

/// The kind whose prefix differs from `text` in the shortest middle part: one
/// slip of the keyboard leaves the beginning and the end as they were.
fn nearest_of(text: &str, candidate: impl Fn(&SectionDef) -> bool) -> Option<&'static SectionDef> {
    let text = text.to_ascii_lowercase();
    let limit = (text.len() / 3).min(4).max(if text.len() > 2 { 2 } else { 1 });
    SECTION_DEFS
        .iter()
        .filter(|def| candidate(def))
        .map(|def| (differing(&text, def.prefix), def))
        .filter(|&(differing, _)| differing <= limit)
        .min_by_key(|&(differing, def)| (differing, def.prefix.len().abs_diff(text.len())))
        .map(|(_, def)| def)
}

/// Length of the longer string without the common beginning and end.
fn differing(a: &str, b: &str) -> usize {
    let same = |(x, y): &(u8, u8)| x == y;
    let start = a.bytes().zip(b.bytes()).take_while(same).count();
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(same).count();
    let shared = (start + end).min(a.len()).min(b.len());
    a.len().max(b.len()) - shared
}
