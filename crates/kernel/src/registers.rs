//! Registers as `struct pt_regs` keeps them, and which of them carry what.

/// A processor that programs are made for, as far as they read its registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// x86-64.
    X86_64,
    /// ARM, 64 bits.
    Aarch64,
}

impl Arch {
    /// The names by which users choose one.
    pub const NAMES: [&str; 2] = ["x86_64", "aarch64"];

    /// The processor that this runs on, or x86-64 where it is another.
    pub const fn host() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Aarch64 } else { Self::X86_64 }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => Self::NAMES[0],
            Self::Aarch64 => Self::NAMES[1],
        }
    }
}

impl Default for Arch {
    fn default() -> Self {
        Self::host()
    }
}

impl std::str::FromStr for Arch {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "x86_64" => Ok(Self::X86_64),
            "aarch64" => Ok(Self::Aarch64),
            _ => Err(format!("no processor is called {name:?}")),
        }
    }
}

/// Registers in the order in which x86 keeps them, 8 bytes each.
const X86_64: &[&str] = &[
    "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di",
    "orig_ax", "ip", "cs", "flags", "sp", "ss",
];
/// Those of ARM behind the 31 that have numbers.
const AARCH64: &[&str] = &["sp", "pc", "pstate", "orig_x0"];
const NUMBERED: u32 = 31;
const WORD: u32 = 8;

impl Arch {
    /// Where a register lies in `struct pt_regs`; `r` before the name, as in
    /// `rdi`, and `x0` are understood.
    pub fn register(self, name: &str) -> Option<u32> {
        let named = |names: &[&str], name: &str| {
            names.iter().position(|known| *known == name).map(|at| at as u32)
        };
        let index = match self {
            Self::X86_64 => named(X86_64, name)
                .or_else(|| name.strip_prefix('r').and_then(|short| named(X86_64, short)))?,
            Self::Aarch64 => match name.strip_prefix('x').and_then(|at| at.parse::<u32>().ok()) {
                Some(at) if at < NUMBERED => at,
                Some(_) => return None,
                None if name == "ip" => NUMBERED + 1,
                None => NUMBERED + named(AARCH64, name)?,
            },
        };
        Some(index * WORD)
    }

    /// The names of its registers.
    pub fn registers(self) -> Vec<String> {
        match self {
            Self::X86_64 => X86_64.iter().map(|name| (*name).to_owned()).collect(),
            Self::Aarch64 => {
                let numbered = (0..NUMBERED).map(|at| format!("x{at}"));
                numbered.chain(AARCH64.iter().map(|name| (*name).to_owned())).collect()
            }
        }
    }

    /// Bytes of the registers that a sample of a perf event has: `orig_x0` is not
    /// among them.
    pub fn sampled(self) -> u32 {
        match self {
            Self::X86_64 => X86_64.len() as u32 * WORD,
            Self::Aarch64 => (NUMBERED + AARCH64.len() as u32 - 1) * WORD,
        }
    }

    /// The registers that carry the arguments of a function.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::X86_64 => &["di", "si", "dx", "cx", "r8", "r9"],
            Self::Aarch64 => &["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"],
        }
    }

    /// The registers that carry the arguments of a system call.
    pub fn system_call_arguments(self) -> &'static [&'static str] {
        match self {
            Self::X86_64 => &["di", "si", "dx", "r10", "r8", "r9"],
            Self::Aarch64 => &["orig_x0", "x1", "x2", "x3", "x4", "x5"],
        }
    }

    /// The register that carries what a function returns.
    pub fn result(self) -> &'static str {
        match self {
            Self::X86_64 => "ax",
            Self::Aarch64 => "x0",
        }
    }

    /// What `PT_REGS_PARM1`, `PT_REGS_RC` and the like of libbpf name.
    pub fn of_macro(self, name: &str) -> Option<&'static str> {
        let name = name.strip_prefix("PT_REGS_")?;
        if let Some(number) = name.strip_prefix("PARM") {
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            return self.arguments().get(index).copied();
        }
        Some(match (name, self) {
            ("RC", _) => self.result(),
            ("IP", Self::X86_64) => "ip",
            ("IP", Self::Aarch64) => "pc",
            ("SP", _) => "sp",
            ("FP", Self::X86_64) => "bp",
            ("FP", Self::Aarch64) => "x29",
            ("RET", Self::X86_64) => "sp",
            ("RET", Self::Aarch64) => "x30",
            _ => return None,
        })
    }
}

/// The names of libbpf's for registers.
pub static REGISTER_MACROS: &[&str] = &[
    "PT_REGS_FP",
    "PT_REGS_IP",
    "PT_REGS_PARM1",
    "PT_REGS_PARM2",
    "PT_REGS_PARM3",
    "PT_REGS_PARM4",
    "PT_REGS_PARM5",
    "PT_REGS_PARM6",
    "PT_REGS_RC",
    "PT_REGS_RET",
    "PT_REGS_SP",
];

/// The one of this name.
pub fn register_macro(name: &str) -> Option<&'static str> {
    REGISTER_MACROS.iter().copied().find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::Arch;

    #[test]
    fn registers_lie_where_the_kernel_keeps_them() {
        let x86 = |name| Arch::X86_64.register(name);
        assert_eq!([x86("di"), x86("rdi"), x86("r10")], [Some(112), Some(112), Some(56)]);
        assert_eq!([x86("ax"), x86("ip"), x86("x0")], [Some(80), Some(128), None]);
        let arm = |name| Arch::Aarch64.register(name);
        assert_eq!([arm("x0"), arm("x30"), arm("sp")], [Some(0), Some(240), Some(248)]);
        assert_eq!([arm("pc"), arm("orig_x0"), arm("x31")], [Some(256), Some(272), None]);
        assert_eq!(Arch::Aarch64.of_macro("PT_REGS_PARM2"), Some("x1"));
    }
}
