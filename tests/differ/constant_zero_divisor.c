#include "prelude.h"

MAP(given, 2, u32, s64, 8);

MAP(prog_m2, 1, u32, s8, 64);

SEC("xdp")
int prog(void *ctx)
{
    s64 v0 = 0;
    u16 v1 = 0;
    s64 v2 = 0;
    u8 v3 = 0;
    s32 * v4 = 0;
    _Bool v5 = 0;
    v3 = 0;
    { __auto_type t1 = DIV(0, (_Bool)(({ __auto_type t2 = +v3; (__typeof__(t2))1; }) == 0)); UPDATE(prog_m2, u32, s8, 1, t1, 0); }
    return v3;
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
