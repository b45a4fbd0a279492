//! A token found in whatever was pasted.

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pasted {
    /// The tokens in it, the most likely one first.
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

/// Finds the tokens in a text.
#[must_use]
pub fn find(text: &str) -> Pasted {
    let token = text.trim();
    if token.is_empty() {
        return Pasted::default();
    }
    let found = FoundText { name: "Token".to_owned(), token: token.to_owned(), cut: Vec::new() };
    Pasted { tokens: vec![found], problem: None }
}
