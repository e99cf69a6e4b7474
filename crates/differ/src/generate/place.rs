//! What can be read and written at a point.

use super::Generator;
use crate::scalar::Scalar;
use crate::tree::{Base, Place, Type};

impl Generator {
    /// The bases of places that are known here.
    fn bases(&self) -> Vec<Base> {
        let locals = self.visible.iter().map(|&var| match self.function.vars[var] {
            Type::Entry(_) => Base::Entry(var),
            _ => Base::Var(var),
        });
        let globals = (0..self.program.globals.len()).map(Base::Global);
        locals.chain(globals).collect()
    }

    fn places(&self, wanted: &dyn Fn(&Type) -> bool) -> Vec<(Place, Type)> {
        let mut found = Vec::new();
        for base in self.bases() {
            let whole = Place::of(base);
            let Some(ty) = self.program.place_type(&self.function, &whole) else { continue };
            for path in self.program.paths(&ty, wanted) {
                let place = Place { base, path };
                if let Some(ty) = self.program.place_type(&self.function, &place) {
                    found.push((place, ty));
                }
            }
        }
        found
    }

    /// Numbers that can be read.
    pub(super) fn readable(&self) -> Vec<(Place, Scalar)> {
        let scalars = self.places(&|ty| matches!(ty, Type::Scalar(_)));
        scalars
            .into_iter()
            .filter_map(|(place, ty)| match ty {
                Type::Scalar(scalar) => Some((place, scalar)),
                _ => None,
            })
            .collect()
    }

    /// Numbers that can be stored to.
    pub(super) fn writable(&self) -> Vec<(Place, Scalar)> {
        let mut all = self.readable();
        all.retain(|(place, _)| match place.base {
            Base::Var(var) => !self.counters.contains(&var),
            _ => true,
        });
        all
    }

    /// Arrays of numbers.
    pub(super) fn arrays(&self) -> Vec<(Place, Type)> {
        self.places(&|ty| matches!(ty, Type::Array(..)))
    }

    /// Structs, the given one or any.
    pub(super) fn struct_places(&self, id: Option<usize>) -> Vec<(Place, Type)> {
        self.places(&|ty| matches!(ty, Type::Struct(found) if id.is_none_or(|id| id == *found)))
    }

    /// A number that can be read, locals first.
    pub(super) fn some_place(&mut self) -> Option<Place> {
        let mut all = self.readable();
        if self.random.percent(70) {
            let local = |place: &Place| matches!(place.base, Base::Var(_));
            if all.iter().any(|(place, _)| local(place)) {
                all.retain(|(place, _)| local(place));
            }
        }
        self.random.pick(&all).map(|(place, _)| place)
    }
}
