//! A companion with one application of the practice server's, saved as the practice instance.

use scaikey_core::adapters::MemorySecrets;
use scaikey_core::companion::Companion;
use scaikey_core::contract::{
    ActivityArgs, ApplicationDraft, CallReport, EndpointRequest, ErrorView, HttpMethod, QueryParameter,
};
use scaikey_core::model::{ApplicationId, InstanceId};
use scaikey_practice::{Practice, RecordedRequest};
use support::world::{PRACTICE_SECRET, World, application_draft, practice_on};

pub(crate) const TENANTS: &str = "/api/v1/admin/tenants/";

pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) practice: Practice,
    pub(crate) instance: InstanceId,
    pub(crate) id: ApplicationId,
    pub(crate) folder: tempfile::TempDir,
}

impl Desk {
    /// The application asks for these scopes.
    pub(crate) async fn asking_for(scopes: &[&str]) -> Self {
        Self::with(|draft| draft.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect()).await
    }

    /// The application asks for `admin:read`, and is changed like this.
    pub(crate) async fn with(change: impl FnOnce(&mut ApplicationDraft)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(folder.path(), &MemorySecrets::new());
        let practice = practice_on(&world.clock);
        let instance = world.companion.add_practice(practice.port(), 3_600).await.unwrap();
        let mut draft = application_draft(instance, "svc_demo", PRACTICE_SECRET, &["admin:read"]);
        change(&mut draft);
        let id = world.companion.save_application(draft).await.unwrap();
        Self { world, practice, instance, id, folder }
    }

    pub(crate) fn companion(&self) -> &Companion {
        &self.world.companion
    }

    pub(crate) async fn call(&self, request: &EndpointRequest) -> CallReport {
        self.companion().call_endpoint(self.id, request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> CallReport {
        self.call(&get(path)).await
    }

    /// The requests that reached the admin API, oldest first.
    pub(crate) fn admin_requests(&self) -> Vec<RecordedRequest> {
        let requests = self.practice.requests().into_iter();
        requests.filter(|request| request.path_and_query.starts_with("/api/v1/admin/")).collect()
    }

    /// The token requests, oldest first.
    pub(crate) fn token_requests(&self) -> Vec<RecordedRequest> {
        let requests = self.practice.requests().into_iter();
        requests.filter(|request| request.path_and_query.ends_with("/oauth/token")).collect()
    }

    /// Everything that the page, a log or a file can be told, as one text.
    pub(crate) async fn all_told(&self) -> String {
        let companion = self.companion();
        let mut told = companion.har(ActivityArgs::default()).await.unwrap().0;
        for row in companion.activity(ActivityArgs::default()).await {
            let exchange = companion.exchange(row.id).await.unwrap();
            told.push_str(&format!("{exchange:?}\n{}", serde_json::to_string(&exchange).unwrap()));
        }
        told.push_str(&serde_json::to_string(&*companion.snapshot()).unwrap());
        told.push_str(&std::fs::read_to_string(self.folder.path().join("companion.json")).unwrap());
        told
    }
}

pub(crate) fn get(path: &str) -> EndpointRequest {
    EndpointRequest { method: HttpMethod::Get, path: path.to_owned(), query: Vec::new(), body: String::new() }
}

pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> EndpointRequest {
    let parameter = |(name, value): &(&str, &str)| QueryParameter {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    EndpointRequest { query: query.iter().map(parameter).collect(), ..get(path) }
}

/// The error of a report, as the page sees it.
#[track_caller]
pub(crate) fn error_of(report: &CallReport) -> ErrorView {
    ErrorView::from(report.error.clone().expect("an error"))
}
