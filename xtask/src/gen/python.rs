//! `pythonbpf.helper`: the helpers as functions that explain themselves when
//! user space calls them, the constants as integers, and the stub file.

use std::fmt::Write;

use kernel::{ATOMICS, Atomic, Form, REGISTER_MACROS, SHORT_NAMES};

use super::BANNER;
use super::classify::{Kind, Ret};
use super::constants::Constants;
use super::helpers::Helper;
use super::summaries::summary;

/// A function of the module.
struct Function {
    name: String,
    params: String,
    ret: &'static str,
    summary: String,
}

/// Python's keywords that occur as parameter names get an underscore.
const KEYWORDS: [&str; 1] = ["from"];

impl Function {
    fn of_helper(helper: &Helper) -> Self {
        let optional = |param: &&super::helpers::Param| {
            param.name == "flags" || matches!(param.kind, Kind::CallbackContext | Kind::FirstValue)
        };
        let required =
            helper.params.len() - helper.params.iter().rev().take_while(optional).count();
        let mut params: Vec<String> = (0..)
            .zip(&helper.params)
            .filter_map(|(index, param)| {
                let mark = if KEYWORDS.contains(&param.name.as_str()) { "_" } else { "" };
                let ty = python_type(param.kind)?;
                let default = match ty {
                    _ if index < required => "",
                    "int" => " = 0",
                    _ => " = None",
                };
                Some(format!("{}{mark}: {ty}{default}", param.name))
            })
            .collect();
        if helper.variadic {
            params.push("*args: int".to_owned());
        }
        Self {
            name: helper.name.clone(),
            params: params.join(", "),
            ret: match helper.ret {
                Ret::Void => "None",
                // A number to the kernel, and a `task_struct` to the compiler.
                Ret::Int(_) if helper.name == "get_current_task" => "Any",
                Ret::Int(_) => "int",
                _ => "Any",
            },
            summary: summary(&helper.name).to_owned(),
        }
    }

    /// A register of the context.
    fn of_register(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            params: "ctx: Any".to_owned(),
            ret: "int",
            summary: "A register of the context of a kprobe or uprobe.".to_owned(),
        }
    }

    /// An atomic operation; its first parameter is the memory.
    /// Questions about the kernel that loads the program.
    fn of_kernel() -> [Self; 2] {
        let row = |name: &str, params: &str, ret, summary: &str| Self {
            name: name.to_owned(),
            params: params.to_owned(),
            ret,
            summary: summary.to_owned(),
        };
        [
            row(
                "ksym_exists",
                "symbol: object",
                "bool",
                "Whether the kernel that loads the program has a function of `vmlinux`.",
            ),
            row(
                "kconfig",
                "*, optional: bool = False",
                "Any",
                "What the kernel's configuration says of the option that the global is named after.",
            ),
        ]
    }

    fn of_atomic(atomic: &Atomic) -> Self {
        let operands = atomic.operands.iter().map(|operand| format!("{operand}: int"));
        let params: Vec<String> =
            std::iter::once("target: Any".to_owned()).chain(operands).collect();
        Self {
            name: atomic.name.to_owned(),
            params: params.join(", "),
            ret: "int",
            summary: atomic.summary.to_owned(),
        }
    }

    /// A short name in the shape it gives to `helper`.
    fn of_short(name: &str, form: Form, helper: &Self, summary: &str) -> Self {
        let params = match form {
            Form::Same => helper.params.clone(),
            Form::High32 | Form::Low32 => String::new(),
            Form::Comm => "buf: object".to_owned(),
        };
        Self { name: name.to_owned(), params, ret: helper.ret, summary: summary.to_owned() }
    }
}

/// The annotation of an argument; sizes are filled in by the compiler.
fn python_type(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Size => None,
        Kind::Scalar(_) => Some("int"),
        Kind::Str => Some("str"),
        Kind::Callback(_) => Some("Callable[..., object]"),
        _ => Some("object"),
    }
}

/// Every function, by name; a short name hides a helper of the same name.
fn functions(helpers: &[Helper]) -> Vec<Function> {
    let own: Vec<Function> = helpers.iter().map(Function::of_helper).collect();
    let mut all: Vec<Function> = SHORT_NAMES
        .iter()
        .filter_map(|short| {
            let helper = own.iter().find(|function| function.name == short.helper)?;
            Some(Function::of_short(short.name, short.form, helper, short.summary))
        })
        .collect();
    all.extend(ATOMICS.iter().map(Function::of_atomic));
    all.extend(REGISTER_MACROS.iter().map(|name| Function::of_register(name)));
    all.extend(Function::of_kernel());
    all.extend(own.into_iter().filter(|own| SHORT_NAMES.iter().all(|s| s.name != own.name)));
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The types that files declare fields and variables with.
const OBJECTS: [(&str, &str); 4] = [
    ("bpf_dynptr", "Memory whose size is known when the program runs: a variable of a function."),
    ("bpf_spin_lock", "A lock: a field of what a map holds."),
    ("bpf_timer", "A timer: a field of what a map holds."),
    (
        "kptr",
        "A field of what a map holds that owns an object of the kernel: ``kptr(task_struct)``.",
    ),
];

/// Their methods.
const STUBS: &str = "\
class bpf_dynptr:
    def write(self, offset: int, src: object, flags: int = 0) -> int: ...
    def submit(self, flags: int = 0) -> None: ...
    def discard(self, flags: int = 0) -> None: ...

class bpf_spin_lock:
    def lock(self) -> None: ...
    def unlock(self) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...

class bpf_timer:
    def init(self, map: object, flags: int) -> int: ...
    def set_callback(self, callback_fn: Callable[..., object]) -> int: ...
    def start(self, nsecs: int, flags: int = 0) -> int: ...
    def cancel(self) -> int: ...

class kptr:
    def __init__(self, of: object) -> None: ...
    def xchg(self, new: object) -> Any: ...

";

/// `helper.py`.
pub fn module(helpers: &[Helper], constants: &Constants) -> String {
    let functions = functions(helpers);
    let mut out = format!(
        r#"# {BANNER}
"""The kernel's helper functions and constants, by name.

Helpers run in the kernel: inside an `@bpf` function the compiler turns a call
into the helper; anywhere else a call raises RuntimeError. The constants are
plain integers on both sides.
"""

from __future__ import annotations

# Type checkers know the name; importing `typing` would take longer than the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

"#
    );
    out += "__all__ = [\n";
    for (name, ..) in constants.offered() {
        let _ = writeln!(out, "    \"{name}\",");
    }
    for (name, _) in OBJECTS {
        let _ = writeln!(out, "    \"{name}\",");
    }
    for Function { name, .. } in &functions {
        let _ = writeln!(out, "    \"{name}\",");
    }
    out += r#"]


def _helper(signature: str, summary: str) -> Callable[..., Any]:
    name = signature.partition("(")[0]

    def kernel_only(*_args: object, **_kwargs: object) -> NoReturn:
        raise RuntimeError(f"{name}() runs in the kernel: use it inside an @bpf function")

    kernel_only.__name__ = kernel_only.__qualname__ = name
    kernel_only.__doc__ = f"{signature}\n\n{summary}"
    return kernel_only


"#;
    for (name, value, _) in constants.offered() {
        let _ = writeln!(out, "{name} = {value}");
    }
    for (name, summary) in OBJECTS {
        let _ = writeln!(out, "\n\nclass {name}:\n    \"\"\"{summary}\"\"\"");
    }
    out += "\n    def __init__(self, of: object) -> None:\n        self.of = of\n";
    out += "\n\n";
    for Function { name, params, ret, summary } in &functions {
        let _ = writeln!(out, "{name} = _helper(\"{name}({params}) -> {ret}\", \"{summary}\")");
    }
    out
}

/// `helper.pyi`.
pub fn stub(helpers: &[Helper], constants: &Constants) -> String {
    let mut out = format!(
        "# {BANNER}\nfrom collections.abc import Callable\nfrom ctypes import _SimpleCData  # pyright: ignore[reportPrivateUsage]\n\
         from typing import Any, Final, TypeAlias\n\n\
         # Fields and casts are of ctypes to a type checker, and numbers to the compiler.\n\
         _Number: TypeAlias = int | _SimpleCData[int]\n\n"
    );
    for (name, value, _) in constants.offered() {
        let _ = writeln!(out, "{name}: Final = {value}");
    }
    out.push('\n');
    out += STUBS;
    for Function { name, params, ret, .. } in functions(helpers) {
        let params = params.replace(": int", ": _Number");
        let _ = writeln!(out, "def {name}({params}) -> {ret}: ...");
    }
    out
}
