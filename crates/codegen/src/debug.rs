//! Debug information, from which LLVM's BPF back end makes BTF: types,
//! signatures, variables and the lines of the source.
//!
//! LLVM is told that the module has CodeView and no DWARF version, so that it
//! makes BTF and no DWARF sections.

use std::collections::HashMap;
use std::ffi::c_uint;

use diagnostics::{SourceFile, Span};
use inkwell::builder::Builder;
use inkwell::context::AsContextRef;
use inkwell::llvm_sys::core::{LLVMGlobalSetMetadata, LLVMSetCurrentDebugLocation2};
use inkwell::llvm_sys::debuginfo::{
    LLVMChecksumKind, LLVMCreateDIBuilder, LLVMDIBuilderCreateArrayType,
    LLVMDIBuilderCreateBasicType, LLVMDIBuilderCreateCompileUnit, LLVMDIBuilderCreateDebugLocation,
    LLVMDIBuilderCreateExpression, LLVMDIBuilderCreateFileWithChecksum,
    LLVMDIBuilderCreateFunction, LLVMDIBuilderCreateGlobalVariableExpression,
    LLVMDIBuilderCreateMemberType, LLVMDIBuilderCreateParameterVariable,
    LLVMDIBuilderCreatePointerType, LLVMDIBuilderCreateQualifiedType,
    LLVMDIBuilderCreateStructType, LLVMDIBuilderCreateSubroutineType, LLVMDIBuilderCreateTypedef,
    LLVMDIBuilderCreateUnionType, LLVMDIBuilderFinalize, LLVMDIBuilderGetOrCreateSubrange,
    LLVMDWARFEmissionKind, LLVMDWARFSourceLanguage, LLVMDisposeDIBuilder, LLVMSetSubprogram,
};
use inkwell::llvm_sys::prelude::{LLVMContextRef, LLVMDIBuilderRef, LLVMMetadataRef};
use inkwell::module::{FlagBehavior, Module};
use inkwell::values::{AsValueRef, FunctionValue, GlobalValue};
use ir::{PtrType, StructId, Type};

/// DWARF numbers that BTF is made from (DWARF 5, tables 7.3 and 7.11).
const ATE_BOOLEAN: c_uint = 0x02;
const ATE_SIGNED: c_uint = 0x05;
const ATE_SIGNED_CHAR: c_uint = 0x06;
const ATE_UNSIGNED: c_uint = 0x07;
const ATE_UNSIGNED_CHAR: c_uint = 0x08;
const TAG_CONST: c_uint = 0x26;
const TAG_VOLATILE: c_uint = 0x35;

/// BTF has ten bits for columns.
const MAX_COLUMN: usize = 1022;

/// A type of debug information; alive as long as its context.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DebugType(pub LLVMMetadataRef);

/// A function's scope.
#[derive(Clone, Copy)]
pub(crate) struct Scope(LLVMMetadataRef);

pub(crate) struct Debug<'a> {
    pub builder: LLVMDIBuilderRef,
    pub context: LLVMContextRef,
    source: &'a SourceFile,
    pub file: LLVMMetadataRef,
    unit: LLVMMetadataRef,
    pub structs: HashMap<StructId, DebugType>,
}

impl<'a> Debug<'a> {
    pub(crate) fn new(module: &Module<'_>, source: &'a SourceFile) -> Self {
        let context = module.get_context();
        let flag = |name: &str, value: u64| {
            let value = context.i32_type().const_int(value, false);
            module.add_basic_value_flag(name, FlagBehavior::Warning, value);
        };
        flag("Debug Info Version", 3);
        flag("CodeView", 1);
        let (name, text) = (source.name(), source.text());
        let producer = concat!("pythonbpf ", env!("CARGO_PKG_VERSION"));
        // BTF has no checksum; LLVM wants one beside the text of the file.
        let checksum = "00000000000000000000000000000000";
        // SAFETY: the module outlives `self`; every pointer is to a live
        // string of the length given.
        unsafe {
            let builder = LLVMCreateDIBuilder(module.as_mut_ptr());
            let file = LLVMDIBuilderCreateFileWithChecksum(
                builder,
                name.as_ptr().cast(),
                name.len(),
                c"".as_ptr(),
                0,
                LLVMChecksumKind::CSK_MD5,
                checksum.as_ptr().cast(),
                checksum.len(),
                text.as_ptr().cast(),
                text.len(),
            );
            let unit = LLVMDIBuilderCreateCompileUnit(
                builder,
                LLVMDWARFSourceLanguage::LLVMDWARFSourceLanguageC11,
                file,
                producer.as_ptr().cast(),
                producer.len(),
                1,
                c"".as_ptr(),
                0,
                0,
                c"".as_ptr(),
                0,
                LLVMDWARFEmissionKind::LLVMDWARFEmissionKindFull,
                0,
                0,
                0,
                c"".as_ptr(),
                0,
                c"".as_ptr(),
                0,
            );
            let context = context.as_ctx_ref();
            Self { builder, context, source, file, unit, structs: HashMap::new() }
        }
    }

    fn basic(&self, name: &str, bits: u64, encoding: c_uint) -> DebugType {
        // SAFETY: the builder is alive and the name has the length given.
        DebugType(unsafe {
            LLVMDIBuilderCreateBasicType(
                self.builder,
                name.as_ptr().cast(),
                name.len(),
                bits,
                encoding,
                0,
            )
        })
    }

    /// `char`, of which strings are made.
    fn char(&self) -> DebugType {
        self.basic("char", 8, ATE_SIGNED_CHAR)
    }

    /// `int`, of which libbpf's map definitions are made.
    pub(crate) fn int(&self) -> DebugType {
        self.basic("int", 32, ATE_SIGNED)
    }

    /// `unsigned long long`
    pub(crate) fn unsigned_long(&self) -> DebugType {
        self.basic("unsigned long long", 64, ATE_UNSIGNED)
    }

    /// The debug type of a type; `None` for no value.
    pub(crate) fn ty(&mut self, module: &ir::Module, ty: &Type) -> Option<DebugType> {
        Some(match ty {
            Type::Void | Type::Bool | Type::Int(_) | Type::Network(_) | Type::Str(_) => {
                return self.plain(ty);
            }
            Type::Array(element, len) => {
                let bits = element.size(module) * 8;
                let element = self.ty(module, element)?;
                self.array(element, bits, *len)
            }
            Type::Struct(id) => self.struct_(module, *id),
            Type::Ptr(PtrType { pointee, .. }) => {
                let char_pointer =
                    matches!(pointee.as_deref(), Some(Type::Int(int)) if int.bits == 8);
                let pointee = if char_pointer {
                    Some(self.char())
                } else {
                    pointee.as_ref().and_then(|pointee| self.ty(module, pointee))
                };
                self.pointer(pointee)
            }
        })
    }

    /// The debug type of what is made of no other type.
    pub(crate) fn plain(&self, ty: &Type) -> Option<DebugType> {
        Some(match ty {
            Type::Bool => self.basic("_Bool", 8, ATE_BOOLEAN),
            Type::Int(int) => match (int.bits, int.signed) {
                (8, true) => self.basic("signed char", 8, ATE_SIGNED_CHAR),
                (8, false) => self.basic("unsigned char", 8, ATE_UNSIGNED_CHAR),
                (16, true) => self.basic("short", 16, ATE_SIGNED),
                (16, false) => self.basic("unsigned short", 16, ATE_UNSIGNED),
                (32, true) => self.int(),
                (32, false) => self.basic("unsigned int", 32, ATE_UNSIGNED),
                (_, true) => self.basic("long long", 64, ATE_SIGNED),
                (_, false) => self.unsigned_long(),
            },
            Type::Network(bits) => self.network(*bits),
            Type::Str(len) => self.array(self.char(), 8, *len),
            Type::Void | Type::Array(..) | Type::Struct(_) | Type::Ptr(_) => return None,
        })
    }

    /// `__be16` and the like.
    fn network(&self, bits: u8) -> DebugType {
        let (name, of) = match bits {
            16 => ("__be16", self.basic("unsigned short", 16, ATE_UNSIGNED)),
            32 => ("__be32", self.basic("unsigned int", 32, ATE_UNSIGNED)),
            _ => ("__be64", self.unsigned_long()),
        };
        // SAFETY: the builder, the type and the file are alive.
        DebugType(unsafe {
            LLVMDIBuilderCreateTypedef(
                self.builder,
                of.0,
                name.as_ptr().cast(),
                name.len(),
                self.file,
                0,
                self.file,
                0,
            )
        })
    }

    /// `void (void)`
    pub(crate) fn procedure(&self) -> DebugType {
        // SAFETY: the builder and the file are alive; LLVM copies the list,
        // in which null means `void`.
        DebugType(unsafe {
            let mut types = [std::ptr::null_mut()];
            LLVMDIBuilderCreateSubroutineType(self.builder, self.file, types.as_mut_ptr(), 1, 0)
        })
    }

    /// `element[len]`
    pub(crate) fn array(&self, element: DebugType, element_bits: u64, len: u32) -> DebugType {
        // SAFETY: the builder and the element are alive; LLVM copies the list.
        DebugType(unsafe {
            let mut range = [LLVMDIBuilderGetOrCreateSubrange(self.builder, 0, i64::from(len))];
            LLVMDIBuilderCreateArrayType(
                self.builder,
                element_bits * u64::from(len),
                0,
                element.0,
                range.as_mut_ptr(),
                1,
            )
        })
    }

    /// A pointer; to nothing known without a pointee.
    pub(crate) fn pointer(&self, pointee: Option<DebugType>) -> DebugType {
        let pointee = pointee.map_or(std::ptr::null_mut(), |pointee| pointee.0);
        // SAFETY: the builder is alive; a null pointee means `void`.
        DebugType(unsafe {
            LLVMDIBuilderCreatePointerType(self.builder, pointee, 64, 0, 0, c"".as_ptr(), 0)
        })
    }

    pub(crate) fn struct_(&mut self, module: &ir::Module, id: StructId) -> DebugType {
        if let Some(known) = self.structs.get(&id) {
            return *known;
        }
        let laid = module.struct_(id);
        if laid.kernel.is_some() {
            let made = self.kernel_struct(module, id);
            self.structs.insert(id, made);
            return made;
        }
        if let Some(of) = laid.kptr() {
            let made = self.kptr(module, of);
            self.structs.insert(id, made);
            return made;
        }
        let mut members = Vec::new();
        for field in &laid.fields {
            if let Some(ty) = self.ty(module, &field.ty) {
                let bits = field.ty.size(module) * 8;
                members.push((field.name.as_str(), ty, bits, field.offset * 8));
            }
        }
        let make = if laid.is_union { Self::union } else { Self::aggregate };
        let made = make(self, &laid.name, &members, laid.size * 8, laid.line);
        self.structs.insert(id, made);
        made
    }

    /// A struct of members: name, type, size and offset in bits.
    pub(crate) fn aggregate(
        &self,
        name: &str,
        members: &[(&str, DebugType, u64, u64)],
        bits: u64,
        line: u32,
    ) -> DebugType {
        let mut members = self.members(members, line);
        // SAFETY: the builder and all types are alive; the name has the length
        // given; LLVM copies the list of members.
        unsafe {
            DebugType(LLVMDIBuilderCreateStructType(
                self.builder,
                self.file,
                name.as_ptr().cast(),
                name.len(),
                self.file,
                line,
                bits,
                0,
                0,
                std::ptr::null_mut(),
                members.as_mut_ptr(),
                members.len() as c_uint,
                0,
                std::ptr::null_mut(),
                c"".as_ptr(),
                0,
            ))
        }
    }

    /// A union of members: name, type, size and offset, which is 0.
    fn union(
        &self,
        name: &str,
        members: &[(&str, DebugType, u64, u64)],
        bits: u64,
        line: u32,
    ) -> DebugType {
        let mut members = self.members(members, line);
        // SAFETY: the builder and all types are alive; the name has the length
        // given; LLVM copies the list of members.
        unsafe {
            DebugType(LLVMDIBuilderCreateUnionType(
                self.builder,
                self.file,
                name.as_ptr().cast(),
                name.len(),
                self.file,
                line,
                bits,
                0,
                0,
                members.as_mut_ptr(),
                members.len() as c_uint,
                0,
                c"".as_ptr(),
                0,
            ))
        }
    }

    fn members(&self, members: &[(&str, DebugType, u64, u64)], line: u32) -> Vec<LLVMMetadataRef> {
        let member = |(name, ty, bits, offset): &(&str, DebugType, u64, u64)| {
            // SAFETY: the builder and the type are alive; the name has the
            // length given.
            unsafe {
                LLVMDIBuilderCreateMemberType(
                    self.builder,
                    self.file,
                    name.as_ptr().cast(),
                    name.len(),
                    self.file,
                    line,
                    *bits,
                    0,
                    *offset,
                    0,
                    ty.0,
                )
            }
        };
        members.iter().map(member).collect()
    }

    /// `const volatile`, as libbpf's constants are declared.
    pub(crate) fn const_volatile(&self, ty: DebugType) -> DebugType {
        // SAFETY: the builder and the type are alive.
        unsafe {
            let volatile = LLVMDIBuilderCreateQualifiedType(self.builder, TAG_VOLATILE, ty.0);
            DebugType(LLVMDIBuilderCreateQualifiedType(self.builder, TAG_CONST, volatile))
        }
    }

    /// Gives a global variable its type.
    pub(crate) fn global(&self, variable: GlobalValue<'_>, name: &str, ty: DebugType, line: u32) {
        // SAFETY: the builder, the variable and the type are alive; the names
        // have the length given; kind 0 is `!dbg` in every context.
        unsafe {
            let empty = LLVMDIBuilderCreateExpression(self.builder, std::ptr::null_mut(), 0);
            let expression = LLVMDIBuilderCreateGlobalVariableExpression(
                self.builder,
                self.unit,
                name.as_ptr().cast(),
                name.len(),
                c"".as_ptr(),
                0,
                self.file,
                line,
                ty.0,
                0,
                empty,
                std::ptr::null_mut(),
                0,
            );
            LLVMGlobalSetMetadata(variable.as_value_ref(), 0, expression);
        }
    }

    /// Gives a function its signature, with the names of its parameters.
    pub(crate) fn function(
        &mut self,
        module: &ir::Module,
        value: FunctionValue<'_>,
        function: &ir::Function,
    ) -> Scope {
        let line = self.source.line_number(function.span.start);
        let is_local = matches!(function.kind, ir::FunctionKind::Subprogram);
        let params = function.locals.iter().take(function.params as usize);
        let mut params: Vec<(&str, DebugType)> = params
            .map(|local| (local.name.as_str(), self.ty(module, &local.ty)))
            .filter_map(|(name, ty)| ty.map(|ty| (name, ty)))
            .collect();
        // The verifier lets a program be replaced, or be called as a global function,
        // if it knows its context, by name.
        if let ir::FunctionKind::Program { context: Some(name), .. } = function.kind
            && let Some((_, ty)) = params.first_mut()
        {
            *ty = self.pointer(Some(self.aggregate(name, &[], 0, 0)));
        }
        let ret = self.ty(module, &function.ret);
        let name = function.name.as_str();
        // SAFETY: the builder, the function and all types are alive; names
        // have the lengths given; LLVM copies the list of types.
        unsafe {
            let mut types: Vec<LLVMMetadataRef> =
                std::iter::once(ret.map_or(std::ptr::null_mut(), |ret| ret.0))
                    .chain(params.iter().map(|(_, ty)| ty.0))
                    .collect();
            let signature = LLVMDIBuilderCreateSubroutineType(
                self.builder,
                self.file,
                types.as_mut_ptr(),
                types.len() as c_uint,
                0,
            );
            let scope = LLVMDIBuilderCreateFunction(
                self.builder,
                self.file,
                name.as_ptr().cast(),
                name.len(),
                c"".as_ptr(),
                0,
                self.file,
                line,
                signature,
                i32::from(is_local),
                1,
                line,
                0,
                1,
            );
            for (index, (name, ty)) in params.iter().enumerate() {
                LLVMDIBuilderCreateParameterVariable(
                    self.builder,
                    scope,
                    name.as_ptr().cast(),
                    name.len(),
                    index as c_uint + 1,
                    self.file,
                    line,
                    ty.0,
                    1,
                    0,
                );
            }
            LLVMSetSubprogram(value.as_value_ref(), scope);
            Scope(scope)
        }
    }

    /// Gives a function of the kernel its signature: what it returns, then
    /// what it takes.
    pub(crate) fn extern_function(
        &self,
        value: FunctionValue<'_>,
        name: &str,
        types: &[Option<DebugType>],
    ) {
        // SAFETY: the builder, the function and all types are alive; the name
        // has the length given; LLVM copies the list of types.
        unsafe {
            let mut types: Vec<LLVMMetadataRef> =
                types.iter().map(|ty| ty.map_or(std::ptr::null_mut(), |ty| ty.0)).collect();
            let signature = LLVMDIBuilderCreateSubroutineType(
                self.builder,
                self.file,
                types.as_mut_ptr(),
                types.len() as c_uint,
                0,
            );
            let declaration = LLVMDIBuilderCreateFunction(
                self.builder,
                self.file,
                name.as_ptr().cast(),
                name.len(),
                c"".as_ptr(),
                0,
                self.file,
                0,
                signature,
                0,
                0,
                0,
                0,
                1,
            );
            LLVMSetSubprogram(value.as_value_ref(), declaration);
        }
    }

    /// Line and column as BTF has room for them: columns beyond are 0.
    fn place(&self, span: Span) -> (u32, u32) {
        let line = self.source.line_number(span.start);
        let before = self.source.text().as_bytes().get(..span.start as usize).unwrap_or_default();
        let near = before.len().saturating_sub(MAX_COLUMN);
        let column = before[near..].iter().rev().position(|&byte| byte == b'\n');
        let column = column.or((near == 0).then_some(before.len()));
        (line, column.map_or(0, |column| column as u32 + 1))
    }

    /// Says which line the next instructions come from.
    pub(crate) fn locate(&self, builder: &Builder<'_>, scope: Scope, span: Span) {
        let (line, column) = self.place(span);
        // SAFETY: the builder, the scope and the context are alive.
        unsafe {
            let location = LLVMDIBuilderCreateDebugLocation(
                self.context,
                line,
                column,
                scope.0,
                std::ptr::null_mut(),
            );
            LLVMSetCurrentDebugLocation2(builder.as_mut_ptr(), location);
        }
    }

    /// Completes the debug information; call it once at the end.
    pub(crate) fn finish(&self) {
        // SAFETY: the builder is alive.
        unsafe { LLVMDIBuilderFinalize(self.builder) };
    }
}

impl Drop for Debug<'_> {
    fn drop(&mut self) {
        // SAFETY: the builder is alive and not used after this.
        unsafe { LLVMDisposeDIBuilder(self.builder) };
    }
}
