use super::*;

fn int(size: usize, signed: bool) -> Layout {
    Layout::Int { size, signed }
}

fn field(name: &str, byte: usize, layout: Layout) -> FieldLayout {
    FieldLayout {
        name: name.into(),
        bit_offset: byte * 8,
        bit_width: None,
        layout,
        optional: false,
    }
}

fn event() -> Layout {
    Layout::Struct(Arc::new(StructLayout {
        name: "event".into(),
        size: 24,
        fields: vec![
            field("pid", 0, int(4, false)),
            field("delta", 4, int(2, true)),
            field("comm", 8, Layout::Str { size: 16 }),
        ],
    }))
}

fn event_value(pid: i128, comm: &str) -> Value {
    Value::Struct(StructValue {
        name: "event".into(),
        fields: vec![
            ("pid".into(), Value::Int(pid)),
            ("delta".into(), Value::Int(-3)),
            ("comm".into(), Value::Str(comm.to_owned())),
        ],
    })
}

#[test]
fn integers_keep_size_and_sign() {
    assert_eq!(decode(&int(1, true), &[0xff]), Value::Int(-1));
    assert_eq!(decode(&int(1, false), &[0xff]), Value::Int(255));
    assert_eq!(decode(&int(8, false), &[0xff; 8]), Value::Int(i128::from(u64::MAX)));
    assert_eq!(encode(&int(2, true), &Value::Int(-2)).unwrap(), [0xfe, 0xff]);
    assert_eq!(decode(&int(16, true), &[0xff; 16]), Value::Int(-1));
}

#[test]
fn floats_take_integers() {
    let double = Layout::Float { size: 8 };
    assert_eq!(encode(&double, &Value::Int(-3)).unwrap(), (-3.0_f64).to_le_bytes());
    assert_eq!(encode(&Layout::Float { size: 4 }, &Value::Int(2)).unwrap(), 2_f32.to_le_bytes());
    assert!(encode(&double, &Value::Str("3".to_owned())).is_err());
}

#[test]
fn integers_out_of_range_are_refused() {
    for (layout, value) in [
        (int(1, false), 256),
        (int(1, false), -1),
        (int(1, true), 128),
        (int(4, false), 1 << 32),
        (int(8, false), -1),
        (int(8, true), i128::from(i64::MAX) + 1),
    ] {
        let error = encode(&layout, &Value::Int(value)).unwrap_err();
        assert!(matches!(error, ValueError::OutOfRange { .. }), "{layout:?} {value}: {error}");
    }
    let error = encode(&int(1, false), &Value::Int(300)).unwrap_err();
    assert_eq!(error.to_string(), "300 does not fit 8 unsigned bits (0 to 255)");
}

#[test]
fn structs_round_trip_with_zeroed_padding() {
    let bytes = encode(&event(), &event_value(7, "bash")).unwrap();
    assert_eq!(&bytes[..8], [7, 0, 0, 0, 0xfd, 0xff, 0, 0]);
    assert_eq!(decode(&event(), &bytes), event_value(7, "bash"));
}

#[test]
fn struct_fields_must_be_exactly_those_of_the_type() {
    let mut value = event_value(1, "x");
    let Value::Struct(inner) = &mut value else { unreachable!() };
    let removed = inner.fields.remove(1);
    assert_eq!(encode(&event(), &value).unwrap_err().to_string(), "field `delta` is missing");
    let Value::Struct(inner) = &mut value else { unreachable!() };
    inner.fields.push(removed);
    inner.fields.push(("extra".into(), Value::Int(0)));
    assert_eq!(
        encode(&event(), &value).unwrap_err().to_string(),
        "there is no field `extra`; the fields are pid, delta, comm"
    );
}

#[test]
fn errors_name_the_field() {
    let error = encode(&event(), &event_value(-1, "x")).unwrap_err();
    assert_eq!(error.to_string(), "pid: -1 does not fit 32 unsigned bits (0 to 4294967295)");
    let error = encode(&event(), &event_value(1, "a name of more than 16")).unwrap_err();
    assert_eq!(error.to_string(), "comm: 22 bytes do not fit; at most 16 are allowed");
    let error = encode(&event(), &event_value(1, "a\0b")).unwrap_err();
    assert!(matches!(error, ValueError::InteriorNul { .. }));
}

#[test]
fn text_ends_at_the_first_nul_and_survives_bad_utf8() {
    let layout = Layout::Str { size: 4 };
    assert_eq!(decode(&layout, b"ab\0c"), Value::Str("ab".to_owned()));
    assert_eq!(decode(&layout, b"a\xffcd"), Value::Str("a\u{fffd}cd".to_owned()));
}

#[test]
fn bit_fields_read_and_write_only_their_bits() {
    let bits = |name: &str, bit_offset, width, signed| FieldLayout {
        name: name.into(),
        bit_offset,
        bit_width: Some(width),
        layout: int(4, signed),
        optional: false,
    };
    let layout = Layout::Struct(Arc::new(StructLayout {
        name: "flags".into(),
        size: 4,
        fields: vec![bits("a", 0, 3, false), bits("b", 3, 5, true), bits("c", 8, 12, false)],
    }));
    let value = Value::Struct(StructValue {
        name: "flags".into(),
        fields: vec![
            ("a".into(), Value::Int(5)),
            ("b".into(), Value::Int(-2)),
            ("c".into(), Value::Int(0xabc)),
        ],
    });
    let bytes = encode(&layout, &value).unwrap();
    assert_eq!(bytes, [5 | (0b11110 << 3), 0xbc, 0x0a, 0]);
    assert_eq!(decode(&layout, &bytes), value);
}

#[test]
fn lists_need_their_length() {
    let layout = Layout::Array { element: Arc::new(int(2, false)), length: 2 };
    let list = |items: &[i128]| Value::List(items.iter().copied().map(Value::Int).collect());
    assert_eq!(encode(&layout, &list(&[1, 2])).unwrap(), [1, 0, 2, 0]);
    assert!(encode(&layout, &list(&[1])).is_err());
    let error = encode(&layout, &list(&[1, 70_000])).unwrap_err();
    assert!(error.to_string().starts_with("[1]: 70000"), "{error}");
}

#[test]
fn short_input_reads_as_zero_and_never_panics() {
    let Value::Struct(value) = decode(&event(), &[1]) else { unreachable!() };
    assert_eq!(value.get("pid"), Some(&Value::Int(1)));
    assert_eq!(value.get("comm"), Some(&Value::Str(String::new())));
}
