//! The tables written by `cargo xtask gen`; never edited by hand.

#[rustfmt::skip]
pub(crate) mod constants;
#[rustfmt::skip]
pub(crate) mod contexts;
#[rustfmt::skip]
pub(crate) mod helpers;
#[rustfmt::skip]
pub(crate) mod kfuncs;
#[rustfmt::skip]
pub(crate) mod map_ids;
#[rustfmt::skip]
pub(crate) mod prog_types;
#[rustfmt::skip]
pub(crate) mod sections;
