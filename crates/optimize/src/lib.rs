//! Rewrites of the typed program that make it faster and mean the same: what
//! the types know and LLVM does not.
//!
//! | rewrite | what it does | module |
//! |---|---|---|
//! | [`Rewrite::Reserve`] | a struct that is filled and then sent is filled in the ring buffer | [`reserve`](self) |
//! | [`Rewrite::InPlace`] | an update after a lookup of the same key stores through the pointer | `in_place` |
//! | [`Rewrite::Once`] | helpers that give the same all through a run are called once | `once` |
//! | [`Rewrite::PacketTest`] | `ctx.packet` and the test behind it are one comparison with the packet's end | `packet_test` |
//! | [`Rewrite::DirectText`] | a text of a trusted struct is compared where it lies | `direct_text` |
//! | [`Rewrite::Gather`] | members of one struct of the kernel are read by one helper call | `gather` |
//!
//! Each module states the conditions under which its rewrite is made; where one
//! does not hold, the program stays as it was written.

mod direct_text;
mod effects;
mod gather;
mod in_place;
mod later;
mod once;
mod packet_test;
mod reserve;

use ir::Module;

/// A rewrite that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// `ring.output(event)` of a local that is only filled before: the room is
    /// reserved first and the event filled there.
    Reserve,
    /// `m.update(k, v)` where the entry of `k` is known to be there: stored
    /// through the pointer that the lookup gave.
    InPlace,
    /// `pid()` and other helpers whose value does not change in a run.
    Once,
    /// `p = ctx.packet(T, n)` and the `if` behind it: the packet is compared
    /// with, not a pointer that is null where the packet ends before.
    PacketTest,
    /// `task.comm == "nginx"`: compared in the kernel's memory, where the verifier
    /// knows its type, without a copy.
    DirectText,
    /// `sk.skc_daddr` and, a little later, `sk.skc_dport`: read by one call of
    /// `probe_read_kernel`, and what is read twice is read once.
    Gather,
}

impl Rewrite {
    /// All of them, in the order in which they are made.
    pub const ALL: [Self; 6] = [
        Self::InPlace,
        Self::Reserve,
        Self::Once,
        Self::PacketTest,
        Self::DirectText,
        Self::Gather,
    ];

    /// The name by which users leave it out.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::InPlace => "in-place",
            Self::Once => "once",
            Self::PacketTest => "packet-test",
            Self::DirectText => "direct-text",
            Self::Gather => "gather",
        }
    }
}

impl std::str::FromStr for Rewrite {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|rewrite| rewrite.name() == name);
        found.ok_or_else(|| format!("no rewrite is called {name:?}"))
    }
}

/// Makes all rewrites but those of `without`.
pub fn optimize(module: &mut Module, without: &[Rewrite]) {
    for rewrite in Rewrite::ALL {
        if without.contains(&rewrite) {
            continue;
        }
        match rewrite {
            Rewrite::Reserve => reserve::rewrite(module),
            Rewrite::InPlace => in_place::rewrite(module),
            Rewrite::Once => once::rewrite(module),
            Rewrite::PacketTest => packet_test::rewrite(module),
            Rewrite::DirectText => direct_text::rewrite(module),
            Rewrite::Gather => gather::rewrite(module),
        }
    }
}
