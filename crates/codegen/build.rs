//! Links the libraries that LLVM itself needs statically, so that neither the
//! command nor the wheel needs more than the C library where it runs. They
//! come before LLVM's own request for the shared ones, which the linker then
//! leaves out as not needed.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CC");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    for library in ["ffi", "stdc++", "zstd", "z"] {
        let question = format!("-print-file-name=lib{library}.a");
        let Ok(answer) = Command::new(&compiler).arg(question).output() else { continue };
        let file = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        // A compiler that has no such file answers with the bare name.
        if let Some(folder) = Path::new(&file).parent().filter(|_| Path::new(&file).is_absolute()) {
            println!("cargo::rustc-link-search=native={}", folder.display());
            println!("cargo::rustc-link-lib=static:-bundle={library}");
        }
    }
}
