//! What is the kernel's own and found by name at load: its functions that
//! programs call, its variables, values of its configuration.

use inkwell::AddressSpace;
use inkwell::module::{Linkage, Module};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{AsValueRef, BasicValueEnum, FunctionValue, GlobalValue, PointerValue};
use ir::{Config, Expr, Extern, ExternId, ExternKind, Type};

use crate::declare::Declared;
use crate::function::Lowering;
use crate::loops::KSYMS;
use crate::{Error, Result};

/// Where libbpf looks for values of the kernel's configuration.
const KCONFIG: &str = ".kconfig";

fn missing() -> Error {
    Error::Llvm("no such extern".to_owned())
}

impl<'c> Declared<'c, '_> {
    /// Declares it, with the type that libbpf compares with the kernel's.
    pub(crate) fn extern_(&mut self, llvm: &Module<'c>, found: &Extern) -> Result<GlobalValue<'c>> {
        let (params, ret) = match &found.kind {
            ExternKind::Function { params, ret } => (params, ret),
            ExternKind::PerCpu(ty) => return Ok(self.per_cpu(llvm, found, ty)),
        };
        let types: Vec<_> =
            std::iter::once(ret).chain(params).map(|ty| self.debug.ty(self.module, ty)).collect();
        let function = match llvm.get_function(&found.name) {
            Some(known) => known,
            None => {
                let ty = self.kfunc_type(params, ret)?;
                let function = llvm.add_function(&found.name, ty, None);
                function.set_section(Some(KSYMS));
                self.debug.extern_function(function, &found.name, &types);
                function
            }
        };
        if found.weak {
            function.set_linkage(Linkage::ExternalWeak);
        }
        Ok(function.as_global_value())
    }

    /// A variable of which each CPU has its own.
    fn per_cpu(&mut self, llvm: &Module<'c>, found: &Extern, ty: &Type) -> GlobalValue<'c> {
        let storage = self.context.i8_type().array_type(ty.size(self.module) as u32);
        let variable = llvm.add_global(storage, None, &found.name);
        variable.set_section(Some(KSYMS));
        variable.set_alignment(8);
        if let Some(debug) = self.debug.ty(self.module, ty) {
            self.debug.global(variable, &found.name, debug, 0);
        }
        variable
    }

    /// A value of the kernel's configuration.
    pub(crate) fn config(
        &mut self,
        llvm: &Module<'c>,
        global: &ir::Global,
        config: Config,
    ) -> Result<()> {
        let storage = match &global.ty {
            Type::Str(len) => self.context.i8_type().array_type(*len).as_basic_type_enum(),
            ty => self.int_type(ty.size(self.module) as u32 * 8)?.as_basic_type_enum(),
        };
        let variable = llvm.add_global(storage, None, &global.name);
        variable.set_section(Some(KCONFIG));
        if config == Config::Optional {
            variable.set_linkage(Linkage::ExternalWeak);
        }
        if let Some(debug) = self.debug.ty(self.module, &global.ty) {
            self.debug.global(variable, &global.name, debug, global.line);
        }
        self.globals.push(variable);
        Ok(())
    }

    /// Arguments fill a register each; of what is returned C sets as many bits
    /// as the type has, and 32 at the least are looked at.
    fn kfunc_type(&self, params: &[Type], ret: &Type) -> Result<FunctionType<'c>> {
        let pointer = self.context.ptr_type(AddressSpace::default());
        let params: Vec<BasicMetadataTypeEnum<'c>> = params
            .iter()
            .map(|ty| match ty {
                Type::Ptr(_) => pointer.into(),
                _ => self.context.i64_type().into(),
            })
            .collect();
        Ok(match ret {
            Type::Void => self.context.void_type().fn_type(&params, false),
            Type::Ptr(_) => pointer.fn_type(&params, false),
            ty => self.int_type((ty.size(self.module) as u32 * 8).max(32))?.fn_type(&params, false),
        })
    }
}

impl<'c> Lowering<'_, 'c, '_> {
    fn extern_value(&self, id: ExternId) -> Result<GlobalValue<'c>> {
        self.d.externs.get(id.0 as usize).copied().ok_or_else(missing)
    }

    pub(crate) fn extern_address(&self, id: ExternId) -> Result<PointerValue<'c>> {
        Ok(self.extern_value(id)?.as_pointer_value())
    }

    /// Calls a function of the kernel.
    pub(crate) fn kfunc(
        &mut self,
        id: ExternId,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<Option<BasicValueEnum<'c>>> {
        // SAFETY: the value is that of a function, which `extern_` declared.
        let function = unsafe { FunctionValue::new(self.extern_value(id)?.as_value_ref()) };
        let function = function.ok_or_else(missing)?;
        let args: Vec<_> = self.helper_args(args)?.into_iter().map(Into::into).collect();
        self.locate(expr.span);
        let call = self.builder.build_call(function, &args, "")?;
        let Some(value) = call.try_as_basic_value().basic() else { return Ok(None) };
        let BasicValueEnum::IntValue(register) = value else { return Ok(Some(value)) };
        let size = expr.ty.size(self.d.module) as u32;
        let own = self.d.int_type(size.max(1) * 8)?;
        let own = self.builder.build_int_truncate_or_bit_cast(register, own, "")?;
        Ok(Some(match (&expr.ty, self.d.register_type(&expr.ty)?) {
            (Type::Bool, _) => self.convert_register(own.into(), &Type::U64, &Type::Bool)?,
            (_, BasicTypeEnum::IntType(_)) => own.into(),
            _ => value,
        }))
    }
}
