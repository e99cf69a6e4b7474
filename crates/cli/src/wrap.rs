//! Lines of text broken at a terminal's width.

/// Breaks a text at spaces, so that no line is longer than `width` where words
/// allow; each line but the first is indented by `indent` spaces.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let first = text.len() - text.trim_start().len();
    line.push_str(&" ".repeat(first));
    let mut is_blank = true;
    for word in text.split_whitespace() {
        let length = line.chars().count() + usize::from(!is_blank) + word.chars().count();
        if length > width && !is_blank {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            is_blank = true;
        }
        if !is_blank {
            line.push(' ');
        }
        line.push_str(word);
        is_blank = false;
    }
    lines.push(line);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_between_words_and_long_words_stay_whole() {
        assert_eq!(wrap("  one two three", 9, 4), "  one two\n    three");
        assert_eq!(wrap("a incomprehensible b", 5, 1), "a\n incomprehensible\n b");
        assert_eq!(wrap("", 5, 1), "");
    }
}
