//! Objects in the kernel: what programs return and leave behind.

use std::collections::BTreeMap;

use runtime::{Object, OpenObject, TestRun, UpdateMode, Value};

/// A packet that the kernel takes.
const PACKET: usize = 64;

/// One run's numbers.
pub type Input = [i64; crate::generate::GIVEN];

/// What a program did, in words that can be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Each run: the value returned and the values kept.
    pub runs: Vec<String>,
    /// Maps and globals after the last run.
    pub left: BTreeMap<String, String>,
}

impl Seen {
    /// Where two differ, in a line; `None` if they do not. A global that only
    /// one of them still has was constant and folded.
    pub fn difference(&self, other: &Self) -> Option<String> {
        for (run, (one, two)) in self.runs.iter().zip(&other.runs).enumerate() {
            if one != two {
                return Some(format!("run {run}: Python {one}, C {two}"));
            }
        }
        if self.runs.len() != other.runs.len() {
            return Some("not the same number of runs".to_owned());
        }
        for (name, one) in &self.left {
            if let Some(two) = other.left.get(name)
                && one != two
            {
                return Some(format!("{name}: Python {one}, C {two}"));
            }
        }
        None
    }
}

/// Why an object gave nothing to compare.
#[derive(Debug)]
pub enum Failure {
    /// The verifier refused a program.
    Rejected(String),
    /// Anything else.
    Other(String),
}

/// Loads an object and runs each of the named programs on each input.
pub fn observe(bytes: &[u8], names: &[String], inputs: &[Input]) -> Result<Vec<Seen>, Failure> {
    let object = OpenObject::from_bytes("differ", bytes).and_then(OpenObject::load);
    let object = object.map_err(|error| match error {
        runtime::Error::Rejected(rejection) => {
            Failure::Rejected(format!("{}\n{}", rejection.message, rejection.log))
        }
        other => Failure::Other(other.to_string()),
    })?;
    let seen = run_all(&object, names, inputs).map_err(|error| Failure::Other(error.to_string()));
    object.close();
    seen
}

fn run_all(object: &Object, names: &[String], inputs: &[Input]) -> runtime::Result<Vec<Seen>> {
    let mut all = vec![Seen::default(); names.len()];
    let programs =
        names.iter().map(|name| object.program(name)).collect::<runtime::Result<Vec<_>>>()?;
    let packet = TestRun { data: Some(vec![0; PACKET]), ..TestRun::default() };
    for input in inputs {
        give(object, input)?;
        for ((name, program), seen) in names.iter().zip(&programs).zip(&mut all) {
            let returned = program.test_run(&packet)?.return_value;
            let kept = match object.map(&format!("{name}_out")) {
                Ok(map) => entries(&map)?,
                Err(_) => String::new(),
            };
            seen.runs.push(format!("returned {returned} and kept [{kept}]"));
        }
    }
    let left = left(object)?;
    for (name, seen) in names.iter().zip(&mut all) {
        let prefix = format!("{name}_");
        let own = left.iter().filter(|(part, _)| part.starts_with(&prefix));
        seen.left = own.map(|(part, value)| (part.clone(), value.clone())).collect();
    }
    Ok(all)
}

/// A program that asks for no number has no map of them.
fn give(object: &Object, input: &Input) -> runtime::Result<()> {
    let Ok(map) = object.map("given") else { return Ok(()) };
    for (slot, number) in (0..).zip(input) {
        let (key, value) = (Value::Int(slot), Value::Int(i128::from(*number)));
        map.update(&key, &value, UpdateMode::Set)?;
    }
    Ok(())
}

fn entries(map: &runtime::Map) -> runtime::Result<String> {
    let mut found = Vec::new();
    for entry in map.entries()? {
        let (key, value) = entry?;
        found.push(format!("{}: {}", words(&key), words(&value)));
    }
    found.sort();
    Ok(found.join(", "))
}

/// All maps by their name, and all globals by theirs.
fn left(object: &Object) -> runtime::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for map in object.maps() {
        found.insert(map.name().to_owned(), entries(&map)?);
    }
    for section in [".rodata", ".data", ".bss"] {
        let Ok(map) = object.map(section) else { continue };
        if let Some(Value::Struct(globals)) = map.lookup(&Value::Int(0))? {
            let named = globals.fields.iter();
            found.extend(named.map(|(name, value)| (name.to_string(), words(value))));
        }
    }
    Ok(found)
}

/// A value by its numbers alone: the two compilers name types differently.
fn words(value: &Value) -> String {
    match value {
        Value::Int(int) => int.to_string(),
        Value::Bool(bit) => u8::from(*bit).to_string(),
        Value::Bytes(bytes) => format!("{bytes:?}"),
        Value::List(items) => {
            format!("[{}]", items.iter().map(words).collect::<Vec<_>>().join(", "))
        }
        Value::Struct(value) => {
            let fields =
                value.fields.iter().map(|(name, value)| format!("{name}={}", words(value)));
            format!("({})", fields.collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}"),
    }
}
