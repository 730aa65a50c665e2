//! Lays out the comments of a header: paragraphs filled to the width of a line, whatever the Rust file's lines are.

/// Columns of a line.
pub const WIDTH: usize = 100;
/// A last line shorter than this would be a dangling word.
const LEAST: usize = 12;

/// `text` with its block comments laid out anew.
pub fn laid_out(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let begins = line.trim_start().strip_prefix("/**");
        let Some(first) = begins else {
            out += &code(line);
            continue;
        };
        let mut content = Vec::new();
        let mut next = first;
        loop {
            let (part, ends) = match next.trim_end().strip_suffix("*/") {
                Some(part) => (part, true),
                None => (next, false),
            };
            content.push(part.strip_prefix(' ').unwrap_or(part).trim_end());
            if ends {
                break;
            }
            let Some(following) = lines.next() else { break };
            let following = following.trim_start();
            next = match following {
                "*/" => following,
                _ => following.strip_prefix('*').unwrap_or(following),
            };
        }
        out += &comment(&content, indent);
    }
    out
}

/// A line of C, broken behind a comma where it is a long declaration.
fn code(line: &str) -> String {
    let columns = line.chars().count();
    let before = line.char_indices().nth(WIDTH).map_or(line, |(at, _)| &line[..at]);
    match before
        .rfind(", ")
        .filter(|_| columns > WIDTH && line.starts_with("typedef "))
    {
        Some(comma) => format!("{}\n    {}\n", &line[..=comma], &line[comma + 2..]),
        None => format!("{line}\n"),
    }
}

/// One comment, on one line if it fits.
fn comment(content: &[&str], indent: &str) -> String {
    let lines = paragraphs(content, WIDTH - indent.len() - " * ".len());
    match lines.as_slice() {
        [] => String::new(),
        [line] if indent.len() + line.chars().count() + "/**  */".len() <= WIDTH => format!("{indent}/** {line} */\n"),
        lines => {
            let body: String = lines
                .iter()
                .map(|line| format!("{}\n", format!("{indent} * {line}").trim_end()))
                .collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}

/// Lines of at most `width` columns. An empty line, and one that begins an item of a list, begin a paragraph.
fn paragraphs(content: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    for line in content {
        if line.is_empty() || line.starts_with("- ") {
            lines.extend(filled(&paragraph, width));
            paragraph.clear();
        }
        if !line.is_empty() {
            paragraph.push(line.trim());
        } else if !lines.is_empty() {
            lines.push(String::new());
        }
    }
    lines.extend(filled(&paragraph, width));
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// A paragraph, a little narrower where its last line would be a dangling word.
fn filled(paragraph: &[&str], width: usize) -> Vec<String> {
    let text = paragraph.join(" ").replace("See docs/", "See\u{a0}docs/");
    let hang = if text.starts_with("- ") { "  " } else { "" };
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let full = wrapped(&words, hang, width);
    let narrower = (width - 16..width).rev().map(|width| wrapped(&words, hang, width));
    let good = |lines: &Vec<String>| lines.len() < 2 || lines.last().is_some_and(|l| l.trim().chars().count() >= LEAST);
    let lines = std::iter::once(full.clone()).chain(narrower).find(good).unwrap_or(full);
    lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

fn wrapped(words: &[&str], hang: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("{hang}{word}")),
            None => lines.push((*word).to_string()),
        }
    }
    lines
}
