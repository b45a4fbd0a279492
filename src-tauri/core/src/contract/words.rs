//! The one table from stage and fact to words and fixes.

use super::error::{AppError, ErrorView};

impl From<AppError> for ErrorView {
    fn from(error: AppError) -> Self {
        Self {
            kind: "internal".to_owned(),
            title: format!("{error:?}"),
            help: String::new(),
            server: None,
            detail: None,
            fixes: Vec::new(),
            problems: Vec::new(),
        }
    }
}
