#include "prelude.h"

MAP(given, 2, u32, s64, 8);

MAP(prog_m0, 2, u32, u32, 1);

static u16 prog_f1(s32 v0, s64 v1)
{
    { __auto_type t1 = 1; UPDATE(prog_m0, u32, u32, 0, t1, 0); }
    return 0;
}

SEC("xdp")
int prog(void *ctx)
{
    s32 v0 = 0;
    s64 v1 = 0;
    s64 v2 = 0;
    s64 v3 = 0;
    s32 v4 = 0;
    s64 v5 = 0;
    v0 = 0;
    { __auto_type t2 = prog_f1(0, 0); UPDATE(prog_m0, u32, u32, GET(prog_m0, u32, u32, 0, 0), t2, 0); }
    return v0;
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
