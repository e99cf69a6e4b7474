//! Links `native/elf_error.c` ahead of the static libelf; the file says why.

fn main() {
    println!("cargo::rerun-if-changed=native/elf_error.c");
    cc::Build::new()
        .file("native/elf_error.c")
        .pic(true)
        .link_lib_modifier("+whole-archive")
        .compile("pythonbpf_elf_error");
}
