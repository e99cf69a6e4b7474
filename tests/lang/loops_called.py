"""From Linux 5.17 on `bpf_loop` turns a loop without a known end: leaving it in every way,
with numbers, structs, arrays, pointers and records that the turns share."""

# kernel: 5.17
# run: leaves(data=64) == 45
# run: goes_on(data=64) == 25
# run: returns(data=64) == 12
# run: orelse(data=64) == 7
# run: nested(data=64) == 203
# run: shared(data=64) == 42
# run: pointers(data=64) == 6
# run: large(data=64) == 42
# run: forever(data=64) == 0
# run: inlined(data=64) == 30
# run: records(data=64) == 2
# run: held(data=64) == 2
# events: ring == [{"n": 0, "sum": 10}, {"n": 1, "sum": 5}, {"n": 3, "sum": 5}]
# map: counts[9] == 4950
# map: counts[8] == 8388608

from ctypes import c_int64, c_uint8, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.maps import HashMap, RingBuffer


@bpf
@struct
class Sum:
    n: c_uint64
    sum: c_uint64


@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=16)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@section("xdp")
def leaves(ctx: c_void_p) -> c_int64:
    total = 0
    n = 0
    while counts[0] == 0:
        if n == 10:
            break
        total += n
        n += 1
    else:
        return 1
    return total


@bpf
@section("xdp")
def goes_on(ctx: c_void_p) -> c_int64:
    counts[1] = 10
    odd: c_uint32 = 0
    for i in range(counts[1]):
        if i & 1 == 0:
            continue
        odd += i
    return odd


@bpf
@section("xdp")
def returns(ctx: c_void_p) -> c_int64:
    n = 0
    while True:
        n += 3
        if n > 10:
            return n


@bpf
@section("xdp")
def orelse(ctx: c_void_p) -> c_int64:
    counts[2] = 5
    n = 0
    last = 0
    while (last := n) < counts[2]:
        n += 1
    else:
        n += 2
    return n if last == 5 else 0


@bpf
@section("xdp")
def nested(ctx: c_void_p) -> c_int64:
    counts[3] = 20
    total = 0
    ended = 0
    for i in range(counts[3]):
        j = 0
        while j < counts[3]:
            if j == i:
                break
            j += 1
            total += 1
        else:
            ended += 1
        for k in range(3):
            if k == 2:
                break
            if total == 190 and k == 1:
                return total + i - 6 - ended
    return 2


@bpf
@section("xdp")
def shared(ctx: c_void_p) -> c_int64:
    counts[4] = 6
    sums = Sum()
    squares = (c_uint64 * 8)()
    for i in range(counts[4]):
        sums.n += 1
        if sums.n > 100:
            return 1
        squares[i & 7] = i * i
    total = 0
    for square in squares:
        total += square
    return total - 13 - sums.n + 6


@bpf
@section("xdp")
def pointers(ctx: c_void_p) -> c_int64:
    counts[5] = 6
    counts[9] = 0
    found = counts.lookup(9)
    stop = counts.lookup(5)
    if not found or not stop:
        return 1
    i = 0
    while i < 100:
        if stop[0] != 6:
            i += 50
        found[0] += i
        i += 1
    return stop[0]


@bpf
@section("xdp")
def large(ctx: c_void_p) -> c_int64:
    sum_ = c_uint64(0)
    for i in range(1000000):
        sum_ += i
    return 42 if sum_ == 499999500000 else 1


@bpf
@section("xdp")
def forever(ctx: c_void_p) -> c_int64:
    n: c_uint64 = 0
    while counts[15] == 0:
        n += 1
    counts[8] = n
    return 0


@bpf
def up_to(bound: c_uint64, step: c_uint8) -> c_uint64:
    n = c_uint64(0)
    while n < bound:
        n += step
    return n


@bpf
@section("xdp")
def inlined(ctx: c_void_p) -> c_int64:
    counts[6] = 10
    return up_to(counts[6], 5) + up_to(counts[6] + 9, 4)


@bpf
@section("xdp")
def records(ctx: c_void_p) -> c_int64:
    counts[7] = 5
    sent = 0
    while sent < counts[7]:
        record = ring.reserve(Sum)
        if not record:
            return 1
        record.n = sent
        record.sum = 10 if sent == 0 else counts[7]
        record.submit()
        sent += 1
        if sent == 2:
            break
    return sent


@bpf
@section("xdp")
def held(ctx: c_void_p) -> c_int64:
    counts[7] = 5
    record = ring.reserve(Sum)
    if not record:
        return 1
    for i in range(counts[7]):
        record.sum = counts[7]
        if i == 2:
            continue
        if i == 4:
            break
        record.n += 1
    record.submit()
    return 2


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
