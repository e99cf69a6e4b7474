#include "prelude.h"

MAP(given, 2, u32, s64, 8);

MAP(prog_m0, 2, u32, u32, 7);

SEC("xdp")
int prog(void *ctx)
{
    s16 v0 = 0;
    s64 v1 = 0;
    s16 v2 = 0;
    u8 v3 = 0;
    s8 v4 = 0;
    s8 v5 = 0;
    u32 * v6 = 0;
    s64 v7 = 0;
    v4 = 0;
    { __auto_type t1 = v4; __auto_type t2 = GET(prog_m0, u32, u32, 5, UPDATE(prog_m0, u32, u32, 0, 1, 2)); v4 = (t1 ^ t2); }
    return GET(given, u32, s64, 1, 0);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
