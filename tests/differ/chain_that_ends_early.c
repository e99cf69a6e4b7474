#include "prelude.h"

MAP(given, 2, u32, s64, 8);

s8 prog_g0 = ((s8)63);
MAP(prog_m0, 1, u32, u32, 64);

static s32 prog_f0(_Bool v0, u64 v1, s32 v2, s16 v3)
{
    prog_g0 = (prog_g0 - 1);
    return 1;
}

SEC("xdp")
int prog(void *ctx)
{
    s16 v0 = 0;
    u16 v1 = 0;
    s64 v2 = 0;
    u32 v3 = 0;
    s64 v4 = 0;
    s64 v5 = 0;
    s16 v6 = 0;
    s64 v7 = 0;
    s64 v8 = 0;
    u32 * v9 = 0;
    u32 v10 = 0;
    u32 v11 = 0;
    v1 = 0;
    v3 = 0;
    { __auto_type t1 = ({ __auto_type t2 = v3; __auto_type t3 = 0; (_Bool)(t2 > t3 && ({ __auto_type t4 = prog_f0(0, 0, 0, 1); t3 <= t4 && ({ __auto_type t5 = 1; t4 <= t5 && 1; }); })); }); UPDATE(prog_m0, u32, u32, 0, t1, 0); }
    return v1;
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
