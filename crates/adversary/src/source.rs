//! Programs changed at random: by their words, lines and expressions, and now
//! and then by their bytes.

use crate::grammar::{DECLARATIONS, EXPRESSIONS, STATEMENTS, WORDS, expand};
use crate::random::Random;
use crate::refuse::whole;
use crate::seeds::Seed;

/// A seed, changed.
pub fn variant(random: &mut Random, seeds: &[Seed]) -> String {
    let text = seeds.get(random.below(seeds.len())).map_or("", |seed| seed.text.as_str());
    mutate_source(random, text, seeds)
}

/// The text with a few changes; pieces of the seeds come in.
pub fn mutate_source(random: &mut Random, text: &str, seeds: &[Seed]) -> String {
    if random.once_in(16) {
        return bytes(random, text);
    }
    let other = seeds.get(random.below(seeds.len())).map_or("", |seed| seed.text.as_str());
    let mut text = text.to_owned();
    let mut changes = 1 + random.below(4);
    if random.once_in(16) {
        // Seldom does a change keep a program well-formed; this one is, and
        // few changes go into it.
        text = whole(random);
        changes = random.below(2);
    }
    for _ in 0..changes {
        text = if random.once_in(3) {
            words(random, &text, other)
        } else if random.once_in(2) {
            expressions(random, &text)
        } else {
            lines(random, &text, other)
        };
    }
    text
}

/// Words and signs of a text; spaces go with what they precede.
fn pieces(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut before = None;
    for (at, letter) in text.char_indices() {
        let word = letter.is_alphanumeric() || letter == '_';
        if before != Some(true) || !word {
            cuts.push(at);
        }
        before = Some(word);
    }
    cuts.push(text.len());
    let pairs = cuts.iter().zip(cuts.iter().skip(1));
    pairs.filter_map(|(a, b)| text.get(*a..*b)).filter(|piece| !piece.is_empty()).collect()
}

fn is_word(piece: &&str) -> bool {
    piece.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

fn names(text: &str) -> Vec<&str> {
    let letters = |piece: &&str| piece.starts_with(|letter: char| letter.is_alphabetic());
    pieces(text).into_iter().filter(letters).collect()
}

fn words(random: &mut Random, text: &str, other: &str) -> String {
    let mut words = pieces(text);
    let strange = pieces(other);
    for _ in 0..=random.below(3) {
        if words.is_empty() {
            return String::new();
        }
        let at = random.below(words.len());
        match random.below(7) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, random.of(WORDS)),
            2 => words[at] = random.of(WORDS),
            3 => {
                let with = random.below(words.len());
                words.swap(at, with);
            }
            4 => words[at] = random.of(&strange),
            5 => {
                let copied = words[random.part(words.len(), 20)].to_vec();
                words.splice(at..at, copied);
            }
            _ => {
                let part = random.part(strange.len(), 40);
                words.splice(at..at, strange.get(part).unwrap_or_default().iter().copied());
            }
        }
    }
    words.concat()
}

/// A word or what stands in parentheses becomes another expression.
fn expressions(random: &mut Random, text: &str) -> String {
    let mut words = pieces(text);
    let places: Vec<usize> =
        (0..words.len()).filter(|at| is_word(&words[*at]) || words[*at] == "(").collect();
    let Some(&start) = places.get(random.below(places.len())) else { return text.to_owned() };
    let end = if words[start] == "(" { closing(&words, start) } else { start };
    let mut new = expand(random, EXPRESSIONS, &names(text));
    if words[start] == "(" {
        new = format!("({new})");
    } else if random.once_in(2) {
        // The word stays, as an operand.
        new = format!(
            "{}{}",
            words[start],
            expand(random, &[" + $e", ".$f", "[$e]", "($e)", " if $e else $e"], &names(text))
        );
    }
    words.splice(start..=end, [new.as_str()]);
    words.concat()
}

/// Where the parenthesis at `start` is closed.
fn closing(words: &[&str], start: usize) -> usize {
    let mut open = 0;
    for (at, word) in words.iter().enumerate().skip(start) {
        match *word {
            "(" => open += 1,
            ")" => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at;
        }
    }
    start
}

fn lines(random: &mut Random, text: &str, other: &str) -> String {
    let all = names(text);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return expand(random, DECLARATIONS, &all);
    }
    let at = random.below(lines.len());
    let margin = lines[at].len() - lines[at].trim_start_matches(' ').len();
    match random.below(9) {
        0 => drop(lines.drain(random.part(lines.len(), 3))),
        1 => {
            let copied = lines[random.part(lines.len(), 6)].to_vec();
            lines.splice(at..at, copied);
        }
        2 => {
            let taken: Vec<String> = lines.drain(random.part(lines.len(), 4)).collect();
            let at = random.below(lines.len() + 1);
            lines.splice(at..at, taken);
        }
        3 => {
            let strange: Vec<&str> = other.lines().collect();
            let part = random.part(strange.len(), 8);
            let part = strange.get(part).unwrap_or_default().iter().map(|line| (*line).to_owned());
            lines.splice(at..at, part.collect::<Vec<_>>());
        }
        4 => {
            let declared = expand(random, DECLARATIONS, &all);
            let tops = (0..lines.len()).filter(|at| lines[*at].is_empty()).collect::<Vec<_>>();
            let top = tops.get(random.below(tops.len())).copied().unwrap_or_default();
            lines.insert(top, declared);
        }
        5 => {
            let part = random.part(lines.len() - at, 4);
            wrap(random, &mut lines[at..][part], margin, &all);
        }
        6 => lines[at] = statement(random, margin, &all),
        _ => lines.insert(at, statement(random, margin, &all)),
    }
    lines.join("\n") + "\n"
}

fn statement(random: &mut Random, margin: usize, names: &[&str]) -> String {
    let margin = " ".repeat(margin);
    let text = expand(random, STATEMENTS, names);
    format!("{margin}{}", text.replace('\n', &format!("\n{margin}")))
}

/// Puts lines under an `if` or into a loop.
fn wrap(random: &mut Random, lines: &mut [String], margin: usize, names: &[&str]) {
    let heads = ["if $e:", "for $v in range($n):", "while $e:", "with $v.reserve($v) as $v:"];
    let head = format!("{}{}", " ".repeat(margin), expand(random, &heads, names));
    for line in lines.iter_mut() {
        line.insert_str(0, "    ");
    }
    if let Some(first) = lines.first_mut() {
        first.insert_str(0, &format!("{head}\n"));
    }
}

fn bytes(random: &mut Random, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        match random.below(3) {
            0 if at < bytes.len() => drop(bytes.remove(at)),
            1 if at < bytes.len() => bytes[at] = random.below(128) as u8,
            _ => bytes.insert(at, random.below(128) as u8),
        }
    }
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}
