//! Which context a function gets: from its section, or from the annotation of
//! its parameter `ctx`.

use std::rc::Rc;

use diagnostics::{Diagnostic, codes};
use kernel::{ContextKind, ContextStruct, Section, context_struct};
use syntax::{Expr, ExprKind, Role};

use crate::session::{Result, Session, Signature};

/// The module that types of the kernel come from.
const VMLINUX: &str = "vmlinux";

/// What a parameter `ctx` is, and in which programs.
#[derive(Clone, Default)]
pub(crate) struct Context {
    /// What it points to; nothing where the function says `c_void_p` and the
    /// programs of the file differ.
    pub kind: Option<ContextKind>,
    /// The programs whose context it is.
    pub sections: Vec<Rc<Section>>,
}

impl Context {
    /// Its struct of the UAPI header, if it is one.
    pub fn laid_out(&self) -> Option<&'static ContextStruct> {
        match self.kind {
            Some(ContextKind::Struct(name)) => context_struct(name),
            _ => None,
        }
    }
}

/// The kind of context that a type of the kernel stands for.
fn kind_named(name: &str) -> Option<ContextKind> {
    match name {
        "pt_regs" => Some(ContextKind::Registers),
        "bpf_raw_tracepoint_args" => Some(ContextKind::RawTracepoint),
        _ if name.starts_with("trace_event_raw_") || name.starts_with("syscall_trace_") => {
            Some(ContextKind::Tracepoint)
        }
        _ if name.starts_with("bpf_iter__") => Some(ContextKind::Iterator),
        _ => context_struct(name).map(|known| ContextKind::Struct(known.name)),
    }
}

impl<'a> Session<'a> {
    /// The context that an annotation names: `xdp_md`, `struct_xdp_md` or a
    /// pointer to it.
    pub fn context_named(&mut self, annotation: &Expr) -> Option<ContextKind> {
        if let ExprKind::Call(callee, args, _) = &annotation.kind
            && callee.path().is_some_and(|path| path.last() == Some(&"POINTER"))
            && let [pointee] = args.as_slice()
        {
            return self.context_named(pointee);
        }
        let path = annotation.path()?;
        let (module, name) = match self.tree.imports.resolve(&path) {
            Some((module, name)) => (module, name),
            None => match path.as_slice() {
                [name] if self.definition(name).is_none() => (String::new(), (*name).to_owned()),
                _ => return None,
            },
        };
        if !module.is_empty() && module != VMLINUX {
            return None;
        }
        let name = name.strip_prefix("struct_").unwrap_or(&name);
        let kind = kind_named(name)?;
        if module.is_empty() && !self.tree.imports.has_star(VMLINUX) {
            self.unimported(VMLINUX, name, annotation.span);
        }
        Some(kind)
    }

    /// Reports a context that is not the one of the section.
    pub fn check_context(
        &mut self,
        kind: ContextKind,
        section: &Section,
        annotation: &Expr,
    ) -> Result<()> {
        let own = section.def.context;
        if kind == own || own == ContextKind::Replaced {
            return Ok(());
        }
        let (written, given) = (self.source.slice(annotation.span), describe(own));
        let message =
            format!("a `{}` program is not called with a `{written}`", section.def.prefix);
        let mut diagnostic = Diagnostic::new(&codes::BAD_SIGNATURE, annotation.span, message)
            .note(format!("its context is {given}"));
        diagnostic = diagnostic.fix("write", annotation.span, "c_void_p");
        Err(self.report(diagnostic))
    }

    /// The context of a function and the programs that it may be called in.
    pub fn context_of(&mut self, signature: &Signature<'a>) -> Context {
        let named = signature.tree.params.iter().find_map(|param| param.annotation.as_ref());
        let named = named.and_then(|annotation| self.context_named(annotation));
        if let Some(section) = &signature.section {
            let own = section.def.context;
            // What a replacing program is called with, it alone says.
            let kind = if own == ContextKind::Replaced { named.unwrap_or(own) } else { own };
            return Context { kind: Some(kind), sections: vec![Rc::clone(section)] };
        }
        if matches!(signature.tree.role, Role::Program { .. }) {
            return Context::default();
        }
        let mut sections: Vec<Rc<Section>> =
            self.signatures().into_iter().filter_map(|known| known.section).collect();
        let first = sections.first().map(|section| section.def.context);
        let kind = named.or(first);
        let alike = sections.iter().all(|section| Some(section.def.context) == kind);
        if named.is_none() && !alike {
            return Context::default();
        }
        sections.retain(|section| Some(section.def.context) == kind);
        Context { kind, sections }
    }
}

/// What a context is, in words.
pub(crate) fn describe(kind: ContextKind) -> String {
    match kind {
        ContextKind::Tracepoint => "the record of its event".to_owned(),
        ContextKind::Registers => "the CPU's registers, a `pt_regs`".to_owned(),
        ContextKind::RawTracepoint => {
            "the raw arguments of its event, a `bpf_raw_tracepoint_args`".to_owned()
        }
        ContextKind::FunctionArguments => "the arguments of its function".to_owned(),
        ContextKind::Iterator => "the struct of its iterator".to_owned(),
        ContextKind::Struct(name) => format!("a `{name}`"),
        ContextKind::UserMemory => "memory of whoever runs it".to_owned(),
        ContextKind::Replaced => "that of the program it replaces".to_owned(),
    }
}
