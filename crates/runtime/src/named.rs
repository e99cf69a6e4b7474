//! Structs of an object by name: what the caller says the records of a buffer
//! are, where the object does not.

use std::sync::Arc;

use libbpf_rs::AsRawLibbpf as _;
use libbpf_rs::btf::types::{Composite, Typedef};
use libbpf_rs::btf::{Btf, BtfType};

use crate::error::{Error, Result};
use crate::layout::{Layout, StructLayout, layout_of, resolve};
use crate::nearest::nearest;
use crate::object::Object;
use crate::open::OpenObject;
use crate::spec::OWN_PREFIXES;

impl OpenObject {
    /// The layout of the struct, or of the typedef of one, that the object's
    /// BTF has by this name.
    ///
    /// # Errors
    /// [`Error::UnknownStruct`] with the nearest names.
    pub fn struct_layout(&self, name: &str) -> Result<Layout> {
        // SAFETY: the object is open as long as it is borrowed, and so is its BTF.
        let raw = unsafe { self.libbpf_object().as_libbpf_object().as_ref() };
        find(Btf::from_bpf_object(raw).ok().flatten().as_slice(), name)
    }
}

impl Object {
    /// The layout of the struct, or of the typedef of one, that the object's
    /// BTF has by this name.
    ///
    /// # Errors
    /// [`Error::UnknownStruct`] with the nearest names, [`Error::Closed`].
    pub fn struct_layout(&self, name: &str) -> Result<Layout> {
        self.inner.with_loaded(|loaded| {
            if let Some(raw) = loaded.libbpf_object() {
                // SAFETY: the object is loaded as long as it is borrowed, and so is its BTF.
                let raw = unsafe { raw.as_ref() };
                return find(Btf::from_bpf_object(raw).ok().flatten().as_slice(), name);
            }
            let ids = self.programs().into_iter().filter_map(|program| {
                program.raw_info(loaded).ok().filter(|info| info.btf_id != 0).map(|info| info.id)
            });
            let known: Vec<Btf<'_>> = ids.filter_map(|id| Btf::from_prog_id(id).ok()).collect();
            find(&known, name)
        })
    }
}

fn find(known: &[Btf<'_>], name: &str) -> Result<Layout> {
    let found = known.iter().find_map(|btf| {
        let named = structs(btf).find(|(known, _)| known == name);
        layout_of(btf, named?.1.type_id()).map(|layout| called(layout, name))
    });
    found.ok_or_else(|| {
        let names = known.iter().flat_map(structs).map(|(known, _)| known);
        let names = names.filter(|known| !OWN_PREFIXES.iter().any(|own| known.starts_with(own)));
        Error::UnknownStruct { name: name.to_owned(), nearest: nearest(name, names) }
    })
}

/// A struct without a name has that of its typedef.
fn called(layout: Layout, name: &str) -> Layout {
    match layout {
        Layout::Struct(known) if known.name.is_empty() => {
            Layout::Struct(Arc::new(StructLayout { name: name.into(), ..(*known).clone() }))
        }
        other => other,
    }
}

/// The structs and unions that have a name, or are what a typedef stands for.
fn structs<'btf>(btf: &'btf Btf<'_>) -> impl Iterator<Item = (String, BtfType<'btf>)> {
    let own = btf.type_by_kind::<Composite<'btf>>().map(|one| *one);
    let aliases = btf.type_by_kind::<Typedef<'btf>>().map(|one| *one);
    let named = own
        .chain(aliases)
        .filter(|ty| resolve(*ty).is_some_and(|ty| Composite::try_from(ty).is_ok()));
    named.filter_map(|ty| Some((ty.name()?.to_string_lossy().into_owned(), ty)))
}
