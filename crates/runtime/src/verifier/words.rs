//! Registers and instructions of the verifier's log, in words.

/// The register that a message is about: the 3 of `R3 invalid mem access`.
pub(super) fn named_register(message: &str) -> Option<u8> {
    message.match_indices('R').find_map(|(at, _)| {
        let before = message.get(..at)?.chars().next_back();
        if before.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            return None;
        }
        let rest = message.get(at + 1..)?;
        let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
        let behind = rest.get(digits.len()..)?.chars().next();
        let is_word = behind.is_some_and(|letter| letter.is_ascii_alphabetic());
        digits.parse().ok().filter(|number| *number <= 11 && !is_word)
    })
}

/// The last state that a log tells of a register: the `scalar(umax=255)` of
/// `R3_w=scalar(umax=255)`.
pub(super) fn last_state(log: &str, register: u8) -> Option<&str> {
    let name = format!("R{register}");
    log.lines().rev().find_map(|line| {
        line.rmatch_indices(&name).find_map(|(at, _)| {
            let before = line.get(..at)?.chars().next_back();
            if before.is_some_and(|letter| letter != ' ') {
                return None;
            }
            let rest = line.get(at + name.len()..)?;
            let (flags, state) = rest.split_once('=')?;
            let is_flags = flags.is_empty()
                || flags.strip_prefix('_').is_some_and(|f| f.chars().all(|c| "rwp".contains(c)));
            is_flags.then(|| whole(state))
        })
    })
}

/// A state ends at the space outside of its parentheses.
fn whole(text: &str) -> &str {
    let mut depth = 0_i32;
    let end = text.find(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ' ' && depth <= 0
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}

/// A register's state in words: `a number from 0 to 255`.
pub(super) fn state_in_words(state: &str) -> Option<String> {
    let (name, attributes) = match state.split_once('(') {
        Some((name, rest)) => (name, rest.trim_end_matches(')')),
        None => (state, ""),
    };
    let name = name.trim_start_matches('P');
    let attribute = |wanted: &str| attributes.split(',').find_map(|pair| value_of(pair, wanted));
    let or_null = |what: &str| format!("{what}, or null: it has not been tested");
    Some(match name {
        "ctx" => "the context".to_owned(),
        "scalar" | "inv" => number(&attribute),
        "pkt" => match attribute("r") {
            Some("0") | None => "a pointer into the packet, of which nothing is tested".to_owned(),
            Some(bytes) => format!("a pointer into the packet, {bytes} bytes of which are tested"),
        },
        "pkt_end" => "the end of the packet".to_owned(),
        "map_value" => value(&attribute),
        "map_value_or_null" => or_null(&value(&attribute)),
        "map_ptr" => "a map".to_owned(),
        "mem" | "alloc_mem" => memory(&attribute),
        "mem_or_null" | "alloc_mem_or_null" | "ringbuf_mem_or_null" => or_null(&memory(&attribute)),
        "ringbuf_mem" => memory(&attribute),
        _ => return others(name),
    })
}

fn value_of<'a>(pair: &'a str, wanted: &str) -> Option<&'a str> {
    // `smin=umin=1` gives one value two names.
    let (names, value) = pair.trim().rsplit_once('=')?;
    names.split('=').any(|name| name == wanted).then_some(value)
}

fn number<'a>(attribute: &impl Fn(&str) -> Option<&'a str>) -> String {
    let of = |names: [&str; 4]| names.into_iter().find_map(attribute);
    let low = of(["umin", "umin_value", "smin", "smin_value"]);
    let high = of(["umax", "umax_value", "smax", "smax_value"]);
    match (low, high) {
        (Some(low), Some(high)) => format!("a number from {low} to {high}"),
        (None, Some(high)) if attribute("umax").or(attribute("umax_value")).is_some() => {
            format!("a number from 0 to {high}")
        }
        (None, Some(high)) => format!("a number up to {high}, negative ones included"),
        (Some(low), None) => format!("a number from {low} on, without an upper bound"),
        (None, None) => "a number that nothing is known of".to_owned(),
    }
}

fn value<'a>(attribute: &impl Fn(&str) -> Option<&'a str>) -> String {
    let size = attribute("vs").map_or_else(String::new, |size| format!(" of {size} bytes"));
    let map = attribute("map").map_or_else(|| "a map".to_owned(), |map| format!("map `{map}`"));
    format!("a pointer to a value{size} of {map}")
}

fn memory<'a>(attribute: &impl Fn(&str) -> Option<&'a str>) -> String {
    let size = attribute("mem_size").or(attribute("sz"));
    match size {
        Some(size) => format!("a pointer to {size} bytes of memory"),
        None => "a pointer to memory".to_owned(),
    }
}

/// Constants, the stack, and pointers to structs of the kernel.
fn others(name: &str) -> Option<String> {
    if let Some(offset) = name.strip_prefix("fp") {
        let below = offset.trim_start_matches('-');
        return Some(match below {
            "" | "0" => "the top of the stack".to_owned(),
            bytes => format!("a pointer to the stack, {bytes} bytes below its top"),
        });
    }
    let constant = name.strip_prefix("inv").unwrap_or(name);
    if constant.parse::<i64>().is_ok() || constant.strip_prefix("0x").is_some() {
        return Some(format!("the number {constant}"));
    }
    let (name, null) = match name.strip_suffix("_or_null") {
        Some(name) => (name, ", or null: it has not been tested"),
        None => (name, ""),
    };
    for (prefix, words) in [
        ("trusted_ptr_", "a pointer that the verifier trusts, to"),
        ("untrusted_ptr_", "a pointer that the verifier does not trust, to"),
        ("rcu_ptr_", "a pointer that is good until the RCU lock is released, to"),
        ("rcu_ptr_or_null_", "a pointer that is good until the RCU lock is released, or null, to"),
        ("ptr_or_null_", "a pointer that may be null, to"),
        ("percpu_ptr_", "a pointer to memory of each CPU, to"),
        ("ptr_", "a pointer to"),
    ] {
        if let Some(of) = name.strip_prefix(prefix) {
            let of = if of.is_empty() { "a struct of the kernel" } else { of };
            return Some(format!("{words} `{of}`{null}"));
        }
    }
    match name {
        "sock" | "sock_common" | "tcp_sock" | "xdp_sock" => {
            Some(format!("a pointer to a socket{null}"))
        }
        _ => None,
    }
}

/// An instruction of the log in words: `reads 8 bytes at r0`.
pub(super) fn instruction_in_words(text: &str) -> Option<String> {
    if text == "exit" {
        return Some("returns, with r0 as the value".to_owned());
    }
    if let Some(callee) = text.strip_prefix("call ") {
        let name = callee.split('#').next().unwrap_or(callee);
        return Some(match name.strip_prefix("pc") {
            Some(_) => "calls a function of the program".to_owned(),
            None => format!("calls `{}`", name.strip_prefix("bpf_").unwrap_or(name)),
        });
    }
    if text.starts_with("goto") || text.starts_with("may_goto") {
        let back = text.contains("pc-");
        return Some(format!("jumps {}", if back { "back" } else { "on" }));
    }
    if text.starts_with("if ") {
        return Some("tests and branches".to_owned());
    }
    if let Some(stored) = text.strip_prefix("lock ").or(Some(text))
        && let Some((place, value)) = stored.strip_prefix('*').and_then(|t| t.rsplit_once("= "))
        && let Some(place) = access(place.trim_end_matches(['+', '|', '&', '^', ' ']))
    {
        return Some(format!("writes {value} to {place}"));
    }
    let (target, source) = text.split_once(" = ")?;
    if let Some(place) = source.strip_prefix('*').and_then(access) {
        return Some(format!("reads {place} into {target}"));
    }
    None
}

/// `(u64 *)(r0 +8)` as `8 bytes at r0 + 8`.
fn access(text: &str) -> Option<String> {
    let (ty, rest) = text.strip_prefix('(')?.split_once(" *)(")?;
    let bits: u32 = ty.get(1..)?.parse().ok()?;
    let place = rest.split(')').next()?;
    let (register, offset) = place.split_once(' ')?;
    let place = match offset.trim_start_matches('+').parse::<i64>().ok()? {
        0 => register.to_owned(),
        offset if offset < 0 => format!("{register} - {}", -offset),
        offset => format!("{register} + {offset}"),
    };
    let bytes = bits / 8;
    let plural = if bytes == 1 { "" } else { "s" };
    Some(format!("{bytes} byte{plural} at {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_found_in_messages_and_states_in_logs() {
        assert_eq!(named_register("R0 invalid mem access 'scalar'"), Some(0));
        assert_eq!(named_register("invalid write to stack R10 off=-520 size=8"), Some(10));
        assert_eq!(named_register("Unreleased reference id=2"), None);
        let log =
            "3: R1=ctx() R10=fp0\n4: (b7) r1 = 0  ; R1_w=0\n5: R1_w=scalar(smin=0, umax=7) R2=1";
        assert_eq!(last_state(log, 1), Some("scalar(smin=0, umax=7)"));
        assert_eq!(last_state(log, 10), Some("fp0"));
        assert_eq!(last_state(log, 7), None);
    }

    #[test]
    fn states_are_put_in_words() {
        let words = |state| state_in_words(state).unwrap();
        assert_eq!(words("scalar(umin=4,umax=8)"), "a number from 4 to 8");
        assert_eq!(
            words("scalar(smin=smin32=0,smax=umax=7,var_off=(0x0; 0x7))"),
            "a number from 0 to 7"
        );
        assert_eq!(words("scalar()"), "a number that nothing is known of");
        assert_eq!(words("inv(id=0,umax_value=255,var_off=(0x0; 0xff))"), "a number from 0 to 255");
        assert_eq!(words("inv7"), "the number 7");
        assert_eq!(
            words("map_value_or_null(id=1,map=counts,ks=4,vs=8)"),
            "a pointer to a value of 8 bytes of map `counts`, or null: it has not been tested"
        );
        assert_eq!(
            words("pkt(off=14,r=14)"),
            "a pointer into the packet, 14 bytes of which are tested"
        );
        assert_eq!(words("fp-24"), "a pointer to the stack, 24 bytes below its top");
        assert!(words("trusted_ptr_task_struct()").ends_with("`task_struct`"));
        assert_eq!(state_in_words("nonsense"), None);
    }

    #[test]
    fn instructions_are_put_in_words() {
        let words = |text| instruction_in_words(text).unwrap();
        assert_eq!(words("r0 = *(u64 *)(r0 +8)"), "reads 8 bytes at r0 + 8 into r0");
        assert_eq!(words("*(u8 *)(r10 -1) = r2"), "writes r2 to 1 byte at r10 - 1");
        assert_eq!(words("lock *(u64 *)(r1 +0) += r2"), "writes r2 to 8 bytes at r1");
        assert_eq!(words("call bpf_map_lookup_elem#1"), "calls `map_lookup_elem`");
        assert_eq!(words("exit"), "returns, with r0 as the value");
        assert_eq!(instruction_in_words("r1 += r2"), None);
    }
}
