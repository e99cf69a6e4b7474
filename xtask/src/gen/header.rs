//! Reads C headers as far as the tables need: comments, defines and enums.

/// `text` without comments; each becomes a space, line breaks are kept.
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        let (before, comment) = rest.split_at(start);
        out.push_str(before);
        out.push(' ');
        let end = comment.find("*/").map_or(comment.len(), |end| end + 2);
        let (comment, after) = comment.split_at(end);
        out.extend(comment.chars().filter(|&c| c == '\n'));
        rest = after;
    }
    out + rest
}

/// The parts of a header without comments.
pub struct Header {
    /// `#define NAME text`, in order; macros with arguments are left out.
    pub defines: Vec<(String, String)>,
    /// The enums, in order.
    pub enums: Vec<Enum>,
}

/// A C enum.
pub struct Enum {
    /// Its tag, empty if it has none.
    pub tag: String,
    /// Its enumerators with the text of their values.
    pub members: Vec<(String, Option<String>)>,
}

/// Splits a header.
pub fn parse(text: &str) -> Header {
    let text = without_comments(text).replace("\\\n", " ");
    let (directives, code): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.trim_start().starts_with('#'));
    Header {
        defines: directives.iter().filter_map(|line| define(line)).collect(),
        enums: enums(&code.join("\n")),
    }
}

fn define(line: &str) -> Option<(String, String)> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
    let (name, value) = rest.trim_start().split_once(char::is_whitespace)?;
    let named = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (named && !value.trim().is_empty()).then(|| (name.to_owned(), value.trim().to_owned()))
}

fn enums(code: &str) -> Vec<Enum> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some((_, after)) = rest.split_once("enum ") {
        rest = after;
        let Some((tag, body)) = after.split_once('{') else { break };
        let tag = tag.trim();
        if !tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let Some((body, after)) = body.split_once('}') else { break };
        rest = after;
        found.push(Enum { tag: tag.to_owned(), members: members(body) });
    }
    found
}

fn members(body: &str) -> Vec<(String, Option<String>)> {
    body.split(',')
        .map(str::trim)
        .filter(|member| !member.is_empty())
        .map(|member| match member.split_once('=') {
            Some((name, value)) => (name.trim().to_owned(), Some(value.trim().to_owned())),
            None => (member.to_owned(), None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn enums_and_defines_are_read() {
        let header = parse(
            "/* c */\n#define A 1 /* one */\n#define F(x) x\nenum e { B = 2, /* b,\n */ C,\n};\nenum { D };\nint f(enum e x);",
        );
        assert_eq!(header.defines, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(header.enums.len(), 2);
        assert_eq!(header.enums[0].tag, "e");
        assert_eq!(
            header.enums[0].members,
            [("B".to_owned(), Some("2".to_owned())), ("C".to_owned(), None)]
        );
    }
}
