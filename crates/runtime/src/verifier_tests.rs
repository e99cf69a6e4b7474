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
