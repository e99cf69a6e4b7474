#include "prelude.h"

MAP(given, 2, u32, s64, 8);

struct prog_s1 {
    s32 f0;
    s32 f1[2];
    u32 f2;
};

struct prog_s1 prog_g2;

CALL s8 prog_f0(s32 v0, _Bool v1, u8 v2)
{
    struct prog_s1 v3 = {};
    prog_g2.f0 = (prog_g2.f0 - 1);
    return 1;
}

SEC("xdp")
int prog(void *ctx)
{
    s8 v0 = 0;
    s64 v1 = 0;
    s64 v2 = 0;
    s64 v3 = 0;
    s32 v4 = 0;
    s16 v5 = 0;
    u8 v6 = 0;
    s64 v7 = 0;
    v1 = 0;
    { __auto_type t2 = prog_g2.f0; __auto_type t3 = ({ __auto_type t1 = +prog_f0(0, ((_Bool)0), 2); t1; }); prog_g2.f0 = (t2 ^ t3); }
    return v1;
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
