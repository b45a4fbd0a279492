//! A token found in whatever was pasted: a header, a command, an answer, a URL, a file, wrapped lines.
//!
//! The text is read once from left to right, without a grammar of any of these: a name before a value, the word
//! `Bearer`, and the shape of a JWT are the same in all of them, and broken JSON still gives its token.

mod jwt;
mod report;
mod unit;

use std::ops::Range;

use self::jwt::Joins;
use self::unit::{Unit, Written, ends_value, is_hidden, is_of_word, is_quote, unit};
use crate::jwt::{UnverifiedClaims, json_form};

/// The longest text that is looked through, in bytes.
pub const LONGEST_TEXT: usize = 8 * 1024 * 1024;

/// The most tokens of one text that are offered.
const MOST_TOKENS: usize = 20;

/// What a token is called that nothing names.
const NAMELESS: &str = "Token";

/// The longest name, in bytes, that a token is called by.
const LONGEST_NAME: usize = 64;

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pasted {
    /// The tokens in it, the most likely one first; at most 20, each once.
    pub tokens: Vec<FoundText>,
    /// Why there is none, in a sentence; `None` where there is one, or nothing was pasted.
    pub problem: Option<String>,
}

/// A token in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    /// What it is called where it stood, such as `access_token`; else `Token`.
    pub name: String,
    /// It, put together from wrapped lines and without what stood around it.
    pub token: String,
    /// What was cut away or put together, in sentences.
    pub cut: Vec<String>,
}

/// A token and where it stands in the text.
#[derive(Debug)]
struct Found {
    name: String,
    token: String,
    range: Range<usize>,
    joins: Joins,
    unescaped: bool,
    full_stop: bool,
    label: Label,
}

/// What stands before a value.
#[derive(Debug, Clone, Default)]
struct Label {
    /// Where it begins.
    start: usize,
    /// Its name: `access_token`, `Authorization`.
    name: Option<Range<usize>>,
    /// `Bearer` or `DPoP`, where it stands between name and value.
    scheme: Option<&'static str>,
    /// Where the value begins.
    value: usize,
    /// The quote before the value.
    quote: Option<char>,
    /// An equals sign or a colon stands between, not only white space.
    assigned: bool,
}

/// Finds the tokens in a text. It takes time in proportion to the text, whatever that is.
#[must_use]
pub fn find(text: &str) -> Pasted {
    if text.len() > LONGEST_TEXT {
        let problem = "The text is longer than 8 MiB, so it is not read. Paste the token alone.".to_owned();
        return Pasted { tokens: Vec::new(), problem: Some(problem) };
    }
    let core = stripped(text, 0..text.len());
    let inner = text.get(core.clone()).unwrap_or_default();
    if inner.is_empty() {
        let problem = (!text.trim().is_empty()).then(|| report::nothing(text));
        return Pasted { tokens: Vec::new(), problem };
    }
    let mut found = bare(text, &core)
        .or_else(|| json_jws(text, &core))
        .unwrap_or_else(|| Scan::of(text, core.clone()).found);
    if found.is_empty() && is_opaque(inner) {
        found.push(whole(text, core));
    }
    if found.is_empty() {
        return Pasted { tokens: Vec::new(), problem: Some(report::nothing(text)) };
    }
    // Stable: the others stay in the text's order.
    found.sort_by_key(|found| rank(&found.name));
    let report = report::Report::of(text);
    let tokens = found
        .into_iter()
        .map(|found| FoundText { cut: report.cut(&found), name: found.name, token: found.token })
        .collect();
    Pasted { tokens, problem: None }
}

/// Access tokens first, then ID tokens.
fn rank(name: &str) -> u8 {
    let name = normal(name);
    if name.contains("accesstoken") {
        0
    } else if name.contains("idtoken") {
        1
    } else {
        2
    }
}

/// A name in lower case without hyphens and underscores: `accessToken`, `ACCESS_TOKEN` and `access-token` are one.
fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A stretch of the text without white space, quotes, and commas or semicolons at its end.
fn stripped(text: &str, range: Range<usize>) -> Range<usize> {
    let all = text.get(range.clone()).unwrap_or_default();
    let blank = |c: char| c.is_whitespace() || is_hidden(c) || is_quote(c);
    let left = all.trim_start_matches(blank);
    let start = range.end - left.len();
    let inner = left.trim_end_matches(|c| blank(c) || matches!(c, ',' | ';'));
    start..start + inner.len()
}

fn whole(text: &str, range: Range<usize>) -> Found {
    Found {
        name: NAMELESS.to_owned(),
        token: text.get(range.clone()).unwrap_or_default().to_owned(),
        label: Label { start: range.start, value: range.start, ..Label::default() },
        range,
        joins: Joins::default(),
        unescaped: false,
        full_stop: false,
    }
}

/// A text that is one token and no more: taken as it is, so that what is wrong with it can be said.
fn bare(text: &str, core: &Range<usize>) -> Option<Vec<Found>> {
    let inner = text.get(core.clone())?;
    let other = |c: char| c.is_whitespace() || is_hidden(c) || is_quote(c) || "&{}<>,;%\\()[]|".contains(c);
    let alone =
        (inner.starts_with("ey") || inner.starts_with("ew")) && inner.contains('.') && !inner.contains(other);
    alone.then(|| vec![whole(text, core.clone())])
}

/// A JWS in its JSON form: the text itself, a JSON object in it, or a member of that.
fn json_jws(text: &str, core: &Range<usize>) -> Option<Vec<Found>> {
    let inner = text.get(core.clone())?;
    if !inner.contains("\"signature") {
        return None;
    }
    let start = core.start + inner.find('{')?;
    let end = core.start + inner.rfind('}')? + 1;
    let members = UnverifiedClaims::parse(text.get(start..end)?).ok()?;
    if json_form::is_jws(&members) {
        return Some(vec![whole(text, start..end)]);
    }
    let inside: Vec<Found> = members
        .placed()
        .filter(|member| {
            member.raw.starts_with('{')
                && UnverifiedClaims::parse(member.raw).is_ok_and(|inner| json_form::is_jws(&inner))
        })
        .take(MOST_TOKENS)
        .map(|member| {
            let end = start + member.range.end;
            let mut found = whole(text, end - member.raw.len()..end);
            member.name.clone_into(&mut found.name);
            found
        })
        .collect();
    (!inside.is_empty()).then_some(inside)
}

/// Whether one word may be an opaque token.
fn is_opaque(word: &str) -> bool {
    let other = |c: char| c.is_whitespace() || is_hidden(c) || is_quote(c) || "{}<>()[],;&\\".contains(c);
    let mail = word.split_once('@').is_some_and(|(_, host)| host.contains('.'));
    let named = word.trim_end_matches('=').contains('=');
    !(word.contains(other)
        || word.contains("://")
        || mail
        || named
        || is_placeholder(word)
        || word.starts_with("--"))
}

/// Whether a value stands for a token that is filled in elsewhere.
fn is_placeholder(value: &str) -> bool {
    value.starts_with(['$', '<', '{', '@', '%', '*', '['])
        || value.contains("...")
        || value.contains('…')
        || ["http://", "https://", "your_", "your-"]
            .iter()
            .any(|start| value.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)))
        || matches!(
            normal(value).as_str(),
            "" | "null"
                | "none"
                | "undefined"
                | "true"
                | "false"
                | "string"
                | "str"
                | "bearer"
                | "basic"
                | "dpop"
                | "jwt"
                | "xxx"
        )
        || is_token_name(&normal(value))
}

/// Whether a name, as [`normal`] makes it, is that of a token.
fn is_token_name(name: &str) -> bool {
    matches!(
        name,
        "jwt" | "bearer" | "dpop" | "oauth2bearer" | "assertion" | "clientassertion" | "idtokenhint"
    ) || name.ends_with("token")
        && !["csrf", "xsrf", "page", "next", "cancel"].iter().any(|other| name.contains(other))
}

/// The text, read from left to right.
struct Scan<'t> {
    text: &'t str,
    /// It without what may stand around everything.
    core: Range<usize>,
    found: Vec<Found>,
}

impl<'t> Scan<'t> {
    fn of(text: &'t str, core: Range<usize>) -> Self {
        let mut scan = Self { text, core, found: Vec::new() };
        scan.run();
        scan
    }

    fn run(&mut self) {
        let (mut at, mut before) = (0, ' ');
        let mut label = Label { value: usize::MAX, ..Label::default() };
        // What was looked at in vain is not looked at again.
        let (mut no_jwt_before, mut no_value_before) = (0, 0);
        while let Some(here) = unit(self.text, at) {
            if self.found.len() == MOST_TOKENS {
                return;
            }
            let starts = !is_of_word(before) && before != '.';
            if starts && at >= no_jwt_before && jwt::begins(self.text, at) {
                match jwt::read(self.text, at, before) {
                    Ok(compact) => {
                        at = compact.range.end;
                        before = '.';
                        let label = if label.value == compact.range.start {
                            label.clone()
                        } else {
                            Label { start: compact.range.start, ..Label::default() }
                        };
                        self.take_jwt(compact, label);
                        continue;
                    }
                    Err(end) => no_jwt_before = end,
                }
            }
            if label.value == at && at >= no_value_before {
                match self.opaque(&label) {
                    Ok(end) => {
                        (at, before) = (end, '.');
                        continue;
                    }
                    Err(end) => no_value_before = end,
                }
            }
            if starts && is_of_word(here.c) && here.written == Written::Plain {
                let end = self.word_end(at);
                label = self.label(at..end, &label);
                (at, before) = (end, 'a');
                continue;
            }
            (at, before) = (here.end, here.c);
        }
    }

    fn unit(&self, at: usize) -> Option<Unit> {
        unit(self.text, at)
    }

    fn word_end(&self, at: usize) -> usize {
        let length = |word: &str| word.bytes().take_while(|byte| is_of_word(char::from(*byte))).count();
        at + self.text.get(at..).map_or(0, length)
    }

    /// The byte after white space on the same line.
    fn after_spaces(&self, mut at: usize) -> usize {
        while let Some(next) = self.unit(at).filter(|u| u.c.is_whitespace() && !matches!(u.c, '\n' | '\r')) {
            at = next.end;
        }
        at
    }

    /// Steps over a quote, and over the letter that Python writes before one.
    fn after_quote(&self, at: usize) -> (usize, Option<char>) {
        let letter = self.unit(at).filter(|u| matches!(u.c, 'f' | 'b' | 'r' | 'u' | '$' | '@'));
        let at_quote = letter.map_or(at, |letter| letter.end);
        for start in [at, at_quote] {
            if let Some(quote) = self.unit(start).filter(|u| is_quote(u.c)) {
                return (quote.end, Some(quote.c));
            }
        }
        (at, None)
    }

    /// What a word says of the value after it. `outer` is what stands before the word itself.
    fn label(&self, word: Range<usize>, outer: &Label) -> Label {
        let name = self.text.get(word.clone()).unwrap_or_default();
        let after = self.after_spaces(word.end);
        let nothing = Label { value: usize::MAX, ..Label::default() };
        let scheme = ["Bearer", "DPoP"].into_iter().find(|scheme| scheme.eq_ignore_ascii_case(name));
        let plus = self.unit(word.end).filter(|u| u.c == '+').map(|u| u.end);
        if let (Some(scheme), Some(value)) = (scheme, plus.or((after > word.end).then_some(after))) {
            let (value, quote) = self.after_quote(value);
            let of_word = outer.value == word.start;
            let separated = self.unit(value).is_some_and(|u| matches!(u.c, ':' | '='));
            if !separated {
                return Label {
                    start: if of_word { outer.start } else { word.start },
                    name: outer.name.clone().filter(|_| of_word),
                    scheme: Some(scheme),
                    value,
                    quote: quote.or(outer.quote.filter(|_| of_word)),
                    assigned: of_word && outer.assigned,
                };
            }
        }
        // The name's own quote, then what separates it from its value.
        let closed = self.unit(word.end).filter(|u| is_quote(u.c) || u.c == ']').map_or(word.end, |u| u.end);
        let mut value = self.after_spaces(closed);
        let mut assigned = false;
        for _ in 0..2 {
            match self.unit(value) {
                Some(u) if u.c == ':' || u.c == '=' || (assigned && u.c == '>') => {
                    (value, assigned) = (u.end, true)
                }
                _ => break,
            }
        }
        value = self.after_spaces(value);
        let flag = name.starts_with("--") || is_token_name(&normal(name));
        if !assigned && (closed > word.end || value == word.end || !flag) {
            return nothing;
        }
        let (value, quote) = self.after_quote(value);
        Label { start: word.start, name: Some(word), scheme: None, value, quote, assigned }
    }

    fn name_of(&self, label: &Label) -> Option<&'t str> {
        let name = self.text.get(label.name.clone()?)?.trim_start_matches('-');
        (!name.is_empty() && name.len() <= LONGEST_NAME).then_some(name)
    }

    fn take_jwt(&mut self, compact: jwt::Compact, label: Label) {
        let name = self.name_of(&label).unwrap_or(NAMELESS).to_owned();
        let jwt::Compact { token, range, joins, unescaped, full_stop } = compact;
        self.take(Found { name, token, range, joins, unescaped, full_stop, label });
    }

    /// Takes in a token, once. The first name it has counts.
    fn take(&mut self, new: Found) {
        match self.found.iter_mut().find(|found| found.token == new.token) {
            None => self.found.push(new),
            Some(found) if found.name == NAMELESS => *found = new,
            Some(_) => {}
        }
    }

    /// Takes in the value after a label, if it is an opaque token, and returns where it ends.
    ///
    /// # Errors
    /// Where it is none: how far it was read.
    fn opaque(&mut self, label: &Label) -> Result<usize, usize> {
        let name = self.name_of(label);
        let normal_name = name.map(normal).unwrap_or_default();
        let header = normal_name.ends_with("authorization");
        let flag = label.name.clone().and_then(|n| self.text.get(n)).is_some_and(|n| n.starts_with("--"));
        let named = is_token_name(&normal_name);
        if !(label.scheme.is_some() || named && (label.assigned || flag)) {
            return Err(label.value);
        }
        let mut value = String::new();
        let mut unescaped = false;
        let mut end = label.value;
        let mut stop = None;
        while let Some(next) = self.unit(end) {
            let ends = match label.quote {
                Some(_) => is_quote(next.c) || next.c.is_whitespace() || next.c.is_control(),
                None => ends_value(next.c) && next.c != '?',
            };
            if ends {
                stop = Some(next.c);
                break;
            }
            value.push(next.c);
            unescaped |= next.written != Written::Plain;
            end = next.end;
        }
        let called = matches!(stop, Some('(' | '['));
        let broken_quote = label.quote.is_some() && stop.is_some_and(|c| c == ' ' || c == '\t');
        let digit = value.contains(|c: char| c.is_ascii_digit());
        // Where only a sentence may stand before it, it must look like no word.
        let sure = if label.scheme.is_some() {
            header || named && label.assigned || digit && value.len() >= 4 || self.is_all(label, end)
        } else {
            label.quote.is_some() || digit || value.len() >= 20
        };
        let short = value.len() < 2 && !self.is_all(label, end);
        if called || broken_quote || !sure || short || is_placeholder(&value) {
            return Err(end);
        }
        let full_stop = label.scheme.is_some() && label.quote.is_none() && value.ends_with('.');
        if full_stop {
            value.pop();
            end -= 1;
        }
        let name = name.unwrap_or(NAMELESS).to_owned();
        self.take(Found {
            name,
            token: value,
            range: label.value..end,
            joins: Joins::default(),
            unescaped,
            full_stop,
            label: label.clone(),
        });
        Ok(end)
    }

    /// Whether the text is a label and its value and no more.
    fn is_all(&self, label: &Label, end: usize) -> bool {
        label.start == self.core.start && end >= self.core.end
    }
}

#[cfg(test)]
mod tests;
