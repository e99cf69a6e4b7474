"""Types that only a module of the kernel has, and the forms that BTF is given in."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from pythonbpf import BPF, CompileError

SHOWN = Path("/sys/kernel/btf")

# `veth_xmit(struct sk_buff *skb, struct net_device *dev)` and `veth_priv` are the module's own.
PROGRAM = """
from ctypes import c_int64, c_uint32, c_uint64, c_void_p, sizeof
from pythonbpf import bpf, bpfglobal, map, section, struct, type_exists
from pythonbpf.maps import Array
from vmlinux import net_device, veth_priv

@bpf
@struct
class Sent:
    times: c_uint64
    length: c_uint32
    private: c_uint32
    name: str(16)

@bpf
@map
def sent() -> Array:
    return Array(key=c_uint32, value=Sent, max_entries=1)

@bpf
@section("fentry/veth_xmit")
def xmit(ctx: c_void_p, skb, dev) -> c_int64:
    s = Sent()
    old = sent.lookup(0)
    if old:
        s.times = old.times + 1
    s.length = skb.len
    s.private = sizeof(veth_priv) if type_exists(veth_priv) else 0
    s.name = dev.name
    sent[0] = s
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.mark.kernel
def test_a_function_of_a_module_has_its_types() -> None:
    if not (SHOWN / "veth").exists() or not Path("/sys/class/net/left").exists():
        pytest.skip("the module veth is not loaded, or shows no types")
    with BPF(source=PROGRAM) as b:
        b.load_and_attach()
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind(("left", 0))
            for _ in range(3):
                raw.send(b"\xff" * 6 + b"\x02\0\0\0\0\x01" + b"\x88\xb5" + bytes(86))
        told = b["sent"][0]
    assert told.times >= 2
    assert (told.length, told.name) == (100, "left")
    # It has at least its numbers of packets and a pointer.
    assert told.private >= 16


def small(types: list[int], strings: bytes) -> bytes:
    """BTF of these words."""
    records = b"".join(word.to_bytes(4, "little") for word in types)
    head = [0x1_EB9F, 24, 0, len(records), len(records), len(strings)]
    return b"".join(word.to_bytes(4, "little") for word in head) + records + strings


# `typedef int number;` and, behind it, a module's `struct mine { number it; }`.
KERNEL = small([1, 1 << 24, 4, 1 << 24 | 32, 5, 8 << 24, 1], b"\0int\0number\0")
MODULE = small([12, 4 << 24 | 1, 4, 17, 2, 0], b"mine\0it\0")
READER = """
from ctypes import c_int64, c_void_p
from pythonbpf import bpf, bpfglobal, section
from vmlinux import mine

@bpf
@section("raw_tp/sys_enter")
def reads(ctx: c_void_p) -> c_int64:
    return mine(4096).it

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


def test_a_folder_has_a_kernel_and_its_modules(tmp_path: Path) -> None:
    (tmp_path / "vmlinux").write_bytes(KERNEL)
    module = tmp_path / "module"
    module.write_bytes(MODULE)
    for btf in (tmp_path, module):
        BPF(source=READER, btf=btf).close()
    with pytest.raises(CompileError, match="the kernel has no type, constant or function `mine`"):
        BPF(source=READER, btf=tmp_path / "vmlinux")


def refused(btf: Path) -> str:
    with pytest.raises(ValueError, match=btf.name) as error:
        BPF(source=READER, btf=btf)
    return str(error.value)


def test_what_is_no_btf_says_so(tmp_path: Path) -> None:
    file = tmp_path / "types"
    wrong: dict[bytes, Any] = {
        b"": "it is neither BTF nor an ELF file",
        b"from vmlinux import task_struct\n": "it is neither BTF nor an ELF file",
        KERNEL[:30]: "the BTF is damaged",
        KERNEL[:-1]: "the BTF is damaged",
        MODULE: "it is the BTF of a module",
        b"\x7fELF": "the ELF file has no `.BTF` section",
        Path("/proc/self/exe").read_bytes(): "the ELF file has no `.BTF` section",
    }
    for content, words in wrong.items():
        file.write_bytes(content)
        assert words in refused(file)
    (tmp_path / "empty").mkdir()
    for name, missing in (("nothing", "nothing"), ("empty", "empty/vmlinux")):
        with pytest.raises(FileNotFoundError, match="No such file") as error:
            BPF(source=READER, btf=tmp_path / name)
        assert error.value.filename == str(tmp_path / missing)


@pytest.mark.host("objcopy is not in the guest")
def test_btf_lies_in_an_elf_file(tmp_path: Path) -> None:
    copier = shutil.which("llvm-objcopy-22") or shutil.which("objcopy")
    if copier is None:
        pytest.skip("no objcopy here")
    import subprocess

    raw, elf = tmp_path / "raw", tmp_path / "elf"
    raw.write_bytes(
        small([1, 1 << 24, 4, 1 << 24 | 32, 5, 4 << 24 | 1, 4, 10, 1, 0], b"\0int\0mine\0it\0")
    )
    shutil.copy("/bin/true", elf)
    subprocess.run([copier, "--add-section", f".BTF={raw}", elf], check=True)
    for btf in (raw, elf):
        BPF(source=READER, btf=btf).close()
