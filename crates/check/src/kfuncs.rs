//! Functions of the kernel that programs call by name: signatures from BTF, with
//! what the names of parameters say (`include` and `Documentation/bpf/kfuncs.rst`
//! of the kernel: `__sz`, `__k`, `__ign`, `__str`, `__nullable`), and what the
//! kernel's own sets say of each.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Extern, ExternId, ExternKind, IntType, PtrType, Region, StructId, Type};
use kernel::Kfunc;
use kernel::btf::{Btf, Kind, Space, TypeId};

use crate::session::{Reported, Result, Session};

/// Kfuncs that open something which others close, or that are made of types of
/// the program: what the checker does not follow.
const NOT_YET: &[&str] = &[
    "bpf_rcu_read_",
    "bpf_preempt_",
    "bpf_local_irq_",
    "bpf_res_spin_",
    "bpf_throw",
    "bpf_obj_",
    "bpf_percpu_obj_",
    "bpf_refcount_",
    "bpf_list_",
    "bpf_rbtree_",
    "bpf_wq_",
    "bpf_task_work_",
    "bpf_arena_",
    "bpf_rdonly_cast",
    "bpf_cast_to_kern_ctx",
    "bpf_wakeup_sources_",
];

/// How a kfunc takes an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KfuncParam {
    /// A number.
    Scalar,
    /// A number that is known when the program is compiled.
    Constant,
    /// Memory, whose size is the next argument.
    Memory,
    /// The size of the memory before.
    Size,
    /// Memory for a number.
    Number,
    /// A constant text.
    Text,
    /// An address, which the kernel follows with care.
    Address,
    /// What the verifier fills in.
    LeftOut,
    /// The program's context.
    Context,
    /// A struct of the kernel that the verifier trusts.
    Object {
        /// Its struct.
        of: StructId,
        /// Whether it may be null.
        nullable: bool,
    },
}

/// A kfunc as the file may call it.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub kfunc: &'static Kfunc,
    /// Where it stands in the module.
    pub id: ExternId,
    /// Names and kinds.
    pub params: Vec<(String, KfuncParam)>,
    pub types: Vec<Type>,
    pub ret: Type,
}

impl Session<'_> {
    /// The same function where the kernel need not have it.
    pub fn weak_kfunc(&mut self, name: &str, at: Span) -> Result<Signature> {
        let kind = ExternKind::Function { params: Vec::new(), ret: Type::Void };
        match self.module.externs.iter_mut().find(|known| known.name == name) {
            Some(known) => known.weak = true,
            None => self.module.externs.push(Extern { name: name.to_owned(), kind, weak: true }),
        }
        self.kfunc(name, at)
    }

    /// What is known of a function of the kernel by this name.
    pub fn kfunc(&mut self, name: &str, at: Span) -> Result<Signature> {
        let Some(kfunc) = kernel::kfunc(name) else { return Err(self.no_kfunc(name, at)) };
        if kfunc.flags().iterates() || NOT_YET.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(self.kfunc_not_supported(name, at));
        }
        let is_weak = self.module.externs.iter().any(|known| known.name == name && known.weak);
        if !is_weak && !self.has(kfunc.since()) {
            // It may still be asked about, further below in the file.
            self.unasked.push((name.to_owned(), at));
        } else if !is_weak {
            self.needs(kfunc.since(), &format!("`{name}`"), at)?;
        }
        let btf = self.btf().ok_or(Reported)?;
        let proto = btf.find(name, Space::Func).and_then(|id| btf.get(id)).and_then(|ty| {
            let Kind::Func(proto) = ty.kind else { return None };
            btf.get(proto).map(|ty| ty.kind)
        });
        let Some(Kind::FuncProto { ret, params }) = proto else {
            return Err(self.no_kfunc(name, at));
        };
        let mut kinds = Vec::new();
        let mut types = Vec::new();
        for (index, param) in params.iter().enumerate() {
            let next = params.get(index + 1).map(|next| next.name);
            let Some(kind) = self.kfunc_param(&btf, param.name, param.ty, next) else {
                return Err(self.kfunc_not_supported(name, at));
            };
            let Some(ty) = self.kernel_type(param.ty) else {
                return Err(self.kfunc_not_supported(name, at));
            };
            kinds.push((plain_name(param.name).to_owned(), kind));
            types.push(ty);
        }
        let Some(ret) = self.kfunc_result(&btf, ret, kfunc) else {
            return Err(self.kfunc_not_supported(name, at));
        };
        let id = self.kfunc_extern(name, &types, &ret);
        Ok(Signature { kfunc, id, params: kinds, types, ret })
    }

    /// A variable of the kernel of which each CPU has its own.
    pub fn per_cpu(&mut self, name: &str) -> Option<(ExternId, Type)> {
        let btf = self.btf()?;
        let Kind::Var(ty) = btf.get(btf.find(name, Space::Var)?)?.kind else { return None };
        let ty = self.kernel_type(ty)?;
        let externs = &mut self.module.externs;
        if let Some(known) = externs.iter().position(|known| known.name == name) {
            return Some((ExternId(known as u32), ty));
        }
        let kind = ExternKind::PerCpu(ty.clone());
        externs.push(Extern { name: name.to_owned(), kind, weak: false });
        Some((ExternId(externs.len() as u32 - 1), ty))
    }

    fn kfunc_extern(&mut self, name: &str, params: &[Type], ret: &Type) -> ExternId {
        let externs = &mut self.module.externs;
        let kind = ExternKind::Function { params: params.to_vec(), ret: ret.clone() };
        if let Some(known) = externs.iter().position(|known| known.name == name) {
            externs[known].kind = kind;
            return ExternId(known as u32);
        }
        externs.push(Extern { name: name.to_owned(), kind, weak: false });
        ExternId(externs.len() as u32 - 1)
    }

    fn kfunc_param(
        &mut self,
        btf: &Btf,
        name: &str,
        ty: TypeId,
        next: Option<&str>,
    ) -> Option<KfuncParam> {
        let has = |suffix: &str| name.ends_with(suffix);
        let Kind::Ptr(to) = btf.get(btf.resolve(ty))?.kind else {
            // BTF compares enums with enums, which are numbers here.
            let is_int = matches!(btf.get(btf.resolve(ty))?.kind, Kind::Int { .. });
            return is_int.then_some(match () {
                () if has("__sz") || has("__szk") => KfuncParam::Size,
                () if has("__k") => KfuncParam::Constant,
                () => KfuncParam::Scalar,
            });
        };
        let pointee = btf.get(btf.resolve(to))?;
        let nullable = has("__nullable") || has("__opt");
        if has("__ign") {
            return Some(if pointee.name == "char" {
                KfuncParam::Address
            } else {
                KfuncParam::LeftOut
            });
        }
        if has("__str") {
            return Some(KfuncParam::Text);
        }
        let is_special =
            ["__map", "__prog", "__alloc", "__refcounted_kptr", "__irq_flag", "__uninit"];
        if is_special.into_iter().any(has) {
            return None;
        }
        if next.is_some_and(|next| next.ends_with("__sz")) {
            return Some(KfuncParam::Memory);
        }
        match pointee.kind {
            Kind::Int { .. } if pointee.name != "char" => Some(KfuncParam::Number),
            Kind::Struct { .. } if kernel::context_struct(pointee.name).is_some() => {
                Some(KfuncParam::Context)
            }
            Kind::Struct { .. } if kernel::object_type(pointee.name).is_none() => {
                Some(KfuncParam::Object { of: self.kernel_struct(to)?, nullable })
            }
            _ => None,
        }
    }

    fn kfunc_result(&mut self, btf: &Btf, ret: TypeId, kfunc: &Kfunc) -> Option<Type> {
        match btf.get(btf.resolve(ret))?.kind {
            Kind::Void => Some(Type::Void),
            Kind::Int { .. } => self.kernel_type(ret),
            Kind::Ptr(to) => {
                let pointee = Some(Box::new(Type::Struct(self.kernel_struct(to)?)));
                let nullable = kfunc.flags().may_be_null();
                Some(Type::Ptr(PtrType { pointee, region: Region::Trusted, nullable }))
            }
            _ => None,
        }
    }

    /// The kfunc that takes back a struct of the kernel.
    pub fn releaser(&self, of: StructId) -> Option<&'static Kfunc> {
        let btf = self.btf()?;
        let name = &self.module.struct_(of).name;
        kernel::KFUNCS.iter().filter(|kfunc| kfunc.flags().releases()).find(|kfunc| {
            let taken = || {
                let Kind::Func(proto) = btf.get(btf.find(kfunc.name, Space::Func)?)?.kind else {
                    return None;
                };
                let Kind::FuncProto { params, .. } = btf.get(proto)?.kind else { return None };
                let Kind::Ptr(to) = btf.get(btf.resolve(params.first()?.ty))?.kind else {
                    return None;
                };
                btf.get(btf.resolve(to)).map(|ty| ty.name)
            };
            taken() == Some(name.as_str())
        })
    }

    fn no_kfunc(&mut self, name: &str, at: Span) -> Reported {
        let message = format!("`{name}` is a function of the kernel that programs may not call");
        let btf = self.btf();
        let known: Vec<&str> = kernel::KFUNCS
            .iter()
            .map(|kfunc| kfunc.name)
            .filter(|name| btf.as_ref().is_some_and(|btf| btf.find(name, Space::Func).is_some()))
            .collect();
        let mut diagnostic = Diagnostic::new(&codes::NOT_CALLABLE, at, message);
        diagnostic = match diagnostics::nearest(name, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("trace it: `@section(\"fentry/{name}\")`")),
        };
        self.report(diagnostic.note("the kernel lends programs its kfuncs alone, by name"))
    }

    fn kfunc_not_supported(&mut self, name: &str, at: Span) -> Reported {
        let message = format!("what `{name}` takes or gives cannot be written in Python yet");
        let mut diagnostic = Diagnostic::new(&codes::HELPER_NOT_SUPPORTED, at, message);
        if name.starts_with("bpf_iter_num_") {
            diagnostic = diagnostic.help("write `for i in range(...)`, which is made of it");
        } else if kernel::helper(name).is_some() {
            diagnostic = diagnostic.help("import it from `pythonbpf.helper`");
        } else {
            diagnostic = diagnostic.help("look for a helper of `pythonbpf.helper` that does it");
        }
        self.report(diagnostic)
    }
}

/// A parameter's name without what it says to the verifier.
fn plain_name(name: &str) -> &str {
    name.split_once("__").map_or(name, |(plain, _)| if plain.is_empty() { name } else { plain })
}

/// The type of numbers that kfuncs fill.
pub(crate) fn number_behind(ty: &Type) -> Option<IntType> {
    match ty {
        Type::Ptr(PtrType { pointee: Some(pointee), .. }) => match **pointee {
            Type::Int(int) => Some(int),
            _ => None,
        },
        _ => None,
    }
}
