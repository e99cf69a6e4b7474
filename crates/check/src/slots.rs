//! In which word or register an argument of a function lies where structs are passed
//! by value, and which functions the kernel lets nobody attach to.
//!
//! `fentry` and its kin are given the arguments as words, a struct as many as it
//! fills (`btf_ctx_access` of the kernel's `kernel/bpf/btf.c`). Probes find them in
//! registers, as the calling conventions of x86-64 (System V) and AArch64 (AAPCS64)
//! say: a struct of at most 16 bytes in one or two; a larger one on the stack or, on
//! AArch64, behind a pointer.

use diagnostics::{Diagnostic, Span, codes};
use kernel::btf::{Btf, Kind, TypeId};
use kernel::{Arch, ContextKind, Section, Version};

use crate::arguments::{Carrier, Prototype, prototype};
use crate::session::{Result, Session};

/// The largest struct that is passed in registers, in bytes.
const LARGEST: u64 = 16;
const WORD: u64 = 8;
/// Arguments that are passed in registers on x86-64, which older kernels' trampolines
/// are confined to.
const IN_REGISTERS: usize = 6;
const MORE_ARGUMENTS: Version = Version::new(6, 6);
const STRUCTS: Version = Version::new(6, 1);

/// The size of a struct, or of an integer that no register holds, that is passed by
/// value.
fn by_value(btf: &Btf, id: TypeId) -> Option<u64> {
    let ty = btf.get(btf.resolve(id))?;
    let size = u64::from(ty.size);
    match ty.kind {
        Kind::Struct { .. } => Some(size),
        Kind::Int { .. } if size > WORD => Some(size),
        _ => None,
    }
}

/// Whether the functions of a section are called as any function is; tracepoints pass
/// each argument as one word.
fn is_function(section: &Section) -> bool {
    match section.def.context {
        ContextKind::Registers => true,
        ContextKind::FunctionArguments => section.def.prefix != "tp_btf",
        _ => false,
    }
}

impl Session<'_> {
    /// The word or register of a parameter, by its index among those of the function.
    pub(crate) fn slot(
        &mut self,
        carrier: Carrier,
        section: &Section,
        known: Option<&Prototype>,
        index: usize,
        at: Span,
    ) -> Result<usize> {
        let (Some(known), true) = (known, is_function(section)) else { return Ok(index) };
        let registers = self.arch.arguments().len();
        let arch = self.arch;
        let slots = self.in_btf(|btf| {
            Some(match carrier {
                Carrier::Words { .. } => Some(words(btf, known, index)),
                Carrier::Registers => register(btf, known, index, registers, arch),
                _ => Some(index),
            })
        });
        match slots.unwrap_or(Some(index)) {
            Some(slot) => Ok(slot),
            None => {
                let message = "this argument is passed on the stack, where probes do not look";
                let diagnostic = Diagnostic::new(&codes::BAD_SIGNATURE, at, message);
                Err(self.report(
                    diagnostic.help(format!("`fentry/{}` is given all arguments", section.target)),
                ))
            }
        }
    }

    /// Says why the kernel lets nobody attach to a function by its arguments, if so.
    pub(crate) fn attachable(&mut self, tree: &syntax::Function, section: &Section) -> Result<()> {
        let kind = section.def.prefix.split(['.', '/']).next().unwrap_or_default();
        if !matches!(kind, "fentry" | "fexit" | "fmod_ret" | "fsession") {
            return Ok(());
        }
        let at = match &tree.role {
            syntax::Role::Program { span, .. } => *span,
            _ => tree.name.span,
        };
        let found = self.in_btf(|btf| {
            let known = prototype(btf, section)?;
            Some((refused(btf, &known), passes_struct(btf, &known), all_words(btf, &known)))
        });
        let Some((refused, structs, count)) = found else { return Ok(()) };
        if let Some(why) = refused {
            let target = &section.target;
            let message = format!("`{kind}` cannot be put on `{target}`: it {why}");
            return Err(self.report(
                Diagnostic::new(&codes::BAD_SIGNATURE, at, message)
                    .help(format!("probes ask nothing of its types: `kprobe/{target}`")),
            ));
        }
        if structs {
            self.needs(STRUCTS, &format!("`{kind}` on a function that is passed a struct"), at)?;
        }
        if count > IN_REGISTERS {
            let what = format!("`{kind}` on a function with more than {IN_REGISTERS} arguments");
            self.needs(MORE_ARGUMENTS, &what, at)?;
        }
        Ok(())
    }
}

/// The word of an argument, or of the result, which comes behind them.
fn words(btf: &Btf, known: &Prototype, index: usize) -> usize {
    let before = known.params.iter().take(index);
    before.map(|(_, ty)| by_value(btf, *ty).map_or(1, |size| size.div_ceil(WORD) as usize)).sum()
}

fn all_words(btf: &Btf, known: &Prototype) -> usize {
    words(btf, known, known.params.len())
}

fn passes_struct(btf: &Btf, known: &Prototype) -> bool {
    known.params.iter().any(|(_, ty)| by_value(btf, *ty).is_some())
}

/// The register of an argument; `None` if it lies on the stack.
fn register(
    btf: &Btf,
    known: &Prototype,
    index: usize,
    registers: usize,
    arch: Arch,
) -> Option<usize> {
    let mut next = 0;
    for (at, (_, ty)) in known.params.iter().enumerate() {
        let size = by_value(btf, *ty);
        let takes = match (size, arch) {
            (Some(size), Arch::Aarch64) if size > LARGEST => 1,
            (Some(size), Arch::X86_64) if size > LARGEST => 0,
            (Some(size), _) => size.div_ceil(WORD) as usize,
            (None, _) => 1,
        };
        // What does not fit as a whole lies on the stack; on AArch64 all behind it, too.
        let fits = takes > 0 && next + takes <= registers;
        if at == index {
            return fits.then_some(next);
        }
        next = match (fits, arch) {
            (true, _) => next + takes,
            (false, Arch::Aarch64) if takes > 0 => registers,
            (false, _) => next,
        };
    }
    Some(index)
}

/// Why the kernel refuses a function (`btf_distill_func_proto` in the kernel's
/// `kernel/bpf/btf.c`).
fn refused(btf: &Btf, known: &Prototype) -> Option<String> {
    if matches!(btf.get(btf.resolve(known.ret))?.kind, Kind::Struct { .. }) {
        return Some("returns a struct".to_owned());
    }
    known.params.iter().find_map(|(_, ty)| {
        if ty.0 == 0 {
            return Some("takes a variable number of arguments".to_owned());
        }
        let size = by_value(btf, *ty).filter(|size| *size > LARGEST)?;
        Some(format!("is passed a struct of {size} bytes, and {LARGEST} are the most"))
    })
}
