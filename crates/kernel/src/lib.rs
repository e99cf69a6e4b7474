//! Facts about the kernel as tables.
//!
//! Helpers with their signatures, program types, the grammar of `SEC()`
//! strings, map types with what each allows, named constants and the licences
//! the kernel counts as GPL-compatible. The tables under `generated` are
//! written by `cargo xtask gen` from the kernel's UAPI headers and from
//! libbpf's own section table; a new helper, hook or constant is a row there
//! and never a branch elsewhere.
//!
//! This crate makes no system call and knows nothing of Python or LLVM: it
//! hands plain `'static` rows to the checker, the code generator and the
//! documentation.

mod atomic;
mod attach;
pub mod btf;
mod constant;
mod context;
pub mod disassemble;
mod event;
mod generated;
mod helper;
mod kernel_field;
mod kfunc;
mod license;
mod map_type;
mod map_types;
mod net;
mod null_argument;
mod object_type;
mod query;
mod registers;
mod section;
mod short_name;
mod version;

pub use atomic::{ATOMICS, Atomic, atomic};
pub use attach::{
    ATTACH_ROWS, Argument, AttachRow, Direction, Moment, NETFILTER_FAMILIES, NETFILTER_HOOKS,
    PERF_EVENTS, PerfEvent, Side, SocketOption, Way, XDP_MODES,
};
pub use constant::{CONSTANTS, Constant, constant, constants_in};
pub use context::{CONTEXTS, ContextField, ContextStruct, Holds, context_struct};
pub use event::{EventField, EventType, event_fields};
pub use generated::prog_types::ProgType;
pub use helper::{
    Allowed, Callback, HELPERS, Helper, Hook, Param, ParamKind, Ret, Socket, helper, loaded_since,
};
pub use kernel_field::{Trust, field_may_be_null, field_trust};
pub use kfunc::{KFUNCS, Kfunc, KfuncFlags, has_operations, is_operation, kfunc};
pub use license::{GPL_COMPATIBLE_LICENSES, license_is_gpl_compatible};
pub use map_type::{
    LEFT_OUT, LeftOut, MAP_TYPES, MapParam, MapSizeError, MapType, Method, MethodForm, ParamRule,
    Part, map_type, ring_buffer_size_at_load, ring_buffer_size_error,
};
pub use net::{
    BYTE_ORDERS, ByteOrder, NET_CONSTANTS, NET_STRUCTS, NetField, NetStruct, NetType, byte_order,
    moves_packet, net_constant, net_struct, network_type, packet_writable,
};
pub use null_argument::argument_may_be_null;
pub use object_type::{Home, OBJECT_TYPES, ObjectField, ObjectType, object_type};
pub use query::{Asks, QUERY_NAMES, QueryName, query_name};
pub use registers::{Arch, REGISTER_MACROS, register_macro};
pub use section::{
    ContextKind, Returns, SECTION_DEFS, Section, SectionDef, SectionError, Target, TargetForm,
    section,
};
pub use short_name::{Form, SHORT_NAMES, ShortName, short_name};
pub use version::Version;
