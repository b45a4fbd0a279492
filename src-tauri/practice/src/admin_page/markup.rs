//! Markup that cannot hold anything unescaped: templates are literals, and what goes into them is text.

/// Finished markup.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup from the source code, as it is.
    pub(super) fn of(markup: &'static str) -> Html {
        Html(markup.to_owned())
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Html {
        Html(parts.into_iter().map(|part| part.0).collect())
    }
}

/// What can stand for a `{}` of a template.
pub(super) trait Value {
    fn write(&self, out: &mut String);
}

/// Text, escaped for element content and for quoted attributes alike.
impl Value for str {
    fn write(&self, out: &mut String) {
        for character in self.chars() {
            match character {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                other => out.push(other),
            }
        }
    }
}

impl Value for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl Value for Html {
    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl<T: Value + ?Sized> Value for &T {
    fn write(&self, out: &mut String) {
        (**self).write(out);
    }
}

/// Nothing where there is nothing.
impl<T: Value> Value for Option<T> {
    fn write(&self, out: &mut String) {
        if let Some(value) = self {
            value.write(out);
        }
    }
}

/// Puts the values where the template has `{}`, in order. Called by [`html!`].
pub(super) fn fill(template: &'static str, values: &[&dyn Value]) -> Html {
    debug_assert_eq!(template.matches("{}").count(), values.len(), "{template}");
    let mut out = String::new();
    let mut values = values.iter();
    for (index, piece) in template.split("{}").enumerate() {
        if index > 0
            && let Some(value) = values.next()
        {
            value.write(&mut out);
        }
        out.push_str(piece);
    }
    Html(out)
}

/// `html!("<b>{}</b>", text)`. Attributes must be in double quotes.
macro_rules! html {
    ($template:literal $(, $value:expr)* $(,)?) => {
        $crate::admin_page::markup::fill(
            $template,
            &[$(&$value as &dyn $crate::admin_page::markup::Value),*],
        )
    };
}

pub(super) use html;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let hostile = r#"<script>'&"</script>{}"#.to_owned();
        let row = html!(r#"<td title="{}">{}</td>"#, hostile, hostile.as_str());
        let escaped = "&lt;script&gt;&#39;&amp;&quot;&lt;/script&gt;{}";
        let expected = format!(r#"<td title="{escaped}">{escaped}</td>"#);
        assert_eq!(
            html!("{}{}", row, None::<Html>).into_string(),
            expected,
            "and markup is not escaped twice"
        );
    }
}
