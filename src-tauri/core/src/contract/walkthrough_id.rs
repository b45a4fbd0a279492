//! The names of the walkthroughs.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;

use crate::walkthrough::catalog::WALKTHROUGHS;

/// Names a walkthrough. The names are in `walkthrough/catalog.rs`, with the walkthroughs themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
#[serde(transparent)]
#[ts(export, type = "string")]
pub struct WalkthroughId(pub(crate) &'static str);

impl WalkthroughId {
    /// The walkthrough of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        WALKTHROUGHS.iter().map(|walkthrough| walkthrough.id).find(|id| id.0 == name)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for WalkthroughId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom("there is no such walkthrough"))
    }
}
