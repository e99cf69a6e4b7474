//! Debug information of fields that hold objects of the kernel: pointers with
//! the type tag by which the verifier knows them.

use inkwell::llvm_sys::core::{
    LLVMGetMDNodeNumOperands, LLVMMDNodeInContext2, LLVMMDStringInContext2, LLVMMetadataAsValue,
    LLVMReplaceMDNodeOperandWith,
};
use inkwell::llvm_sys::debuginfo::LLVMDIBuilderCreatePointerType;
use ir::StructId;

use crate::debug::{Debug, DebugType};

/// What LLVM's back end makes a type tag of.
const KIND: &str = "btf_type_tag";
/// The tag of pointers that own what they point to, in `kernel/bpf/btf.c`.
const OWNING: &str = "kptr";

impl Debug<'_> {
    /// A pointer to a struct of the kernel that owns it.
    pub(crate) fn kptr(&mut self, module: &ir::Module, of: StructId) -> DebugType {
        let pointee = self.struct_(module, of);
        // SAFETY: the builder, the context and the pointee are alive; texts have
        // the lengths given. The name keeps other pointers to the struct apart,
        // and the annotations are the last operand of a derived type.
        DebugType(unsafe {
            let pointer = LLVMDIBuilderCreatePointerType(
                self.builder,
                pointee.0,
                64,
                0,
                0,
                OWNING.as_ptr().cast(),
                OWNING.len(),
            );
            let text =
                |text: &str| LLVMMDStringInContext2(self.context, text.as_ptr().cast(), text.len());
            let mut tag = [text(KIND), text(OWNING)];
            let mut tags = [LLVMMDNodeInContext2(self.context, tag.as_mut_ptr(), tag.len())];
            let annotations = LLVMMDNodeInContext2(self.context, tags.as_mut_ptr(), tags.len());
            let value = LLVMMetadataAsValue(self.context, pointer);
            let last = LLVMGetMDNodeNumOperands(value) - 1;
            LLVMReplaceMDNodeOperandWith(value, last, annotations);
            pointer
        })
    }
}
