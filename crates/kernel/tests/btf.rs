//! The BTF reader on the running kernel's BTF, and on damaged BTF.

use std::sync::Arc;

use pythonbpf_kernel::btf::{Btf, Bytes, Error, Kind, Space, TypeId, Wanted, built_in, cut};

fn running_kernel() -> Option<Vec<u8>> {
    std::fs::read("/sys/kernel/btf/vmlinux").ok()
}

#[test]
fn finds_types_of_the_running_kernel() {
    let Some(bytes) = running_kernel() else {
        eprintln!("skipped: the kernel has no BTF");
        return;
    };
    let begun = std::time::Instant::now();
    let btf = Btf::parse(Arc::new(bytes)).unwrap();
    let id = btf.find("task_struct", Space::Struct).unwrap();
    eprintln!("read and found in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    let task = btf.get(id).unwrap();
    assert_eq!(task.name, "task_struct");
    let Kind::Struct { members, is_union: false } = task.kind else { panic!("no struct") };
    let pid = members.iter().find(|member| member.name == "pid").unwrap();
    assert_eq!(btf.size(pid.ty), Some(4));
    let comm = members.iter().find(|member| member.name == "comm").unwrap();
    assert_eq!(btf.size(comm.ty), Some(16));
    assert_eq!(btf.enumerator("TCP_SYN_SENT").map(|(_, value)| value), Some(2));
    eprintln!("decoded in {:?}", begun.elapsed());
    assert_eq!(btf.find("no_such_struct", Space::Struct), None);
    assert!(btf.find("vfs_read", Space::Func).is_some());
    assert!(btf.names(Space::Typedef).contains(&"pid_t"));
}

fn everything(btf: &Btf) {
    for id in 0..400 {
        let _ = (btf.get(TypeId(id)), btf.size(TypeId(id)), btf.resolve(TypeId(id)));
        let _ = btf.is_tagged(TypeId(id), "user");
    }
    let _ = (btf.find("a", Space::Struct), btf.names(Space::Enum), btf.enumerator("a"));
}

#[test]
fn what_is_no_btf_is_told() {
    let parse = |bytes: &[u8]| Btf::parse(Arc::new(bytes.to_vec())).map(drop);
    assert_eq!(parse(b""), Err(Error::NotBtf));
    assert_eq!(parse(b"\x7fELF\x02\x01"), Err(Error::NoSection));
    assert_eq!(parse(b"\x9f\xeb\x01\x00"), Err(Error::Damaged));
}

/// A small table: `struct a { int a; struct a *b; }` and an enum.
fn small() -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    let types = words(&[
        1,
        1 << 24,
        4,
        1 << 24 | 32, // 1: int
        3,
        4 << 24 | 2,
        16,
        3,
        1,
        0,
        5,
        3,
        64, // 2: struct a
        0,
        2 << 24,
        2, // 3: pointer to it
        7,
        6 << 24 | 1,
        4,
        7,
        9, // 4: enum c { c = 9 }
    ]);
    let strings = b"\0i\0a\0b\0c\0";
    let mut bytes = words(&[0x1_eb9f, 24, 0, types.len() as u32, types.len() as u32]);
    bytes.extend((strings.len() as u32).to_le_bytes());
    bytes.extend(types);
    bytes.extend(strings);
    bytes
}

#[test]
fn a_module_continues_its_kernel() {
    let base = Arc::new(Btf::parse(Arc::new(small())).unwrap());
    assert_eq!(base.find("a", Space::Struct), Some(TypeId(2)));
    assert_eq!(base.enumerator("c"), Some((TypeId(4), 9)));
    let module = Btf::split(Arc::new(small()), Arc::clone(&base)).unwrap();
    assert_eq!(module.get(TypeId(2)).unwrap().name, "a");
    // Its own records name the strings of its base.
    assert_eq!(module.all("a", Space::Struct), [TypeId(2), TypeId(6)]);
}

#[test]
fn cut_and_changed_bytes_do_no_harm() {
    let whole = small();
    for len in 0..whole.len() {
        if let Ok(btf) = Btf::parse(Arc::new(whole[..len].to_vec()) as Bytes) {
            everything(&btf);
        }
    }
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] = (state >> 25) as u8;
        }
        if let Ok(btf) = Btf::parse(Arc::new(bytes) as Bytes) {
            everything(&btf);
        }
    }
}

/// A module's own table behind [`small`]: `struct NAME { struct NAME *m; int a; }`.
fn of_module(name: &str) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    // The kernel has four types and nine bytes of strings.
    let (own, m) = (9, 10 + name.len() as u32);
    let types = words(&[own, 4 << 24 | 2, 16, m, 6, 0, 3, 1, 64, 0, 2 << 24, 5]);
    let strings = [name.as_bytes(), b"\0m\0"].concat();
    let mut bytes = words(&[0x1_eb9f, 24, 0, types.len() as u32, types.len() as u32]);
    bytes.extend((strings.len() as u32).to_le_bytes());
    bytes.extend(types);
    bytes.extend(strings);
    bytes
}

#[test]
fn modules_stand_behind_each_other() {
    assert_eq!(Btf::parse(Arc::new(of_module("x"))).map(drop), Err(Error::OfModule));
    let kernel = Arc::new(Btf::parse(Arc::new(small())).unwrap());
    let one = Arc::new(Btf::split(Arc::new(of_module("one")), kernel).unwrap());
    let all = Btf::split(Arc::new(of_module("other")), one).unwrap();
    for (name, at) in [("one", 5), ("other", 7)] {
        let found = all.find(name, Space::Struct).unwrap();
        assert_eq!(found, TypeId(at));
        let ty = all.get(found).unwrap();
        let Kind::Struct { members, .. } = ty.kind else { panic!("{ty:?}") };
        let named = |index: usize| (members[index].name, members[index].ty);
        assert_eq!((ty.name, named(0), named(1)), (name, ("m", TypeId(at + 1)), ("a", TypeId(1))));
        assert!(matches!(all.get(TypeId(at + 1)).unwrap().kind, Kind::Ptr(to) if to == found));
    }
    assert_eq!(all.find("a", Space::Struct), Some(TypeId(2)));
    assert_eq!(all.names(Space::Struct), ["a", "one", "other"]);
}

#[test]
fn names_are_found_again() {
    let btf = built_in().unwrap();
    let fresh = || Btf::parse(Arc::new(cut(&btf, all_structs(&btf)))).unwrap();
    let (often, names) = (fresh(), btf.names(Space::Struct));
    assert!(names.len() > 50);
    for name in names.iter().take(30).chain(&["no_such_struct", ""]) {
        let first = fresh().all(name, Space::Struct);
        assert_eq!(often.all(name, Space::Struct), first, "{name}");
        assert_eq!(often.all(name, Space::Struct), first, "{name}");
        assert_eq!(often.all(name, Space::Enum), fresh().all(name, Space::Enum), "{name}");
    }
}

fn all_structs(btf: &Btf) -> Wanted {
    let names = btf.names(Space::Struct);
    let types = names.iter().flat_map(|name| btf.all(name, Space::Struct)).collect();
    Wanted { types, ..Wanted::default() }
}

#[test]
fn a_part_has_what_lies_inside_and_names_the_rest() {
    let whole = built_in().unwrap();
    let name = "task_struct";
    let id = whole.find(name, Space::Struct).unwrap();
    let mut wanted = Wanted::default();
    wanted.types.push(id);
    wanted.structs.insert(name.to_owned());
    let part = Btf::parse(Arc::new(cut(&whole, wanted))).unwrap();
    let members = |btf: &Btf, name: &str| -> Vec<(String, u32, Option<u64>)> {
        let id = btf.find(name, Space::Struct).unwrap();
        let Kind::Struct { members, .. } = btf.get(id).unwrap().kind else { panic!("{name}") };
        let told = members.iter().map(|m| (m.name.to_owned(), m.bit_offset, btf.size(m.ty)));
        told.collect()
    };
    assert_eq!(members(&part, name), members(&whole, name));
    // Structs inside come along, those that are pointed to are declared.
    assert_eq!(members(&part, "sched_entity"), members(&whole, "sched_entity"));
    assert_eq!(part.find("mm_struct", Space::Struct), None);
    let pointed = members(&part, name).into_iter().find(|(name, ..)| name == "mm");
    assert_eq!(pointed.unwrap().2, Some(8));
}
