"""Maps read and written many entries at a time: dictionaries, sequences, NumPy, pins."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import pickle
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from programs import table_types
from programs.table_types import Key, Small, Value

from pythonbpf import BPF, SystemRefusedError, UnknownNameError

pytestmark = pytest.mark.kernel

PACKET = bytes(64)


@pytest.fixture
def b() -> Iterator[BPF]:
    bpf = table_types.main()
    bpf.load()
    yield bpf
    bpf.close()


@pytest.fixture
def pin() -> Iterator[Path]:
    path = Path(f"/sys/fs/bpf/pythonbpf-test-{uuid.uuid4().hex[:12]}")
    if not os.path.ismount("/sys/fs/bpf"):
        pytest.skip("no BPF file system is mounted at /sys/fs/bpf")
    yield path
    path.unlink(missing_ok=True)


# --- dictionaries -----------------------------------------------------------------------------


def test_a_million_entries_are_what_was_written(b: BPF) -> None:
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    counts = b["counts"]
    written = {key: key * key for key in range(1_000_000)}
    counts.update(written)
    assert dict(counts) == written
    table = counts.to_numpy()
    assert len(table) == 1_000_000
    keys = numpy.sort(table["key"])
    assert (keys == numpy.arange(1_000_000)).all()
    assert (table["value"] == table["key"] ** 2).all()
    counts.clear()
    assert len(counts) == 0
    assert counts.to_numpy().shape == (0,)


def test_update_stores_all_or_says_what_is_wrong(b: BPF) -> None:
    counts = b["counts"]
    counts.update([(1, 10), (2, 20)])
    assert dict(counts) == {1: 10, 2: 20}
    with pytest.raises(OverflowError, match="64 unsigned bits"):
        counts.update({3: 30, 4: 2**64})
    with pytest.raises(TypeError, match="expected an integer"):
        counts.update({3: 30, 4: "x"})
    with pytest.raises(OverflowError):
        counts.update({3: 30, -1: 1})
    assert dict(counts) == {1: 10, 2: 20}
    structs = b["structs"]
    with pytest.raises(SystemRefusedError, match="full"):
        structs.update({Key(port, 0, False): Value(count=port) for port in range(200)})
    assert len(structs) == 100


def test_a_dictionary_is_read_in_one_pass(b: BPF) -> None:
    counts = b["counts"]
    counts.update(dict.fromkeys(range(5000), 1))
    assert {**counts} == dict(counts) == dict.fromkeys(range(5000), 1)
    # Keys that were asked for by themselves are looked up when they are used.
    keys = list(counts.keys())
    assert hasattr(counts, "keys")
    for key in counts.keys():  # noqa: SIM118, the method is what is tested
        counts[key] = 2
        assert counts[key] == 2
    keys = list(counts.keys())
    counts[keys[0]] = 3
    assert counts[keys[0]] == 3
    del counts[keys[0]]
    with pytest.raises(KeyError):
        counts[keys[0]]
    found: dict[int, int] = {}
    found.update(counts)
    assert found == dict.fromkeys(keys[1:], 2)


def test_writers_do_not_break_iteration(b: BPF) -> None:
    counts, ends = b["counts"], threading.Event()
    lasting = {key: key for key in range(100_000, 101_000)}
    counts.update(lasting)

    def write() -> None:
        while not ends.is_set():
            b.programs["churn"].test_run(PACKET, repeat=2000)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(30):
            found = dict(counts)
            assert {key: found[key] for key in lasting} == lasting
            keys = [key for key, _ in counts.items()]
            assert len(keys) == len(set(keys))
            assert lasting.keys() <= set(counts)
            assert len(counts) >= 1000
    finally:
        ends.set()
        writer.join()


def test_dictionaries_of_several_threads_do_not_disturb_each_other(b: BPF) -> None:
    """Keys go while others read them, and no reader ever misses a key that it was told of."""
    counts, ends = b["counts"], threading.Event()
    lasting = {key: key for key in range(100_000, 101_000)}
    counts.update(lasting)
    failures: list[BaseException] = []

    def until_the_end(step: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                while not ends.is_set():
                    step()
            except BaseException as failure:  # noqa: BLE001, the test tells of it
                failures.append(failure)
                ends.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def read() -> None:
        for found in (dict(counts), {**counts}):
            assert all(found[key] == key for key in lasting)

    passing = dict.fromkeys(range(300), 1)
    steps = [
        read,
        read,
        lambda: counts.get(100_005),
        lambda: counts.update(passing),
        lambda: [counts.pop(key, None) for key in passing],
    ]
    threads = [until_the_end(step) for step in steps]
    ends.wait(1.5)
    ends.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_entry_goes_to_one_of_those_who_take_it(b: BPF) -> None:
    counts = b["counts"]
    counts.update(dict.fromkeys(range(4000), 1))
    taken: list[list[int]] = [[], [], []]

    def by_key(place: int) -> None:
        taken[place] += [key for key in range(4000) if counts.pop(key, None) is not None]

    def any_of_them() -> None:
        with contextlib.suppress(KeyError):
            while True:
                taken[2].append(counts.popitem()[0])

    threads = [threading.Thread(target=by_key, args=(place,)) for place in (0, 1)]
    threads.append(threading.Thread(target=any_of_them))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for keys in taken for key in keys) == list(range(4000))
    assert not counts


def test_taking_out(b: BPF) -> None:
    counts = b["counts"]
    counts[1] = 10
    assert counts
    assert counts.pop(1, 5) == 10
    assert counts.pop(1, 5) == 5
    assert counts.pop(1, None) is None
    with pytest.raises(KeyError):
        counts.pop(1)
    with pytest.raises(KeyError, match="'counts' is empty"):
        counts.popitem()
    assert counts.setdefault(1, 7) == 7
    assert counts.setdefault(1, 8) == 7
    assert counts.popitem() == (1, 7)
    structs = b["structs"]
    structs[Key(80, -3, True)] = Value(5, "web", b"\1\2\3\4\5\6", -1)
    assert structs.popitem() == (Key(80, -3, True), Value(5, "web", b"\1\2\3\4\5\6", -1))
    each = b["cpu_counts"]
    values = [Small(number, 1) for number in range(len(b["each_cpu"][0]))]
    each[3] = values
    assert each.pop(3) == values
    each[3] = values
    assert each.popitem() == (3, values)
    counts.update(dict.fromkeys(range(20_000), 1))
    begun = time.monotonic()
    for _ in range(2000):
        assert counts
        counts.popitem()
    assert time.monotonic() - begun < 2, "not all keys are read for one"
    assert len(counts) == 18_000


def test_maps_are_neither_copied_nor_pickled(b: BPF) -> None:
    for made in (copy.copy, copy.deepcopy, pickle.dumps):
        for name in ("counts", "slots", "mixed"):
            with pytest.raises(TypeError, match=f"'{name}' is a map of the kernel"):
                made(b[name])


# --- keys that can be given back --------------------------------------------------------------

KEYS = """
from ctypes import c_int64, c_uint8, c_uint16, c_uint32, c_void_p
from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap

@bpf
@struct
class Place:
    name: str(8)
    ports: c_uint16 * 3

@bpf
@map
def names() -> HashMap:
    return HashMap(key=str(8), value=c_uint32, max_entries=8)

@bpf
@map
def places() -> HashMap:
    return HashMap(key=Place, value=Place, max_entries=8)

@bpf
@map
def words() -> HashMap:
    return HashMap(key=c_uint32 * 2, value=c_uint8 * 6, max_entries=8)

@bpf
@section("xdp")
def nothing(ctx: c_void_p) -> c_int64:
    return 2

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"""


@pytest.fixture
def keyed() -> Iterator[BPF]:
    bpf = BPF(source=KEYS)
    bpf.load()
    yield bpf
    bpf.close()


def test_keys_that_are_no_utf8_stay_apart(keyed: BPF) -> None:
    names = keyed["names"]
    names[b"\xff"], names[b"\xfe"], names["é"], names[b"a\xffb"] = 1, 2, 3, 4
    told = "\N{REPLACEMENT CHARACTER}"
    assert sorted(map(str, names)) == ["a\N{REPLACEMENT CHARACTER}b", "é", told, told]
    assert sorted(dict(names).values()) == [1, 2, 3, 4]
    assert sorted(names[key] for key in names) == [1, 2, 3, 4]
    assert names["\udcfe"] == names[b"\xfe"] == names[os.fsdecode(b"\xfe")] == 2
    assert told not in names
    assert names.pop("\udcff") == 1
    for key in names:
        del names[key]
    assert not names
    names[b"\xff\xff"] = 5
    key, value = names.popitem()
    assert (key.raw, str(key), value) == (b"\xff\xff", told * 2, 5)
    for copied in pickle.loads(pickle.dumps(key)), copy.copy(key):
        assert (copied, hash(copied), copied.raw) == (key, hash(key), key.raw)
    assert key != told * 2
    assert told * 2 != key
    assert json.dumps(key) == r'"\ufffd\ufffd"'
    places = keyed["places"]
    places[{"name": b"\xff", "ports": [1, 2, 3]}] = (b"\xfe", [4, 5, 6])
    (place,) = places
    assert (place.name.raw, str(place.name)) == (b"\xff", told)
    assert places[place].name == told
    assert dict(places) == {place: places[place]}
    del places[place]
    with pytest.raises(ValueError, match=r"map `names`: key: .*surrogates not allowed"):
        names["\ud800"] = 1
    with pytest.raises(TypeError, match=r"words`: value: expected 6 bytes, found a string"):
        keyed["words"][1, 2] = "\udcff" * 6


def test_keys_with_arrays_can_be_hashed(keyed: BPF) -> None:
    places = keyed["places"]
    places["a", [1, 2, 3]] = ("x", [1, 1, 1])
    (place,) = places
    other = type(place)("a", [1, 2, 3])
    assert place == other
    assert hash(place) == hash(other)
    assert dict(places)[other].name == "x"
    assert len({place, other, type(place)("a", [1, 2, 4])}) == 2
    words = keyed["words"]
    words[1, 2] = b"abcdef"
    words[[3, 4]] = b"ghijkl"
    assert dict(words) == {(1, 2): b"abcdef", (3, 4): b"ghijkl"}
    for key in words:
        del words[key]


def test_what_does_not_fit_says_where(keyed: BPF) -> None:
    words, places = keyed["words"], keyed["places"]
    with pytest.raises(OverflowError, match=r"map `words`: value: \[5\]: 256 does not fit a byte"):
        words[1, 2] = [0, 0, 0, 0, 0, 256]
    with pytest.raises(TypeError, match=r"map `words`: value: a NoneType is no BPF value"):
        words[1, 2] = None
    with pytest.raises(TypeError, match=r"map `words`: key: \[1\]: a NoneType is no BPF value"):
        words[1, None] = bytes(6)
    with pytest.raises(TypeError, match=r"map `places`: key: ports\[2\]: a set is no BPF value"):
        places["a", [1, 2, set()]] = ("x", [1, 1, 1])


# --- sequences --------------------------------------------------------------------------------


def test_arrays_are_sequences(b: BPF) -> None:
    slots = b["slots"]
    slots[:] = [1, 2, 3, 4, 5]
    assert list(slots) == [1, 2, 3, 4, 5]
    assert slots[-1] == 5
    assert slots[1:4] == [2, 3, 4]
    assert slots[::-2] == [5, 3, 1]
    slots[-2] = 40
    slots[0:2] = (10, 20)
    assert slots.values() == [10, 20, 3, 40, 5]
    assert 40 in slots
    assert slots.index(3) == 2
    assert list(reversed(slots)) == [5, 40, 3, 20, 10]
    assert dict(slots) == dict(enumerate(slots)) == dict(slots.items())
    slots.update({0: 1, -1: 9})
    assert (slots[0], slots[4], len(slots)) == (1, 9, 5)
    slots.clear()
    assert list(slots) == [0] * 5


def test_arrays_refuse_what_lists_refuse(b: BPF) -> None:
    slots = b["slots"]
    for wrong in (5, -6):
        with pytest.raises(IndexError, match="5 entries"):
            slots[wrong]
        with pytest.raises(IndexError):
            slots[wrong] = 1
    assert slots.get(5) is None
    for wrong in ("a", 1.0, None):
        with pytest.raises(TypeError, match="integers or slices"):
            slots[wrong]
        with pytest.raises(TypeError, match="integers or slices"):
            slots[wrong] = 1
        with pytest.raises(TypeError, match="integers or slices"):
            slots.get(wrong)
    with pytest.raises(ValueError, match="fixed length"):
        slots[0:2] = [1, 2, 3]
    with pytest.raises(OverflowError):
        slots[0] = 2**32
    with pytest.raises((AttributeError, TypeError)):
        del slots[0]


def test_values_of_all_cpus(b: BPF) -> None:
    each = b["each_cpu"]
    allowed = sorted(os.sched_getaffinity(0))
    try:
        for cpu in allowed:
            os.sched_setaffinity(0, {cpu})
            b.programs["count_cpu"].test_run(PACKET, repeat=cpu + 1)
    finally:
        os.sched_setaffinity(0, allowed)
    expected = [7 * (cpu + 1) if cpu in allowed else 0 for cpu in range(len(each[1]))]
    assert each[1] == expected
    assert each.sum(1) == sum(expected)
    assert each.sums() == [0, sum(expected), 0]
    structs = b["cpu_counts"]
    cpus = len(expected)
    structs[3] = [(number, 1) for number in range(cpus)]
    total = structs.sum(3)
    assert (total.number, total.cpu) == (sum(range(cpus)), cpus)
    assert structs.sums() == {3: total}
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed")
    table = each.to_numpy()
    assert table.shape == (3, cpus)
    assert table[1].tolist() == expected
    assert (table.sum(axis=1) == each.sums()).all()
    table = structs.to_numpy()
    assert table["value"].shape == (1, cpus)
    assert (table["value"]["number"] == numpy.arange(cpus)).all()


def test_structs_are_fields_of_arrays(b: BPF) -> None:
    pytest.importorskip("numpy", reason="NumPy is not installed")
    structs = b["structs"]
    structs[Key(80, -3, True)] = Value(5, "web", b"\1\2\3\4\5\6", -1)
    table = structs.to_numpy()
    assert table.dtype.names == ("key", "value")
    assert table["key"]["port"].tolist() == [80]
    assert table["key"]["kind"].tolist() == [-3]
    assert table["key"]["on"].tolist() == [True]
    value = table["value"][0]
    assert (value["count"], value["name"], value["least"]) == (5, b"web", -1)
    assert bytes(value["bytes"]) == b"\1\2\3\4\5\6"
    table["value"]["count"] += 1  # the array is the caller's own
    assert structs[80, -3, True].count == 5
    assert b["slots"].to_numpy().tolist() == [0] * 5


# --- pins -------------------------------------------------------------------------------------

REUSE = """
import json, sys
from programs import table_types
b = table_types.main()
b.reuse("counts", sys.argv[1])
b.load()
print(json.dumps(sorted(b["counts"].items())))
b["counts"][77] = 7
b.close()
"""


@pytest.mark.host("a second interpreter compiles the program")
def test_another_process_takes_up_a_pinned_map(b: BPF, pin: Path) -> None:
    b["counts"].update({1: 2, 3: 4})
    b["counts"].pin(pin)
    other = subprocess.run(
        [sys.executable, "-c", REUSE, str(pin)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert other.returncode == 0, other.stderr
    assert json.loads(other.stdout) == [[1, 2], [3, 4]]
    assert b["counts"][77] == 7
    b.close()
    again = table_types.main()
    again.load()
    assert len(again["counts"]) == 0
    again.close()
    again = table_types.main()
    again.reuse("counts", pin)
    again.load()
    assert dict(again["counts"]) == {1: 2, 3: 4, 77: 7}
    again.close()


def test_pins_that_cannot_be(b: BPF, pin: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemRefusedError, match="not in a BPF file system: take a path under"):
        b["counts"].pin(tmp_path / "counts")
    with pytest.raises(SystemRefusedError, match="there is no folder"):
        b["counts"].pin(pin / "below")
    b["counts"].pin(pin)
    with pytest.raises(SystemRefusedError, match="there is something already"):
        b["slots"].pin(pin)
    other = table_types.main()
    with pytest.raises(SystemRefusedError, match="nothing is pinned there"):
        other.reuse("counts", f"{pin}-not")
    with pytest.raises(SystemRefusedError, match="it is of type 1 with 8-byte keys"):
        other.reuse("slots", pin)
    with pytest.raises(UnknownNameError, match="did you mean `counts`"):
        other.reuse("count", pin)
    other.load()
    with pytest.raises(Exception, match="loaded already"):
        other.reuse("counts", pin)
    other.close()
