//! Functions that Python has everywhere and BPF does not, and what to write
//! instead.

const BUILTINS: &[(&str, &str)] = &[
    ("all", "join the tests with `and`, or set a flag in a loop"),
    ("any", "join the tests with `or`, or set a flag in a loop"),
    ("bin", "print the number with `{x:#x}`, or make the text in user space"),
    ("bytearray", "use an array: `(c_uint8 * 16)()`"),
    ("bytes", "use an array: `(c_uint8 * 16)()`"),
    ("callable", "every function of the file can be called"),
    ("complex", "the kernel has integers only"),
    ("dict", "define a `HashMap` with `@bpf` and `@map`"),
    ("dir", "fields are known when the program is compiled: name them"),
    ("divmod", "write `x // y` and `x % y`"),
    ("eval", "what a program does is fixed when it is compiled"),
    ("exec", "what a program does is fixed when it is compiled"),
    ("exit", "leave the program with `return`"),
    ("filter", "write a loop with an `if`"),
    ("float", "use integers: scale the value, for example to thousandths"),
    ("format", "print the value with `print(f\"{x:08x}\")`"),
    ("frozenset", "define a `HashMap` with `@bpf` and `@map`"),
    ("getattr", "fields are known when the program is compiled: write `x.field`"),
    (
        "hasattr",
        "fields are known when the program is compiled: `field_exists(T.x)` asks the kernel's",
    ),
    ("hash", "combine the parts with `^`, `*` and `>>`"),
    ("hex", "print the number with `{x:#x}`, or make the text in user space"),
    ("id", "compare what the names hold with `==`"),
    ("input", "user space sets globals and maps: declare a `@bpfglobal`"),
    ("isinstance", "types are known when the program is compiled"),
    ("iter", "write a `for` over a range, an array or a map"),
    ("list", "use an array: `(c_uint64 * 8)()`"),
    ("map", "write a loop"),
    ("next", "write a `for` over a range, an array or a map"),
    ("object", "define a `@struct`"),
    ("oct", "print the number with `{x:#x}`, or make the text in user space"),
    ("open", "send what is to be written to user space through a `RingBuffer`"),
    ("pow", "write `x ** 2`, with a constant exponent, or a shift: `1 << n`"),
    ("quit", "leave the program with `return`"),
    ("repr", "print the value with `print(x)`"),
    ("round", "integers are whole; `(x + n // 2) // n` divides to the nearest"),
    ("set", "define a `HashMap` with `@bpf` and `@map`"),
    ("setattr", "fields are known when the program is compiled: write `x.field = y`"),
    ("slice", "texts have slices with constant bounds: `s[1:5]`"),
    ("sorted", "sort in user space"),
    ("sum", "add in a loop: `total = 0`, `for x in xs: total += x`"),
    ("super", "there are no classes: define functions with `@bpf`"),
    ("tuple", "use an array or a `@struct`"),
    ("type", "types are known when the program is compiled"),
    ("vars", "fields are known when the program is compiled: name them"),
];

/// What to write in the stead of a builtin of Python.
pub(crate) fn instead_of(name: &str) -> Option<&'static str> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}
