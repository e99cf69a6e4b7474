use super::*;

fn place() -> ProgramPlace {
    ProgramPlace { program: "trace".to_owned(), section: "tracepoint/a/b".to_owned() }
}

#[test]
fn a_rejection_names_reason_line_and_instruction() {
    let log = "\
0: R1=ctx() R10=fp0
; count = counts.lookup(0) @ prog.py:11
0: (b7) r1 = 0                        ; R1_w=0
; return count + 1 @ prog.py:12
9: (79) r0 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
verification time 47 usec
stack depth 4
processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
";
    let rejection = Rejection::from_log(place(), log.to_owned());
    assert_eq!(rejection.message, "R0 invalid mem access 'map_value_or_null'");
    assert_eq!(rejection.instruction, Some(9));
    let line = rejection.source_line.clone().unwrap();
    assert_eq!((line.file.as_deref(), line.line), (Some("prog.py"), Some(12)));
    assert_eq!(line.text, "return count + 1");
    assert_eq!(
        rejection.to_string(),
        "the verifier rejected `trace` (tracepoint/a/b): R0 invalid mem access \
         'map_value_or_null' at prog.py:12"
    );
    assert_eq!(rejection.log, log);
}

#[test]
fn older_logs_quote_the_line_without_its_place() {
    let log = "\
; return *p;
3: (79) r0 = *(u64 *)(r0 +0)
 R0_w=map_value_or_null(id=1,off=0) R10=fp0
R0 invalid mem access 'map_value_or_null'
processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
";
    let rejection = Rejection::from_log(place(), log.to_owned());
    assert_eq!(rejection.message, "R0 invalid mem access 'map_value_or_null'");
    assert_eq!(
        rejection.source_line,
        Some(SourceLine { text: "return *p;".to_owned(), file: None, line: None, column: None })
    );
}

#[test]
fn faults_of_shape_name_their_instruction() {
    let log = "unreachable insn 5\nprocessed 0 insns (limit 1000000)\n";
    let rejection = Rejection::from_log(place(), log.to_owned());
    assert_eq!(rejection.message, "unreachable insn 5");
    assert_eq!(rejection.instruction, Some(5));
}

#[test]
fn an_empty_log_still_makes_a_message() {
    let rejection = Rejection::from_log(place(), String::new());
    assert_eq!(rejection.message, "no reason was logged");
}

#[test]
fn figures_come_from_the_last_lines() {
    let log = "\
verification time 250 usec
stack depth 32+8
processed 23 insns (limit 1000000) max_states_per_insn 1 total_states 4 peak_states 3 mark_read 1
";
    assert_eq!(
        parse_stats(log),
        Some(VerifierStats { instructions: 23, total_states: 4, peak_states: 3, stack_bytes: 40 })
    );
    assert_eq!(parse_stats("verification time 1 usec"), None);
}

#[test]
fn a_rejection_is_told_in_words() {
    let log = "\
; return *value; @ prog.c:42
9: (79) r0 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
";
    let state =
        "8: (85) call bpf_map_lookup_elem#1 ; R0_w=map_value_or_null(id=1,map=values,ks=4,vs=32)\n";
    let rejection = Rejection::from_log(place(), format!("{state}{log}"));
    assert_eq!(rejection.code.as_deref(), Some("r0 = *(u64 *)(r0 +0)"));
    assert_eq!(rejection.does.as_deref(), Some("reads 8 bytes at r0 into r0"));
    let (number, holds) = rejection.register.unwrap();
    assert_eq!(number, 0);
    assert!(holds.contains("map `values`, or null"), "{holds}");
    assert!(rejection.meaning.unwrap().contains("may be null"));
    assert!(rejection.mend.unwrap().contains("test it first"));
}

#[test]
fn a_reason_of_several_lines_is_understood_as_a_whole() {
    let log = "\
1: (71) r1 = *(u8 *)(r1 +12)
invalid access to packet, off=12 size=1, R1(id=0,off=12,r=0)
R1 offset is outside of the packet
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
";
    let rejection = Rejection::from_log(place(), log.to_owned());
    assert_eq!(rejection.message, "R1 offset is outside of the packet");
    assert!(rejection.meaning.unwrap().contains("packet may be shorter"));
}

/// A report as Linux 7.3 lays them out; the words are of this test.
const REPORT: &str = "\
0: (b7) r6 = 0                        ; R6=0
9: (79) r0 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'

Verification failed: Memory Safety: Pointer may be null

Reason:
  The pointer in R0 may be null here, since
  no test of it lies on this path.

At:
  refused @ prog.py:12:5
  Source context:
        11 | entry = counts.lookup(1)
  >>>   12 | return entry.count
           |     ^-- error: R0 may be null
  Instruction context:
        8 | (85) call bpf_map_lookup_elem#1
  >>>   9 | (79) r0 = *(u64 *)(r0 +0)

Causal path:
  [0] insn 8: R0 becomes a nullable map value pointer
  [1] insn 9: R0 is used

Suggestion:
  Test R0 before the access.

processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
";

#[test]
fn a_report_in_blocks_goes_before_what_the_log_says() {
    let rejection = Rejection::from_log(place(), REPORT.to_owned());
    assert_eq!(rejection.message, "R0 invalid mem access 'map_value_or_null'");
    let meaning = rejection.meaning.unwrap();
    assert_eq!(
        meaning,
        "The pointer in R0 may be null here, since no test of it lies on this path."
    );
    assert_eq!(rejection.mend.as_deref(), Some("Test R0 before the access."));
    let line = rejection.source_line.unwrap();
    assert_eq!(
        (line.file.as_deref(), line.line, line.column),
        (Some("prog.py"), Some(12), Some(5))
    );
    assert_eq!(line.text, "return entry.count");
    assert_eq!(rejection.instruction, Some(9));
    assert_eq!(rejection.code.as_deref(), Some("r0 = *(u64 *)(r0 +0)"));
    assert_eq!(rejection.path.len(), 2);
}

#[test]
fn a_report_without_a_log_or_with_parts_missing_is_read() {
    let alone = REPORT.split_once("\n\n").unwrap().1;
    let rejection = Rejection::from_log(place(), alone.to_owned());
    assert_eq!(rejection.message, "Memory Safety: Pointer may be null");
    assert_eq!(rejection.instruction, Some(9));
    for cut in 0..REPORT.len() {
        if REPORT.is_char_boundary(cut) {
            let _ = Rejection::from_log(place(), REPORT[..cut].to_owned());
        }
    }
    let bare =
        "Verification failed: Policy\n\nAt:\n  insn 5\n  ^-- error: no\n\nSomething new:\n  x\n";
    let rejection = Rejection::from_log(place(), bare.to_owned());
    assert_eq!((rejection.message.as_str(), rejection.instruction), ("Policy", Some(5)));
    assert_eq!(rejection.path, ["x"]);
}
