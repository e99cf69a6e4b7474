//! Whether a case's object does in the running kernel what its comments say:
//! it is verified, its programs return, and its maps and buffers hold.

use std::time::Duration;

use kernel::Version;
use runtime::{
    EventReader, Object, OpenObject, TestRun, Value, capabilities_for_section, missing_capabilities,
};
use serde_json::Value as Json;

use crate::attach;
use crate::case::{After, Case, Input, Run};
use crate::needs::Feature;
use crate::trace::Trace;

/// The last event of a test run is there at once; a perf buffer wakes its
/// reader a moment later.
const WAIT: Duration = Duration::from_millis(50);

/// What keeps this process from loading programs, in words.
pub fn missing_privilege() -> Option<String> {
    let mut needed = capabilities_for_section("xdp");
    let tracing = capabilities_for_section("tracepoint/sched/sched_switch");
    needed.extend(tracing.into_iter().filter(|one| !needed.contains(one)).collect::<Vec<_>>());
    let missing: Vec<String> =
        missing_capabilities(&needed).iter().map(ToString::to_string).collect();
    (!missing.is_empty()).then(|| format!("skipped, lacks {}", missing.join(" and ")))
}

/// The running kernel's version.
fn running() -> Version {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().parse().unwrap_or_default()
}

/// How a case ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The kernel did all that the case says.
    Works,
    /// The kernel lacks what the case needs, and the case fails on it.
    Lacks(String),
}

/// Loads the case's object, runs its programs and looks at what they left.
///
/// # Errors
/// Says what was not as expected. A case that passes without what it claims to
/// need is wrong, too.
pub fn check(case: &Case, object: &[u8]) -> Result<Passed, String> {
    match (missing(case), check_here(case, object)) {
        (None, outcome) => outcome.map(|()| Passed::Works),
        (Some(feature), Err(_)) => Ok(Passed::Lacks(feature)),
        (Some(feature), Ok(())) => {
            Err(format!("it passes without {feature}, which it says it needs"))
        }
    }
}

/// What the case says it needs and the kernel does not have.
fn missing(case: &Case) -> Option<String> {
    let feature = case.needs.iter().find(|feature| !feature.is_here()).map(Feature::to_string);
    feature.or_else(|| (running() < case.kernel).then(|| format!("Linux {}", case.kernel)))
}

fn check_here(case: &Case, bytes: &[u8]) -> Result<(), String> {
    let name = case.path.display().to_string();
    let object = OpenObject::from_bytes(&name, bytes)
        .and_then(OpenObject::load)
        .map_err(|error| format!("{error}\n{error:#?}"))?;
    let attached = case.attach.iter().try_for_each(|attach| attach::check(&object, attach));
    let outcome = attached.and_then(|()| run_all(case, &object));
    object.close();
    outcome
}

fn run_all(case: &Case, object: &Object) -> Result<(), String> {
    // Buffers must be open before the programs write to them.
    let mut readers: Vec<EventReader> = Vec::new();
    for after in &case.after {
        if let After::Events { map, .. } = after {
            readers.push(object.events(map).map_err(|error| error.to_string())?);
        }
    }
    let trace = case.prints.as_ref().map(|_| Trace::start()).transpose()?;
    let mut complaints = Vec::new();
    for run in &case.runs {
        let found = run_one(object, run)?;
        if found != run.returns as u32 {
            let Run { program, returns, .. } = run;
            complaints
                .push(format!("{program} returned {found} ({}), not {returns}", found as i32));
        }
    }
    if let (Some(trace), Some(wanted)) = (trace, &case.prints) {
        let found = Json::from(trace.lines()?);
        if found != *wanted {
            complaints.push(format!("printed {found}, not {wanted}"));
        }
    }
    let mut readers = readers.iter();
    for after in &case.after {
        let complaint = match after {
            After::Entry { map, key, value } => look_up(object, map, key, value),
            After::Events { map, events } => match readers.next() {
                Some(reader) => read_events(reader, map, events),
                None => Ok(()),
            },
        };
        complaints.extend(complaint.err());
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn run_one(object: &Object, run: &Run) -> Result<u32, String> {
    let mut input = TestRun::default();
    match &run.input {
        Input::Data(data) => input.data = Some(data.clone()),
        Input::Context(context) => input.context = Some(context.clone()),
    }
    let program = object.program(&run.program).map_err(|error| error.to_string())?;
    program.test_run(&input).map(|output| output.return_value).map_err(|error| error.to_string())
}

fn look_up(object: &Object, map: &str, key: &Json, wanted: &Json) -> Result<(), String> {
    let entries = object.map(map).and_then(|map| map.entries()).map_err(|e| e.to_string())?;
    let mut found = Json::Null;
    for entry in entries {
        let (entry_key, value) = entry.map_err(|error| error.to_string())?;
        if json(&entry_key) == *key {
            found = json(&value);
        }
    }
    if found == *wanted {
        return Ok(());
    }
    Err(format!("{map}[{key}] is {found}, not {wanted}"))
}

fn read_events(reader: &EventReader, map: &str, wanted: &Json) -> Result<(), String> {
    let mut events = Vec::new();
    while let Some(event) = reader.next(WAIT).map_err(|error| error.to_string())? {
        events.push(json(&event.value));
    }
    let found = Json::Array(events);
    if found == *wanted { Ok(()) } else { Err(format!("{map} gave {found}, not {wanted}")) }
}

/// A decoded value as JSON; bytes are lists of numbers.
fn json(value: &Value) -> Json {
    match value {
        Value::Int(int) => match (i64::try_from(*int), u64::try_from(*int)) {
            (Ok(int), _) => int.into(),
            (_, Ok(int)) => int.into(),
            _ => int.to_string().into(),
        },
        Value::Bool(bit) => (*bit).into(),
        Value::Float(float) => (*float).into(),
        Value::Str(text) => text.as_str().into(),
        Value::Bytes(bytes) => bytes.clone().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Struct(value) => value
            .fields
            .iter()
            .map(|(name, value)| (name.to_string(), json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => format!("{other:?}").into(),
    }
}
