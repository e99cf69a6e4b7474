//! Maps out of maps of maps: a local that holds one is used like a map of the
//! file.
//!
//! To the rest of the check it *is* a map of the module, one that is a
//! template and never made; its address is the local's value.

use diagnostics::Span;
use ir::{Expr, LocalId, Map, MapId, Place, PtrType, Region, Type};

use super::Body;
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    /// The map that a local holds, if it holds one.
    pub(super) fn inner_map(&mut self, name: &str, expr: &syntax::Expr) -> Result<Option<MapId>> {
        let Some(id) = self.names.get(name).and_then(|named| named.id) else { return Ok(None) };
        let Type::Ptr(PtrType { region: Region::Map(like), .. }) = self.local_type(id) else {
            return Ok(None);
        };
        let Some(local) = self.local(name, expr.span) else { return Ok(None) };
        let local = local?;
        if !self.flow.is_found(local) {
            return Err(self.unchecked(expr.span));
        }
        let known = self.inner_maps.iter().find(|(_, holder)| *holder == local);
        if let Some((map, _)) = known {
            return Ok(Some(*map));
        }
        let map = self.stand_in(like, name)?;
        self.inner_maps.push((map, local));
        Ok(Some(map))
    }

    /// A map like the template.
    fn stand_in(&mut self, like: MapId, name: &str) -> Result<MapId> {
        let template = self.s.module.maps.get(like.0 as usize).ok_or(Reported)?;
        let map = Map { name: name.to_owned(), ..template.clone() };
        let kind = self.map_type(like).ok_or(Reported)?;
        let id = MapId(self.s.module.maps.len() as u32);
        self.s.module.maps.push(map);
        self.s.map_types.push(kind);
        Ok(id)
    }

    /// The address of a map that a local holds.
    pub(super) fn inner_address(&self, map: MapId, at: Span) -> Option<Expr> {
        let (_, holder) = self.inner_maps.iter().find(|(known, _)| *known == map)?;
        let pointer = Expr::load(Place::Local(*holder), self.local_type(*holder), at);
        Some(self.not_null(pointer))
    }
}

/// The locals of a body that hold maps, by the maps that stand for them.
pub(super) type InnerMaps = Vec<(MapId, LocalId)>;
