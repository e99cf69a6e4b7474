//! Specs: what an opened object says of its programs and maps before
//! anything is loaded.
//!
//! Read once and owned. Hands on [`ProgramSpec`] and [`MapSpec`]; the loaded
//! object keeps them beside its descriptors.

use std::ffi::CStr;

use kernel::AttachRow;
use libbpf_rs::btf::types::{Array, Composite, DataSec};
use libbpf_rs::btf::{Btf, BtfKind, BtfType};
use libbpf_rs::{AsRawLibbpf as _, libbpf_sys};

use crate::error::ProgramPlace;
use crate::layout::{Layout, layout_of, resolve, sized_layout};

/// The ELF section whose variables tell the types of events.
const EVENTS_SECTION: &str = ".pythonbpf.events";
/// What the name of such a variable begins with; the map's name follows.
const EVENTS_PREFIX: &str = "__pythonbpf_events_";
/// Names of what the compiler adds to the object begin so; those of the second
/// kind are libbpf's for markers.
pub(crate) const OWN_PREFIXES: [&str; 2] = ["__pythonbpf_", "__bpf_usdt_"];

/// A program of an object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProgramSpec {
    /// The function's name.
    pub name: String,
    /// The ELF section, as written in the program (`tracepoint/…`).
    pub section: String,
    /// How many instructions the object holds for it, before load.
    pub instructions: usize,
    /// The kernel's number of the attach type; 0 is also none.
    pub(crate) expected_attach_type: u32,
}

impl ProgramSpec {
    /// How the kind of its section attaches, if libbpf knows it.
    pub fn attach_row(&self) -> Option<&'static AttachRow> {
        kernel::section(&self.section).ok()?.def.attach()
    }

    /// The struct that the program is called with, if the headers have one for
    /// its kind.
    pub fn context(&self) -> Option<ProgramContext> {
        match kernel::section(&self.section).ok()?.def.context {
            kernel::ContextKind::Struct(name) => kernel::context_struct(name).map(ProgramContext),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn of_section(section: &str) -> Self {
        let (name, section) = (String::from("p"), section.to_owned());
        Self { name, section, instructions: 0, expected_attach_type: 0 }
    }

    pub(crate) fn place(&self) -> ProgramPlace {
        ProgramPlace { program: self.name.clone(), section: self.section.clone() }
    }

    /// The part of the section before the first `/` or `.`, without the `?`
    /// that switches loading off: `tracepoint`, `xdp`, `kprobe`, ….
    pub fn kind(&self) -> &str {
        let section = self.section.trim_start_matches('?');
        section.split(['/', '.']).next().unwrap_or(section)
    }

    /// The part of the section after its first `/`: `sched/sched_switch`.
    pub fn target(&self) -> &str {
        self.section.split_once('/').map_or("", |(_, target)| target)
    }
}

/// The struct that a program is called with.
#[derive(Debug, Clone, Copy)]
pub struct ProgramContext(&'static kernel::ContextStruct);

impl ProgramContext {
    /// Its name in C.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// Its fields, each a number or an array of numbers.
    pub fn fields(&self) -> Vec<ContextField> {
        let field = |field: &kernel::ContextField| ContextField {
            name: field.name,
            offset: field.offset as usize,
            size: usize::from(field.bits) / 8,
            count: field.count as usize,
        };
        self.0.fields.iter().map(field).collect()
    }

    /// Whether it stands for a packet, which a test run gives beside it.
    pub fn is_of_packet(&self) -> bool {
        self.0.holding(kernel::Holds::PacketEnd).is_some()
    }

    /// The field that must hold the length of the packet in a test run, if it has one.
    pub fn data_end(&self) -> Option<&'static str> {
        // The kernel takes no such field of the other contexts.
        (self.0.name == "xdp_md").then_some("data_end")
    }
}

/// A field of such a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextField {
    /// Its name.
    pub name: &'static str,
    /// Bytes from the start of the struct.
    pub offset: usize,
    /// Bytes of the number, or of each.
    pub size: usize,
    /// Elements of an array; 0 where it is none.
    pub count: usize,
}

/// The type of a map (`enum bpf_map_type` of `include/uapi/linux/bpf.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapType(pub(crate) u32);

impl MapType {
    /// The name libbpf and bpftool use: `hash`, `ringbuf`, ….
    pub fn name(self) -> &'static str {
        // SAFETY: the function takes any number and returns NULL or a static
        // string.
        unsafe {
            let name = libbpf_sys::libbpf_bpf_map_type_str(self.0);
            if name.is_null() {
                return "unknown";
            }
            CStr::from_ptr(name).to_str().unwrap_or("unknown")
        }
    }

    /// The kernel's number for it.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Whether the map holds one value per CPU under each key.
    pub fn is_per_cpu(self) -> bool {
        matches!(
            self.0,
            libbpf_sys::BPF_MAP_TYPE_PERCPU_HASH
                | libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY
                | libbpf_sys::BPF_MAP_TYPE_LRU_PERCPU_HASH
                | libbpf_sys::BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE
        )
    }

    /// Whether every index of the map exists from the start and forever.
    pub fn is_array(self) -> bool {
        matches!(self.0, libbpf_sys::BPF_MAP_TYPE_ARRAY | libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY)
    }

    /// Whether the keys are the numbers below `max_entries`.
    pub(crate) fn has_indices(self) -> bool {
        self.is_array()
            || self.is_perf_event_array()
            || matches!(
                self.0,
                libbpf_sys::BPF_MAP_TYPE_PROG_ARRAY
                    | libbpf_sys::BPF_MAP_TYPE_CGROUP_ARRAY
                    | libbpf_sys::BPF_MAP_TYPE_ARRAY_OF_MAPS
                    | libbpf_sys::BPF_MAP_TYPE_DEVMAP
                    | libbpf_sys::BPF_MAP_TYPE_CPUMAP
                    | libbpf_sys::BPF_MAP_TYPE_SOCKMAP
                    | libbpf_sys::BPF_MAP_TYPE_XSKMAP
                    | libbpf_sys::BPF_MAP_TYPE_REUSEPORT_SOCKARRAY
            )
    }

    /// Whether the values are maps.
    pub(crate) fn is_of_maps(self) -> bool {
        matches!(
            self.0,
            libbpf_sys::BPF_MAP_TYPE_ARRAY_OF_MAPS | libbpf_sys::BPF_MAP_TYPE_HASH_OF_MAPS
        )
    }

    /// Whether the map is a queue or a stack, which have no keys.
    pub fn is_queue(self) -> bool {
        matches!(self.0, libbpf_sys::BPF_MAP_TYPE_QUEUE | libbpf_sys::BPF_MAP_TYPE_STACK)
    }

    /// Whether the map is a bloom filter, of which only membership is known.
    pub fn is_bloom_filter(self) -> bool {
        self.0 == libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER
    }

    /// Whether the map is a ring buffer.
    pub fn is_ring_buffer(self) -> bool {
        self.0 == libbpf_sys::BPF_MAP_TYPE_RINGBUF
    }

    /// Whether the map is a perf event array.
    pub fn is_perf_event_array(self) -> bool {
        self.0 == libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY
    }

    /// Whether the map holds stacks: lists of addresses, the innermost first.
    pub fn is_stack_trace(self) -> bool {
        self.0 == libbpf_sys::BPF_MAP_TYPE_STACK_TRACE
    }

    /// Whether the map is a struct of operations of the kernel.
    pub fn is_struct_ops(self) -> bool {
        self.0 == libbpf_sys::BPF_MAP_TYPE_STRUCT_OPS
    }

    /// Whether the map carries events to user space.
    pub fn carries_events(self) -> bool {
        self.is_ring_buffer() || self.is_perf_event_array()
    }

    /// Whether values can be looked up by key.
    pub fn has_entries(self) -> bool {
        !self.carries_events()
            && !self.is_queue()
            && !matches!(
                self.0,
                libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER
                    | libbpf_sys::BPF_MAP_TYPE_USER_RINGBUF
                    | libbpf_sys::BPF_MAP_TYPE_STRUCT_OPS
                    | libbpf_sys::BPF_MAP_TYPE_ARENA
            )
    }
}

impl std::fmt::Display for MapType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A map of an object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MapSpec {
    /// The map's name; for global variables the section's (`.data`).
    pub name: String,
    /// Its type.
    pub map_type: MapType,
    /// The size of a key in bytes.
    pub key_size: u32,
    /// The size of a value in bytes.
    pub value_size: u32,
    /// Its capacity: entries, or bytes for a ring buffer.
    pub max_entries: u32,
    /// What a key's bytes mean.
    pub key: Layout,
    /// What a value's bytes mean.
    pub value: Layout,
    /// What its events may be, or the records that are sent through it; empty if
    /// the object does not say.
    pub events: Vec<Layout>,
    /// `map_flags`.
    pub flags: u32,
    /// `map_extra`.
    pub(crate) extra: u64,
    /// What the maps in a map of maps are like.
    pub inner: Option<Box<MapSpec>>,
    /// Whether it holds global variables (`.rodata`, `.data`, `.bss`, …)
    /// rather than being a map of the program's own.
    pub is_internal: bool,
    /// What libbpf calls it: a map of global variables has the object's name
    /// before that of its section.
    pub(crate) libbpf_name: String,
}

pub(crate) fn program_specs(object: &libbpf_rs::OpenObject) -> Vec<ProgramSpec> {
    object
        .progs()
        .map(|program| ProgramSpec {
            name: program.name().to_string_lossy().into_owned(),
            section: program.section().to_string_lossy().into_owned(),
            instructions: program.insn_cnt(),
            // SAFETY: the pointer is that of `program`; the call only reads.
            expected_attach_type: unsafe {
                libbpf_sys::bpf_program__expected_attach_type(program.as_libbpf_object().as_ptr())
            },
        })
        .collect()
}

pub(crate) fn map_specs(object: &libbpf_rs::OpenObject) -> Vec<MapSpec> {
    // SAFETY: the pointer is that of `object`, which outlives this function
    // and thus `btf`.
    let raw = unsafe { object.as_libbpf_object().as_ref() };
    let btf = Btf::from_bpf_object(raw).ok().flatten();
    let events = btf.as_ref().map(event_layouts).unwrap_or_default();
    object.maps().map(|map| map_spec(&map, btf.as_ref(), &events)).collect()
}

fn map_spec(
    map: &libbpf_rs::OpenMap<'_>,
    btf: Option<&Btf<'_>>,
    events: &[(String, Vec<Layout>)],
) -> MapSpec {
    let raw = map.as_libbpf_object().as_ptr();
    // SAFETY: `raw` points to the map that `map` borrows; the function only
    // reads it.
    let is_internal = unsafe { libbpf_sys::bpf_map__is_internal(raw) };
    let libbpf_name = map.name().to_string_lossy().into_owned();
    let section = libbpf_name.find('.').filter(|_| is_internal).unwrap_or_default();
    let name = libbpf_name.get(section..).unwrap_or(&libbpf_name).to_owned();
    // SAFETY: as above; the inner map, if there is one, is the outer one's.
    let mut spec = unsafe { raw_spec(raw, btf) };
    // SAFETY: as above.
    let inner = unsafe { libbpf_sys::bpf_map__inner_map(raw) };
    if !inner.is_null() {
        // SAFETY: libbpf keeps it as long as the object is open.
        spec.inner = Some(Box::new(unsafe { raw_spec(inner, btf) }));
    }
    spec.events = events
        .iter()
        .find(|(map, _)| *map == name)
        .map(|(_, layouts)| layouts.clone())
        .unwrap_or_default();
    spec.is_internal = is_internal || OWN_PREFIXES.iter().any(|own| name.starts_with(own));
    MapSpec { name, libbpf_name, ..spec }
}

/// What libbpf knows of a map but its name.
///
/// # Safety
/// `raw` points to a map of an open object.
unsafe fn raw_spec(raw: *mut libbpf_sys::bpf_map, btf: Option<&Btf<'_>>) -> MapSpec {
    // SAFETY: these only read the map, which the caller vouches for.
    let (map_type, key_id, value_id, key_size, value_size, max_entries, flags, extra) = unsafe {
        (
            libbpf_sys::bpf_map__type(raw),
            libbpf_sys::bpf_map__btf_key_type_id(raw),
            libbpf_sys::bpf_map__btf_value_type_id(raw),
            libbpf_sys::bpf_map__key_size(raw),
            libbpf_sys::bpf_map__value_size(raw),
            libbpf_sys::bpf_map__max_entries(raw),
            libbpf_sys::bpf_map__map_flags(raw),
            libbpf_sys::bpf_map__map_extra(raw),
        )
    };
    MapSpec {
        name: String::new(),
        map_type: MapType(map_type),
        key_size,
        value_size,
        max_entries,
        key: sized_layout(btf, key_id, key_size as usize),
        value: sized_layout(btf, value_id, value_size as usize),
        events: Vec::new(),
        flags,
        extra,
        inner: None,
        is_internal: false,
        libbpf_name: String::new(),
    }
}

/// What the kernel knows of a map but its name.
pub(crate) fn kernel_spec(info: &libbpf_sys::bpf_map_info, btf: Option<&Btf<'_>>) -> MapSpec {
    MapSpec {
        name: String::new(),
        map_type: MapType(info.type_),
        key_size: info.key_size,
        value_size: info.value_size,
        max_entries: info.max_entries,
        key: sized_layout(btf, info.btf_key_type_id, info.key_size as usize),
        value: sized_layout(btf, info.btf_value_type_id, info.value_size as usize),
        events: Vec::new(),
        flags: info.map_flags,
        extra: 0,
        inner: None,
        is_internal: false,
        libbpf_name: String::new(),
    }
}

/// For each map that the object tells the event types of, those types.
pub(crate) fn event_layouts(btf: &Btf<'_>) -> Vec<(String, Vec<Layout>)> {
    let mut found = Vec::new();
    for section in btf.type_by_kind::<DataSec<'_>>() {
        if section.name().is_none_or(|name| name != EVENTS_SECTION) {
            continue;
        }
        for variable in section.iter() {
            let Some(entry) = btf.type_by_id::<BtfType<'_>>(variable.ty) else { continue };
            let name = entry.name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let Some(map) = name.strip_prefix(EVENTS_PREFIX) else { continue };
            let members = entry.next_type().map(|ty| pointed_layouts(btf, ty));
            found.push((map.to_owned(), members.unwrap_or_default()));
        }
    }
    found
}

/// The layouts that the members of the struct `ty` point to.
fn pointed_layouts(btf: &Btf<'_>, ty: BtfType<'_>) -> Vec<Layout> {
    let Some(Ok(members)) = resolve(ty).map(Composite::try_from) else { return Vec::new() };
    members.iter().filter_map(|member| pointed_layout(btf, btf.type_by_id(member.ty)?)).collect()
}

/// The layout that `ty` points to: a pointer, or an array of pointers (which
/// keeps LLVM from writing no more of a struct than its name).
fn pointed_layout(btf: &Btf<'_>, ty: BtfType<'_>) -> Option<Layout> {
    let mut pointer = resolve(ty)?;
    if let Ok(array) = Array::try_from(pointer) {
        pointer = resolve(btf.type_by_id(array.ty())?)?;
    }
    let pointee = (pointer.kind() == BtfKind::Ptr).then(|| pointer.next_type())??;
    let pointee = resolve(pointee)?;
    if pointee.kind() != BtfKind::Fwd {
        return layout_of(btf, pointee.type_id());
    }
    let whole = btf
        .type_by_kind::<Composite<'_>>()
        .find(|composite| composite.name().is_some() && composite.name() == pointee.name())?;
    layout_of(btf, whole.type_id())
}
