//! Arguments of tracepoints that the verifier takes for null until they are tested.

/// A tracepoint and the index of an argument, a line.
static RECORD: &str = include_str!("../data/null-arguments-6.18.txt");

/// Whether the verifier wants a test of a tracepoint's argument before it is followed.
/// Kernels that know it of fewer arguments take the test, too.
///
/// ```
/// assert!(pythonbpf_kernel::argument_may_be_null("kfree_skb", 3));
/// assert!(!pythonbpf_kernel::argument_may_be_null("kfree_skb", 0));
/// ```
pub fn argument_may_be_null(tracepoint: &str, index: usize) -> bool {
    let lines = RECORD.lines().filter(|line| !line.starts_with('#'));
    let mut known = lines.filter_map(|line| line.split_once(' '));
    known.any(|(name, at)| name == tracepoint && at.parse() == Ok(index))
}
