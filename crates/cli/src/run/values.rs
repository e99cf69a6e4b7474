//! Decoded values as cells of a table and as JSON.

use runtime::{Layout, Value};
use serde_json::{Value as Json, json};

use crate::grid::Cell;

/// Cells longer than this many characters are cut.
const CELL_LIMIT: usize = 40;

/// A column of a value: its name and how wide its cells usually are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    pub width: usize,
}

/// The columns of a type: one for each field, those of nested structs
/// included; one called `name` for anything else.
pub(crate) fn columns(layout: &Layout, name: &str) -> Vec<Column> {
    match layout {
        Layout::Struct(layout) => layout
            .fields
            .iter()
            .flat_map(|field| columns(&field.layout, &dotted(name, &field.name)))
            .collect(),
        _ => vec![Column { name: name.to_owned(), width: usual_width(layout) }],
    }
}

fn dotted(outer: &str, field: &str) -> String {
    if outer.is_empty() { field.to_owned() } else { format!("{outer}.{field}") }
}

/// Columns grow when a value needs it; this keeps them from doing so often.
fn usual_width(layout: &Layout) -> usize {
    match layout {
        Layout::Int { size, .. } => match size {
            1 => 3,
            2 => 5,
            // Process ids; of what is wider most are counts and durations.
            4 => 7,
            _ => 10,
        },
        Layout::Str { size } => (*size).min(16),
        Layout::Bool { .. } => 5,
        _ => 0,
    }
}

/// The cells of a value, one for each column of its type.
pub(crate) fn cells(value: &Value) -> Vec<Cell> {
    match value {
        Value::Struct(value) => value.fields.iter().flat_map(|(_, field)| cells(field)).collect(),
        other => vec![cell(other)],
    }
}

/// The one cell of a value, a struct's too.
pub(crate) fn cell(value: &Value) -> Cell {
    match value {
        Value::Int(number) => Cell::number(number),
        Value::Float(number) => Cell::number(number),
        other => Cell::left(cut(&text(other))),
    }
}

/// A value in a single cell.
fn text(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Bool(bit) => bit.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Str(words) => printable(words),
        Value::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Value::List(items) => {
            // What an array of texts is not filled with is no text.
            let is_empty = |item: &Value| matches!(item, Value::Str(words) if words.is_empty());
            let filled = items.iter().rposition(|item| !is_empty(item)).map_or(0, |last| last + 1);
            let items = items.iter().take(filled.min(CELL_LIMIT)).map(text);
            let items: Vec<String> = items.collect();
            format!("[{}]", items.join(", "))
        }
        Value::Struct(value) => {
            let fields: Vec<String> =
                value.fields.iter().map(|(name, v)| format!("{name}={}", text(v))).collect();
            format!("({})", fields.join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// Text from the kernel, with what could move the cursor made visible.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL_LIMIT) {
        None => text.to_owned(),
        Some(_) => text.chars().take(CELL_LIMIT - 1).chain(['…']).collect(),
    }
}

/// A value as JSON; bytes are lists of numbers. Integers beyond 64 bits become
/// strings, for want of a number that every reader takes.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
            (Ok(number), _) => json!(number),
            (_, Ok(number)) => json!(number),
            _ => json!(number.to_string()),
        },
        Value::Bool(bit) => json!(bit),
        Value::Float(number) => json!(number),
        Value::Str(text) => json!(text),
        Value::Bytes(bytes) => json!(bytes),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Struct(value) => Json::Object(
            value.fields.iter().map(|(name, v)| (name.to_string(), to_json(v))).collect(),
        ),
        other => json!(format!("{other:?}")),
    }
}

/// Whether a value is nothing but zeros, as an array's unused entries are.
pub(crate) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(number) => *number == 0,
        Value::Bool(bit) => !bit,
        Value::Float(number) => *number == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.iter().all(|&byte| byte == 0),
        Value::List(items) => items.iter().all(is_zero),
        Value::Struct(value) => value.fields.iter().all(|(_, field)| is_zero(field)),
        _ => false,
    }
}

/// The fields that tell of which process an event is, the first that there is.
const PROCESS: [&str; 2] = ["pid", "tgid"];

/// Whether events of this type say of which process they are.
pub(crate) fn has_process(layout: &Layout) -> bool {
    let Layout::Struct(layout) = layout else { return false };
    layout.fields.iter().any(|field| PROCESS.contains(&&*field.name))
}

/// The process that an event says it is of, if it has such a field.
pub(crate) fn process_of(value: &Value) -> Option<u32> {
    let fields = value.as_struct()?;
    let field = PROCESS.into_iter().find_map(|name| fields.get(name))?;
    field.as_int().and_then(|pid| u32::try_from(pid).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::StructValue;

    fn event() -> Value {
        let inner = StructValue {
            name: "In".into(),
            fields: vec![("a".into(), Value::Bool(true)), ("b".into(), Value::Bytes(vec![0, 255]))],
        };
        Value::Struct(StructValue {
            name: "Event".into(),
            fields: vec![
                ("pid".into(), Value::Int(7)),
                ("comm".into(), Value::Str("a\u{1b}[2J".to_owned())),
                ("inner".into(), Value::Struct(inner)),
                ("big".into(), Value::Int(i128::from(u64::MAX) + 1)),
                ("ids".into(), Value::List(vec![Value::Int(1), Value::Int(-2)])),
            ],
        })
    }

    #[test]
    fn a_struct_is_a_row_of_printable_cells() {
        let texts: Vec<String> = cells(&event()).into_iter().map(|cell| cell.text).collect();
        let expected = ["7", "a\\u{1b}[2J", "true", "00ff", "18446744073709551616", "[1, -2]"];
        assert_eq!(texts, expected);
        assert_eq!(cells(&Value::Str("x".repeat(100)))[0].width(), CELL_LIMIT);
        assert_eq!(process_of(&event()), Some(7));
    }

    #[test]
    fn texts_behind_the_last_of_an_array_are_left_out() {
        let texts = ["ls", "", "/", "", ""].map(|text| Value::Str(text.to_owned()));
        assert_eq!(cells(&Value::List(texts.to_vec()))[0].text, "[ls, , /]");
        assert_eq!(cells(&Value::List(vec![Value::Int(0); 2]))[0].text, "[0, 0]");
    }

    #[test]
    fn json_keeps_names_and_types() {
        let expected = r#"{"pid":7,"comm":"a\u001b[2J","inner":{"a":true,"b":[0,255]},"big":"18446744073709551616","ids":[1,-2]}"#;
        assert_eq!(to_json(&event()).to_string(), expected);
    }

    #[test]
    fn zero_is_told_from_something() {
        assert!(is_zero(&Value::List(vec![Value::Int(0), Value::Bytes(vec![0])])));
        assert!(!is_zero(&event()));
    }
}
