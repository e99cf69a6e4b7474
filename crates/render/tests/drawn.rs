//! What users see: the three formats on a small program, and odd spans.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use diagnostics::{Diagnostic, SourceFile, Span, codes};
use pythonbpf_render::{Style, github, json, text};

const PROGRAM: &str = "from pythonbpf import bpf, section\n\n@section(\"xdp\")\n@bpf\ndef f(ctx):\n    return lokup(ctx)  # é\n";

fn span_of(words: &str) -> Span {
    let at = PROGRAM.find(words).unwrap() as u32;
    Span::new(at, at + words.len() as u32)
}

fn order() -> Diagnostic {
    let decorators = Span::new(span_of("@section").start, span_of("@bpf\n").end);
    Diagnostic::new(&codes::DECORATOR_ORDER, span_of("@bpf\n"), "`@bpf` comes first")
        .label("move this up")
        .also(span_of("@section(\"xdp\")"), "above this")
        .note("decorators apply from the bottom up")
        .fix("write", decorators, "@bpf\n@section(\"xdp\")\n")
}

#[test]
fn text_shows_the_lines_the_labels_and_the_corrected_lines() {
    let source = SourceFile::new("prog.py", PROGRAM);
    let expected = "\
error[E0204]: `@bpf` comes first
 --> prog.py:4:1
  |
3 | @section(\"xdp\")
  | --------------- above this
4 | @bpf
  | ^^^^ move this up
  |
  = note: decorators apply from the bottom up
help: write
  |
3 + @bpf
4 + @section(\"xdp\")
  |
";
    assert_eq!(text(&[order()], &source, Style::default()), expected);
}

#[test]
fn colours_are_there_on_request_only() {
    let source = SourceFile::new("prog.py", PROGRAM);
    let coloured = text(&[order()], &source, Style { color: true, width: 80 });
    assert!(coloured.contains("\u{1b}["));
    assert!(!text(&[order()], &source, Style::default()).contains('\u{1b}'));
}

#[test]
fn control_characters_in_messages_do_not_reach_the_terminal() {
    let source = SourceFile::new("a\u{1b}[31m.py", "x = '\u{1b}[2J'\n");
    let evil = Diagnostic::new(&codes::SYNTAX_ERROR, Span::new(4, 9), "found `\u{1b}[2J`")
        .label("\u{1b}[2J")
        .note("\u{1b}[2J")
        .help("\u{1b}[2J")
        .fix("\u{1b}[2J", Span::new(4, 9), "'\u{1b}[2J'");
    let drawn = text(&[evil], &source, Style::default());
    assert!(!drawn.contains("\u{1b}"), "{}", drawn.escape_debug());
}

#[test]
fn json_has_one_object_a_line_with_places_from_one() {
    let source = SourceFile::new("prog.py", PROGRAM);
    let unknown = Diagnostic::new(&codes::UNKNOWN_NAME, span_of("lokup"), "unknown `lokup`");
    let written = json(&[order(), unknown], &source);
    let objects: Vec<serde_json::Value> =
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[0]["code"], "E0204");
    assert_eq!(objects[0]["name"], "decorator-order");
    assert_eq!(objects[0]["severity"], "error");
    assert_eq!(objects[0]["labels"][1]["text"], "above this");
    assert_eq!(objects[0]["fix"]["replacement"], "@bpf\n@section(\"xdp\")\n");
    assert_eq!(objects[0]["fix"]["end_line"], 5);
    let place = ["line", "column", "end_line", "end_column"].map(|key| objects[1][key].as_u64());
    assert_eq!(place, [6, 12, 6, 17].map(Some));
    assert!(objects[1]["fix"].is_null());
}

#[test]
fn github_commands_are_escaped() {
    let source = SourceFile::new("a,b:c.py", PROGRAM);
    let unknown = Diagnostic::new(&codes::UNKNOWN_NAME, span_of("lokup"), "100% unknown")
        .help("look at\nthe guide");
    assert_eq!(
        github(&[unknown], &source),
        "::error file=a%2Cb%3Ac.py,line=6,endLine=6,col=12,endColumn=17,\
         title=E0301 unknown-name::100%25 unknown%0Ahelp: look at%0Athe guide\n"
    );
}

#[test]
fn a_file_that_cannot_be_read_has_a_name_and_no_lines() {
    let source = SourceFile::new("dir", "");
    let unread = Diagnostic::new(&codes::UNREADABLE_SOURCE, Span::default(), "is a directory");
    assert_eq!(
        text(&[unread], &source, Style::default()),
        "error[E0101]: is a directory\n--> dir\n"
    );
}

/// Every span over texts with every oddity, drawn in every format.
#[test]
fn no_span_makes_the_renderers_panic() {
    let long = format!("a = '{}'\r\n\tb\n", "é".repeat(700));
    let texts = [
        "",
        "\n",
        "é",
        "a\r\n\tb é\r\n\n\nend",
        "x\ty\u{202e}\u{7f}\n",
        "\r\n\r\n",
        "日本\u{1F600}\n",
    ];
    for content in texts.iter().copied().chain([long.as_str()]) {
        let source = SourceFile::new("t.py", content);
        let len = content.len() as u32;
        let step = (len / 40).max(1);
        let mut ends: Vec<u32> = (0..len + 3).step_by(step as usize).collect();
        ends.push(u32::MAX);
        for &start in &ends {
            for &end in &ends {
                let diagnostics =
                    [Diagnostic::new(&codes::SYNTAX_ERROR, Span::new(start, end), "m")
                        .label("here\nand there")
                        .also(Span::new(end, start), "other")
                        .also(Span::new(0, len), "all")
                        .fix("write", Span::new(start, end), "a\n\tb")];
                let drawn = text(&diagnostics, &source, Style { color: true, width: 0 });
                assert!(drawn.contains("E0102"));
                assert_eq!(json(&diagnostics, &source).lines().count(), 1);
                assert_eq!(github(&diagnostics, &source).lines().count(), 1);
            }
        }
    }
}

#[test]
fn the_largest_file_with_a_thousand_diagnostics_is_drawn_at_once() {
    let source = SourceFile::new("t.py", "x = 1\n".repeat(SourceFile::MAX_LEN / 6));
    let diagnostics: Vec<Diagnostic> = (0..1000)
        .map(|i| {
            Diagnostic::new(&codes::UNKNOWN_NAME, Span::new(i * 4000, i * 4000 + 1), "m")
                .also(Span::new(0, u32::MAX), "all of it")
                .fix("write", Span::new(i * 4000, i * 4000 + 1), "y")
        })
        .collect();
    let before = std::time::Instant::now();
    let drawn = text(&diagnostics, &source, Style::default());
    assert!(drawn.len() < 1 << 20, "{} bytes", drawn.len());
    assert!(before.elapsed().as_secs() < 10, "{:?}", before.elapsed());
}
