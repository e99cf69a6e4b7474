# Written by `cargo xtask gen`; do not edit.
"""The kernel's helper functions and constants, by name.

Helpers run in the kernel: inside an `@bpf` function the compiler turns a call
into the helper; anywhere else a call raises RuntimeError. The constants are
plain integers on both sides.
"""

from __future__ import annotations

# Type checkers know the name; importing `typing` would take longer than the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

__all__ = [
    "BPF_ADJ_ROOM_ENCAP_L2_MASK",
    "BPF_ADJ_ROOM_ENCAP_L2_SHIFT",
    "BPF_ADJ_ROOM_MAC",
    "BPF_ADJ_ROOM_NET",
    "BPF_ANY",
    "BPF_CGROUP_ITER_ANCESTORS_UP",
    "BPF_CGROUP_ITER_CHILDREN",
    "BPF_CGROUP_ITER_DESCENDANTS_POST",
    "BPF_CGROUP_ITER_DESCENDANTS_PRE",
    "BPF_CGROUP_ITER_ORDER_UNSPEC",
    "BPF_CGROUP_ITER_SELF_ONLY",
    "BPF_CSUM_LEVEL_DEC",
    "BPF_CSUM_LEVEL_INC",
    "BPF_CSUM_LEVEL_QUERY",
    "BPF_CSUM_LEVEL_RESET",
    "BPF_DEVCG_ACC_MKNOD",
    "BPF_DEVCG_ACC_READ",
    "BPF_DEVCG_ACC_WRITE",
    "BPF_DEVCG_DEV_BLOCK",
    "BPF_DEVCG_DEV_CHAR",
    "BPF_DROP",
    "BPF_EXIST",
    "BPF_FD_TYPE_KPROBE",
    "BPF_FD_TYPE_KRETPROBE",
    "BPF_FD_TYPE_RAW_TRACEPOINT",
    "BPF_FD_TYPE_TRACEPOINT",
    "BPF_FD_TYPE_UPROBE",
    "BPF_FD_TYPE_URETPROBE",
    "BPF_FIB_LKUP_RET_BLACKHOLE",
    "BPF_FIB_LKUP_RET_FRAG_NEEDED",
    "BPF_FIB_LKUP_RET_FWD_DISABLED",
    "BPF_FIB_LKUP_RET_NOT_FWDED",
    "BPF_FIB_LKUP_RET_NO_NEIGH",
    "BPF_FIB_LKUP_RET_NO_SRC_ADDR",
    "BPF_FIB_LKUP_RET_PROHIBIT",
    "BPF_FIB_LKUP_RET_SUCCESS",
    "BPF_FIB_LKUP_RET_UNREACHABLE",
    "BPF_FIB_LKUP_RET_UNSUPP_LWT",
    "BPF_FIB_LOOKUP_DIRECT",
    "BPF_FIB_LOOKUP_MARK",
    "BPF_FIB_LOOKUP_OUTPUT",
    "BPF_FIB_LOOKUP_SKIP_NEIGH",
    "BPF_FIB_LOOKUP_SRC",
    "BPF_FIB_LOOKUP_TBID",
    "BPF_FLOW_DISSECTOR_CONTINUE",
    "BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG",
    "BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP",
    "BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL",
    "BPF_F_ADJ_ROOM_DECAP_L3_IPV4",
    "BPF_F_ADJ_ROOM_DECAP_L3_IPV6",
    "BPF_F_ADJ_ROOM_ENCAP_L2_ETH",
    "BPF_F_ADJ_ROOM_ENCAP_L3_IPV4",
    "BPF_F_ADJ_ROOM_ENCAP_L3_IPV6",
    "BPF_F_ADJ_ROOM_ENCAP_L4_GRE",
    "BPF_F_ADJ_ROOM_ENCAP_L4_UDP",
    "BPF_F_ADJ_ROOM_FIXED_GSO",
    "BPF_F_ADJ_ROOM_NO_CSUM_RESET",
    "BPF_F_AFTER",
    "BPF_F_ALLOW_MULTI",
    "BPF_F_ALLOW_OVERRIDE",
    "BPF_F_ALL_CPUS",
    "BPF_F_ANY_ALIGNMENT",
    "BPF_F_BEFORE",
    "BPF_F_BPRM_SECUREEXEC",
    "BPF_F_BROADCAST",
    "BPF_F_CLONE",
    "BPF_F_CPU",
    "BPF_F_CTXLEN_MASK",
    "BPF_F_CURRENT_CPU",
    "BPF_F_CURRENT_NETNS",
    "BPF_F_DONT_FRAGMENT",
    "BPF_F_EXCLUDE_INGRESS",
    "BPF_F_FAST_STACK_CMP",
    "BPF_F_GET_BRANCH_RECORDS_SIZE",
    "BPF_F_HDR_FIELD_MASK",
    "BPF_F_ID",
    "BPF_F_INDEX_MASK",
    "BPF_F_INGRESS",
    "BPF_F_INNER_MAP",
    "BPF_F_INVALIDATE_HASH",
    "BPF_F_IPV6",
    "BPF_F_KPROBE_MULTI_RETURN",
    "BPF_F_LINK",
    "BPF_F_LOCK",
    "BPF_F_MARK_ENFORCE",
    "BPF_F_MARK_MANGLED_0",
    "BPF_F_MMAPABLE",
    "BPF_F_NETFILTER_IP_DEFRAG",
    "BPF_F_NO_COMMON_LRU",
    "BPF_F_NO_PREALLOC",
    "BPF_F_NO_TUNNEL_KEY",
    "BPF_F_NO_USER_CONV",
    "BPF_F_NUMA_NODE",
    "BPF_F_PAD_ZEROS",
    "BPF_F_PATH_FD",
    "BPF_F_PREORDER",
    "BPF_F_PRESERVE_ELEMS",
    "BPF_F_PSEUDO_HDR",
    "BPF_F_QUERY_EFFECTIVE",
    "BPF_F_RB_OVERWRITE",
    "BPF_F_RDONLY",
    "BPF_F_RDONLY_PROG",
    "BPF_F_RECOMPUTE_CSUM",
    "BPF_F_REDIRECT_FLAGS",
    "BPF_F_REPLACE",
    "BPF_F_REUSE_STACKID",
    "BPF_F_SEGV_ON_FAULT",
    "BPF_F_SEQ_NUMBER",
    "BPF_F_SKIP_FIELD_MASK",
    "BPF_F_SLEEPABLE",
    "BPF_F_STACK_BUILD_ID",
    "BPF_F_STRICT_ALIGNMENT",
    "BPF_F_SYSCTL_BASE_NAME",
    "BPF_F_TEST_REG_INVARIANTS",
    "BPF_F_TEST_RND_HI32",
    "BPF_F_TEST_RUN_ON_CPU",
    "BPF_F_TEST_SKB_CHECKSUM_COMPLETE",
    "BPF_F_TEST_STATE_FREQ",
    "BPF_F_TEST_XDP_LIVE_FRAMES",
    "BPF_F_TIMER_ABS",
    "BPF_F_TIMER_CPU_PIN",
    "BPF_F_TOKEN_FD",
    "BPF_F_TUNINFO_FLAGS",
    "BPF_F_TUNINFO_IPV6",
    "BPF_F_UPROBE_MULTI_RETURN",
    "BPF_F_USER_BUILD_ID",
    "BPF_F_USER_STACK",
    "BPF_F_VTYPE_BTF_OBJ_FD",
    "BPF_F_WRONLY",
    "BPF_F_WRONLY_PROG",
    "BPF_F_XDP_DEV_BOUND_ONLY",
    "BPF_F_XDP_HAS_FRAGS",
    "BPF_F_ZERO_CSUM_TX",
    "BPF_F_ZERO_SEED",
    "BPF_HDR_START_MAC",
    "BPF_HDR_START_NET",
    "BPF_LOAD_HDR_OPT_TCP_SYN",
    "BPF_LOCAL_STORAGE_GET_F_CREATE",
    "BPF_LWT_ENCAP_IP",
    "BPF_LWT_ENCAP_SEG6",
    "BPF_LWT_ENCAP_SEG6_INLINE",
    "BPF_LWT_REROUTE",
    "BPF_MTU_CHK_RET_FRAG_NEEDED",
    "BPF_MTU_CHK_RET_SEGS_TOOBIG",
    "BPF_MTU_CHK_RET_SUCCESS",
    "BPF_MTU_CHK_SEGS",
    "BPF_NOEXIST",
    "BPF_OK",
    "BPF_PERF_EVENT_EVENT",
    "BPF_PERF_EVENT_KPROBE",
    "BPF_PERF_EVENT_KRETPROBE",
    "BPF_PERF_EVENT_TRACEPOINT",
    "BPF_PERF_EVENT_UNSPEC",
    "BPF_PERF_EVENT_UPROBE",
    "BPF_PERF_EVENT_URETPROBE",
    "BPF_RB_AVAIL_DATA",
    "BPF_RB_CONS_POS",
    "BPF_RB_FORCE_WAKEUP",
    "BPF_RB_NO_WAKEUP",
    "BPF_RB_OVERWRITE_POS",
    "BPF_RB_PROD_POS",
    "BPF_RB_RING_SIZE",
    "BPF_REDIRECT",
    "BPF_RINGBUF_BUSY_BIT",
    "BPF_RINGBUF_DISCARD_BIT",
    "BPF_RINGBUF_HDR_SZ",
    "BPF_SKB_CLOCK_MONOTONIC",
    "BPF_SKB_CLOCK_REALTIME",
    "BPF_SKB_CLOCK_TAI",
    "BPF_SKB_TSTAMP_DELIVERY_MONO",
    "BPF_SKB_TSTAMP_UNSPEC",
    "BPF_SK_LOOKUP_F_NO_REUSEPORT",
    "BPF_SK_LOOKUP_F_REPLACE",
    "BPF_SK_STORAGE_GET_F_CREATE",
    "BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB",
    "BPF_SOCK_OPS_ALL_CB_FLAGS",
    "BPF_SOCK_OPS_BASE_RTT",
    "BPF_SOCK_OPS_HDR_OPT_LEN_CB",
    "BPF_SOCK_OPS_NEEDS_ECN",
    "BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG",
    "BPF_SOCK_OPS_PARSE_HDR_OPT_CB",
    "BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG",
    "BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB",
    "BPF_SOCK_OPS_RETRANS_CB",
    "BPF_SOCK_OPS_RETRANS_CB_FLAG",
    "BPF_SOCK_OPS_RTO_CB",
    "BPF_SOCK_OPS_RTO_CB_FLAG",
    "BPF_SOCK_OPS_RTT_CB",
    "BPF_SOCK_OPS_RTT_CB_FLAG",
    "BPF_SOCK_OPS_RWND_INIT",
    "BPF_SOCK_OPS_STATE_CB",
    "BPF_SOCK_OPS_STATE_CB_FLAG",
    "BPF_SOCK_OPS_TCP_CONNECT_CB",
    "BPF_SOCK_OPS_TCP_LISTEN_CB",
    "BPF_SOCK_OPS_TIMEOUT_INIT",
    "BPF_SOCK_OPS_TSTAMP_ACK_CB",
    "BPF_SOCK_OPS_TSTAMP_SCHED_CB",
    "BPF_SOCK_OPS_TSTAMP_SENDMSG_CB",
    "BPF_SOCK_OPS_TSTAMP_SND_HW_CB",
    "BPF_SOCK_OPS_TSTAMP_SND_SW_CB",
    "BPF_SOCK_OPS_VOID",
    "BPF_SOCK_OPS_WRITE_HDR_OPT_CB",
    "BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG",
    "BPF_STACK_BUILD_ID_EMPTY",
    "BPF_STACK_BUILD_ID_IP",
    "BPF_STACK_BUILD_ID_VALID",
    "BPF_STATS_RUN_TIME",
    "BPF_STREAM_STDERR",
    "BPF_STREAM_STDOUT",
    "BPF_TCP_BOUND_INACTIVE",
    "BPF_TCP_CLOSE",
    "BPF_TCP_CLOSE_WAIT",
    "BPF_TCP_CLOSING",
    "BPF_TCP_ESTABLISHED",
    "BPF_TCP_FIN_WAIT1",
    "BPF_TCP_FIN_WAIT2",
    "BPF_TCP_LAST_ACK",
    "BPF_TCP_LISTEN",
    "BPF_TCP_MAX_STATES",
    "BPF_TCP_NEW_SYN_RECV",
    "BPF_TCP_SYN_RECV",
    "BPF_TCP_SYN_SENT",
    "BPF_TCP_TIME_WAIT",
    "BPF_WRITE_HDR_TCP_CURRENT_MSS",
    "BPF_WRITE_HDR_TCP_SYNACK_COOKIE",
    "BTF_F_COMPACT",
    "BTF_F_NONAME",
    "BTF_F_PTR_RAW",
    "BTF_F_ZERO",
    "CLOCK_BOOTTIME",
    "CLOCK_MONOTONIC",
    "CLOCK_REALTIME",
    "LIBBPF_PIN_BY_NAME",
    "LIBBPF_PIN_NONE",
    "SK_BPF_BYPASS_PROT_MEM",
    "SK_BPF_CB_FLAGS",
    "SK_BPF_CB_MASK",
    "SK_BPF_CB_TX_TIMESTAMPING",
    "SK_DROP",
    "SK_PASS",
    "TCP_BPF_DELACK_MAX",
    "TCP_BPF_IW",
    "TCP_BPF_RTO_MIN",
    "TCP_BPF_SNDCWND_CLAMP",
    "TCP_BPF_SOCK_OPS_CB_FLAGS",
    "TCP_BPF_SYN",
    "TCP_BPF_SYN_IP",
    "TCP_BPF_SYN_MAC",
    "TCX_DROP",
    "TCX_NEXT",
    "TCX_PASS",
    "TCX_REDIRECT",
    "TC_ACT_OK",
    "TC_ACT_PIPE",
    "TC_ACT_QUEUED",
    "TC_ACT_RECLASSIFY",
    "TC_ACT_REDIRECT",
    "TC_ACT_REPEAT",
    "TC_ACT_SHOT",
    "TC_ACT_STOLEN",
    "TC_ACT_TRAP",
    "TC_ACT_UNSPEC",
    "XDP_ABORTED",
    "XDP_DROP",
    "XDP_PACKET_HEADROOM",
    "XDP_PASS",
    "XDP_REDIRECT",
    "XDP_TX",
    "bpf_dynptr",
    "bpf_spin_lock",
    "bpf_timer",
    "kptr",
    "PT_REGS_FP",
    "PT_REGS_IP",
    "PT_REGS_PARM1",
    "PT_REGS_PARM2",
    "PT_REGS_PARM3",
    "PT_REGS_PARM4",
    "PT_REGS_PARM5",
    "PT_REGS_PARM6",
    "PT_REGS_RC",
    "PT_REGS_RET",
    "PT_REGS_SP",
    "atomic_add",
    "atomic_and",
    "atomic_cmpxchg",
    "atomic_or",
    "atomic_sub",
    "atomic_xchg",
    "atomic_xor",
    "bind",
    "bprm_opts_set",
    "btf_find_by_name_kind",
    "cgrp_storage_delete",
    "cgrp_storage_get",
    "check_mtu",
    "clone_redirect",
    "comm",
    "copy_from_user",
    "copy_from_user_task",
    "csum_diff",
    "csum_level",
    "csum_update",
    "current_task_under_cgroup",
    "d_path",
    "dynptr_data",
    "dynptr_from_mem",
    "dynptr_read",
    "dynptr_write",
    "fib_lookup",
    "find_vma",
    "for_each_map_elem",
    "get_attach_cookie",
    "get_branch_snapshot",
    "get_cgroup_classid",
    "get_current_ancestor_cgroup_id",
    "get_current_cgroup_id",
    "get_current_comm",
    "get_current_pid_tgid",
    "get_current_task",
    "get_current_task_btf",
    "get_current_uid_gid",
    "get_func_arg",
    "get_func_arg_cnt",
    "get_func_ip",
    "get_func_ret",
    "get_hash_recalc",
    "get_listener_sock",
    "get_local_storage",
    "get_netns_cookie",
    "get_ns_current_pid_tgid",
    "get_numa_node_id",
    "get_prandom_u32",
    "get_retval",
    "get_route_realm",
    "get_smp_processor_id",
    "get_socket_cookie",
    "get_socket_uid",
    "get_stack",
    "get_stackid",
    "get_task_stack",
    "getsockopt",
    "gid",
    "ima_file_hash",
    "ima_inode_hash",
    "inode_storage_delete",
    "inode_storage_get",
    "jiffies64",
    "kallsyms_lookup_name",
    "kconfig",
    "kptr_xchg",
    "ksym_exists",
    "ktime",
    "ktime_get_boot_ns",
    "ktime_get_coarse_ns",
    "ktime_get_ns",
    "ktime_get_tai_ns",
    "l3_csum_replace",
    "l4_csum_replace",
    "load_hdr_opt",
    "loop",
    "lwt_push_encap",
    "lwt_seg6_action",
    "lwt_seg6_adjust_srh",
    "lwt_seg6_store_bytes",
    "map_delete_elem",
    "map_lookup_elem",
    "map_lookup_percpu_elem",
    "map_peek_elem",
    "map_pop_elem",
    "map_push_elem",
    "map_update_elem",
    "msg_apply_bytes",
    "msg_cork_bytes",
    "msg_pop_data",
    "msg_pull_data",
    "msg_push_data",
    "msg_redirect_hash",
    "msg_redirect_map",
    "override_return",
    "per_cpu_ptr",
    "perf_event_output",
    "perf_event_read",
    "perf_event_read_value",
    "perf_prog_read_value",
    "pid",
    "probe_read",
    "probe_read_kernel",
    "probe_read_kernel_str",
    "probe_read_str",
    "probe_read_user",
    "probe_read_user_str",
    "probe_write_user",
    "random",
    "rc_keydown",
    "rc_pointer_rel",
    "rc_repeat",
    "read_branch_records",
    "redirect",
    "redirect_map",
    "redirect_neigh",
    "redirect_peer",
    "reserve_hdr_opt",
    "ringbuf_discard",
    "ringbuf_discard_dynptr",
    "ringbuf_output",
    "ringbuf_query",
    "ringbuf_reserve",
    "ringbuf_reserve_dynptr",
    "ringbuf_submit",
    "ringbuf_submit_dynptr",
    "send_signal",
    "send_signal_thread",
    "seq_printf",
    "seq_printf_btf",
    "seq_write",
    "set_hash",
    "set_hash_invalid",
    "set_retval",
    "setsockopt",
    "sk_ancestor_cgroup_id",
    "sk_assign",
    "sk_cgroup_id",
    "sk_fullsock",
    "sk_lookup_tcp",
    "sk_lookup_udp",
    "sk_redirect_hash",
    "sk_redirect_map",
    "sk_release",
    "sk_select_reuseport",
    "sk_storage_delete",
    "sk_storage_get",
    "skb_adjust_room",
    "skb_ancestor_cgroup_id",
    "skb_cgroup_classid",
    "skb_cgroup_id",
    "skb_change_head",
    "skb_change_proto",
    "skb_change_tail",
    "skb_change_type",
    "skb_ecn_set_ce",
    "skb_get_tunnel_key",
    "skb_get_tunnel_opt",
    "skb_get_xfrm_state",
    "skb_load_bytes",
    "skb_load_bytes_relative",
    "skb_output",
    "skb_pull_data",
    "skb_set_tstamp",
    "skb_set_tunnel_key",
    "skb_set_tunnel_opt",
    "skb_store_bytes",
    "skb_under_cgroup",
    "skb_vlan_pop",
    "skb_vlan_push",
    "skc_lookup_tcp",
    "skc_to_mptcp_sock",
    "skc_to_tcp6_sock",
    "skc_to_tcp_request_sock",
    "skc_to_tcp_sock",
    "skc_to_tcp_timewait_sock",
    "skc_to_udp6_sock",
    "skc_to_unix_sock",
    "smp_processor_id",
    "snprintf",
    "snprintf_btf",
    "sock_from_file",
    "sock_hash_update",
    "sock_map_update",
    "sock_ops_cb_flags_set",
    "spin_lock",
    "spin_unlock",
    "store_hdr_opt",
    "strncmp",
    "strtol",
    "strtoul",
    "sys_bpf",
    "sys_close",
    "sysctl_get_current_value",
    "sysctl_get_name",
    "sysctl_get_new_value",
    "sysctl_set_new_value",
    "tail_call",
    "task_pt_regs",
    "task_storage_delete",
    "task_storage_get",
    "tcp_check_syncookie",
    "tcp_gen_syncookie",
    "tcp_raw_check_syncookie_ipv4",
    "tcp_raw_check_syncookie_ipv6",
    "tcp_raw_gen_syncookie_ipv4",
    "tcp_raw_gen_syncookie_ipv6",
    "tcp_send_ack",
    "tcp_sock",
    "this_cpu_ptr",
    "tid",
    "timer_cancel",
    "timer_init",
    "timer_set_callback",
    "timer_start",
    "trace_printk",
    "trace_vprintk",
    "uid",
    "user_ringbuf_drain",
    "xdp_adjust_head",
    "xdp_adjust_meta",
    "xdp_adjust_tail",
    "xdp_get_buff_len",
    "xdp_load_bytes",
    "xdp_output",
    "xdp_store_bytes",
]


def _helper(signature: str, summary: str) -> Callable[..., Any]:
    name = signature.partition("(")[0]

    def kernel_only(*_args: object, **_kwargs: object) -> NoReturn:
        raise RuntimeError(f"{name}() runs in the kernel: use it inside an @bpf function")

    kernel_only.__name__ = kernel_only.__qualname__ = name
    kernel_only.__doc__ = f"{signature}\n\n{summary}"
    return kernel_only


BPF_ADJ_ROOM_ENCAP_L2_MASK = 255
BPF_ADJ_ROOM_ENCAP_L2_SHIFT = 56
BPF_ADJ_ROOM_MAC = 1
BPF_ADJ_ROOM_NET = 0
BPF_ANY = 0
BPF_CGROUP_ITER_ANCESTORS_UP = 4
BPF_CGROUP_ITER_CHILDREN = 5
BPF_CGROUP_ITER_DESCENDANTS_POST = 3
BPF_CGROUP_ITER_DESCENDANTS_PRE = 2
BPF_CGROUP_ITER_ORDER_UNSPEC = 0
BPF_CGROUP_ITER_SELF_ONLY = 1
BPF_CSUM_LEVEL_DEC = 2
BPF_CSUM_LEVEL_INC = 1
BPF_CSUM_LEVEL_QUERY = 0
BPF_CSUM_LEVEL_RESET = 3
BPF_DEVCG_ACC_MKNOD = 1
BPF_DEVCG_ACC_READ = 2
BPF_DEVCG_ACC_WRITE = 4
BPF_DEVCG_DEV_BLOCK = 1
BPF_DEVCG_DEV_CHAR = 2
BPF_DROP = 2
BPF_EXIST = 2
BPF_FD_TYPE_KPROBE = 2
BPF_FD_TYPE_KRETPROBE = 3
BPF_FD_TYPE_RAW_TRACEPOINT = 0
BPF_FD_TYPE_TRACEPOINT = 1
BPF_FD_TYPE_UPROBE = 4
BPF_FD_TYPE_URETPROBE = 5
BPF_FIB_LKUP_RET_BLACKHOLE = 1
BPF_FIB_LKUP_RET_FRAG_NEEDED = 8
BPF_FIB_LKUP_RET_FWD_DISABLED = 5
BPF_FIB_LKUP_RET_NOT_FWDED = 4
BPF_FIB_LKUP_RET_NO_NEIGH = 7
BPF_FIB_LKUP_RET_NO_SRC_ADDR = 9
BPF_FIB_LKUP_RET_PROHIBIT = 3
BPF_FIB_LKUP_RET_SUCCESS = 0
BPF_FIB_LKUP_RET_UNREACHABLE = 2
BPF_FIB_LKUP_RET_UNSUPP_LWT = 6
BPF_FIB_LOOKUP_DIRECT = 1
BPF_FIB_LOOKUP_MARK = 32
BPF_FIB_LOOKUP_OUTPUT = 2
BPF_FIB_LOOKUP_SKIP_NEIGH = 4
BPF_FIB_LOOKUP_SRC = 16
BPF_FIB_LOOKUP_TBID = 8
BPF_FLOW_DISSECTOR_CONTINUE = 129
BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG = 1
BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP = 4
BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL = 2
BPF_F_ADJ_ROOM_DECAP_L3_IPV4 = 128
BPF_F_ADJ_ROOM_DECAP_L3_IPV6 = 256
BPF_F_ADJ_ROOM_ENCAP_L2_ETH = 64
BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 2
BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 = 4
BPF_F_ADJ_ROOM_ENCAP_L4_GRE = 8
BPF_F_ADJ_ROOM_ENCAP_L4_UDP = 16
BPF_F_ADJ_ROOM_FIXED_GSO = 1
BPF_F_ADJ_ROOM_NO_CSUM_RESET = 32
BPF_F_AFTER = 16
BPF_F_ALLOW_MULTI = 2
BPF_F_ALLOW_OVERRIDE = 1
BPF_F_ALL_CPUS = 16
BPF_F_ANY_ALIGNMENT = 2
BPF_F_BEFORE = 8
BPF_F_BPRM_SECUREEXEC = 1
BPF_F_BROADCAST = 8
BPF_F_CLONE = 512
BPF_F_CPU = 8
BPF_F_CTXLEN_MASK = 4503595332403200
BPF_F_CURRENT_CPU = 4294967295
BPF_F_CURRENT_NETNS = -1
BPF_F_DONT_FRAGMENT = 4
BPF_F_EXCLUDE_INGRESS = 16
BPF_F_FAST_STACK_CMP = 512
BPF_F_GET_BRANCH_RECORDS_SIZE = 1
BPF_F_HDR_FIELD_MASK = 15
BPF_F_ID = 32
BPF_F_INDEX_MASK = 4294967295
BPF_F_INGRESS = 1
BPF_F_INNER_MAP = 4096
BPF_F_INVALIDATE_HASH = 2
BPF_F_IPV6 = 128
BPF_F_KPROBE_MULTI_RETURN = 1
BPF_F_LINK = 8192
BPF_F_LOCK = 4
BPF_F_MARK_ENFORCE = 64
BPF_F_MARK_MANGLED_0 = 32
BPF_F_MMAPABLE = 1024
BPF_F_NETFILTER_IP_DEFRAG = 1
BPF_F_NO_COMMON_LRU = 2
BPF_F_NO_PREALLOC = 1
BPF_F_NO_TUNNEL_KEY = 16
BPF_F_NO_USER_CONV = 262144
BPF_F_NUMA_NODE = 4
BPF_F_PAD_ZEROS = 1
BPF_F_PATH_FD = 16384
BPF_F_PREORDER = 64
BPF_F_PRESERVE_ELEMS = 2048
BPF_F_PSEUDO_HDR = 16
BPF_F_QUERY_EFFECTIVE = 1
BPF_F_RB_OVERWRITE = 524288
BPF_F_RDONLY = 8
BPF_F_RDONLY_PROG = 128
BPF_F_RECOMPUTE_CSUM = 1
BPF_F_REDIRECT_FLAGS = 25
BPF_F_REPLACE = 4
BPF_F_REUSE_STACKID = 1024
BPF_F_SEGV_ON_FAULT = 131072
BPF_F_SEQ_NUMBER = 8
BPF_F_SKIP_FIELD_MASK = 255
BPF_F_SLEEPABLE = 16
BPF_F_STACK_BUILD_ID = 32
BPF_F_STRICT_ALIGNMENT = 1
BPF_F_SYSCTL_BASE_NAME = 1
BPF_F_TEST_REG_INVARIANTS = 128
BPF_F_TEST_RND_HI32 = 4
BPF_F_TEST_RUN_ON_CPU = 1
BPF_F_TEST_SKB_CHECKSUM_COMPLETE = 4
BPF_F_TEST_STATE_FREQ = 8
BPF_F_TEST_XDP_LIVE_FRAMES = 2
BPF_F_TIMER_ABS = 1
BPF_F_TIMER_CPU_PIN = 2
BPF_F_TOKEN_FD = 65536
BPF_F_TUNINFO_FLAGS = 16
BPF_F_TUNINFO_IPV6 = 1
BPF_F_UPROBE_MULTI_RETURN = 1
BPF_F_USER_BUILD_ID = 2048
BPF_F_USER_STACK = 256
BPF_F_VTYPE_BTF_OBJ_FD = 32768
BPF_F_WRONLY = 16
BPF_F_WRONLY_PROG = 256
BPF_F_XDP_DEV_BOUND_ONLY = 64
BPF_F_XDP_HAS_FRAGS = 32
BPF_F_ZERO_CSUM_TX = 2
BPF_F_ZERO_SEED = 64
BPF_HDR_START_MAC = 0
BPF_HDR_START_NET = 1
BPF_LOAD_HDR_OPT_TCP_SYN = 1
BPF_LOCAL_STORAGE_GET_F_CREATE = 1
BPF_LWT_ENCAP_IP = 2
BPF_LWT_ENCAP_SEG6 = 0
BPF_LWT_ENCAP_SEG6_INLINE = 1
BPF_LWT_REROUTE = 128
BPF_MTU_CHK_RET_FRAG_NEEDED = 1
BPF_MTU_CHK_RET_SEGS_TOOBIG = 2
BPF_MTU_CHK_RET_SUCCESS = 0
BPF_MTU_CHK_SEGS = 1
BPF_NOEXIST = 1
BPF_OK = 0
BPF_PERF_EVENT_EVENT = 6
BPF_PERF_EVENT_KPROBE = 3
BPF_PERF_EVENT_KRETPROBE = 4
BPF_PERF_EVENT_TRACEPOINT = 5
BPF_PERF_EVENT_UNSPEC = 0
BPF_PERF_EVENT_UPROBE = 1
BPF_PERF_EVENT_URETPROBE = 2
BPF_RB_AVAIL_DATA = 0
BPF_RB_CONS_POS = 2
BPF_RB_FORCE_WAKEUP = 2
BPF_RB_NO_WAKEUP = 1
BPF_RB_OVERWRITE_POS = 4
BPF_RB_PROD_POS = 3
BPF_RB_RING_SIZE = 1
BPF_REDIRECT = 7
BPF_RINGBUF_BUSY_BIT = 2147483648
BPF_RINGBUF_DISCARD_BIT = 1073741824
BPF_RINGBUF_HDR_SZ = 8
BPF_SKB_CLOCK_MONOTONIC = 1
BPF_SKB_CLOCK_REALTIME = 0
BPF_SKB_CLOCK_TAI = 2
BPF_SKB_TSTAMP_DELIVERY_MONO = 1
BPF_SKB_TSTAMP_UNSPEC = 0
BPF_SK_LOOKUP_F_NO_REUSEPORT = 2
BPF_SK_LOOKUP_F_REPLACE = 1
BPF_SK_STORAGE_GET_F_CREATE = 1
BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB = 4
BPF_SOCK_OPS_ALL_CB_FLAGS = 127
BPF_SOCK_OPS_BASE_RTT = 7
BPF_SOCK_OPS_HDR_OPT_LEN_CB = 14
BPF_SOCK_OPS_NEEDS_ECN = 6
BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG = 16
BPF_SOCK_OPS_PARSE_HDR_OPT_CB = 13
BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG = 32
BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB = 5
BPF_SOCK_OPS_RETRANS_CB = 9
BPF_SOCK_OPS_RETRANS_CB_FLAG = 2
BPF_SOCK_OPS_RTO_CB = 8
BPF_SOCK_OPS_RTO_CB_FLAG = 1
BPF_SOCK_OPS_RTT_CB = 12
BPF_SOCK_OPS_RTT_CB_FLAG = 8
BPF_SOCK_OPS_RWND_INIT = 2
BPF_SOCK_OPS_STATE_CB = 10
BPF_SOCK_OPS_STATE_CB_FLAG = 4
BPF_SOCK_OPS_TCP_CONNECT_CB = 3
BPF_SOCK_OPS_TCP_LISTEN_CB = 11
BPF_SOCK_OPS_TIMEOUT_INIT = 1
BPF_SOCK_OPS_TSTAMP_ACK_CB = 19
BPF_SOCK_OPS_TSTAMP_SCHED_CB = 16
BPF_SOCK_OPS_TSTAMP_SENDMSG_CB = 20
BPF_SOCK_OPS_TSTAMP_SND_HW_CB = 18
BPF_SOCK_OPS_TSTAMP_SND_SW_CB = 17
BPF_SOCK_OPS_VOID = 0
BPF_SOCK_OPS_WRITE_HDR_OPT_CB = 15
BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG = 64
BPF_STACK_BUILD_ID_EMPTY = 0
BPF_STACK_BUILD_ID_IP = 2
BPF_STACK_BUILD_ID_VALID = 1
BPF_STATS_RUN_TIME = 0
BPF_STREAM_STDERR = 2
BPF_STREAM_STDOUT = 1
BPF_TCP_BOUND_INACTIVE = 13
BPF_TCP_CLOSE = 7
BPF_TCP_CLOSE_WAIT = 8
BPF_TCP_CLOSING = 11
BPF_TCP_ESTABLISHED = 1
BPF_TCP_FIN_WAIT1 = 4
BPF_TCP_FIN_WAIT2 = 5
BPF_TCP_LAST_ACK = 9
BPF_TCP_LISTEN = 10
BPF_TCP_MAX_STATES = 14
BPF_TCP_NEW_SYN_RECV = 12
BPF_TCP_SYN_RECV = 3
BPF_TCP_SYN_SENT = 2
BPF_TCP_TIME_WAIT = 6
BPF_WRITE_HDR_TCP_CURRENT_MSS = 1
BPF_WRITE_HDR_TCP_SYNACK_COOKIE = 2
BTF_F_COMPACT = 1
BTF_F_NONAME = 2
BTF_F_PTR_RAW = 4
BTF_F_ZERO = 8
CLOCK_BOOTTIME = 7
CLOCK_MONOTONIC = 1
CLOCK_REALTIME = 0
LIBBPF_PIN_BY_NAME = 1
LIBBPF_PIN_NONE = 0
SK_BPF_BYPASS_PROT_MEM = 1010
SK_BPF_CB_FLAGS = 1009
SK_BPF_CB_MASK = 1
SK_BPF_CB_TX_TIMESTAMPING = 1
SK_DROP = 0
SK_PASS = 1
TCP_BPF_DELACK_MAX = 1003
TCP_BPF_IW = 1001
TCP_BPF_RTO_MIN = 1004
TCP_BPF_SNDCWND_CLAMP = 1002
TCP_BPF_SOCK_OPS_CB_FLAGS = 1008
TCP_BPF_SYN = 1005
TCP_BPF_SYN_IP = 1006
TCP_BPF_SYN_MAC = 1007
TCX_DROP = 2
TCX_NEXT = -1
TCX_PASS = 0
TCX_REDIRECT = 7
TC_ACT_OK = 0
TC_ACT_PIPE = 3
TC_ACT_QUEUED = 5
TC_ACT_RECLASSIFY = 1
TC_ACT_REDIRECT = 7
TC_ACT_REPEAT = 6
TC_ACT_SHOT = 2
TC_ACT_STOLEN = 4
TC_ACT_TRAP = 8
TC_ACT_UNSPEC = -1
XDP_ABORTED = 0
XDP_DROP = 1
XDP_PACKET_HEADROOM = 256
XDP_PASS = 2
XDP_REDIRECT = 4
XDP_TX = 3


class bpf_dynptr:
    """Memory whose size is known when the program runs: a variable of a function."""


class bpf_spin_lock:
    """A lock: a field of what a map holds."""


class bpf_timer:
    """A timer: a field of what a map holds."""


class kptr:
    """A field of what a map holds that owns an object of the kernel: ``kptr(task_struct)``."""

    def __init__(self, of: object) -> None:
        self.of = of


PT_REGS_FP = _helper("PT_REGS_FP(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_IP = _helper("PT_REGS_IP(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_PARM1 = _helper("PT_REGS_PARM1(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_PARM2 = _helper("PT_REGS_PARM2(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_PARM3 = _helper("PT_REGS_PARM3(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_PARM4 = _helper("PT_REGS_PARM4(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_PARM5 = _helper("PT_REGS_PARM5(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_PARM6 = _helper("PT_REGS_PARM6(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_RC = _helper("PT_REGS_RC(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_RET = _helper("PT_REGS_RET(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
PT_REGS_SP = _helper("PT_REGS_SP(ctx: Any) -> int", "A register of the context of a kprobe or uprobe.")
atomic_add = _helper("atomic_add(target: Any, value: int) -> int", "Add to an integer of a map or a global; gives the old value.")
atomic_and = _helper("atomic_and(target: Any, value: int) -> int", "Clear the bits that the value has not; gives the old value.")
atomic_cmpxchg = _helper("atomic_cmpxchg(target: Any, expected: int, value: int) -> int", "Store another value if the old one is as expected; gives the old value.")
atomic_or = _helper("atomic_or(target: Any, value: int) -> int", "Set the bits that the value has; gives the old value.")
atomic_sub = _helper("atomic_sub(target: Any, value: int) -> int", "Subtract from an integer; gives the old value.")
atomic_xchg = _helper("atomic_xchg(target: Any, value: int) -> int", "Store another value; gives the old value.")
atomic_xor = _helper("atomic_xor(target: Any, value: int) -> int", "Turn the bits that the value has; gives the old value.")
bind = _helper("bind(ctx: object, addr: object) -> int", "Sets the address that a connecting socket comes from.")
bprm_opts_set = _helper("bprm_opts_set(bprm: object, flags: int = 0) -> int", "Sets options for the program that is being started.")
btf_find_by_name_kind = _helper("btf_find_by_name_kind(name: object, kind: int, flags: int = 0) -> int", "The number of a type of the kernel.")
cgrp_storage_delete = _helper("cgrp_storage_delete(map: object, cgroup: object) -> int", "Removes a cgroup's own entry.")
cgrp_storage_get = _helper("cgrp_storage_get(map: object, cgroup: object, value: object = None, flags: int = 0) -> Any", "A cgroup's own entry of a storage map, made where wanted.")
check_mtu = _helper("check_mtu(ctx: object, ifindex: int, mtu_len: object, len_diff: int, flags: int = 0) -> int", "Whether the packet fits an interface.")
clone_redirect = _helper("clone_redirect(skb: object, ifindex: int, flags: int = 0) -> int", "Sends a copy of the packet to another interface.")
comm = _helper("comm(buf: object) -> int", "Fill a buffer with the name of the current task.")
copy_from_user = _helper("copy_from_user(dst: object, user_ptr: object) -> int", "Copies memory of the current process, waiting for it where it is paged out.")
copy_from_user_task = _helper("copy_from_user_task(dst: object, user_ptr: object, tsk: object, flags: int = 0) -> int", "Copies memory of another process, waiting for it where it is paged out.")
csum_diff = _helper("csum_diff(from_: object, to: object, seed: int) -> int", "The difference that replacing bytes makes to a checksum.")
csum_level = _helper("csum_level(skb: object, level: int) -> int", "Changes or asks how many checksums of the packet were verified.")
csum_update = _helper("csum_update(skb: object, csum: int) -> int", "Adds to the checksum of the whole packet.")
current_task_under_cgroup = _helper("current_task_under_cgroup(map: object, index: int) -> int", "Whether the current task is in a cgroup of an array.")
d_path = _helper("d_path(path: object, buf: object) -> int", "Fills a text with the path of an open file.")
dynptr_data = _helper("dynptr_data(ptr: object, offset: int, len: int) -> Any", "A pointer to so many bytes of what a dynptr stands for, or nothing.")
dynptr_from_mem = _helper("dynptr_from_mem(data: object, flags: int, ptr: object) -> int", "Makes a dynptr of memory in a map.")
dynptr_read = _helper("dynptr_read(dst: object, src: object, offset: int, flags: int = 0) -> int", "Copies bytes out of what a dynptr stands for.")
dynptr_write = _helper("dynptr_write(dst: object, offset: int, src: object, flags: int = 0) -> int", "Writes bytes into what a dynptr stands for.")
fib_lookup = _helper("fib_lookup(ctx: object, params: object, flags: int = 0) -> int", "Asks the routing table where a packet goes.")
find_vma = _helper("find_vma(task: object, addr: int, callback_fn: Callable[..., object], callback_ctx: object = None, flags: int = 0) -> int", "Calls a function with the memory area that holds an address.")
for_each_map_elem = _helper("for_each_map_elem(map: object, callback_fn: Callable[..., object], callback_ctx: object = None, flags: int = 0) -> int", "Calls a function for each entry of a map; a `for` loop does this.")
get_attach_cookie = _helper("get_attach_cookie(ctx: object) -> int", "The number that was given when the program was attached.")
get_branch_snapshot = _helper("get_branch_snapshot(entries: object, flags: int = 0) -> int", "Copies the branches that the CPU took last.")
get_cgroup_classid = _helper("get_cgroup_classid(skb: object) -> int", "The class that the net_cls cgroup of the current task gives.")
get_current_ancestor_cgroup_id = _helper("get_current_ancestor_cgroup_id(ancestor_level: int) -> int", "A cgroup above that of the current task.")
get_current_cgroup_id = _helper("get_current_cgroup_id() -> int", "The cgroup of the current task.")
get_current_comm = _helper("get_current_comm(buf: object) -> int", "Fills a text with the name of the current thread.")
get_current_pid_tgid = _helper("get_current_pid_tgid() -> int", "The process in the upper 32 bits, the thread in the lower ones.")
get_current_task = _helper("get_current_task() -> Any", "The address of the current task's struct.")
get_current_task_btf = _helper("get_current_task_btf() -> Any", "The current task, whose fields can be read.")
get_current_uid_gid = _helper("get_current_uid_gid() -> int", "The group in the upper 32 bits, the user in the lower ones.")
get_func_arg = _helper("get_func_arg(ctx: object, n: int, value: object) -> int", "Reads an argument of the traced function by its number.")
get_func_arg_cnt = _helper("get_func_arg_cnt(ctx: object) -> int", "How many arguments the traced function has.")
get_func_ip = _helper("get_func_ip(ctx: object) -> int", "The address of the function that is traced.")
get_func_ret = _helper("get_func_ret(ctx: object, value: object) -> int", "Reads what the traced function gives back.")
get_hash_recalc = _helper("get_hash_recalc(skb: object) -> int", "The packet's flow hash, computed where it has none.")
get_listener_sock = _helper("get_listener_sock(sk: object) -> Any", "The listening socket that this one belongs to, or nothing.")
get_local_storage = _helper("get_local_storage(map: object, flags: int = 0) -> Any", "The storage of the cgroup that the program is attached to.")
get_netns_cookie = _helper("get_netns_cookie(ctx: object) -> int", "A number that no other network namespace has.")
get_ns_current_pid_tgid = _helper("get_ns_current_pid_tgid(dev: int, ino: int, nsdata: object) -> int", "Process and thread as a namespace counts them.")
get_numa_node_id = _helper("get_numa_node_id() -> int", "The memory node of the current CPU.")
get_prandom_u32 = _helper("get_prandom_u32() -> int", "A random number of 32 bits, not for secrets.")
get_retval = _helper("get_retval() -> int", "The error that the system call will give.")
get_route_realm = _helper("get_route_realm(skb: object) -> int", "The realm that routing chose for the packet.")
get_smp_processor_id = _helper("get_smp_processor_id() -> int", "The number of the CPU that this runs on.")
get_socket_cookie = _helper("get_socket_cookie(skb: object) -> int", "A number that no other socket has while the machine runs.")
get_socket_uid = _helper("get_socket_uid(skb: object) -> int", "The user who owns the packet's socket.")
get_stack = _helper("get_stack(ctx: object, buf: object, flags: int = 0) -> int", "Copies the current stack's addresses into memory.")
get_stackid = _helper("get_stackid(ctx: object, map: object, flags: int = 0) -> int", "Stores the current stack in a stack trace map and gives its number.")
get_task_stack = _helper("get_task_stack(task: object, buf: object, flags: int = 0) -> int", "Copies a task's stack addresses into memory.")
getsockopt = _helper("getsockopt(bpf_socket: object, level: int, optname: int, optval: object) -> int", "Reads an option of the socket.")
gid = _helper("gid() -> int", "Group id of the current task.")
ima_file_hash = _helper("ima_file_hash(file: object, dst: object) -> int", "The hash that the integrity measurement makes of an open file.")
ima_inode_hash = _helper("ima_inode_hash(inode: object, dst: object) -> int", "The hash that the integrity measurement has of a file.")
inode_storage_delete = _helper("inode_storage_delete(map: object, inode: object) -> int", "Removes an inode's own entry.")
inode_storage_get = _helper("inode_storage_get(map: object, inode: object, value: object = None, flags: int = 0) -> Any", "An inode's own entry of a storage map, made where wanted.")
jiffies64 = _helper("jiffies64() -> int", "The kernel's ticks since boot.")
kallsyms_lookup_name = _helper("kallsyms_lookup_name(name: object, flags: int, res: object) -> int", "The address of a symbol of the kernel.")
kconfig = _helper("kconfig(*, optional: bool = False) -> Any", "What the kernel's configuration says of the option that the global is named after.")
kptr_xchg = _helper("kptr_xchg(dst: object, ptr: object) -> Any", "Puts an object of the kernel into an entry and gives what was there.")
ksym_exists = _helper("ksym_exists(symbol: object) -> bool", "Whether the kernel that loads the program has a function of `vmlinux`.")
ktime = _helper("ktime() -> int", "Nanoseconds since boot, time suspended not counted.")
ktime_get_boot_ns = _helper("ktime_get_boot_ns() -> int", "Nanoseconds since boot, with the time asleep.")
ktime_get_coarse_ns = _helper("ktime_get_coarse_ns() -> int", "Nanoseconds since boot as of the last tick: cheaper.")
ktime_get_ns = _helper("ktime_get_ns() -> int", "Nanoseconds since boot, without the time asleep.")
ktime_get_tai_ns = _helper("ktime_get_tai_ns() -> int", "Nanoseconds of international atomic time.")
l3_csum_replace = _helper("l3_csum_replace(skb: object, offset: int, from_: int, to: int, size: int) -> int", "Corrects the checksum of the network header for a changed number.")
l4_csum_replace = _helper("l4_csum_replace(skb: object, offset: int, from_: int, to: int, flags: int = 0) -> int", "Corrects the checksum of the transport header for a changed number.")
load_hdr_opt = _helper("load_hdr_opt(skops: object, searchby_res: object, flags: int = 0) -> int", "Reads an option of the TCP header.")
loop = _helper("loop(nr_loops: int, callback_fn: Callable[..., object], callback_ctx: object = None, flags: int = 0) -> int", "Calls a function so many times.")
lwt_push_encap = _helper("lwt_push_encap(skb: object, type: int, hdr: object) -> int", "Puts a header around the packet.")
lwt_seg6_action = _helper("lwt_seg6_action(skb: object, action: int, param: object) -> int", "Applies an action of segment routing.")
lwt_seg6_adjust_srh = _helper("lwt_seg6_adjust_srh(skb: object, offset: int, delta: int) -> int", "Makes the segment routing header longer or shorter.")
lwt_seg6_store_bytes = _helper("lwt_seg6_store_bytes(skb: object, offset: int, from_: object) -> int", "Writes into the packet's IPv6 segment routing header.")
map_delete_elem = _helper("map_delete_elem(map: object, key: object) -> int", "Removes a key.")
map_lookup_elem = _helper("map_lookup_elem(map: object, key: object) -> Any", "A pointer to the value under a key, or nothing.")
map_lookup_percpu_elem = _helper("map_lookup_percpu_elem(map: object, key: object, cpu: int) -> Any", "A pointer to another CPU's value under a key, or nothing.")
map_peek_elem = _helper("map_peek_elem(map: object, value: object) -> int", "Reads the next value, or asks a bloom filter for one.")
map_pop_elem = _helper("map_pop_elem(map: object, value: object) -> int", "Takes the next value out of a queue or a stack.")
map_push_elem = _helper("map_push_elem(map: object, value: object, flags: int = 0) -> int", "Adds a value to a queue, a stack or a bloom filter.")
map_update_elem = _helper("map_update_elem(map: object, key: object, value: object, flags: int = 0) -> int", "Stores a value under a key.")
msg_apply_bytes = _helper("msg_apply_bytes(msg: object, bytes: int) -> int", "Has the verdict hold for so many bytes.")
msg_cork_bytes = _helper("msg_cork_bytes(msg: object, bytes: int) -> int", "Waits for so many bytes before the next verdict.")
msg_pop_data = _helper("msg_pop_data(msg: object, start: int, len: int, flags: int = 0) -> int", "Takes bytes out of the message.")
msg_pull_data = _helper("msg_pull_data(msg: object, start: int, end: int, flags: int = 0) -> int", "Makes a range of the message reachable directly.")
msg_push_data = _helper("msg_push_data(msg: object, start: int, len: int, flags: int = 0) -> int", "Puts room into the message.")
msg_redirect_hash = _helper("msg_redirect_hash(msg: object, map: object, key: object, flags: int = 0) -> int", "Sends the message on to a socket of a hash.")
msg_redirect_map = _helper("msg_redirect_map(msg: object, map: object, key: int, flags: int = 0) -> int", "Sends the message on to a socket of a map.")
override_return = _helper("override_return(regs: object, rc: int) -> int", "Lets the probed function give this number without running.")
per_cpu_ptr = _helper("per_cpu_ptr(percpu_ptr: object, cpu: int) -> Any", "Another CPU's copy of a variable of the kernel.")
perf_event_output = _helper("perf_event_output(ctx: object, map: object, flags: int, data: object) -> int", "Sends bytes to user space through a perf event array.")
perf_event_read = _helper("perf_event_read(map: object, flags: int = 0) -> int", "The count of a hardware or software event of a perf event array.")
perf_event_read_value = _helper("perf_event_read_value(map: object, flags: int, buf: object) -> int", "Reads the count of an event with the time that it was counted.")
perf_prog_read_value = _helper("perf_prog_read_value(ctx: object, buf: object) -> int", "Reads the count of the event that started the program.")
pid = _helper("pid() -> int", "Process id as user space sees it (the thread group id).")
probe_read = _helper("probe_read(dst: object, unsafe_ptr: object) -> int", "Copy kernel memory into a buffer.")
probe_read_kernel = _helper("probe_read_kernel(dst: object, unsafe_ptr: object) -> int", "Copies memory of the kernel.")
probe_read_kernel_str = _helper("probe_read_kernel_str(dst: object, unsafe_ptr: object) -> int", "Copies a text of the kernel.")
probe_read_str = _helper("probe_read_str(dst: object, unsafe_ptr: object) -> int", "Copy a NUL-terminated kernel string into a buffer.")
probe_read_user = _helper("probe_read_user(dst: object, unsafe_ptr: object) -> int", "Copies memory of the current process.")
probe_read_user_str = _helper("probe_read_user_str(dst: object, unsafe_ptr: object) -> int", "Copies a text of the current process.")
probe_write_user = _helper("probe_write_user(dst: object, src: object) -> int", "Writes to memory of the current process: for experiments alone.")
random = _helper("random() -> int", "A pseudo-random 32-bit number.")
rc_keydown = _helper("rc_keydown(ctx: object, protocol: int, scancode: int, toggle: int) -> int", "Tells that a key of a remote control was pressed.")
rc_pointer_rel = _helper("rc_pointer_rel(ctx: object, rel_x: int, rel_y: int) -> int", "Tells that a remote control's pointer moved.")
rc_repeat = _helper("rc_repeat(ctx: object) -> int", "Tells that the remote control's last key is still held.")
read_branch_records = _helper("read_branch_records(ctx: object, buf: object, flags: int = 0) -> int", "Copies the branches that the CPU recorded.")
redirect = _helper("redirect(ifindex: int, flags: int = 0) -> int", "Sends the packet on to another interface, once the program returns its result.")
redirect_map = _helper("redirect_map(map: object, key: int, flags: int = 0) -> int", "Sends the packet on to an entry of a map of devices, CPUs or sockets.")
redirect_neigh = _helper("redirect_neigh(ifindex: int, params: object, flags: int = 0) -> int", "Sends the packet to an interface, with the neighbour's address filled in.")
redirect_peer = _helper("redirect_peer(ifindex: int, flags: int = 0) -> int", "Sends the packet to the other end of a pair of interfaces, in its namespace.")
reserve_hdr_opt = _helper("reserve_hdr_opt(skops: object, len: int, flags: int = 0) -> int", "Keeps room for options of the TCP header.")
ringbuf_discard = _helper("ringbuf_discard(data: object, flags: int = 0) -> None", "Gives a record's room back.")
ringbuf_discard_dynptr = _helper("ringbuf_discard_dynptr(ptr: object, flags: int = 0) -> None", "Gives a dynptr's room back.")
ringbuf_output = _helper("ringbuf_output(ringbuf: object, data: object, flags: int = 0) -> int", "Sends bytes to user space through a ring buffer.")
ringbuf_query = _helper("ringbuf_query(ringbuf: object, flags: int = 0) -> int", "How full a ring buffer is, and how large.")
ringbuf_reserve = _helper("ringbuf_reserve(ringbuf: object, size: int, flags: int = 0) -> Any", "Takes room for a record in a ring buffer.")
ringbuf_reserve_dynptr = _helper("ringbuf_reserve_dynptr(ringbuf: object, size: int, flags: int, ptr: object) -> int", "Takes room of any size in a ring buffer, as a dynptr.")
ringbuf_submit = _helper("ringbuf_submit(data: object, flags: int = 0) -> None", "Gives a record to user space.")
ringbuf_submit_dynptr = _helper("ringbuf_submit_dynptr(ptr: object, flags: int = 0) -> None", "Gives a dynptr's record to user space.")
send_signal = _helper("send_signal(sig: int) -> int", "Sends a signal to the current process.")
send_signal_thread = _helper("send_signal_thread(sig: int) -> int", "Sends a signal to the current thread.")
seq_printf = _helper("seq_printf(m: object, fmt: object, data: object) -> int", "Writes formatted text to the file that the iterator is read from.")
seq_printf_btf = _helper("seq_printf_btf(m: object, ptr: object, flags: int = 0) -> int", "Writes an object of the kernel to the iterator's file, field by field.")
seq_write = _helper("seq_write(m: object, data: object) -> int", "Writes bytes to the file that the iterator is read from.")
set_hash = _helper("set_hash(skb: object, hash: int) -> int", "Sets the packet's flow hash.")
set_hash_invalid = _helper("set_hash_invalid(skb: object) -> None", "Has the packet's flow hash computed anew when it is next wanted.")
set_retval = _helper("set_retval(retval: int) -> int", "Sets the error that the system call will give.")
setsockopt = _helper("setsockopt(bpf_socket: object, level: int, optname: int, optval: object) -> int", "Sets an option of the socket.")
sk_ancestor_cgroup_id = _helper("sk_ancestor_cgroup_id(sk: object, ancestor_level: int) -> int", "A cgroup above that of a socket.")
sk_assign = _helper("sk_assign(skb: object, sk: object, flags: int = 0) -> int", "Chooses the socket that gets the packet.")
sk_cgroup_id = _helper("sk_cgroup_id(sk: object) -> int", "The cgroup of a socket.")
sk_fullsock = _helper("sk_fullsock(sk: object) -> Any", "The full socket behind this one, or nothing.")
sk_lookup_tcp = _helper("sk_lookup_tcp(ctx: object, tuple: object, netns: int, flags: int = 0) -> Any", "Finds the TCP socket of an address pair; it must be released.")
sk_lookup_udp = _helper("sk_lookup_udp(ctx: object, tuple: object, netns: int, flags: int = 0) -> Any", "Finds the UDP socket of an address pair; it must be released.")
sk_redirect_hash = _helper("sk_redirect_hash(skb: object, map: object, key: object, flags: int = 0) -> int", "Sends the packet on to a socket of a hash.")
sk_redirect_map = _helper("sk_redirect_map(skb: object, map: object, key: int, flags: int = 0) -> int", "Sends the packet on to a socket of a map.")
sk_release = _helper("sk_release(sock: object) -> int", "Gives back a socket that a lookup found.")
sk_select_reuseport = _helper("sk_select_reuseport(reuse: object, map: object, key: object, flags: int = 0) -> int", "Chooses the socket that gets the packet.")
sk_storage_delete = _helper("sk_storage_delete(map: object, sk: object) -> int", "Removes a socket's own entry.")
sk_storage_get = _helper("sk_storage_get(map: object, sk: object, value: object = None, flags: int = 0) -> Any", "A socket's own entry of a storage map, made where wanted.")
skb_adjust_room = _helper("skb_adjust_room(skb: object, len_diff: int, mode: int, flags: int = 0) -> int", "Makes or takes room behind a header of the packet.")
skb_ancestor_cgroup_id = _helper("skb_ancestor_cgroup_id(skb: object, ancestor_level: int) -> int", "A cgroup above that of the packet's socket.")
skb_cgroup_classid = _helper("skb_cgroup_classid(skb: object) -> int", "The class that the net_cls cgroup of the packet's socket gives.")
skb_cgroup_id = _helper("skb_cgroup_id(skb: object) -> int", "The cgroup of the packet's socket.")
skb_change_head = _helper("skb_change_head(skb: object, len: int, flags: int = 0) -> int", "Makes room at the start of the packet.")
skb_change_proto = _helper("skb_change_proto(skb: object, proto: int, flags: int = 0) -> int", "Turns an IPv4 packet into an IPv6 one or back, headers still to be filled.")
skb_change_tail = _helper("skb_change_tail(skb: object, len: int, flags: int = 0) -> int", "Makes the packet longer or shorter at its end.")
skb_change_type = _helper("skb_change_type(skb: object, type: int) -> int", "Says for whom the packet is: this host, others, all.")
skb_ecn_set_ce = _helper("skb_ecn_set_ce(skb: object) -> int", "Marks the packet as having met congestion.")
skb_get_tunnel_key = _helper("skb_get_tunnel_key(skb: object, key: object, flags: int = 0) -> int", "Reads where the packet's tunnel leads.")
skb_get_tunnel_opt = _helper("skb_get_tunnel_opt(skb: object, opt: object) -> int", "Reads the options of the packet's tunnel.")
skb_get_xfrm_state = _helper("skb_get_xfrm_state(skb: object, index: int, xfrm_state: object, flags: int = 0) -> int", "Reads an IPsec state of the packet.")
skb_load_bytes = _helper("skb_load_bytes(skb: object, offset: int, to: object) -> int", "Copies bytes out of the packet.")
skb_load_bytes_relative = _helper("skb_load_bytes_relative(skb: object, offset: int, to: object, start_header: int) -> int", "Copies bytes that lie behind the start of a header.")
skb_output = _helper("skb_output(ctx: object, map: object, flags: int, data: object) -> int", "Sends the start of a packet and bytes to user space.")
skb_pull_data = _helper("skb_pull_data(skb: object, len: int) -> int", "Makes the first bytes of the packet reachable directly.")
skb_set_tstamp = _helper("skb_set_tstamp(skb: object, tstamp: int, tstamp_type: int) -> int", "Sets the time at which the packet leaves or came.")
skb_set_tunnel_key = _helper("skb_set_tunnel_key(skb: object, key: object, flags: int = 0) -> int", "Says where the packet is to be tunnelled.")
skb_set_tunnel_opt = _helper("skb_set_tunnel_opt(skb: object, opt: object) -> int", "Sets the options of the packet's tunnel.")
skb_store_bytes = _helper("skb_store_bytes(skb: object, offset: int, from_: object, flags: int = 0) -> int", "Writes bytes into the packet.")
skb_under_cgroup = _helper("skb_under_cgroup(skb: object, map: object, index: int) -> int", "Whether the packet's socket is in a cgroup of an array.")
skb_vlan_pop = _helper("skb_vlan_pop(skb: object) -> int", "Takes the VLAN tag off the packet.")
skb_vlan_push = _helper("skb_vlan_push(skb: object, vlan_proto: int, vlan_tci: int) -> int", "Puts a VLAN tag on the packet.")
skc_lookup_tcp = _helper("skc_lookup_tcp(ctx: object, tuple: object, netns: int, flags: int = 0) -> Any", "Finds a TCP socket in any state; it must be released.")
skc_to_mptcp_sock = _helper("skc_to_mptcp_sock(sk: object) -> Any", "The socket as multipath TCP, or nothing.")
skc_to_tcp6_sock = _helper("skc_to_tcp6_sock(sk: object) -> Any", "The socket as TCP over IPv6, or nothing.")
skc_to_tcp_request_sock = _helper("skc_to_tcp_request_sock(sk: object) -> Any", "The socket as one that is being opened, or nothing.")
skc_to_tcp_sock = _helper("skc_to_tcp_sock(sk: object) -> Any", "The socket as TCP, or nothing.")
skc_to_tcp_timewait_sock = _helper("skc_to_tcp_timewait_sock(sk: object) -> Any", "The socket as one that waits after its end, or nothing.")
skc_to_udp6_sock = _helper("skc_to_udp6_sock(sk: object) -> Any", "The socket as UDP over IPv6, or nothing.")
skc_to_unix_sock = _helper("skc_to_unix_sock(sk: object) -> Any", "The socket as one of this machine alone, or nothing.")
smp_processor_id = _helper("smp_processor_id() -> int", "Number of the CPU the program runs on.")
snprintf = _helper("snprintf(str: object, fmt: str, data: object) -> int", "Fills a text by a format and an array of numbers.")
snprintf_btf = _helper("snprintf_btf(str: object, ptr: object, flags: int = 0) -> int", "Fills a text with an object of the kernel, field by field.")
sock_from_file = _helper("sock_from_file(file: object) -> Any", "The socket of an open file, or nothing.")
sock_hash_update = _helper("sock_hash_update(skops: object, map: object, key: object, flags: int = 0) -> int", "Puts the socket of the event under a key into a hash of sockets.")
sock_map_update = _helper("sock_map_update(skops: object, map: object, key: object, flags: int = 0) -> int", "Puts the socket of the event into a map of sockets.")
sock_ops_cb_flags_set = _helper("sock_ops_cb_flags_set(bpf_sock: object, argval: int) -> int", "Chooses the events of the connection that the program is called for.")
spin_lock = _helper("spin_lock(lock: object) -> int", "Takes the lock of an entry; nothing may be called before it is given back.")
spin_unlock = _helper("spin_unlock(lock: object) -> int", "Gives the lock of an entry back.")
store_hdr_opt = _helper("store_hdr_opt(skops: object, from_: object, flags: int = 0) -> int", "Writes an option of the TCP header.")
strncmp = _helper("strncmp(s1: object, s2: str) -> int", "Compares a text with a constant one.")
strtol = _helper("strtol(buf: object, flags: int, res: object) -> int", "Reads a number with a sign from a text; gives the bytes that it took.")
strtoul = _helper("strtoul(buf: object, flags: int, res: object) -> int", "Reads a number from a text; gives the bytes that it took.")
sys_bpf = _helper("sys_bpf(cmd: int, attr: object) -> int", "Makes a bpf system call.")
sys_close = _helper("sys_close(fd: int) -> int", "Closes a file descriptor.")
sysctl_get_current_value = _helper("sysctl_get_current_value(ctx: object, buf: object) -> int", "Fills a text with the setting's value.")
sysctl_get_name = _helper("sysctl_get_name(ctx: object, buf: object, flags: int = 0) -> int", "Fills a text with the name of the setting.")
sysctl_get_new_value = _helper("sysctl_get_new_value(ctx: object, buf: object) -> int", "Fills a text with the value that is being written.")
sysctl_set_new_value = _helper("sysctl_set_new_value(ctx: object, buf: object) -> int", "Has another value written.")
tail_call = _helper("tail_call(ctx: object, prog_array_map: object, index: int) -> None", "Goes on in another program of a program array; comes back only where that fails.")
task_pt_regs = _helper("task_pt_regs(task: object) -> Any", "The registers of a task as it entered the kernel.")
task_storage_delete = _helper("task_storage_delete(map: object, task: object) -> int", "Removes a task's own entry.")
task_storage_get = _helper("task_storage_get(map: object, task: object, value: object = None, flags: int = 0) -> Any", "A task's own entry of a storage map, made where wanted.")
tcp_check_syncookie = _helper("tcp_check_syncookie(sk: object, iph: object, th: object) -> int", "Whether a packet answers one of the machine's SYN cookies.")
tcp_gen_syncookie = _helper("tcp_gen_syncookie(sk: object, iph: object, th: object) -> int", "Makes a SYN cookie for a packet.")
tcp_raw_check_syncookie_ipv4 = _helper("tcp_raw_check_syncookie_ipv4(iph: object, th: object) -> int", "Whether IPv4 headers answer a SYN cookie, without a socket.")
tcp_raw_check_syncookie_ipv6 = _helper("tcp_raw_check_syncookie_ipv6(iph: object, th: object) -> int", "Whether IPv6 headers answer a SYN cookie, without a socket.")
tcp_raw_gen_syncookie_ipv4 = _helper("tcp_raw_gen_syncookie_ipv4(iph: object, th: object) -> int", "Makes a SYN cookie from IPv4 headers, without a socket.")
tcp_raw_gen_syncookie_ipv6 = _helper("tcp_raw_gen_syncookie_ipv6(iph: object, th: object) -> int", "Makes a SYN cookie from IPv6 headers, without a socket.")
tcp_send_ack = _helper("tcp_send_ack(tp: object, rcv_nxt: int) -> int", "Sends an acknowledgement on the connection.")
tcp_sock = _helper("tcp_sock(sk: object) -> Any", "What TCP knows of the socket, or nothing.")
this_cpu_ptr = _helper("this_cpu_ptr(percpu_ptr: object) -> Any", "This CPU's copy of a variable of the kernel.")
tid = _helper("tid() -> int", "Thread id of the current task.")
timer_cancel = _helper("timer_cancel(timer: object) -> int", "Stops a timer and waits for its function to end.")
timer_init = _helper("timer_init(timer: object, map: object, flags: int = 0) -> int", "Makes a timer ready that lies in an entry of a map.")
timer_set_callback = _helper("timer_set_callback(timer: object, callback_fn: Callable[..., object]) -> int", "Sets the function that a timer calls.")
timer_start = _helper("timer_start(timer: object, nsecs: int, flags: int = 0) -> int", "Starts a timer: it fires once, so many nanoseconds from now.")
trace_printk = _helper("trace_printk(fmt: object, *args: int) -> int", "Writes a line to the trace pipe; `print` does this.")
trace_vprintk = _helper("trace_vprintk(fmt: object, data: object) -> int", "Writes a line to the trace pipe by a format and an array of numbers.")
uid = _helper("uid() -> int", "User id of the current task.")
user_ringbuf_drain = _helper("user_ringbuf_drain(map: object, callback_fn: Callable[..., object], ctx: object = None, flags: int = 0) -> int", "Calls a function for each message that user space sent.")
xdp_adjust_head = _helper("xdp_adjust_head(xdp_md: object, delta: int) -> int", "Moves the start of the packet.")
xdp_adjust_meta = _helper("xdp_adjust_meta(xdp_md: object, delta: int) -> int", "Makes or takes room for data before the packet.")
xdp_adjust_tail = _helper("xdp_adjust_tail(xdp_md: object, delta: int) -> int", "Makes the packet longer or shorter at its end.")
xdp_get_buff_len = _helper("xdp_get_buff_len(xdp_md: object) -> int", "The length of the packet, fragments included.")
xdp_load_bytes = _helper("xdp_load_bytes(xdp_md: object, offset: int, buf: object) -> int", "Copies bytes out of the packet.")
xdp_output = _helper("xdp_output(ctx: object, map: object, flags: int, data: object) -> int", "Sends the start of a packet and bytes to user space.")
xdp_store_bytes = _helper("xdp_store_bytes(xdp_md: object, offset: int, buf: object) -> int", "Writes bytes into the packet.")
