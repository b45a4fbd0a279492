//! A JSON object as a list of members, so that a member that stands twice is seen and not swallowed.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The members of a JSON object in their order, repeated ones included.
pub struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl Members {
    /// Reads an object; a byte order mark before it is passed over.
    ///
    /// # Errors
    /// Why it is not one, in words that hold nothing of the text.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err("The answer is empty.".to_owned());
        }
        if body.starts_with(&[0xff, 0xfe]) || body.starts_with(&[0xfe, 0xff]) {
            return Err("The answer is UTF-16, and JSON on the web is UTF-8 (RFC 8259 §8.1).".to_owned());
        }
        serde_json::from_slice(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => "The answer is JSON, but not an object.".to_owned(),
            serde_json::error::Category::Eof => "The answer is cut off in the middle of its JSON.".to_owned(),
            _ => format!("The answer is not JSON (line {}, column {}).", error.line(), error.column()),
        })
    }

    /// The member of this name.
    ///
    /// # Errors
    /// When it stands there more than once (RFC 6749 §5.1 has each member once).
    pub fn once(&self, name: &str) -> Result<Option<&Value>, String> {
        let mut found = self.0.iter().filter(|(member, _)| member == name).map(|(_, value)| value);
        let first = found.next();
        if found.next().is_some() {
            return Err(format!("The member “{name}” stands there twice."));
        }
        // RFC 6749 §5.1 knows no null; real servers send it where they mean "absent".
        Ok(first.filter(|value| !value.is_null()))
    }

    /// The member of this name, if it is a text. A repeated one counts as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.once(name).ok().flatten().and_then(Value::as_str)
    }

    /// The member of this name, if it is a list; what is no text in it is left out.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.once(name) {
            Ok(Some(Value::Array(items))) => {
                items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        }
    }
}
