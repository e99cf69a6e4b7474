//! Fields of tracepoint events: a record of what tracefs says, so that
//! programs are built also where there is none.
//!
//! The arguments of system calls lie the same on every kernel; of other events
//! the kernel's BTF says where a field lies on the kernel that loads the
//! program.

/// The record, one event a line.
static EVENTS: &str = include_str!("../data/events-6.18.txt");

/// A field of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventField {
    /// Its name.
    pub name: &'static str,
    /// Bytes from the start of the record.
    pub offset: u32,
    /// What it holds.
    pub ty: EventType,
}

/// What a field of an event holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// An integer of so many bits, with a sign or not.
    Int(u8, bool),
    /// So many integers.
    Array(u8, bool, u32),
    /// A text in so many bytes.
    Text(u32),
    /// Where in the record a text lies.
    Located,
    /// The address of a text of user space.
    UserText,
    /// The address of an array of addresses of texts of user space.
    UserTexts,
    /// The address of a struct of this name in user space.
    UserStruct(&'static str),
    /// Another address of user space.
    UserAddress,
    /// Another address.
    Address,
}

/// The fields of an event, `sched/sched_switch`, if it is known.
pub fn event_fields(event: &str) -> Option<Vec<EventField>> {
    let line = EVENTS.lines().find_map(|line| line.strip_prefix(event)?.strip_prefix(' '))?;
    Some(line.split(' ').filter_map(field).collect())
}

fn field(text: &'static str) -> Option<EventField> {
    let (name, rest) = text.split_once('@')?;
    let (offset, ty) = rest.split_once(':')?;
    Some(EventField { name, offset: offset.parse().ok()?, ty: parse(ty)? })
}

fn parse(ty: &'static str) -> Option<EventType> {
    match ty {
        "text" => return Some(EventType::Located),
        "utext" => return Some(EventType::UserText),
        "utexts" => return Some(EventType::UserTexts),
        "uptr" => return Some(EventType::UserAddress),
        "ptr" => return Some(EventType::Address),
        _ => {}
    }
    if let Some(name) = ty.strip_prefix("ustruct:") {
        return Some(EventType::UserStruct(name));
    }
    if let Some(len) = ty.strip_prefix("char") {
        return len.parse().ok().map(EventType::Text);
    }
    let signed = ty.starts_with('i');
    let number = ty.get(1..)?;
    match number.split_once('x') {
        Some((bits, count)) => {
            Some(EventType::Array(bits.parse().ok()?, signed, count.parse().ok()?))
        }
        None => number.parse().ok().map(|bits| EventType::Int(bits, signed)),
    }
}
