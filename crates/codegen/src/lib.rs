//! Typed program to LLVM module to ELF object
