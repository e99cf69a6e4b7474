//! The arguments of a map's constructor, by the rules of the map table.

use diagnostics::{Diagnostic, Span, codes};
use ir::{IntType, Map, MapId, Type};
use kernel::{MapParam, MapType, ParamRule, Part};
use syntax::{Expr, ExprKind};

use crate::constants::Constant;
use crate::session::{Item, Reported, Result, Session};

/// The kernel's limit for keys, that of the stack.
const MAX_KEY: u64 = 512;
/// The most addresses that the kernel takes of a stack.
const MAX_DEPTH: u32 = 127;
/// Bytes of a prefix behind its length: `LPM_DATA_SIZE_MAX` of the kernel.
const MAX_PREFIX: u64 = 256;
/// What a hidden map that inner maps are like is called.
const TEMPLATE_SUFFIX: &str = ".inner";

/// Reads a call of the constructor of a map type.
pub(crate) fn construct(
    session: &mut Session<'_>,
    kind: &'static MapType,
    call: &Expr,
    name: &str,
    line: u32,
) -> Result<(Map, &'static MapType)> {
    let ExprKind::Call(callee, args, keywords) = &call.kind else { return Err(Reported) };
    session.needs(kind.since, &format!("a `{}`", kind.name), callee.span)?;
    let map = Map { name: name.to_owned(), kind: kind.id, line, ..Map::default() };
    let mut reader = Reader { session, map, kind };
    reader.arguments(args, keywords, call.span)?;
    reader.key_size(call.span)?;
    Ok((reader.map, kind))
}

struct Reader<'s, 'a> {
    session: &'s mut Session<'a>,
    map: Map,
    kind: &'static MapType,
}

/// A part that is an integer, where no argument says otherwise.
fn standing(part: Part) -> Option<Type> {
    match part {
        Part::Int(bits) => Some(Type::Int(IntType { bits, signed: false })),
        Part::None | Part::Map => None,
    }
}

/// The flags of these names.
fn flags_of(names: &[&str]) -> u32 {
    let values = names.iter().filter_map(|name| kernel::constant(name));
    values.fold(0, |all, flag| all | u32::try_from(flag.value).unwrap_or_default())
}

impl Reader<'_, '_> {
    /// Keys lie on the stack.
    fn key_size(&mut self, at: Span) -> Result<()> {
        let size = self.map.key.as_ref().map_or(0, |key| key.size(&self.session.module));
        if size <= MAX_KEY {
            return Ok(());
        }
        let message = format!("a key of {size} bytes: the kernel takes {MAX_KEY} at the most");
        let diagnostic = Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message);
        Err(self.session.report(diagnostic.help("use a shorter key, such as a number or a hash")))
    }

    fn arguments(&mut self, args: &[Expr], keywords: &[syntax::Keyword], at: Span) -> Result<()> {
        self.map.key = standing(self.kind.key);
        self.map.value = standing(self.kind.value);
        self.map.flags = flags_of(self.kind.always);
        let mut failed = false;
        // A misspelt argument is likely the one that seems to be missing.
        let mut unknown = false;
        let mut given: Vec<&str> = Vec::new();
        if args.len() > self.kind.params.len() {
            return Err(self.usage(at, format!("`{}` has too many arguments", self.kind.name)));
        }
        let positional =
            args.iter().zip(self.kind.params).map(|(arg, param)| (param.name, arg, arg.span));
        let named =
            keywords.iter().map(|word| (word.name.name.as_str(), &word.value, word.name.span));
        for (name, value, span) in positional.chain(named) {
            let Some(param) = self.kind.params.iter().find(|param| param.name == name) else {
                let message = format!("`{}` has no argument `{name}`", self.kind.name);
                self.usage(span, message);
                unknown = true;
                continue;
            };
            if given.contains(&param.name) {
                self.usage(span, format!("`{name}` is given twice"));
                failed = true;
                continue;
            }
            given.push(param.name);
            failed |= self.argument(param, value).is_err();
        }
        for param in self.kind.params {
            if param.required && !unknown && !given.contains(&param.name) {
                let message = format!("`{}` needs `{}`", self.kind.name, param.name);
                self.usage(at, message);
                failed = true;
            }
        }
        self.defaults(&given);
        if failed || unknown { Err(Reported) } else { Ok(()) }
    }

    /// What the kernel wants of an argument that is left out.
    fn defaults(&mut self, given: &[&str]) {
        for param in self.kind.params {
            if given.contains(&param.name) {
                continue;
            }
            match (param.rule, param.name) {
                (ParamRule::FourBytes, "key_size") => self.map.key_size = Some(4),
                (ParamRule::FourBytes, _) => self.map.value_size = Some(4),
                (ParamRule::Depth, _) => self.depth(MAX_DEPTH),
                _ => {}
            }
        }
    }

    fn usage(&mut self, at: Span, message: String) -> Reported {
        let params = self.kind.params.iter().map(|param| {
            if param.required { param.name.to_owned() } else { format!("[{}]", param.name) }
        });
        let params = params.collect::<Vec<_>>().join(", ");
        let help = format!("`{}({params})`, those in brackets as needed", self.kind.name);
        self.wrong(at, message, help)
    }

    fn wrong(&mut self, at: Span, message: String, help: impl Into<String>) -> Reported {
        let diagnostic = Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message);
        self.session.report(diagnostic.help(help.into()))
    }

    /// Enters a type as that of the keys or of the values.
    fn part(&mut self, param: &MapParam, ty: Type) {
        if param.name == "key" {
            self.map.key = Some(ty);
        } else {
            self.map.value = Some(ty);
        }
    }

    fn argument(&mut self, param: &MapParam, value: &Expr) -> Result<()> {
        match param.rule {
            ParamRule::Type => self.stored_type(param, value),
            ParamRule::Index => {
                let ty = self.session.annotation(value)?;
                if ty.is_aggregate() || ty.size(&self.session.module) != 4 {
                    let message = format!("a `{}` is indexed by `c_uint32`", self.kind.name);
                    return Err(self.usage(value.span, message));
                }
                self.map.key = Some(ty);
                Ok(())
            }
            ParamRule::PrefixKey => self.prefix(value),
            ParamRule::Sized(sizes) => self.sized(param, sizes, value),
            ParamRule::FourBytes => self.four_bytes(param, value),
            ParamRule::Count | ParamRule::Pages => {
                let count = self.number(value, 1..=u64::from(u32::MAX), "a number of entries")?;
                self.map.max_entries = u32::try_from(count).ok();
                Ok(())
            }
            ParamRule::Depth => {
                let depth = self.number(value, 1..=u64::from(MAX_DEPTH), "a depth up to 127")?;
                self.depth(depth as u32);
                Ok(())
            }
            ParamRule::Node => {
                let node = self.number(value, 0..=u64::from(u32::MAX >> 1), "a node of memory")?;
                self.map.node = Some(node as u32);
                self.map.flags |= flags_of(&["BPF_F_NUMA_NODE"]);
                Ok(())
            }
            ParamRule::Extra(most) => {
                let what = format!("a number up to {most}, as `map_extra` must be here");
                self.map.extra = Some(self.number(value, 0..=u64::from(most), &what)? as u32);
                Ok(())
            }
            ParamRule::RingSize => self.ring_size(value),
            ParamRule::Flags => self.flags(value),
            ParamRule::Pin => self.pin(param, value),
            ParamRule::Inner => self.inner(value),
            // Read when all maps and programs are known.
            ParamRule::Maps | ParamRule::Programs => match &value.kind {
                ExprKind::Tuple(_) => Ok(()),
                _ => {
                    let message = format!("`{}` is a list of names of the file", param.name);
                    let help = "write `values=[first, None, second]`";
                    Err(self.wrong(value.span, message, help))
                }
            },
        }
    }

    fn stored_type(&mut self, param: &MapParam, value: &Expr) -> Result<()> {
        let ty = self.session.annotation(value)?;
        self.session.no_dynptr(&ty, "what a map holds", value.span)?;
        if matches!(ty, Type::Struct(_)) && ty.size(&self.session.module) == 0 {
            let message = "a struct without fields cannot be stored in a map".to_owned();
            return Err(self.usage(value.span, message));
        }
        if param.name == "value" {
            let (kernel, shown) = (self.kind.kernel, self.kind.name);
            self.session.value_objects(&ty, kernel, shown, value.span)?;
        } else if let Some((field, object)) = self.session.object_inside(&ty) {
            let message = format!("a key cannot hold `{field}`, a `{}`", object.name);
            return Err(self.usage(value.span, message));
        }
        self.part(param, ty);
        Ok(())
    }

    /// A prefix: its length in bits, and the bits.
    fn prefix(&mut self, value: &Expr) -> Result<()> {
        let ty = self.session.annotation(value)?;
        let module = &self.session.module;
        let size = ty.size(module);
        let starts_with_length = match &ty {
            Type::Struct(id) => module
                .struct_(*id)
                .fields
                .first()
                .is_some_and(|first| matches!(first.ty, Type::Int(int) if int.bits == 32)),
            _ => false,
        };
        if starts_with_length && size > 4 && size <= 4 + MAX_PREFIX {
            self.map.key = Some(ty);
            return Ok(());
        }
        let name = self.session.type_name(&ty);
        let message =
            format!("`{name}` is no prefix: its length in bits comes first, a `c_uint32`");
        let help = "write a struct such as `class Prefix:` with `length: c_uint32` and \
                    `address: c_uint8 * 4`";
        Err(self.wrong(value.span, message, help))
    }

    fn sized(&mut self, param: &MapParam, sizes: &[u64], value: &Expr) -> Result<()> {
        let ty = self.session.annotation(value)?;
        let size = ty.size(&self.session.module);
        if sizes.contains(&size) {
            self.part(param, ty);
            return Ok(());
        }
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        let message = format!(
            "the {} of a `{}` has {} bytes, and this has {size}",
            param.name,
            self.kind.name,
            sizes.join(" or ")
        );
        Err(self.usage(value.span, message))
    }

    fn four_bytes(&mut self, param: &MapParam, value: &Expr) -> Result<()> {
        let size = match self.session.constant(value, 0) {
            Ok(Some(Constant::Int(size))) => size,
            _ => {
                let ty = self.session.annotation(value)?;
                i128::from(ty.size(&self.session.module))
            }
        };
        if size != 4 {
            let message = format!("`{}` must be 4 bytes, as the kernel has it", param.name);
            return Err(self.usage(value.span, message));
        }
        if param.name == "key_size" {
            self.map.key_size = Some(4);
        } else {
            self.map.value_size = Some(4);
        }
        Ok(())
    }

    /// A constant within bounds.
    fn number(
        &mut self,
        value: &Expr,
        bounds: std::ops::RangeInclusive<u64>,
        what: &str,
    ) -> Result<u64> {
        let number = self.session.constant_int(value)?;
        match u64::try_from(number) {
            Ok(number) if bounds.contains(&number) => Ok(number),
            _ => Err(self.usage(value.span, format!("{number} is not {what}"))),
        }
    }

    /// The value of a stack trace: its addresses.
    fn depth(&mut self, depth: u32) {
        self.map.value = Some(Type::Array(Box::new(Type::U64), depth));
    }

    fn ring_size(&mut self, value: &Expr) -> Result<()> {
        let size = self.session.constant_int(value)?;
        let bytes = i64::try_from(size).unwrap_or(i64::MAX);
        if let Some(error) = kernel::ring_buffer_size_error(bytes) {
            return Err(self.usage(value.span, format!("{size} bytes: {error}")));
        }
        self.map.max_entries = u32::try_from(size).ok();
        Ok(())
    }

    fn flags(&mut self, value: &Expr) -> Result<()> {
        let given = self.session.constant_int(value)?;
        let Ok(flags) = u32::try_from(given) else {
            return Err(self.usage(value.span, "flags are 32 bits wide".to_owned()));
        };
        let strange = flags & !flags_of(self.kind.flags);
        if strange != 0 {
            let message = format!("a `{}` does not take the flag {strange:#x}", self.kind.name);
            let help = format!("its flags are {}", self.kind.flags.join(", "));
            return Err(self.wrong(value.span, message, help));
        }
        self.map.flags |= flags;
        Ok(())
    }

    fn pin(&mut self, param: &MapParam, value: &Expr) -> Result<()> {
        match self.session.constant(value, 0)? {
            Some(Constant::Str(text)) if text == "by_name" => self.map.pinned = true,
            Some(Constant::Int(1)) => self.map.pinned = true,
            Some(Constant::Int(0)) => {}
            _ => {
                let message = format!("`{}` says how the map is pinned", param.name);
                let help = "write `pin=\"by_name\"`: it then lies at `/sys/fs/bpf/` under its name, \
                            and is used again if it is there";
                return Err(self.wrong(value.span, message, help));
            }
        }
        Ok(())
    }

    /// What the maps in a map of maps are like: a map of the file, or a
    /// constructor of its own.
    fn inner(&mut self, value: &Expr) -> Result<()> {
        let (map, kind) = match &value.kind {
            ExprKind::Call(callee, ..) => {
                let kind = crate::maps::map_type(self.session, callee)?;
                let name = format!("{}{TEMPLATE_SUFFIX}", self.map.name);
                construct(self.session, kind, value, &name, self.map.line)?
            }
            ExprKind::Name(name) => self.like(name, value.span)?,
            ExprKind::Error => return Err(Reported),
            _ => return Err(self.no_inner(value.span)),
        };
        if !kind.inner {
            let message = format!("a `{}` cannot lie in a map of maps", kind.name);
            let fitting = kernel::MAP_TYPES.iter().filter(|kind| kind.inner);
            let fitting: Vec<&str> = fitting.map(|kind| kind.name).collect();
            let help = format!("{} can", fitting.join(", "));
            return Err(self.wrong(value.span, message, help));
        }
        let inside = map.value.as_ref().and_then(|ty| self.session.object_inside(ty));
        if let Some((field, object)) = inside {
            let what = format!("an inner map with `{field}`, a `{}`,", object.name);
            self.session.needs(object.inner, &what, value.span)?;
        }
        let template = Map { pinned: false, is_template: true, ..map };
        let id = MapId(self.session.module.maps.len() as u32);
        self.session.module.maps.push(template);
        self.session.map_types.push(kind);
        self.map.inner = Some(id);
        Ok(())
    }

    /// The map of the file that inner maps are like.
    fn like(&mut self, name: &str, at: Span) -> Result<(Map, &'static MapType)> {
        match self.session.item(name) {
            Some((Item::Map(id), _)) => {
                let kind = self.session.map_types.get(id.0 as usize).copied().ok_or(Reported)?;
                Ok((self.session.module.map(*id).clone(), kind))
            }
            Some((Item::Broken, defined)) if defined.start > at.start => {
                let message = format!("`{name}` is defined below");
                let diagnostic = Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message)
                    .also(defined, "defined here")
                    .help("define it above this map");
                Err(self.session.report(diagnostic))
            }
            Some((Item::Broken, _)) => Err(Reported),
            _ => Err(self.no_inner(at)),
        }
    }

    fn no_inner(&mut self, at: Span) -> Reported {
        let message = "`inner` says what the maps in this one are like".to_owned();
        let help = "write `inner=HashMap(key=c_uint32, value=c_uint64, max_entries=16)`, or the \
                    name of a map that is defined above";
        self.wrong(at, message, help)
    }
}
