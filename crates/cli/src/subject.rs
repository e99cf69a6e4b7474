//! What `verify` and `run` work on: a Python file, compiled, or an object.

use std::path::{Path, PathBuf};

use compiler::Arch;
use diagnostics::SourceFile;
use runtime::{Error, Object, OpenObject};

use crate::build::compile;
use crate::exit::{Exit, Stop};
use crate::input::{self, Input};
use crate::kernel_types::asked;
use crate::progress::Progress;
use crate::target::target;
use crate::{refusal, report};

/// An object with what is known of its source.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The source; for an object its name with an empty text.
    pub source: SourceFile,
    /// Where the programs stand in it; none for an object.
    pub programs: Vec<compiler::ProgramInfo>,
    /// The object's bytes.
    pub object: Vec<u8>,
    /// Whether what is wrong is shown as JSON.
    pub json: bool,
}

impl Subject {
    /// Reads and compiles a file, with the types of a BTF file if one is named; shows what is wrong with it.
    pub(crate) fn read(
        path: &Path,
        btf: Option<&PathBuf>,
        arch: Arch,
        json: bool,
    ) -> Result<Self, Stop> {
        let own = Arch::host();
        if arch != own {
            let (other, own) = (arch.name(), own.name());
            let words = format!(
                "programs for {other} are not loaded on this machine, which is {own}; \
                 `pythonbpf build --arch {other}` makes the object"
            );
            return Err(Stop::Said(Exit::Usage, words));
        }
        match input::read(path) {
            Ok(Input::Source(source)) => {
                let types = asked(btf)?;
                let options =
                    compiler::Options { kernel: target(None), types, ..Default::default() };
                let made = compile(&source, &options, compiler::Emit::Object, json)?;
                Ok(Self { source, programs: made.programs, object: made.bytes, json })
            }
            Ok(Input::Object { name, bytes }) => {
                let source = SourceFile::new(name, "");
                Ok(Self { source, programs: vec![], object: bytes, json })
            }
            Err(unreadable) => {
                report::show(&[*unreadable.diagnostic], &unreadable.source, json);
                Err(Stop::Shown(Exit::Wrong))
            }
        }
    }

    /// Loads the object into the kernel; shows why if that is refused.
    pub(crate) fn load(&self, whole_log: bool) -> Result<Object, Stop> {
        self.load_against(None, whole_log)
    }

    /// The same; what its programs of `freplace` replace is the loaded program of
    /// this number.
    pub(crate) fn load_against(
        &self,
        target: Option<u32>,
        whole_log: bool,
    ) -> Result<Object, Stop> {
        let _progress = Progress::of(&format!("loading {}", self.source.name()));
        let opened = OpenObject::from_bytes(self.source.name(), &self.object);
        let refuse = |error: Error| refusal::refuse(&error, self, whole_log);
        let mut opened = opened.map_err(refuse)?;
        if let Some(id) = target {
            if !opened.programs().iter().any(|program| program.kind() == "freplace") {
                return Err(Stop::Said(Exit::Usage, self.replaces_nothing()));
            }
            opened.replace_in(id).map_err(refuse)?;
        }
        opened.load().map_err(refuse)
    }

    fn replaces_nothing(&self) -> String {
        format!(
            "no program of {} takes `--program`, which is for the section `freplace/FUNCTION`",
            self.source.name()
        )
    }
}
