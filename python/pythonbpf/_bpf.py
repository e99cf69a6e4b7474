"""A BPF program file or object, from its source to the running kernel."""

from __future__ import annotations

import os

# What `collections.abc` hands on; that module imports all of `collections`.
from _collections_abc import Mapping

from pythonbpf import _compile, _native, _source
from pythonbpf._maps import open_map
from pythonbpf._marks import mark_of
from pythonbpf._values import field_names, is_struct, struct_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Any, TextIO, TypeVar

    from typing_extensions import Unpack

    from pythonbpf._attach_arguments import AttachArguments
    from pythonbpf._events import Events
    from pythonbpf._records import Diagnostic, ProgramInfo, TestRun, TraceFields

    _E = TypeVar("_E")
    _MappingByName = Mapping[str, Any]
else:
    _MappingByName = Mapping


class BPF:
    """A BPF object: compiled here or read from a file, then loaded and attached.

    ::

        with BPF() as b:                 # this file; attached inside, released at the end
            for event in b["events"]:
                print(event)

    ``BPF()`` compiles the file, notebook cells, ``-c`` argument or standard
    input that the call stands in. The object is a mapping of its maps by name: ``b["counts"]``,
    ``"counts" in b``, ``list(b)``.

    Args:
        filename: another Python file.
        source: the program's text itself.
        loglevel: least level of what is logged, as :mod:`logging` has them.
        btf: a file with the BTF that the kernel's types are taken from; by default the running
            kernel's.

    Raises:
        CompileError: the program is wrong; ``str()`` of it shows where and how to mend it.
        SourceNotFoundError: the caller has no source.
        OSError: a file cannot be read.
        ValueError: the file has no BTF, or no level is called so.
    """

    def __init__(
        self,
        filename: str | os.PathLike[str] | None = None,
        *,
        source: str | bytes | None = None,
        loglevel: int | str = _compile.WARNING,
        btf: str | os.PathLike[str] | None = None,
    ) -> None:
        text = _chosen_source(filename, source)
        compilation = _compile.build(text, "object", loglevel, btf=btf)
        self._object_bytes = compilation.output or b""
        self._diagnostics = compilation.diagnostics
        self._open(text.name, compilation, text.namespace)

    @classmethod
    def from_object(cls, file: str | os.PathLike[str] | bytes) -> BPF:
        """Takes a compiled object: a path, or the bytes themselves.

        Any libbpf-style object will do, whatever it was compiled from.

        Raises:
            OSError: the file cannot be read.
            BpfError: it is not a BPF object.
        """
        self = cls.__new__(cls)
        if isinstance(file, bytes):
            name, self._object_bytes = "object", file
        else:
            name = os.fspath(file)
            with open(name, "rb") as opened:
                self._object_bytes = opened.read()
        self._diagnostics = ()
        self._open(name, None, {})
        return self

    @classmethod
    def from_pinned(cls, path: str | os.PathLike[str]) -> BPF:
        """Takes what is pinned: what :meth:`pin` made, another folder, or one map or program.

        ::

            b = BPF.from_pinned("/sys/fs/bpf/mytool")
            print(dict(b["counts"]), b.globals.LIMIT)

        Maps, programs and global variables have the names of their files and the types that
        the kernel keeps of them; programs stay attached as they are, also when the object is
        closed. :meth:`unpin` removes the pins.

        Without ``CAP_SYS_ADMIN`` the kernel shows no types, and keys and values are bytes. Of
        buffers of events it keeps none: a program beside them, or a map of their object, tells
        the types, and by itself a buffer gives bytes.

        Raises:
            SystemRefusedError: nothing is pinned there.
            PrivilegeError: a capability is missing; the message names it.
        """
        self = cls.__new__(cls)
        self._object_bytes, self._diagnostics = b"", ()
        self._take(_native.Object.from_pins(path, _struct_types({})))
        return self

    def _open(
        self, name: str, compilation: _native.Compilation | None, namespace: dict[str, Any]
    ) -> None:
        types = _struct_types(namespace)
        shown = _source.shown(name)
        self._take(_native.Object.open(shown, self._object_bytes, compilation, types))

    def _take(self, native: _native.Object) -> None:
        # The lambdas have no reference to self: no cycle keeps links alive.
        self._native = native
        self._programs = _Named(native.programs, lambda name: Program(native, name))
        self._maps = _Named(native.maps, lambda name: open_map(native, name))

    # --- life ---------------------------------------------------------------------------------

    def load(self) -> None:
        """Creates the maps and loads the programs, past the kernel's verifier; again does nothing.

        Raises:
            PrivilegeError: a capability is missing; the message names it.
            VerifierError: the kernel refused a program; ``log`` has its reasons.
        """
        self._native.load()

    def reuse(self, name: str, path: str | os.PathLike[str]) -> None:
        """Takes the map that is pinned at ``path`` in place of making map ``name`` anew.

        Before :meth:`load`; the map's type and sizes must be the declared ones.

        Raises:
            UnknownNameError: there is no such map.
            SystemRefusedError: nothing is pinned there, or it is another kind of map.
        """
        self._native.reuse_map(name, path)

    def pin(self, folder: str | os.PathLike[str]) -> None:
        """Keeps all of it when the process ends, under a new folder of a BPF file system.

        Maps, global variables, programs and the hooks of those that are attached get files in
        the folders ``maps``, ``globals``, ``programs`` and ``links``; :meth:`from_pinned` takes
        them up again. :meth:`close` then detaches nothing, :meth:`Program.detach` does.
        Several folders can hold the same object.

        Raises:
            SystemRefusedError: the folder is there already or in no BPF file system, or a
                program is held by no link of the kernel (tracepoints and probes before Linux
                5.15, sockets, filters). Nothing new is pinned then, and earlier pins stay.
        """
        self._native.pin(folder)

    def unpin(self) -> None:
        """Removes the pins, of every :meth:`pin` and those it was made of, and the folders.

        What nobody else holds ends when the object is closed.
        """
        self._native.unpin()

    def attach_all(self, **arguments: Unpack[AttachArguments]) -> None:
        """Attaches every program that can be; loads first if need be.

        The sections name the hooks; the arguments are those of :meth:`Program.attach`,
        and each program takes what it can use. Programs that attach to what only the
        caller has (a socket, a function that the section does not name) are left to
        :meth:`Program.attach`. If one fails, those that this call attached are
        detached again.

        Raises:
            NoSuchHookError: this kernel has no such hook; the message has near ones.
            AttachArgumentError: a program needs an interface or a control group, or none
                takes an argument.
        """
        self.load()
        for name, why in self._native.attach_all(dict(arguments)):
            import logging

            logging.getLogger("pythonbpf").info("%s is not attached: %s", name, why)

    def load_and_attach(self, **arguments: Unpack[AttachArguments]) -> None:
        """:meth:`load` and :meth:`attach_all`."""
        self.attach_all(**arguments)

    def close(self) -> None:
        """Detaches everything and frees programs and maps; again does nothing.

        The same happens when the object is collected and when the process ends
        in whatever way.
        """
        self._native.close()

    def __enter__(self) -> BPF:
        try:
            self.load_and_attach()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def trace(self, timeout: float | None = None) -> Iterator[TraceFields]:
        """Lines that this object's programs print, taken apart, as they come.

        The kernel has one pipe for all programs, and each line of it is read once. Lines that
        none of this object's formats can have made are passed over.

        Args:
            timeout: seconds to wait for the next line before the iteration ends; by default
                it ends when the object is closed.

        Raises:
            PrivilegeError: the trace pipe needs root.
        """
        from pythonbpf._trace import own_lines

        native = self._native
        return own_lines(_native.Printed.of(self._object_bytes), lambda: native.closed, timeout)

    # --- contents -----------------------------------------------------------------------------

    @property
    def programs(self) -> Mapping[str, Program]:
        """The programs by name."""
        return self._programs

    @property
    def maps(self) -> Mapping[str, Any]:
        """The maps by name: each a :class:`~pythonbpf.Table` or :class:`~pythonbpf.Events`."""
        return self._maps

    def __getitem__(self, name: str) -> Any:
        return self._maps[name]

    def __contains__(self, name: object) -> bool:
        return name in self._maps

    def __iter__(self) -> Iterator[str]:
        return iter(self._maps)

    def __len__(self) -> int:
        return len(self._maps)

    def __bool__(self) -> bool:
        return True  # also without maps

    def events(self, event: type[_E]) -> Events[_E]:
        """The buffer that carries events of this struct class, and no others.

        It is the one that ``b["name"]`` gives, and type checkers know what comes out of it::

            for event in b.events(Event):
                print(event.pid)

        Args:
            event: a class under ``@struct`` that derives from :class:`~pythonbpf.Struct`.

        Raises:
            TypeError: it is no struct class, or no buffer or several carry such events, or one
                carries others as well.
            BpfError: the object is not loaded.
        """
        from pythonbpf._events import carrier

        return carrier(self._maps, event)

    @property
    def globals(self) -> Globals:
        """The global variables by name, to be read and set.

        Before :meth:`load` they hold their first values, and constants can be set;
        afterwards they are the running programs' own.
        """
        return Globals(self._native)

    @property
    def object_bytes(self) -> bytes:
        """The ELF object, as ``pythonbpf build`` writes it."""
        return self._object_bytes

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The compiler's warnings."""
        return self._diagnostics

    def __repr__(self) -> str:
        native = self._native
        state = "closed" if native.closed else "loaded" if native.loaded else "opened"
        programs, maps = ", ".join(native.programs), ", ".join(native.maps)
        return f"<BPF {state}: programs {programs or 'none'}; maps {maps or 'none'}>"


class Program:
    """One program of a BPF object."""

    def __init__(self, owner: _native.Object, name: str) -> None:
        self._owner = owner
        self._native = owner.program(name)
        self.name = name

    @property
    def section(self) -> str:
        """The section string, which names the hook."""
        return self._native.section

    @property
    def attached(self) -> bool:
        """Whether it is attached now."""
        return self._native.attached

    def attach(self, **arguments: Unpack[AttachArguments]) -> None:
        """Attaches the program to its hook, which mostly its section names.

        Which arguments it takes depends on the section; a wrong or missing one is an
        error that names the right ones.

        Args:
            interface: the network interface, by name or index (XDP, traffic control, netkit).
            mode: ``generic``, ``native`` or ``offload`` (XDP).
            cgroup: the folder of the control group (cgroup programs).
            netns: a network namespace, by file or name; by default the caller's.
            pid: the one process that is looked at (user probes, perf events).
            path: the program or library (user probes), the device (lirc_mode2).
            symbol: a function, pattern, system call, ``category/event`` or
                ``provider:marker``, instead of the section's.
            offset: bytes behind the function, or into the file without one.
            cookie: what ``get_attach_cookie`` gives in the program.
            event, frequency, period, cpu: what a perf_event program samples; by default
                the CPU clock 99 times a second on every CPU.
            map: the map of sockets (sk_skb, sk_msg).
            socket: the socket, or its descriptor (socket, sk_reuseport).
            hook, family, priority: where in netfilter.

        Raises:
            NoSuchHookError: this kernel has no such hook; the message has near ones.
            AttachArgumentError: an argument is missing, or not taken.
            ValueError: an argument means nothing.
        """
        self._native.attach(dict(arguments))

    def replace(self, target: Program, function: str | None = None) -> None:
        """Says which function of a loaded program this one stands in the place of.

        For a program of the section ``freplace/FUNCTION``, before :meth:`BPF.load`::

            new.programs["stricter"].replace(old.programs["filter"])
            new.load_and_attach()

        Args:
            target: the program, of this or another object, that is loaded already.
            function: its function, if it is not the section's: the program itself, or one of
                its subprograms.

        Raises:
            NoSuchHookError: there is no such function.
        """
        self._owner.replace(self.name, target._native, function)

    def pin(self, path: str | os.PathLike[str]) -> None:
        """Pins it to ``path``, a new file of a BPF file system.

        For what takes programs by their file, such as ``ip route add … encap bpf out
        pinned PATH`` and ``tc … action bpf object-pinned PATH``. It lives until the
        file is removed and nobody uses it.

        Raises:
            SystemRefusedError: the path is in no BPF file system, or something is there.
        """
        self._native.pin(path)

    def iter(self, **arguments: Unpack[AttachArguments]) -> TextIO:
        """Runs an iterator once and gives what it writes, as a text file.

        ::

            for line in b.programs["dump"].iter():
                print(line, end="")

        Args:
            map: the map that is gone over (``iter/bpf_map_elem``).
            pid: the one process that is looked at (``iter/task`` and the like).
            cgroup: the control group that is begun at (``iter/cgroup``).
        """
        return os.fdopen(self._native.iterate(dict(arguments)), errors="surrogateescape")

    def detach(self) -> None:
        """Detaches it; nothing happens if it is not attached.

        It does not run any more afterwards. A pin of its hook goes along (:meth:`BPF.pin`), which
        the kernel takes a moment for.
        """
        self._native.detach()

    def test_run(
        self,
        data: bytes | None = None,
        *,
        ctx: bytes | Mapping[str, int | Sequence[int]] | Sequence[int] | None = None,
        repeat: int = 1,
    ) -> TestRun:
        """Runs the program once, or ``repeat`` times, on a packet or context of yours.

        Nothing is attached and no packet is sent. The kernel takes it for
        networking programs and some others.

        Args:
            data: the packet, of at least 14 bytes.
            ctx: the context: its fields by name (``{"ingress_ifindex": 1}``; ``cb`` is a list),
                the arguments of a raw tracepoint as integers, or its bytes (a :mod:`ctypes`
                structure will do).
            repeat: how often it runs; programs on packets only.

        Raises:
            TypeError: the packet is no bytes, or the context none of these.
            ValueError: the context has no such field.
            OverflowError: a number does not fit its field, or an argument 64 bits.
            SystemRefusedError: the kernel cannot run such programs, or does not take the input.
        """
        from pythonbpf._context import as_bytes, as_data, as_fields, as_repeat
        from pythonbpf._records import TestRun

        packet, count = as_data(data), as_repeat(repeat)
        context = None if ctx is None else as_bytes(self._native.context, ctx, packet)
        retval, out, duration, left = self._native.test_run(packet, context, count)
        run = TestRun(retval, out, duration)
        run.ctx = as_fields(self._native.context, left)
        return run

    @property
    def info(self) -> ProgramInfo:
        """What the kernel tells of it."""
        from pythonbpf._records import ProgramInfo

        return ProgramInfo(**self._native.info())

    def __repr__(self) -> str:
        state = "attached" if self.attached else "not attached"
        return f"<Program {self.name!r} ({self.section}, {state})>"


class Globals(_MappingByName):
    """The global variables of a BPF object: ``b.globals.LIMIT = 5``, ``b.globals["LIMIT"]``."""

    _native: _native.Object

    def __init__(self, owner: _native.Object) -> None:
        # Every other attribute is a variable.
        object.__setattr__(self, "_native", owner)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(*error.args) from None

    def __setattr__(self, name: str, value: Any) -> None:
        # What could not be read so.
        if hasattr(type(self), name):
            raise AttributeError(
                f"globals have `{name}` of their own: set the variable as b.globals[{name!r}]"
            )
        try:
            self[name] = value
        except KeyError as error:
            raise AttributeError(*error.args) from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._native.globals})

    def __getitem__(self, name: str) -> Any:
        return self._native.get_global(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._native.set_global(name, value)

    def __contains__(self, name: object) -> bool:
        return name in self._native.globals

    def __iter__(self) -> Iterator[str]:
        return iter(self._native.globals)

    def __len__(self) -> int:
        return len(self._native.globals)

    def __repr__(self) -> str:
        if self._native.closed:
            return "<globals: closed>"
        return f"<globals: {', '.join(self._native.globals) or 'none'}>"


class _Named(_MappingByName):
    """Programs or maps by name, each opened when it is first asked for."""

    def __init__(self, names: tuple[str, ...], open: Callable[[str], Any]) -> None:
        self._names = names
        self._open = open
        self._opened: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<{', '.join(self._names) or 'none'}>"


def _chosen_source(
    filename: str | os.PathLike[str] | None, source: str | bytes | None
) -> _source.Source:
    if source is None:
        return _source.caller_source() if filename is None else _source.from_file(filename)
    text = source.encode() if isinstance(source, str) else source
    return _source.Source("<source>" if filename is None else os.fspath(filename), text, {})


def _struct_types(namespace: dict[str, Any]) -> Callable[[str, tuple[str, ...]], type]:
    """Which class stands for a struct: the program's own, or one made for it."""

    def find(name: str, fields: tuple[str, ...]) -> type[Any]:
        own: Any = namespace.get(name)
        known = isinstance(own, type) and mark_of(own) is not None and is_struct(own)
        return own if known and field_names(own) == fields else struct_type(name, fields)

    return find
