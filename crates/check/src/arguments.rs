//! Parameters of programs behind the context: the arguments of the function
//! that is traced, or what it returns.

use diagnostics::{Diagnostic, Span, codes};
use ir::{IntType, PtrType, Region, Type};
use kernel::btf::{Btf, Kind, Space, TypeId};
use kernel::{ContextKind, Section};

use crate::session::{Result, Session};
use crate::usdt::MOST_ARGUMENTS;

/// Where arguments are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// In registers, as functions are called.
    Registers,
    /// In the registers that the context points to, as the wrapper of a system
    /// call is passed them.
    SystemCall,
    /// In the register of the result.
    Result,
    /// In the words of the context, typed by BTF; the result behind them, if so.
    Words {
        /// Whether the function has returned.
        result: bool,
    },
    /// In the words of the context, whatever they are.
    RawWords,
    /// Where the binary says, which a function looks up.
    Marker,
}

/// Where a parameter's value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    pub carrier: Carrier,
    /// Counted from 0.
    pub index: usize,
    /// Whether it is a function, which the verifier lets nobody read.
    pub is_function: bool,
    /// The integer that the kernel passes; what is above it in the word means nothing.
    pub passed: Option<IntType>,
}

/// Where the arguments of a kind of program are found.
pub(crate) fn carrier(section: &Section) -> Option<Carrier> {
    let prefix = section.def.prefix;
    let kind = prefix.split(['.', '/']).next().unwrap_or(prefix);
    Some(match (section.def.context, kind) {
        (ContextKind::Registers, "kretprobe" | "uretprobe" | "kretsyscall") => Carrier::Result,
        (ContextKind::Registers, "ksyscall") => Carrier::SystemCall,
        (ContextKind::Registers, "kprobe" | "uprobe") => Carrier::Registers,
        (ContextKind::Registers, "usdt") => Carrier::Marker,
        (ContextKind::RawTracepoint, _) => Carrier::RawWords,
        (ContextKind::FunctionArguments, "fexit" | "fmod_ret" | "lsm" | "lsm_cgroup") => {
            Carrier::Words { result: true }
        }
        (ContextKind::FunctionArguments, "fentry" | "tp_btf" | "struct_ops") => {
            Carrier::Words { result: false }
        }
        (ContextKind::Iterator, _) => Carrier::Words { result: false },
        _ => return None,
    })
}

/// The name that `POINTER(…)` is around.
fn named_pointee(annotation: &syntax::Expr) -> Option<&str> {
    let syntax::ExprKind::Call(_, args, _) = &annotation.kind else { return None };
    args.first()?.path()?.last().copied()
}

/// The address of a text.
fn text(user: bool) -> Type {
    let region = if user { Region::User } else { Region::Kernel };
    Type::ptr(Some(Type::Int(IntType { bits: 8, signed: true })), region)
}

/// The object of an iterator is null when all were gone through; what the first
/// word points to is always there. Keys and values of maps are plain memory.
fn iterated(ty: Type, index: usize) -> Type {
    match ty {
        Type::Ptr(ptr) => {
            let is_memory = ptr.pointee.as_deref().is_some_and(|of| !matches!(of, Type::Void))
                && ptr.region == Region::Kernel;
            let region = if is_memory { Region::Any } else { ptr.region };
            Type::Ptr(PtrType { nullable: index > 0, region, ..ptr })
        }
        ty => ty,
    }
}

/// What BTF says of the function that is traced: its parameters and result.
pub(crate) struct Prototype {
    /// Names, which may be empty, and types.
    pub params: Vec<(String, TypeId)>,
    pub ret: TypeId,
}

pub(crate) fn prototype(btf: &Btf, section: &Section) -> Option<Prototype> {
    let target = section.target.split('+').next()?;
    let prefix = section.def.prefix;
    let mut skipped = 0;
    let function = match prefix.split(['.', '/']).next()? {
        "uprobe" | "uretprobe" | "usdt" => return None,
        "iter" => btf.find(&format!("bpf_iter_{target}"), Space::Func)?,
        "lsm" | "lsm_cgroup" => btf.find(&format!("bpf_lsm_{target}"), Space::Func)?,
        "ksyscall" | "kretsyscall" => btf.find(&format!("__do_sys_{target}"), Space::Func)?,
        "tp_btf" | "raw_tp" | "raw_tracepoint" => {
            // The first is what the tracepoint was registered with.
            skipped = 1;
            let named = btf.find(&format!("btf_trace_{target}"), Space::Typedef)?;
            match btf.get(btf.resolve(named))?.kind {
                Kind::Ptr(to) => to,
                _ => return None,
            }
        }
        _ => btf.find(target, Space::Func)?,
    };
    let proto = match btf.get(btf.resolve(function))?.kind {
        Kind::Func(proto) => btf.get(proto)?.kind,
        kind => kind,
    };
    let Kind::FuncProto { ret, params } = proto else { return None };
    let params = params.iter().skip(skipped).map(|param| (param.name.to_owned(), param.ty));
    Some(Prototype { params: params.collect(), ret })
}

/// What BTF says of an operation.
fn operation(btf: &Btf, of: &str, member: &str) -> Option<Prototype> {
    let proto = crate::struct_ops::proto(btf, of, member)?;
    let Kind::FuncProto { ret, params } = btf.get(proto)?.kind else { return None };
    let params = params.iter().map(|param| (param.name.to_owned(), param.ty));
    Some(Prototype { params: params.collect(), ret })
}

impl Session<'_> {
    /// The type that the verifier gives an argument: sockets of a congestion
    /// control are those of TCP.
    fn promoted(&self, id: TypeId, program: &str) -> TypeId {
        let is_tcp = |(of, _): (String, String)| of == "tcp_congestion_ops";
        if !self.operation_of(program).is_some_and(is_tcp) {
            return id;
        }
        let Some(btf) = self.btf() else { return id };
        let Some(Kind::Ptr(to)) = btf.get(btf.resolve(id)).map(|ty| ty.kind) else { return id };
        if btf.get(btf.resolve(to)).is_none_or(|ty| ty.name != "sock") {
            return id;
        }
        btf.pointer_to("tcp_sock").unwrap_or(id)
    }

    /// The parameters behind the context: their types and where they are.
    pub fn program_arguments(
        &mut self,
        tree: &syntax::Function,
        section: &str,
    ) -> Result<Vec<(Type, Argument)>> {
        let Ok(section) = kernel::section(section) else { return Ok(Vec::new()) };
        let Some(first) = tree.params.get(1) else {
            return self.attachable(tree, &section).map(|()| Vec::new());
        };
        let Some(carrier) = carrier(&section) else {
            return Err(self.no_arguments(&section, first.name.span));
        };
        let known = match self.operation_of(&tree.name.name) {
            Some((of, member)) => self.in_btf(|btf| operation(btf, &of, &member)),
            None => self.in_btf(|btf| prototype(btf, &section)),
        };
        self.attachable(tree, &section)?;
        let mut all = Vec::new();
        for (index, param) in tree.params.iter().skip(1).enumerate() {
            let at = param.name.span;
            let last = index + 2 == tree.params.len();
            let is_result = match carrier {
                Carrier::Result => true,
                Carrier::Words { result } => result && last && param.name.name == "ret",
                _ => false,
            };
            let index = self.position(carrier, index, is_result, known.as_ref(), &section, at)?;
            let of_kernel = known.as_ref().and_then(|known| match is_result {
                true => Some(known.ret),
                false => known.params.get(index).map(|(_, ty)| *ty),
            });
            let of_kernel = of_kernel.map(|id| self.promoted(id, &tree.name.name));
            let ty = self.argument_type(param, carrier, &section, of_kernel)?;
            let ty =
                if section.def.context == ContextKind::Iterator { iterated(ty, index) } else { ty };
            let ty = self.tested(ty, &section, index);
            let is_function = matches!(carrier, Carrier::Words { .. })
                && of_kernel.is_some_and(|id| self.is_function(id));
            let index = self.slot(carrier, &section, known.as_ref(), index, at)?;
            let passed = of_kernel.and_then(|id| match self.kernel_type(id)? {
                Type::Int(int) => Some(int),
                _ => None,
            });
            all.push((ty, Argument { carrier, index, is_function, passed }));
        }
        Ok(all)
    }

    /// The type of an argument, which the verifier may want to be tested before it is
    /// followed.
    fn tested(&self, ty: Type, section: &Section, index: usize) -> Type {
        match ty {
            Type::Ptr(ptr) if ptr.region == Region::Trusted => {
                let is_named = section.def.prefix == "tp_btf"
                    && kernel::argument_may_be_null(&section.target, index);
                Type::Ptr(PtrType { nullable: ptr.nullable || is_named, ..ptr })
            }
            ty => ty,
        }
    }

    /// Whether a type is that of a pointer to a function.
    fn is_function(&self, id: TypeId) -> bool {
        self.in_btf(|btf| match btf.get(btf.resolve(id))?.kind {
            Kind::Ptr(to) => Some(matches!(btf.get(btf.resolve(to))?.kind, Kind::FuncProto { .. })),
            _ => None,
        })
        .unwrap_or(false)
    }

    /// A member of the context of an iterator: which word it is, and its type.
    ///
    /// # Errors
    /// The names of all members, where none has this name.
    pub fn iterator_member(
        &mut self,
        section: &Section,
        name: &str,
    ) -> std::result::Result<(usize, Type), Vec<String>> {
        let known = self.in_btf(|btf| prototype(btf, section));
        let params = known.map(|known| known.params).unwrap_or_default();
        let found = params.iter().position(|(own, _)| own == name);
        let ty = found.and_then(|index| Some((index, self.kernel_type(params.get(index)?.1)?)));
        match ty {
            Some((index, Type::Ptr(ptr))) => {
                let is_struct = matches!(ptr.pointee.as_deref(), Some(Type::Struct(_)));
                let region = if is_struct { Region::Trusted } else { ptr.region };
                Ok((index, iterated(Type::Ptr(PtrType { region, ..ptr }), index)))
            }
            Some(found) => Ok(found),
            None => Err(params.into_iter().map(|(name, _)| name).collect()),
        }
    }

    /// Which of the words or registers a parameter is.
    fn position(
        &mut self,
        carrier: Carrier,
        index: usize,
        is_result: bool,
        known: Option<&Prototype>,
        section: &Section,
        at: Span,
    ) -> Result<usize> {
        let most = match (carrier, known) {
            (Carrier::Result, _) => 1,
            (Carrier::Registers, _) => self.arch.arguments().len(),
            (Carrier::SystemCall, _) => self.arch.system_call_arguments().len(),
            (Carrier::RawWords, _) => 12,
            (Carrier::Marker, _) => MOST_ARGUMENTS,
            (Carrier::Words { .. }, Some(known)) if is_result => return Ok(known.params.len()),
            (Carrier::Words { .. }, Some(known)) => known.params.len(),
            (Carrier::Words { .. }, None) if is_result => {
                let message = format!(
                    "where `{}` returns its value is not known: its types are not there",
                    section.target
                );
                return Err(self.report(
                    Diagnostic::new(&codes::NO_KERNEL_TYPES, at, message)
                        .help("give the BTF of a kernel that has it: `--btf FILE`"),
                ));
            }
            (Carrier::Words { .. }, None) => 12,
        };
        if index < most {
            return Ok(index);
        }
        let message = match carrier {
            Carrier::Result => "a function returns one value".to_owned(),
            _ if section.target.is_empty() => format!("there are {most} arguments"),
            _ => format!("`{}` has {most} arguments that can be read", section.target),
        };
        Err(self.report(
            Diagnostic::new(&codes::BAD_SIGNATURE, at, message).help("remove this parameter"),
        ))
    }

    fn argument_type(
        &mut self,
        param: &syntax::Param,
        carrier: Carrier,
        section: &Section,
        of_kernel: Option<TypeId>,
    ) -> Result<Type> {
        let at = param.name.span;
        if let Some(default) = &param.default {
            let message = "an argument is always there, so it has no default";
            return Err(self.report(
                Diagnostic::new(&codes::BAD_SIGNATURE, default.span, message)
                    .help("remove the default"),
            ));
        }
        let user = matches!(carrier, Carrier::SystemCall | Carrier::Marker)
            || section.def.prefix.starts_with("uprobe");
        let annotation = param.annotation.as_ref().filter(|annotation| !self.is_any(annotation));
        let Some(annotation) = annotation else {
            let Some(ty) = of_kernel.and_then(|id| self.kernel_type(id)) else {
                let name = &param.name.name;
                let message = format!("the type of `{name}` is not known");
                return Err(self.report(
                    Diagnostic::new(&codes::MISSING_ANNOTATION, at, message)
                        .help(format!("write it: `{name}: c_uint64`")),
                ));
            };
            return self.carried(ty, carrier, user, at);
        };
        let is_text = annotation.path().is_some_and(|path| path.last() == Some(&"c_char_p"));
        let ty = match self.pointed(annotation) {
            // A struct of the kernel is named for a pointer to it, too.
            Some(pointee) => match pointee? {
                Type::Ptr(_) if named_pointee(annotation) == Some("c_char_p") => {
                    Type::ptr(Some(text(user)), Region::Kernel)
                }
                Type::Ptr(ptr)
                    if matches!(ptr.pointee.as_deref(), Some(Type::Struct(_)))
                        && named_pointee(annotation).is_some() =>
                {
                    Type::Ptr(ptr)
                }
                pointee => Type::ptr(Some(pointee), Region::Kernel),
            },
            None => self.annotation(annotation)?,
        };
        if is_text {
            return Ok(text(user));
        }
        let same = of_kernel.and_then(|id| self.kernel_type(id)).is_some_and(|known| {
            let pointee = |ty: &Type| match ty {
                Type::Ptr(ptr) => ptr.pointee.clone(),
                _ => None,
            };
            pointee(&known).is_some() && pointee(&known) == pointee(&ty)
        });
        let ty = match ty {
            // The verifier knows what the word points to.
            Type::Ptr(ptr) if same && ptr.region == Region::Kernel => {
                Type::Ptr(PtrType { region: Region::Trusted, ..ptr })
            }
            ty => ty,
        };
        self.carried(ty, carrier, user, at)
    }

    /// A type as its carrier has it: only words that BTF types are trusted.
    fn carried(&mut self, ty: Type, carrier: Carrier, user: bool, at: Span) -> Result<Type> {
        match ty {
            Type::Ptr(ptr) => {
                let is_struct = matches!(ptr.pointee.as_deref(), Some(Type::Struct(_)));
                let trusted = matches!(carrier, Carrier::Words { .. }) && is_struct;
                let region = match ptr.region {
                    Region::Opaque if user => Region::User,
                    Region::Opaque => Region::Opaque,
                    Region::User => Region::User,
                    _ if user => Region::User,
                    Region::Trusted if trusted => Region::Trusted,
                    _ => Region::Kernel,
                };
                let nullable = region == Region::Trusted && ptr.nullable;
                Ok(Type::Ptr(PtrType { region, nullable, ..ptr }))
            }
            ty if ty.is_aggregate() => {
                let name = self.type_name(&ty);
                let message = format!("an argument is a number or a pointer, not `{name}`");
                let diagnostic = Diagnostic::new(&codes::BAD_SIGNATURE, at, message);
                // Small structs are passed in a register, as they lie in memory.
                let written = self.source.slice(at).to_owned();
                Err(self.report(match ty.size(&self.module) {
                    1..=4 => diagnostic.help(format!("take its bytes: `{written}: c_uint32`")),
                    5..=8 => diagnostic.help(format!("take its bytes: `{written}: c_uint64`")),
                    9..=16 => {
                        diagnostic.help(format!("take its first 8 bytes: `{written}: c_uint64`"))
                    }
                    _ => diagnostic.help(format!("where it points to one: `POINTER({name})`")),
                }))
            }
            ty => Ok(ty),
        }
    }

    fn no_arguments(&mut self, section: &Section, at: Span) -> crate::session::Reported {
        let prefix = section.def.prefix;
        let message = format!("a `{prefix}` program takes one parameter, its context");
        self.report(
            Diagnostic::new(&codes::BAD_SIGNATURE, at, message)
                .help("remove the others: `def name(ctx: c_void_p) -> c_int64:`"),
        )
    }
}
