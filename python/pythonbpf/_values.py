"""Struct values: what a BPF struct is in user space.

:func:`install` gives a decorated class the behaviour of a value, and
:func:`struct_type` makes such a class for a struct that the object file
describes and no Python class stands for. Events, map keys and map values are
instances of these classes.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar, cast

    _T = TypeVar("_T")
else:

    def cast(_: str, value: Any) -> Any:
        return value


FIELDS = "__bpf_fields__"
_ZEROS = "__bpf_zeros__"
_DEFAULTS = "__bpf_defaults__"
_MATCH_ARGS = "__match_args__"

_generated: dict[tuple[str, tuple[str, ...]], type[Any]] = {}


class RawText(str):
    """Text of a key that is not UTF-8: shown with U+FFFD in the place of what is not.

    Compared, and given back to the map, by its bytes: two such keys stay two.
    """

    __slots__ = ("raw",)

    raw: bytes
    """What the map has."""

    def __new__(cls, raw: bytes) -> RawText:
        """The text of these bytes."""
        made = str.__new__(cls, raw.decode(errors="replace"))
        made.raw = raw
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawText) and self.raw == other.raw

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.raw)

    def __reduce__(self) -> tuple[Any, ...]:
        return RawText, (self.raw,)


class Struct:
    """A base class that tells type checkers of a struct's fields.

    ::

        @bpf
        @struct
        class Event(Struct):
            pid: Annotated[int, c_uint32]
            comm: Annotated[str, str(16)]

    With it an editor completes ``event.pid`` and knows that it is an ``int``; the type that the
    kernel's programs have is the second. It changes nothing else: without it, and with
    ``pid: c_uint32``, the struct is the same, and its values are ``Any`` to a type checker.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def __init__(self, *values: Any, **fields: Any) -> None: ...

        def __iter__(self) -> Iterator[Any]: ...


def field_names(struct: object) -> tuple[str, ...]:
    """Names of the fields of a struct class or value, in order of declaration.

    Raises:
        TypeError: it is not a struct.
    """
    cls: type[Any] = struct if isinstance(struct, type) else type(struct)
    names = getattr(cls, FIELDS, None)
    if names is None:
        raise TypeError(f"{cls.__name__} is not a struct: its class needs @bpf and @struct")
    return names


def is_struct(obj: object) -> bool:
    """Whether it is a struct class or value."""
    return hasattr(obj, FIELDS)


def install(cls: type[Any], fields: Iterable[str] | None = None) -> None:
    """Makes ``cls`` a value type with these fields; by default its annotated names."""
    names = tuple(_annotations(cls) if fields is None else fields)
    setattr(cls, FIELDS, names)
    for method in (__init__, __repr__, __eq__, __hash__, __iter__, _asdict, _repr_html_):
        setattr(cls, method.__name__, method)
    setattr(cls, _MATCH_ARGS, names)


def slotted(cls: type[_T]) -> type[_T]:
    """The same class with a slot for each annotated name, so that values are small and quick.

    A class that has slots of its own, or a name that Python would mangle, stays as it is.
    """
    if not isinstance(cls, type):  # pyright: ignore[reportUnnecessaryIsInstance]
        return cls  # the compiler says so
    names = tuple(_annotations(cls))
    if any(_is_mangled(name) for name in names) or "__slots__" in vars(cls):
        return cls
    namespace = dict(vars(cls))
    for name in ("__dict__", "__weakref__"):
        namespace.pop(name, None)
    # A slot's place in the class is its own: values assigned in the body move aside.
    namespace[_DEFAULTS] = {name: namespace.pop(name) for name in names if name in namespace}
    namespace["__slots__"] = names
    namespace["__qualname__"] = cls.__qualname__
    try:
        return cast("Any", type(cls))(cls.__name__, cls.__bases__, namespace)
    except (TypeError, ValueError):  # a base class whose layout has no place for slots
        return cls


def _is_mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def struct_type(name: str, fields: tuple[str, ...]) -> type[Any]:
    """The class for a struct of this name and these fields; one for each pair."""
    cls = _generated.get((name, fields))
    if cls is None:
        # Python would mangle `__name` for a class: slots get names that it leaves alone.
        slots = {field: f"field_{field}" if _is_mangled(field) else field for field in fields}
        cls = type(name, (_Generated,), {"__slots__": tuple(slots.values())})
        for field, slot in slots.items():
            if field != slot:
                setattr(cls, field, getattr(cls, slot))
        install(cls, fields)
        cls = _generated.setdefault((name, fields), cls)
    return cls


class _Generated:
    __slots__ = ()
    __module__ = "pythonbpf.structs"

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return rebuild, (type(self).__name__, field_names(self), tuple(_values(self)))


def rebuild(name: str, fields: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """A value of a generated type; for :mod:`pickle`."""
    return struct_type(name, fields)(*values)


# --- the methods of every struct class -----------------------------------------------------


def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
    cls: type[Any] = type(self)  # pyright: ignore[reportUnknownVariableType]
    names = field_names(cls)
    if len(args) > len(names):
        raise TypeError(f"{cls.__name__} has {len(names)} fields but {len(args)} values were given")
    given = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in names:
            raise TypeError(f"{cls.__name__} has no field {name!r}: it has {', '.join(names)}")
        if name in given:
            raise TypeError(f"{cls.__name__}: field {name!r} is given twice")
        given[name] = value
    if len(given) < len(names):
        zeros = _zeros(cls)
        for name in names:
            if name not in given:
                given[name] = zeros[name]()
    for name in names:
        setattr(self, name, given[name])


def __repr__(self: Any) -> str:
    body = ", ".join(f"{name}={getattr(self, name)!r}" for name in field_names(self))
    return f"{type(self).__name__}({body})"


def __eq__(self: Any, other: object) -> bool:
    if not is_struct(other):
        return NotImplemented
    same_type = type(self).__name__ == type(other).__name__
    return same_type and field_names(self) == field_names(other) and _all_equal(self, other)


def _all_equal(one: object, other: object) -> bool:
    return all(a == b for a, b in zip(_values(one), _values(other), strict=True))


def __hash__(self: Any) -> int:
    try:
        return hash((type(self).__name__, *_values(self)))
    except TypeError:  # arrays are lists
        return hash((type(self).__name__, *map(_frozen, _values(self))))


def _frozen(value: Any) -> Any:
    """The same by content, to be hashed: what is equal stays so."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def __iter__(self: Any) -> Iterator[Any]:
    return _values(self)


def _asdict(self: Any) -> dict[str, Any]:
    return {name: _plain(getattr(self, name)) for name in field_names(self)}


def _repr_html_(self: Any) -> str:
    from pythonbpf._pictures import value_html

    return value_html(self)


def _values(struct: object) -> Iterator[Any]:
    return (getattr(struct, name) for name in field_names(struct))


def _plain(value: Any) -> Any:
    if is_struct(value):
        return _asdict(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]


# --- zero values by annotation ----------------------------------------------------------------


def _annotations(cls: type[Any]) -> Mapping[str, Any]:
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    return vars(cls).get("__annotations__", {})


def _zeros(cls: type[Any]) -> dict[str, Callable[[], Any]]:
    """For each field what makes its initial value; worked out on first use."""
    known = cls.__dict__.get(_ZEROS)
    if known is None:
        annotations = _annotations(cls)
        module = sys.modules.get(cls.__module__)
        namespace = vars(module) if module is not None else {}
        known = {
            name: _default(cls, name) or _zero(annotations.get(name), namespace)
            for name in field_names(cls)
        }
        setattr(cls, _ZEROS, known)
    return known


def _default(cls: type[Any], name: str) -> Callable[[], Any] | None:
    """The value that the class body assigns to the field."""
    value = cls.__dict__.get(_DEFAULTS, cls.__dict__).get(name)
    if value is None or hasattr(value, "__set__"):  # a slot's descriptor is no default
        return None
    plain = getattr(value, "value", value)  # c_uint32(5) is 5
    return lambda: plain


def _zero(annotation: Any, namespace: dict[str, Any]) -> Callable[[], Any]:
    if isinstance(annotation, str) and not annotation.isdigit():
        try:
            annotation = eval(annotation, namespace)  # as typing.get_type_hints does
        except Exception:  # noqa: BLE001  (whatever an annotation raises, its field starts at 0)
            return int
    if isinstance(annotation, str):  # str(16) is the string "16" once CPython has run it
        return str
    if hasattr(annotation, "__metadata__"):  # Annotated[int, c_uint32]
        parts = (annotation.__origin__, *annotation.__metadata__)
        return _zero(next((part for part in parts if _is_bpf_type(part)), parts[0]), namespace)
    if not isinstance(annotation, type):
        return int
    if is_struct(annotation):
        return annotation
    import ctypes

    if issubclass(annotation, ctypes.Array):
        return _zero_array(annotation)  # pyright: ignore[reportUnknownArgumentType]
    return bool if annotation is ctypes.c_bool else int


def _is_bpf_type(part: Any) -> bool:
    """Whether the compiler takes this part of an ``Annotated`` for the type."""
    if isinstance(part, str):
        return part.isdigit()
    return isinstance(part, type) and (
        is_struct(part) or any(base.__module__ == "_ctypes" for base in part.__mro__)
    )


def _zero_array(array: Any) -> Callable[[], Any]:
    import ctypes

    element, length = array._type_, array._length_
    if element is ctypes.c_char:
        return str
    if element is ctypes.c_uint8:
        return lambda: bytes(length)
    zero = _zero(element, {})
    return lambda: [zero() for _ in range(length)]
