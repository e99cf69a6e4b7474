//! What of the kernel a case's object uses, read off the object.

use std::collections::BTreeSet;

use runtime::OpenObject;

/// Names of what an object uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Program types, such as `Xdp`.
    pub program_types: BTreeSet<String>,
    /// Classes of `pythonbpf.maps`, such as `HashMap`.
    pub map_types: BTreeSet<String>,
    /// Helpers without `bpf_`.
    pub helpers: BTreeSet<String>,
}

impl Uses {
    /// Reads them off an object's bytes.
    ///
    /// # Errors
    /// It is not an object.
    pub fn of(object: &[u8]) -> Result<Self, runtime::Error> {
        let opened = OpenObject::from_bytes("object", object)?;
        let own_maps = opened.maps().iter().filter(|map| !map.is_internal);
        let sections = opened.programs().iter().map(|program| program.section.as_str());
        Ok(Self {
            program_types: sections.filter_map(program_type).collect(),
            map_types: own_maps.filter_map(|map| map_class(map.map_type.number())).collect(),
            helpers: opened.helpers().into_iter().filter_map(helper).collect(),
        })
    }

    /// As name and value, one for each thing used.
    pub fn properties(&self) -> Vec<(&'static str, &str)> {
        let kinds = [
            ("program type", &self.program_types),
            ("map type", &self.map_types),
            ("helper", &self.helpers),
        ];
        kinds
            .into_iter()
            .flat_map(|(kind, names)| names.iter().map(move |name| (kind, name.as_str())))
            .collect()
    }
}

fn program_type(section: &str) -> Option<String> {
    kernel::section(section).ok().map(|section| format!("{:?}", section.def.prog_type))
}

fn map_class(number: u32) -> Option<String> {
    let found = kernel::MAP_TYPES.iter().find(|map_type| map_type.id == number)?;
    Some(found.name.to_owned())
}

fn helper(number: u32) -> Option<String> {
    let found = kernel::HELPERS.iter().find(|helper| helper.id == number)?;
    Some(found.name.to_owned())
}
