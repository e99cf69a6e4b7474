//! Map types: what a user calls them, what they are made with and what a
//! program may do with them. The rows are in `map_types`.

use crate::Version;
pub use crate::map_types::{LEFT_OUT, MAP_TYPES};

/// The helper that calls a function for each entry.
const EACH: &str = "for_each_map_elem";
/// The helper that takes the map a timer lies in.
const TIMER: &str = "timer_init";

/// A map type of `pythonbpf.maps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapType {
    /// Name in Python.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// The kernel's name, `BPF_MAP_TYPE_HASH`.
    pub kernel: &'static str,
    /// The kernel's number.
    pub id: u32,
    /// The first kernel that has it.
    pub since: Version,
    /// The arguments of its constructor.
    pub params: &'static [MapParam],
    /// What its keys are where no argument says it.
    pub key: Part,
    /// What its values are where no argument says it.
    pub value: Part,
    /// The flags of `BPF_MAP_CREATE` that it takes.
    pub flags: &'static [&'static str],
    /// Those that it must have, and is given.
    pub always: &'static [&'static str],
    /// What a BPF program may do with it.
    pub methods: &'static [Method],
    /// Helpers that take it beside those of its methods.
    pub helpers: &'static [&'static str],
    /// The helper that says whether something is in it.
    pub contains: Option<&'static str>,
    /// Whether the kernel calls a function for each of its entries.
    pub each: bool,
    /// Whether it may lie in a map of maps.
    pub inner: bool,
    /// One value for each CPU.
    pub per_cpu: bool,
}

impl MapType {
    /// What a program calls `name`, if the map has it.
    pub fn method(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// Whether a helper takes a map of this type.
    pub fn takes(&self, helper: &str) -> bool {
        self.methods.iter().any(|method| method.helper == helper)
            || self.helpers.contains(&helper)
            || self.contains == Some(helper)
            || self.each && helper == EACH
            || helper == TIMER && self.holds("bpf_timer")
    }

    /// Whether values of the type may hold an object of the kernel.
    pub fn holds(&self, object: &str) -> bool {
        let home = crate::object_type(object).map(|object| object.home);
        matches!(home, Some(crate::Home::Values(kinds)) if kinds.contains(&self.kernel))
    }

    /// Whether its values are maps.
    pub fn is_outer(&self) -> bool {
        self.value == Part::Map
    }
}

/// What a key or a value is where no argument says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// There is none, or the loader sets its size.
    None,
    /// An unsigned integer of so many bits.
    Int(u8),
    /// A map.
    Map,
}

/// An operation of a map in a BPF program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// Name in Python.
    pub name: &'static str,
    /// How it is written and what it gives.
    pub form: MethodForm,
    /// The helper behind it.
    pub helper: &'static str,
}

/// How an operation of a map is written and what it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodForm {
    /// `m.lookup(key)`: a pointer to the value, or nothing.
    Lookup,
    /// `m.get(key, default)`: the value.
    Get,
    /// `m.update(key, value, flags)`
    Update,
    /// `m.delete(key)`
    Delete,
    /// `m.output(data, flags)`
    Output,
    /// `m.reserve(type)`
    Reserve,
    /// `m.submit(record)`, `m.discard(record)`
    Finish,
    /// `m.pop()`: a pointer to a copy of the value, or nothing.
    Take,
    /// `m.get(owner, create=True)`: a pointer to what the owner has, or nothing.
    OfOwner,
    /// The helper's own arguments but for the map, of which flags at the end
    /// may be left out; gives what the helper gives.
    Call,
}

/// A map type of the header that no class of `pythonbpf.maps` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The kernel's name.
    pub kernel: &'static str,
    /// The kernel's number.
    pub id: u32,
    /// The oldest kernel that has it.
    pub since: Version,
    /// Why.
    pub reason: &'static str,
}

/// One keyword argument of a map's constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapParam {
    /// As it is written: `key`, `max_entries`, ….
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What its value must be.
    pub rule: ParamRule,
}

/// What the value of a constructor argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamRule {
    /// A type.
    Type,
    /// The type `u32`, signed or not: the kernel fixes the key's size.
    Index,
    /// A positive 32-bit integer.
    Count,
    /// A size in bytes for a ring buffer: see [`ring_buffer_size_error`].
    RingSize,
    /// A four-byte type or the integer 4.
    FourBytes,
    /// Flags of `BPF_MAP_CREATE`.
    Flags,
    /// A struct whose first field is a `c_uint32`, the length of the prefix.
    PrefixKey,
    /// An unsigned integer of one of the sizes in bytes, or a struct of it.
    Sized(&'static [u64]),
    /// How many addresses a stack has at the most.
    Depth,
    /// A map, as it would be defined, or one of the file: what inner maps are
    /// like.
    Inner,
    /// A list of maps of the file, or `None` for no map.
    Maps,
    /// A list of programs of the file, or `None` for no program.
    Programs,
    /// `"by_name"` or `LIBBPF_PIN_BY_NAME`.
    Pin,
    /// A node of memory.
    Node,
    /// A number whose meaning is the type's own, not above this.
    Extra(u32),
    /// A number of pages.
    Pages,
}

/// The map type called `name`, or with this as an alias.
///
/// ```
/// assert_eq!(pythonbpf_kernel::map_type("RingBuffer").map(|map| map.id), Some(27));
/// ```
pub fn map_type(name: &str) -> Option<&'static MapType> {
    MAP_TYPES.iter().find(|map| map.name == name || map.aliases.contains(&name))
}

/// The page size of every architecture pythonbpf runs on by default.
const PAGE: u64 = 4096;
/// The greatest ring that fits the 32-bit `max_entries`.
const LARGEST_RING: u64 = 1 << 31;

/// The size libbpf gives a ring buffer of `max_entries` bytes when it loads
/// it: `max_entries` if that is a page times a power of two, else the next
/// such size above. `None` for 0 and for sizes with no such size above.
///
/// On machines with larger pages libbpf may round further up.
pub fn ring_buffer_size_at_load(max_entries: u64) -> Option<u64> {
    if max_entries == 0 || max_entries > LARGEST_RING {
        return None;
    }
    Some(max_entries.next_power_of_two().max(PAGE))
}

/// Why a ring buffer cannot have `max_entries` bytes, if it cannot: the
/// kernel needs a power of two that is a multiple of the page size. Sizes that
/// break this rule are rounded up by libbpf; only those that it cannot round
/// are errors.
pub fn ring_buffer_size_error(max_entries: i64) -> Option<MapSizeError> {
    match u64::try_from(max_entries) {
        Ok(0) | Err(_) => Some(MapSizeError::NotPositive),
        Ok(size) if ring_buffer_size_at_load(size).is_none() => Some(MapSizeError::TooLarge),
        Ok(_) => None,
    }
}

/// Why a size is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapSizeError {
    /// Zero or less.
    NotPositive,
    /// No power of two of 32 bits is as large.
    TooLarge,
}

impl std::fmt::Display for MapSizeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotPositive => {
                "the size in bytes must be positive: a power of two and a multiple of 4096"
            }
            Self::TooLarge => "the largest ring buffer has 2147483648 bytes",
        })
    }
}

impl std::error::Error for MapSizeError {}
