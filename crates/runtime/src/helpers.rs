//! Which helpers an object's programs call, read off its instructions.

use std::collections::BTreeSet;

use crate::elf;

/// `BPF_JMP | BPF_CALL` of `include/uapi/linux/bpf_common.h`.
const CALL: u8 = 0x85;
const INSTRUCTION_BYTES: usize = 8;

/// The numbers of the helpers that the code of an object calls.
pub(crate) fn called(bytes: &[u8]) -> BTreeSet<u32> {
    let instructions = elf::code(bytes).into_iter().flat_map(|code| {
        let (instructions, _) = code.as_chunks::<INSTRUCTION_BYTES>();
        instructions
    });
    instructions.filter_map(helper).collect()
}

/// The helper that an instruction calls; a source register other than 0 makes
/// the call one of a function of the program or of the kernel.
fn helper(instruction: &[u8; INSTRUCTION_BYTES]) -> Option<u32> {
    let [code, registers, _, _, number @ ..] = *instruction;
    (code == CALL && registers >> 4 == 0).then(|| u32::from_le_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::helper;

    #[test]
    fn only_calls_of_helpers_count() {
        assert_eq!(helper(&[0x85, 0, 0, 0, 14, 0, 0, 0]), Some(14));
        assert_eq!(helper(&[0x85, 0x10, 0, 0, 14, 0, 0, 0]), None);
        assert_eq!(helper(&[0xb7, 0, 0, 0, 14, 0, 0, 0]), None);
    }
}
