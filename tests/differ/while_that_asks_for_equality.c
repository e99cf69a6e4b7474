#include "prelude.h"

MAP(given, 2, u32, s64, 8);

struct prog_s0 {
    s64 f0;
    u32 f1;
    u32 f2;
    _Bool f3;
};

struct prog_s0 prog_g2;
MAP(prog_m1, 1, u8, u64, 64);

SEC("xdp")
int prog(void *ctx)
{
    _Bool v0 = 0;
    s8 v1 = 0;
    u64 * v2 = 0;
    u64 * v3 = 0;
    u16 v4 = 0;
    s64 v5 = 0;
    s32 v6 = 0;
    u32 v7 = 0;
    v0 = 0;
    v1 = GET(given, u32, s64, 5, 0);
    {
        int left = 0;
        v5 = 0;
        while (v5 < 5) {
            v5++;
            if ((GET(prog_m1, u8, u64, 0, 0) ? ({ __auto_type t1 = ({ v0 = 1; v0; }); __auto_type t2 = 31; SHR(t1, t2); }) : (v5 + v1))) {
                return prog_g2.f3;
            }
        }
    }
    return v0;
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
