//! `pythonbpf run`: compile, load, attach, and show what comes until the end.

mod ending;
mod entries;
mod output;
mod stream;
mod values;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use runtime::{Argument, AttachOptions, Error, Event, Interface, Map, MapSpec, Object, Program};

use crate::args::Run;
use crate::exit::{Exit, Outcome, Stop};
use crate::subject::Subject;
use crate::{refusal, report};
pub(crate) use ending::Ending;
pub(crate) use entries::Listing;
use output::Output;
pub(crate) use output::entries_text;
use stream::{Item, Stream};
pub(crate) use values::to_json;

/// How many entries of a map a table shows.
pub(crate) const TABLE_ENTRIES: usize = 20;
/// How many a JSON line has.
const JSON_ENTRIES: usize = 10_000;
/// How long the sources may take to hand over the last events.
const LAST_EVENTS: Duration = Duration::from_millis(60);

pub(crate) fn run(args: &Run) -> Outcome {
    // Asked first: compiling and loading take a while.
    let gone = args.pid.filter(|pid| !Path::new(&format!("/proc/{pid}")).exists());
    let subject = Subject::read(&args.file, args.btf.as_ref(), args.arch, args.json)?;
    let refuse = |error: Error| refusal::refuse(&error, &subject, args.log);
    if let Some(pid) = gone {
        return Err(refuse(Error::NoSuchProcess { pid }));
    }
    let object = subject.load_against(args.attach.program, args.log)?;
    if args.pid.is_some() && !tells_processes(&object, &subject) {
        let words =
            "no program of the file takes `--pid`, and nothing that it reports has a process";
        return Err(Stop::Said(Exit::Usage, words.to_owned()));
    }
    let _pins = Pins::make(&object, args.attach.pin.as_deref()).map_err(refuse)?;
    let pipe = match stream::prints(&subject.object).then(stream::open_pipe) {
        Some(Ok(pipe)) => Some(pipe),
        Some(Err(error)) => {
            report::complain(&format!("warning: printed lines are not shown: {error}"));
            None
        }
        None => None,
    };
    let ending = Ending::watch(args.duration)?;
    let stream = Stream::start(&object, pipe).map_err(refuse)?;
    let options = attach(&object, args, &subject)?;
    let mut show = Show::new(args, &object, &stream);
    let more = show.walks(&object, &options).map_err(|cause| cause.stop(&subject))?;
    if more || args.duration.is_some() || args.attach.pin.is_some() {
        show.until(&ending, &stream).map_err(|cause| cause.stop(&subject))?;
    }
    show.results(&object, &stream).map_err(|cause| cause.stop(&subject))?;
    drop(stream);
    object.close();
    Ok(Exit::Done)
}

/// Whether a process makes a difference: to a program, an event or a printed line.
fn tells_processes(object: &Object, subject: &Subject) -> bool {
    let is_told = |map: &Map| map.spec().events.iter().any(values::has_process);
    object.takes(Argument::Pid)
        || stream::prints(&subject.object)
        || object.maps().iter().any(is_told)
}

/// Attaches all programs and says on standard error what runs; gives where.
fn attach(object: &Object, args: &Run, subject: &Subject) -> Result<AttachOptions, Stop> {
    let options = options(args, object);
    let attached =
        object.attach_all(&options).map_err(|error| refusal::refuse(&error, subject, args.log))?;
    for skipped in &attached.skipped {
        report::complain(&format!("warning: {}", refusal::as_options(&skipped.why)));
    }
    if attached.attached.is_empty() && args.attach.pin.is_none() {
        let words = format!(
            "{} has no program to attach: a program has `@bpf` and `@section`",
            subject.source.name()
        );
        return Err(Stop::Said(Exit::Wrong, words));
    }
    let how = match args.duration {
        Some(duration) => format!(" for {} s", duration.as_secs_f64()),
        None => "; Ctrl-C ends".to_owned(),
    };
    let how = if only_iterators(object) && args.duration.is_none() { String::new() } else { how };
    let done = if attached.attached.is_empty() { "pinned" } else { "attached" };
    let names = match attached.attached.is_empty() {
        true => object.programs().iter().map(|program| program.name().to_owned()).collect(),
        false => attached.attached,
    };
    report::complain(&format!("{done} {}{how}", names.join(", ")));
    Ok(options)
}

/// The files of programs that are pinned until it is dropped.
struct Pins(Vec<PathBuf>);

impl Pins {
    fn make(object: &Object, folder: Option<&Path>) -> Result<Self, Error> {
        let mut pins = Self(Vec::new());
        for program in object.programs() {
            let Some(folder) = folder else { break };
            let path = folder.join(program.name());
            program.pin(&path)?;
            pins.0.push(path);
        }
        Ok(pins)
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        for path in &self.0 {
            // It may be gone already, which is what is wanted.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Whether nothing happens but what reading makes happen.
fn only_iterators(object: &Object) -> bool {
    object.programs().iter().filter(|program| program.is_attached()).all(Program::is_iterator)
}

/// What the command line says of where to attach.
fn options(args: &Run, object: &Object) -> AttachOptions {
    let said = &args.attach;
    let mut options = AttachOptions::default();
    options.interface = said.interface.as_deref().map(Interface::from);
    options.mode.clone_from(&said.mode);
    options.cgroup.clone_from(&said.cgroup);
    options.netns.clone_from(&said.netns);
    options.path.clone_from(&said.path);
    options.symbol.clone_from(&said.symbol);
    options.offset = said.offset;
    options.cookie = said.cookie;
    options.event.clone_from(&said.event);
    options.frequency = said.frequency;
    options.period = said.period;
    options.cpu = said.cpu;
    options.map.clone_from(&said.map);
    options.hook.clone_from(&said.hook);
    options.family.clone_from(&said.family);
    options.priority = said.priority;
    // It is also what events are chosen by.
    options.pid = args.pid.filter(|_| object.takes(Argument::Pid));
    options
}

/// Why showing stopped.
enum Cause {
    Output(std::io::Error),
    Refused(Error),
}

impl Cause {
    fn stop(self, subject: &Subject) -> Stop {
        match self {
            Self::Output(error) => Stop::Output(error),
            Self::Refused(error) => refusal::refuse(&error, subject, false),
        }
    }
}

impl From<std::io::Error> for Cause {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<Error> for Cause {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Writes what comes and what is left at the end.
struct Show {
    output: Output,
    /// The event maps, in the order of the stream's readers.
    sources: Vec<MapSpec>,
    pid: Option<u32>,
    /// How many events may still come.
    left: u64,
    json: bool,
}

impl Show {
    fn new(args: &Run, object: &Object, stream: &Stream) -> Self {
        let maps = object.maps();
        let spec = |name: &str| maps.iter().find(|map| map.name() == name).map(Map::spec).cloned();
        let sources: Vec<MapSpec> =
            stream.readers().iter().filter_map(|reader| spec(reader.map())).collect();
        Self {
            output: Output::new(args.json, sources.len()),
            sources,
            pid: args.pid,
            left: args.max_events.unwrap_or(u64::MAX),
            json: args.json,
        }
    }

    /// Shows what each iterator writes when it is read once; tells whether there
    /// are programs of other kinds.
    fn walks(&mut self, object: &Object, options: &AttachOptions) -> Result<bool, Cause> {
        for program in object.programs() {
            if program.is_iterator() && program.is_attached() {
                let mut written = Vec::new();
                program.iterate(options)?.read_to_end(&mut written)?;
                self.output.written(program.name(), &written)?;
            }
        }
        self.output.flush()?;
        Ok(!only_iterators(object))
    }

    /// Shows items until the run is to end, and those that are there then.
    fn until(&mut self, ending: &Ending, stream: &Stream) -> Result<(), Cause> {
        while self.left > 0
            && let Some(patience) = ending.patience()
        {
            self.batch(stream, patience)?;
        }
        stream.end();
        let end = Instant::now() + LAST_EVENTS;
        while self.left > 0 && Instant::now() < end {
            let ended = stream.has_ended();
            let got = self.batch(stream, Duration::from_millis(1))?;
            if ended && !got {
                break;
            }
        }
        Ok(())
    }

    /// Shows what is there, if anything comes in time.
    fn batch(&mut self, stream: &Stream, patience: Duration) -> Result<bool, Cause> {
        const BATCH: usize = 1024;
        let mut next = stream.next(patience);
        let got = next.is_some();
        for _ in 0..BATCH {
            match next {
                Some(item) if self.left > 0 => self.item(item)?,
                _ => break,
            }
            next = stream.next(Duration::ZERO);
        }
        if got {
            self.output.flush()?;
        }
        Ok(got)
    }

    fn item(&mut self, item: Item) -> Result<(), Cause> {
        match item {
            Item::Event(index, event) => self.event(index, &event)?,
            Item::Print(fields) if self.pid.is_none_or(|pid| is_thread_of(fields.pid, pid)) => {
                self.output.print(&fields)?;
            }
            Item::Print(_) => {}
            Item::Failed(error) => return Err(Cause::Refused(error)),
        }
        Ok(())
    }

    fn event(&mut self, index: usize, event: &Event) -> std::io::Result<()> {
        let other = |pid: u32| values::process_of(&event.value).is_some_and(|of| of != pid);
        if self.pid.is_some_and(other) {
            return Ok(());
        }
        let Some(map) = self.sources.get(index) else { return Ok(()) };
        self.left -= 1;
        self.output.event(map, event)
    }

    /// Shows losses, the maps, the global variables and the programs.
    fn results(&mut self, object: &Object, stream: &Stream) -> Result<(), Cause> {
        for reader in stream.readers() {
            if let Some(lost) = reader.lost().filter(|&lost| lost > 0) {
                self.output.lost(reader.map(), lost)?;
            }
        }
        let limit = if self.json { JSON_ENTRIES } else { TABLE_ENTRIES };
        for map in object.maps().iter().filter(|map| map.spec().map_type.has_entries()) {
            let listing = entries::list(map, limit, !self.json)?;
            self.output.entries(map.spec(), &listing)?;
        }
        self.output.globals(&object.variables()?)?;
        self.output.programs(&object.programs())?;
        Ok(self.output.flush()?)
    }
}

/// Whether a thread belongs to a process; a thread that is gone does if it is
/// the process's first.
fn is_thread_of(thread: u32, process: u32) -> bool {
    thread == process || Path::new(&format!("/proc/{process}/task/{thread}")).exists()
}
