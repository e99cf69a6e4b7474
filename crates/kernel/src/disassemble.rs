//! BPF instructions as people read them.
//!
//! [`decode`] goes over code and gives each instruction with its index; its
//! text is in the style of the verifier's log (`r1 = *(u64 *)(r6 +8)`), so that
//! both can be held against each other. Whatever the bytes are, nothing here
//! fails: what is no instruction is said to be none.
//!
//! The encoding is that of the kernel's
//! `Documentation/bpf/standardization/instruction-set.rst`.

use std::fmt;

use crate::HELPERS;

/// Bytes of one instruction, or of each half of a wide one.
pub const INSTRUCTION_BYTES: usize = 8;

const CLASS_LD: u8 = 0;
const CLASS_LDX: u8 = 1;
const CLASS_ST: u8 = 2;
const CLASS_STX: u8 = 3;
const CLASS_ALU: u8 = 4;
const CLASS_JMP: u8 = 5;
const CLASS_JMP32: u8 = 6;

const MODE_IMM: u8 = 0;
const MODE_ABS: u8 = 1;
const MODE_IND: u8 = 2;
const MODE_MEM: u8 = 3;
const MODE_MEMSX: u8 = 4;
const MODE_ATOMIC: u8 = 6;

/// Kinds of what the second half of a 64-bit constant stands for.
const PSEUDO_MAP_FD: u8 = 1;
const PSEUDO_MAP_VALUE: u8 = 2;
const PSEUDO_BTF_ID: u8 = 3;
const PSEUDO_FUNC: u8 = 4;
const PSEUDO_MAP_IDX: u8 = 5;
const PSEUDO_MAP_IDX_VALUE: u8 = 6;
/// Kinds of calls.
const PSEUDO_CALL: u8 = 1;
const PSEUDO_KFUNC_CALL: u8 = 2;

/// One instruction, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its place among the 8-byte units of the code.
    pub index: u32,
    /// Its first byte, which says what it is.
    pub opcode: u8,
    /// The register that is written, or the address of a store.
    pub dst: u8,
    /// The register that is read.
    pub src: u8,
    /// Distance of a memory access or of a jump.
    pub offset: i16,
    /// The number in it.
    pub imm: i32,
    /// The upper half of a 64-bit constant, which makes it two units long.
    pub upper: Option<i32>,
}

/// What an instruction calls or loads by reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A helper, by number.
    Helper(i32),
    /// A kernel function, by its BTF id.
    Kfunc(i32),
    /// A function of the program, at this index.
    Function(i64),
    /// A map, by descriptor or index; before the load what the relocation says.
    Map(i32),
    /// A place in a map's value, so many bytes behind its start.
    MapValue(i32, i32),
    /// A variable of the kernel, by its BTF id.
    Variable(i32),
}

/// Decodes code; a wide instruction counts as two.
pub fn decode(code: &[u8]) -> impl Iterator<Item = Instruction> {
    let units = code.as_chunks::<INSTRUCTION_BYTES>().0;
    let mut index = 0;
    std::iter::from_fn(move || {
        let unit = units.get(index)?;
        let mut instruction = one(unit, u32::try_from(index).ok()?);
        index += 1;
        if instruction.is_wide() {
            let upper = units.get(index)?;
            instruction.upper = Some(imm(upper));
            index += 1;
        }
        Some(instruction)
    })
}

fn one(unit: &[u8; INSTRUCTION_BYTES], index: u32) -> Instruction {
    let [opcode, registers, low, high, ..] = *unit;
    Instruction {
        index,
        opcode,
        dst: registers & 0xf,
        src: registers >> 4,
        offset: i16::from_le_bytes([low, high]),
        imm: imm(unit),
        upper: None,
    }
}

fn imm(unit: &[u8; INSTRUCTION_BYTES]) -> i32 {
    let [_, _, _, _, a, b, c, d] = *unit;
    i32::from_le_bytes([a, b, c, d])
}

impl Instruction {
    fn class(self) -> u8 {
        self.opcode & 7
    }

    /// Whether it is followed by the upper half of its constant.
    pub fn is_wide(self) -> bool {
        self.class() == CLASS_LD && self.opcode >> 5 == MODE_IMM
    }

    /// The index that it may jump to, if it is a jump.
    pub fn jump(self) -> Option<i64> {
        let next = i64::from(self.index) + 1;
        match (self.class(), self.opcode >> 4) {
            (CLASS_JMP, 0x8 | 0x9) | (CLASS_JMP32, 0x8 | 0x9) => None,
            (CLASS_JMP32, 0) => Some(next + i64::from(self.imm)),
            (CLASS_JMP | CLASS_JMP32, _) => Some(next + i64::from(self.offset)),
            _ => None,
        }
    }

    /// What it calls or loads by reference.
    pub fn reference(self) -> Option<Reference> {
        if self.opcode == 0x85 {
            return Some(match self.src {
                PSEUDO_CALL => Reference::Function(i64::from(self.index) + 1 + i64::from(self.imm)),
                PSEUDO_KFUNC_CALL => Reference::Kfunc(self.imm),
                _ => Reference::Helper(self.imm),
            });
        }
        let upper = self.upper?;
        Some(match self.src {
            PSEUDO_MAP_FD | PSEUDO_MAP_IDX => Reference::Map(self.imm),
            PSEUDO_MAP_VALUE | PSEUDO_MAP_IDX_VALUE => Reference::MapValue(self.imm, upper),
            PSEUDO_BTF_ID => Reference::Variable(self.imm),
            PSEUDO_FUNC => Reference::Function(i64::from(self.index) + 1 + i64::from(self.imm)),
            _ => return None,
        })
    }

    fn arithmetic(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.class() == CLASS_ALU { 'w' } else { 'r' };
        let dst = Register(letter, self.dst);
        let operation = self.opcode >> 4;
        let signed = if self.offset == 1 { "s" } else { "" };
        match operation {
            0x8 => return write!(f, "{dst} = -{dst}"),
            0xd => return self.swap(f),
            0xb if self.opcode & 8 != 0 && self.offset == 1 => {
                return write!(
                    f,
                    "{dst} = addr_space_cast({}, {}, {})",
                    Register('r', self.src),
                    (self.imm as u32) >> 16,
                    self.imm & 0xffff
                );
            }
            0xb if self.opcode & 8 != 0 && self.offset != 0 => {
                return write!(f, "{dst} = (s{}){}", self.offset, Register(letter, self.src));
            }
            _ => {}
        }
        let sign = match operation {
            0x0 => "+",
            0x1 => "-",
            0x2 => "*",
            0x3 => "/",
            0x4 => "|",
            0x5 => "&",
            0x6 => "<<",
            0x7 => ">>",
            0x9 => "%",
            0xa => "^",
            0xb => "",
            0xc => "s>>",
            _ => return self.unknown(f),
        };
        write!(f, "{dst} {signed}{sign}= ")?;
        self.operand(f, letter)
    }

    fn operand(self, f: &mut fmt::Formatter<'_>, letter: char) -> fmt::Result {
        if self.opcode & 8 != 0 {
            write!(f, "{}", Register(letter, self.src))
        } else {
            write!(f, "{}", self.imm)
        }
    }

    fn swap(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dst = Register('r', self.dst);
        let order = match (self.class() == CLASS_ALU, self.opcode & 8 != 0) {
            (true, false) => "le",
            (true, true) => "be",
            (false, _) => "bswap",
        };
        write!(f, "{dst} = {order}{} {dst}", self.imm)
    }

    fn jumping(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.class() == CLASS_JMP { 'r' } else { 'w' };
        let distance = self.offset;
        let sign = match self.opcode >> 4 {
            0x0 if letter == 'r' => return write!(f, "goto pc{distance:+}"),
            0x0 => return write!(f, "gotol pc{:+}", self.imm),
            0x1 => "==",
            0x2 => ">",
            0x3 => ">=",
            0x4 => "&",
            0x5 => "!=",
            0x6 => "s>",
            0x7 => "s>=",
            0x8 => return self.call(f),
            0x9 => return f.write_str("exit"),
            0xa => "<",
            0xb => "<=",
            0xc => "s<",
            0xd => "s<=",
            0xe => return write!(f, "may_goto pc{distance:+}"),
            _ => return self.unknown(f),
        };
        write!(f, "if {} {sign} ", Register(letter, self.dst))?;
        if self.opcode & 8 != 0 {
            write!(f, "{}", Register(letter, self.src))?;
        } else {
            write!(f, "{:#x}", self.imm)?;
        }
        write!(f, " goto pc{distance:+}")
    }

    fn call(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reference() {
            Some(Reference::Helper(number)) => {
                let helper = HELPERS.iter().find(|helper| i64::from(helper.id) == number.into());
                match helper {
                    Some(helper) => write!(f, "call bpf_{}#{number}", helper.name),
                    None => write!(f, "call helper#{number}"),
                }
            }
            Some(Reference::Function(_)) => write!(f, "call pc{:+}", self.imm),
            Some(Reference::Kfunc(id)) => write!(f, "call kfunc#{id}"),
            _ => self.unknown(f),
        }
    }

    fn load(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = width(self.opcode);
        match (self.opcode >> 5, self.upper) {
            (MODE_IMM, Some(upper)) => {
                let dst = Register('r', self.dst);
                match self.reference() {
                    Some(Reference::Map(map)) => write!(f, "{dst} = map[{map}]"),
                    Some(Reference::MapValue(map, at)) => write!(f, "{dst} = map[{map}][0]+{at}"),
                    Some(Reference::Variable(id)) => write!(f, "{dst} = var[{id}]"),
                    Some(Reference::Function(_)) => write!(f, "{dst} = code pc{:+}", self.imm),
                    _ => {
                        let value = u64::from(upper as u32) << 32 | u64::from(self.imm as u32);
                        write!(f, "{dst} = {value:#x} ll")
                    }
                }
            }
            (MODE_ABS, _) => write!(f, "r0 = *({width} *)skb[{}]", self.imm),
            (MODE_IND, _) => {
                write!(f, "r0 = *({width} *)skb[{} {:+}]", Register('r', self.src), self.imm)
            }
            _ => self.unknown(f),
        }
    }

    fn load_memory(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dst, src) = (Register('r', self.dst), Register('r', self.src));
        let (width, at) = (width(self.opcode), self.offset);
        match self.opcode >> 5 {
            MODE_MEM => write!(f, "{dst} = *({width} *)({src} {at:+})"),
            MODE_MEMSX => {
                write!(f, "{dst} = *(s{} *)({src} {at:+})", width.trim_start_matches('u'))
            }
            _ => self.unknown(f),
        }
    }

    fn store(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dst, src) = (Register('r', self.dst), Register('r', self.src));
        let (width, at) = (width(self.opcode), self.offset);
        match (self.opcode >> 5, self.class()) {
            (MODE_MEM, CLASS_STX) => write!(f, "*({width} *)({dst} {at:+}) = {src}"),
            (MODE_MEM, _) => write!(f, "*({width} *)({dst} {at:+}) = {}", self.imm),
            (MODE_ATOMIC, CLASS_STX) => self.atomic(f),
            _ => self.unknown(f),
        }
    }

    fn atomic(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dst, src) = (Register('r', self.dst), Register('r', self.src));
        let (width, at) = (width(self.opcode), self.offset);
        let place = format!("*({width} *)({dst} {at:+})");
        let address = format!("({width} *)({dst} {at:+})");
        let sign = match self.imm & 0xf0 {
            0x00 => ("+=", "add"),
            0x40 => ("|=", "or"),
            0x50 => ("&=", "and"),
            0xa0 => ("^=", "xor"),
            _ => ("", ""),
        };
        match (self.imm, sign) {
            (0x100, _) => write!(f, "{dst} = load_acquire({address})"),
            (0x110, _) => write!(f, "store_release({address}, {src})"),
            (0xe1, _) => write!(f, "{src} = xchg({address}, {src})"),
            (0xf1, _) => write!(f, "r0 = cmpxchg({address}, r0, {src})"),
            (_, ("", _)) => self.unknown(f),
            (imm, (_, name)) if imm & 1 != 0 => {
                write!(f, "{src} = atomic_fetch_{name}({address}, {src})")
            }
            (_, (sign, _)) => write!(f, "lock {place} {sign} {src}"),
        }
    }

    fn unknown(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no instruction: opcode {:#04x}", self.opcode)
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class() {
            CLASS_LD => self.load(f),
            CLASS_LDX => self.load_memory(f),
            CLASS_ST | CLASS_STX => self.store(f),
            CLASS_JMP | CLASS_JMP32 => self.jumping(f),
            _ => self.arithmetic(f),
        }
    }
}

/// A register, whole or its lower half.
struct Register(char, u8);

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0, self.1)
    }
}

fn width(opcode: u8) -> &'static str {
    match opcode & 0x18 {
        0x00 => "u32",
        0x08 => "u16",
        0x10 => "u8",
        _ => "u64",
    }
}
