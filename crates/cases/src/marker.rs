//! A marker (USDT) in the program that runs the cases, with arguments of every
//! kind that markers have.

use std::io;

/// Passes the marker `pythonbpf:tick` once. Its arguments: -9 as a constant, the
/// lowest byte of `number`, `number` in a register, the `number % 4`th and the
/// first of four numbers in memory, and the address of a text.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "markers are written in assembly")]
#[inline(never)]
pub(crate) fn tick(number: u64) -> io::Result<()> {
    let numbers: [i32; 4] = [-100, 101, -102, 103];
    let text = c"a text of the process";
    // SAFETY: one instruction that does nothing; the note is not loaded.
    unsafe {
        std::arch::asm!(
            "990: nop",
            ".pushsection .note.stapsdt,\"?\",\"note\"",
            ".balign 4",
            ".4byte 992f-991f, 994f-993f, 3",
            "991: .asciz \"stapsdt\"",
            "992: .balign 4",
            "993: .8byte 990b",
            ".8byte _.stapsdt.base",
            ".8byte 0",
            ".asciz \"pythonbpf\"",
            ".asciz \"tick\"",
            ".asciz \"-4@$-9 1@%al 8@%rax -4@0(%rdi,%rsi,4) -4@0(%rdi) 8@%rdx\"",
            "994: .balign 4",
            ".popsection",
            ".ifndef _.stapsdt.base",
            ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat",
            ".weak _.stapsdt.base",
            ".hidden _.stapsdt.base",
            "_.stapsdt.base: .space 1",
            ".size _.stapsdt.base, 1",
            ".popsection",
            ".endif",
            in("rax") number,
            in("rdi") numbers.as_ptr(),
            in("rsi") number % 4,
            in("rdx") text.as_ptr(),
            options(att_syntax, nostack, preserves_flags),
        );
    }
    Ok(())
}

/// Other processors have no marker here.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn tick(_: u64) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
