//! Facts about the kernel as tables: helpers, sections, map types, constants
