//! A companion that knows one of the servers.

use std::time::Duration;

use scaikey_core::adapters::MemorySecrets;
use scaikey_core::contract::{
    ApplicationDraft, Check, CheckName, ExtraParameter, Keep, Outcome, SecretDraft, TokenDetails,
};
use scaikey_core::model::{ApplicationId, InstanceId};
use scaikey_core::secret::Secret;
use support::world::{World, application_draft};

/// The secret of `demo-service` at both servers: form-encoding changes five of its characters, and a decoder
/// that meets it unencoded makes spaces of its end.
pub(crate) const SECRET: &str = "p@ss:w/ord+%20";

pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) instance: InstanceId,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// With an instance for this issuer.
    pub(crate) async fn at(issuer: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        let instance = world.add_provider(issuer).await;
        Self { world, instance, _folder: folder }
    }

    /// Saves `demo-service`, which asks for `api:read`, changed like this.
    pub(crate) async fn application(&self, change: impl FnOnce(&mut ApplicationDraft)) -> ApplicationId {
        self.world.companion.save_application(self.draft(change)).await.unwrap()
    }

    pub(crate) fn draft(&self, change: impl FnOnce(&mut ApplicationDraft)) -> ApplicationDraft {
        let mut draft = application_draft(self.instance, "demo-service", SECRET, &["api:read"]);
        draft.level = None;
        draft.application_type = None;
        change(&mut draft);
        draft
    }

    pub(crate) async fn details(&self, id: ApplicationId) -> TokenDetails {
        self.world.companion.inspect_token(id).await.unwrap()
    }

    /// The same once the keys have arrived. A token that is refused for another reason does not wait for them.
    pub(crate) async fn details_with_keys(&self, id: ApplicationId) -> TokenDetails {
        let mut snapshots = self.world.companion.snapshots();
        loop {
            snapshots.borrow_and_update();
            let details = self.details(id).await;
            if check(&details, CheckName::Signature).outcome != Outcome::Skipped {
                return details;
            }
            let changed = tokio::time::timeout(Duration::from_secs(20), snapshots.changed()).await;
            assert!(changed.is_ok(), "no keys within 20 s: {details:#?}");
        }
    }
}

/// Names the API that the token is for (RFC 8707).
pub(crate) fn resource(draft: &mut ApplicationDraft, url: &str) {
    draft.extra = vec![ExtraParameter { name: "resource".to_owned(), value: url.to_owned() }];
}

pub(crate) fn secret(draft: &mut ApplicationDraft, text: &str) {
    draft.secret = SecretDraft::Set { value: Secret::new(text), keep: Keep::Keychain };
}

pub(crate) fn check(details: &TokenDetails, name: CheckName) -> &Check {
    details.checks.iter().find(|check| check.name == name).unwrap()
}
