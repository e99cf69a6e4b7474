//! Debug information of the kernel's types, from which LLVM makes the BTF that
//! libbpf compares with the running kernel's.
//!
//! Only the members that the program uses are there, in the order of their
//! places; what a member points to is left out, as libbpf does not ask.

use std::ffi::c_uint;

use inkwell::llvm_sys::debuginfo::{
    LLVMDIBuilderCreateBitFieldMemberType, LLVMDIBuilderCreateEnumerationType,
    LLVMDIBuilderCreateEnumerator, LLVMDIBuilderCreateMemberType, LLVMDIBuilderCreateStructType,
    LLVMDIBuilderCreateTypedef, LLVMDIBuilderCreateUnionType, LLVMDIFlagBitField,
};
use inkwell::llvm_sys::prelude::LLVMMetadataRef;
use ir::{EnumMember, Field, KernelName, Shape, StructId, Type};

use crate::debug::{Debug, DebugType};

impl Debug<'_> {
    /// A struct of the kernel, and all that lie in it.
    pub(crate) fn kernel_struct(&mut self, module: &ir::Module, id: StructId) -> DebugType {
        let laid = module.struct_(id);
        for field in &laid.fields {
            if let Some(inner) = embedded(&field.ty) {
                self.struct_(module, inner);
            }
        }
        let fields = laid.in_order().into_iter().filter_map(|index| laid.fields.get(index));
        let mut members: Vec<LLVMMetadataRef> =
            fields.filter_map(|field| self.kernel_member(module, field)).collect();
        let name = if laid.kernel == Some(KernelName::Tag) { laid.name.as_str() } else { "" };
        let (bits, count) = (laid.size * 8, members.len() as c_uint);
        // SAFETY: the builder and all types are alive; the name has the length
        // given; LLVM copies the list of members.
        let made = DebugType(unsafe {
            if laid.is_union {
                LLVMDIBuilderCreateUnionType(
                    self.builder,
                    self.file,
                    name.as_ptr().cast(),
                    name.len(),
                    self.file,
                    0,
                    bits,
                    0,
                    0,
                    members.as_mut_ptr(),
                    count,
                    0,
                    c"".as_ptr(),
                    0,
                )
            } else {
                LLVMDIBuilderCreateStructType(
                    self.builder,
                    self.file,
                    name.as_ptr().cast(),
                    name.len(),
                    self.file,
                    0,
                    bits,
                    0,
                    0,
                    std::ptr::null_mut(),
                    members.as_mut_ptr(),
                    count,
                    0,
                    std::ptr::null_mut(),
                    c"".as_ptr(),
                    0,
                )
            }
        });
        match laid.kernel {
            Some(KernelName::Typedef) => self.typedef(&laid.name, made),
            _ => made,
        }
    }

    fn typedef(&self, name: &str, ty: DebugType) -> DebugType {
        // SAFETY: the builder and the type are alive; the name has the length
        // given.
        DebugType(unsafe {
            LLVMDIBuilderCreateTypedef(
                self.builder,
                ty.0,
                name.as_ptr().cast(),
                name.len(),
                self.file,
                0,
                self.file,
                0,
            )
        })
    }

    fn kernel_member(&self, module: &ir::Module, field: &Field) -> Option<LLVMMetadataRef> {
        let ty = self.kernel_member_type(module, &field.ty, field.shape)?;
        let (name, bits) = (field.name.as_str(), field.ty.size(module) * 8);
        // SAFETY: the builder and the type are alive; the name has the length
        // given.
        Some(unsafe {
            match field.shape {
                Shape::Bits { offset, size } => LLVMDIBuilderCreateBitFieldMemberType(
                    self.builder,
                    self.file,
                    name.as_ptr().cast(),
                    name.len(),
                    self.file,
                    0,
                    size.into(),
                    offset,
                    field.offset * 8,
                    LLVMDIFlagBitField,
                    ty.0,
                ),
                Shape::Plain | Shape::Enum => LLVMDIBuilderCreateMemberType(
                    self.builder,
                    self.file,
                    name.as_ptr().cast(),
                    name.len(),
                    self.file,
                    0,
                    bits,
                    0,
                    field.offset * 8,
                    0,
                    ty.0,
                ),
            }
        })
    }

    /// The type of a member, whose structs were declared before.
    pub(crate) fn kernel_member_type(
        &self,
        module: &ir::Module,
        ty: &Type,
        shape: Shape,
    ) -> Option<DebugType> {
        Some(match ty {
            Type::Ptr(_) => self.pointer(None),
            Type::Struct(id) => *self.structs.get(id)?,
            Type::Array(element, len) => {
                let bits = element.size(module) * 8;
                self.array(self.kernel_member_type(module, element, shape)?, bits, *len)
            }
            Type::Int(int) if shape == Shape::Enum => self.enumeration("", &[], int.bits.into()),
            Type::Int(_) | Type::Network(_) | Type::Bool | Type::Str(_) | Type::Void => {
                self.plain(ty)?
            }
        })
    }

    /// An enum of the kernel with the one value that is asked about.
    pub(crate) fn kernel_enum(&self, member: &EnumMember) -> DebugType {
        let unsigned = i32::from(member.value >= 0);
        // SAFETY: the builder is alive; the name has the length given.
        let value = unsafe {
            LLVMDIBuilderCreateEnumerator(
                self.builder,
                member.name.as_ptr().cast(),
                member.name.len(),
                member.value as i64,
                unsigned,
            )
        };
        self.enumeration(&member.of, &[value], member.size * 8)
    }

    pub(crate) fn enumeration(
        &self,
        name: &str,
        values: &[LLVMMetadataRef],
        bits: u64,
    ) -> DebugType {
        let mut values = values.to_vec();
        // SAFETY: the builder and the values are alive; the name has the
        // length given; LLVM copies the list.
        DebugType(unsafe {
            LLVMDIBuilderCreateEnumerationType(
                self.builder,
                self.file,
                name.as_ptr().cast(),
                name.len(),
                self.file,
                0,
                bits,
                0,
                values.as_mut_ptr(),
                values.len() as c_uint,
                std::ptr::null_mut(),
            )
        })
    }
}

/// The struct that a member holds.
fn embedded(ty: &Type) -> Option<StructId> {
    match ty {
        Type::Struct(id) => Some(*id),
        Type::Array(element, _) => embedded(element),
        _ => None,
    }
}
