//! A JWS or JWE in its compact form, put together from what wrapping made of it.
//!
//! A line break inside a token and one after it look the same. What tells them apart: how many parts the header
//! calls for, how long the signature of its algorithm is, and how wide the lines are. Every attempt stops where
//! another token begins, so all attempts together read the text a fixed number of times.

use std::ops::Range;

use super::unit::{Written, ends_value, is_hidden, is_of_token, is_quote, unit};
use crate::contract::TokenKind;
use crate::jwt::decode_unverified;

/// What was taken out from between the pieces of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Joins {
    pub(super) breaks: usize,
    pub(super) spaces: usize,
    pub(super) hidden: usize,
    /// Line breaks with a backslash before them.
    pub(super) continued: usize,
    /// Marks of quoted mail at the beginning of lines.
    pub(super) marks: usize,
    /// Places where a string literal ends and the next one begins.
    pub(super) literals: usize,
}

impl Joins {
    fn and(self, other: Self) -> Self {
        Self {
            breaks: self.breaks + other.breaks,
            spaces: self.spaces + other.spaces,
            hidden: self.hidden + other.hidden,
            continued: self.continued + other.continued,
            marks: self.marks + other.marks,
            literals: self.literals + other.literals,
        }
    }
}

/// A token as it was put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compact {
    pub(super) token: String,
    /// Where it stands in the text, with what was taken out of it.
    pub(super) range: Range<usize>,
    pub(super) joins: Joins,
    /// Some of its characters were percent-encoded or escaped.
    pub(super) unescaped: bool,
    /// A full stop after it was cut.
    pub(super) full_stop: bool,
}

/// Whether a token's header begins so: base64 of `{"`, or of `{` and white space.
pub(super) fn begins(text: &str, at: usize) -> bool {
    matches!(
        text.as_bytes().get(at..at + 3),
        Some([b'e', b'y', b'A'..=b'D' | b'I'..=b'L'] | [b'e', b'w', b'k'..=b'r' | b'0'..=b'3'])
    )
}

/// A stretch without white space.
struct Run {
    end: usize,
    unescaped: bool,
    /// The character at `end`.
    stop: Option<char>,
}

/// Appends the characters of a token from `at` on.
fn run(text: &str, at: usize, in_path: bool, token: &mut String) -> Run {
    let mut run = Run { end: at, unescaped: false, stop: None };
    while let Some(next) = unit(text, run.end) {
        // In `name=value` it is no padding.
        let separates = next.c == '='
            && unit(text, next.end)
                .is_some_and(|after| is_of_token(after.c) && !matches!(after.c, '=' | '.'));
        if !is_of_token(next.c) || separates || (in_path && next.c == '/') {
            run.stop = Some(next.c);
            return run;
        }
        token.push(next.c);
        run.unescaped |= next.written != Written::Plain;
        run.end = next.end;
    }
    run
}

/// What stands between two pieces of a token.
struct Joint {
    next: usize,
    joins: Joins,
}

/// Reads what may stand between two pieces of a token; `None` where nothing of the kind follows.
fn joint(text: &str, at: usize) -> Option<Joint> {
    let mut joins = Joins::default();
    let mut next = at;
    let mut outside = false;
    let mut last = None;
    while let Some(here) = unit(text, next) {
        match here.c {
            '\n' => {
                joins.breaks += usize::from(last != Some('\r'));
                joins.continued += usize::from(here.written == Written::Continued);
            }
            '\r' => joins.breaks += 1,
            '>' | '|' if joins.breaks > 0 && !outside => joins.marks += 1,
            c if is_hidden(c) => joins.hidden += 1,
            c if is_quote(c) => {
                if outside {
                    joins.literals += 1;
                } else if joins != Joins::default() {
                    break;
                }
                outside = !outside;
            }
            '+' | '.' | '^' | '\\' if outside => {}
            '^' if unit(text, here.end).is_some_and(|after| matches!(after.c, '\r' | '\n')) => {}
            c if c.is_whitespace() => joins.spaces += 1,
            _ => break,
        }
        last = Some(here.c);
        next = here.end;
        if joins.breaks > 2 {
            return None;
        }
    }
    if joins.breaks > 0 {
        // Indentation is no more than part of the break.
        joins.spaces = 0;
    }
    (next > at && !outside).then_some(Joint { next, joins })
}

/// Whether nothing else stands on the line after a piece.
fn is_last_of_line(text: &str, mut at: usize) -> bool {
    while let Some(next) = unit(text, at) {
        match next.c {
            '\n' | '\r' | ',' | ';' | '<' | '&' | ')' | '}' | ']' => return true,
            c if is_quote(c) => return true,
            c if c.is_whitespace() || is_hidden(c) => at = next.end,
            _ => return false,
        }
    }
    true
}

/// What the header says about the shape of its token.
struct Shape {
    dots: usize,
    /// How many characters its last part may have; empty where that is unknown.
    last: &'static [usize],
}

fn shape_of(header: &str) -> Option<Shape> {
    let header = decode_unverified(&format!("{header}.e30.AA")).header?;
    if header.members().has("enc") {
        // The tag of the content encryptions of RFC 7518 §5: 128, 192 or 256 bits.
        return Some(Shape { dots: 4, last: &[22, 32, 43] });
    }
    let last: &[usize] = match header.alg().unwrap_or_default().as_str() {
        "none" => &[0],
        "HS256" => &[43],
        "HS384" => &[64],
        "HS512" | "ES256" | "ES256K" | "EdDSA" | "Ed25519" => &[86],
        "ES384" => &[128],
        "Ed448" => &[152],
        "ES512" => &[176],
        // Keys of 2048, 3072, 4096 and 8192 bits.
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => &[342, 512, 683, 1366],
        _ => &[],
    };
    Some(Shape { dots: 2, last })
}

/// A token while it is put together.
struct Draft {
    token: String,
    end: usize,
    dots: usize,
    joins: Joins,
    unescaped: bool,
}

impl Draft {
    /// How long its last part is, without padding.
    fn last_part(&self) -> usize {
        let last = self.token.rsplit('.').next().unwrap_or_default();
        last.trim_end_matches('=').len()
    }

    fn mark(&self) -> Mark {
        Mark {
            length: self.token.len(),
            end: self.end,
            dots: self.dots,
            joins: self.joins,
            unescaped: self.unescaped,
        }
    }

    fn back_to(&mut self, mark: Mark) {
        self.token.truncate(mark.length);
        (self.end, self.dots, self.joins, self.unescaped) = (mark.end, mark.dots, mark.joins, mark.unescaped);
    }
}

/// How far a draft is certain.
#[derive(Clone, Copy)]
struct Mark {
    length: usize,
    end: usize,
    dots: usize,
    joins: Joins,
    unescaped: bool,
}

/// Puts together the token that begins at `at`; `before` is the character before it.
///
/// # Errors
/// Where there is none: the byte before which none begins.
pub(super) fn read(text: &str, at: usize, before: char) -> Result<Compact, usize> {
    let in_path = before == '/';
    let mut draft =
        Draft { token: String::new(), end: at, dots: 0, joins: Joins::default(), unescaped: false };
    let mut first = run(text, at, in_path, &mut draft.token);
    draft.dots = draft.token.matches('.').count();
    let mut looked_at = first.end;
    if let Some(c) = first.stop
        && draft.dots < 2
        && !ends_value(c)
        && !is_hidden(c)
    {
        (first.end, looked_at) = alien(text, first.end, &mut draft);
    }
    draft.end = first.end;
    draft.unescaped = first.unescaped;

    let start = draft.mark();
    let mut shape = None;
    put_together(text, in_path, &mut draft, &mut shape);
    if draft.joins.spaces > 0 {
        // Words of a sentence can be joined to anything; then the payload is none.
        let joined = decode_unverified(&draft.token);
        if joined.kind != TokenKind::Jwe && joined.payload.is_none() && joined.payload_text.is_none() {
            draft.back_to(start);
        }
    }
    let full_stop = draft.token.ends_with('.') && draft.dots > shape.as_ref().map_or(2, |shape| shape.dots);
    if full_stop {
        draft.token.pop();
        draft.end -= 1;
        draft.dots -= 1;
    }
    let second = draft.token.split('.').nth(1).unwrap_or_default();
    if draft.dots > 0 && shape.is_some() || matches!(draft.dots, 2 | 4) && !second.is_empty() {
        let Draft { token, end, joins, unescaped, .. } = draft;
        return Ok(Compact { token, range: at..end, joins, unescaped, full_stop });
    }
    Err(looked_at)
}

/// Takes in a character that no token has, and what follows up to the end of the value, if the rest of a token does.
/// Returns where the token ends, and how far was read.
fn alien(text: &str, at: usize, draft: &mut Draft) -> (usize, usize) {
    let mut end = at;
    while let Some(next) = unit(text, end).filter(|next| !ends_value(next.c)) {
        end = next.end;
    }
    let more = text.get(at..end).unwrap_or_default();
    let dots = more.matches('.').count();
    if draft.dots + dots < 2 {
        return (at, end);
    }
    draft.token.push_str(more);
    draft.dots += dots;
    (end, end)
}

/// Joins the pieces that follow, as far as they belong to the token.
fn put_together(text: &str, in_path: bool, draft: &mut Draft, shape: &mut Option<Shape>) {
    let mut certain = draft.mark();
    let mut looked = false;
    let mut pieces = 1_usize;
    let (mut width, mut piece) = (0, draft.token.len());
    loop {
        if !looked && draft.dots > 0 {
            looked = true;
            *shape = shape_of(draft.token.split('.').next().unwrap_or_default());
        }
        let dots = shape.as_ref().map_or(2, |shape| shape.dots);
        let last: &[usize] = shape.as_ref().map_or(&[], |shape| shape.last);
        if draft.dots > dots {
            certain = draft.mark();
            break;
        }
        let full_line = pieces > 1 && piece == width;
        let in_last = draft.dots == dots;
        if in_last && let Some(most) = last.last() {
            let length = draft.last_part();
            let fits = last.contains(&length);
            if fits {
                certain = draft.mark();
            }
            // A longer signature may happen to be broken just where a shorter one would end.
            if length >= *most || fits && !full_line {
                break;
            }
        }
        let Some(Joint { next, joins }) = joint(text, draft.end) else { break };
        let seamless = joins.breaks == 0 && joins.spaces == 0 && joins.literals == 0;
        if !seamless && begins(text, next) && !draft.token.ends_with('.') {
            break;
        }
        let before = draft.token.len();
        let more = run(text, next, in_path, &mut draft.token);
        piece = draft.token.len() - before;
        if piece == 0
            || more.stop.is_some_and(|c| !(ends_value(c) || is_hidden(c)) || matches!(c, '(' | '[' | '{'))
        {
            draft.token.truncate(before);
            break;
        }
        let added = draft.token.get(before..).unwrap_or_default().matches('.').count();
        if in_last && added > 0 {
            draft.token.truncate(before);
            break;
        }
        let empty_last = in_last && draft.token.get(..before).is_some_and(|token| token.ends_with('.'));
        draft.dots += added;
        draft.end = more.end;
        draft.joins = draft.joins.and(joins);
        draft.unescaped |= more.unescaped;
        let alone = joins.breaks > 0 && is_last_of_line(text, more.end);
        let certainly = if in_last {
            seamless || alone && (empty_last || full_line && piece <= width)
        } else {
            seamless || alone || draft.dots >= dots
        };
        if certainly {
            certain = draft.mark();
        } else if in_last && last.is_empty() {
            break;
        }
        width = width.max(piece);
        pieces += 1;
    }
    draft.back_to(certain);
}
