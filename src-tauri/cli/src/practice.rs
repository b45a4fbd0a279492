//! `scaikey practice`: the practice server in the foreground.

use std::io::{self, Write as _};
use std::time::Duration;

use clap::Args;
use scaikey_practice::{
    DEFAULT_PORT, Level, NewApplication, Options, Port, Practice, RegisteredApplication, StartError,
};

use crate::{Failure, say};

/// Run a local ScaiKey to practise on
///
/// It listens on 127.0.0.1 only and speaks ScaiKey's documented contract: discovery, keys, tokens by
/// client_credentials, the admin API for tenants and applications, and a plain admin page for the browser. It stores
/// nothing: every run has new keys and new secrets. It runs until Ctrl-C.
///
/// Standard output is shell: `export` lines for the quickstart's commands, and comments, all
/// written at the start. Messages go to standard error.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Listen on exactly this port; without it, on 8089 or else on any free one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Seconds a token lives; 20 lets you watch renewals
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..))]
    lifetime: u32,

    /// Milliseconds to wait before every answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u32,

    /// What the GLOBAL application may obtain, separated by commas; "openid" alone shows the documented 403
    #[arg(
        long,
        value_name = "SCOPES",
        value_delimiter = ',',
        default_value = "openid,admin:read,admin:write"
    )]
    allowed_scopes: Vec<String>,
}

const AFTER_HELP: &str = r#"Examples:
  Start it, and in another terminal take over its settings and ask for a token:
    scaikey practice > practice.env
    . ./practice.env
    curl -X POST "$SCAIKEY/api/v1/platform/oauth/token" \
      -u "$CLIENT_ID:$CLIENT_SECRET" \
      -d "grant_type=client_credentials" -d "scope=admin:read"

  Tokens that live 20 seconds, on a port of your choice:
    scaikey practice --port 9000 --lifetime 20

Exit codes:
  0  stopped by Ctrl-C or SIGTERM
  1  could not start, or standard output could not be written
  2  an argument is wrong
  3  the port given with --port is taken"#;

/// The tenant of the second application.
const TENANT: &str = "acme";

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before anything is printed: whoever reads the lines may end this at once.
        let stopped = stop_signal()?;
        let practice = start(arguments)?;
        let scopes: Vec<&str> = arguments.allowed_scopes.iter().map(String::as_str).collect();
        let global = register(&practice, "Practice, GLOBAL", Level::Global, &scopes)?;
        let tenant = register(
            &practice,
            "Practice, TENANT",
            Level::Tenant { slug: TENANT.to_owned() },
            &["openid", "users:read", "groups:read"],
        )?;
        let admin_token = practice.admin_token().map_err(|error| Failure::new(1, error.to_string()))?;
        let lines = lines(&practice, &global, &tenant, &admin_token);
        let mut out = io::stdout().lock();
        out.write_all(lines.as_bytes())?;
        out.flush()?;
        drop(out);
        stopped.await;
        practice.stop();
        Ok(())
    })
}

fn start(arguments: &Arguments) -> Result<Practice, Failure> {
    let options = Options {
        port: arguments.port.map_or(Port::Preferred(DEFAULT_PORT), Port::Exact),
        lifetime_seconds: arguments.lifetime,
        latency: Duration::from_millis(arguments.latency.into()),
        ..Options::default()
    };
    let practice = Practice::start(options).map_err(|error| match error {
        StartError::PortTaken { .. } => Failure::new(3, error.to_string()),
        _ => Failure::new(1, error.to_string()),
    })?;
    if arguments.port.is_none() && practice.port() != DEFAULT_PORT {
        say(&format!("port {DEFAULT_PORT} is taken, so it listens on {}", practice.port()));
    }
    Ok(practice)
}

fn register(
    practice: &Practice,
    name: &str,
    level: Level,
    scopes: &[&str],
) -> Result<RegisteredApplication, Failure> {
    practice
        .register(NewApplication::service(name, level, scopes))
        .map_err(|error| Failure::new(2, error.to_string()))
}

/// The quickstart's variables, and those its other steps need. No value needs quoting beyond the quotes.
fn lines(
    practice: &Practice,
    global: &RegisteredApplication,
    tenant: &RegisteredApplication,
    admin_token: &str,
) -> String {
    let secret = |application: &RegisteredApplication| application.client_secret.clone().unwrap_or_default();
    format!(
        r#"# The practice server: a local ScaiKey. Everything here ends with it.
export SCAIKEY="{}"
# The admin page, to open in a browser: {}
# A GLOBAL application, for $SCAIKEY/api/v1/platform/oauth/token
export APP_ID="{}"
export CLIENT_ID="{}"
export CLIENT_SECRET="{}"
# A TENANT application, for $SCAIKEY/api/v1/auth/tenants/$TENANT_SLUG/oauth/token
export TENANT_SLUG="{TENANT}"
export TENANT_CLIENT_ID="{}"
export TENANT_CLIENT_SECRET="{}"
# A super_admin's token, for the steps of the admin UI
export ADMIN_TOKEN="{admin_token}"
# Ctrl-C stops it.
"#,
        practice.base_url(),
        practice.admin_url(),
        global.id,
        global.client_id,
        secret(global),
        tenant.client_id,
        secret(tenant),
    )
}

/// Resolves when the user, or whoever started this, wants it to end. Listens from the moment it returns.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves when the user wants it to end. Listens from the moment it returns.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_page_is_named_in_a_comment() {
        let practice = Practice::start(Options::for_tests()).unwrap();
        let application = practice.register(NewApplication::service("x", Level::Global, &[])).unwrap();
        let lines = lines(&practice, &application, &application, "token");
        let line = format!("# The admin page, to open in a browser: {}/admin/", practice.base_url());
        assert!(lines.lines().any(|this| this == line), "{lines}");
        assert!(lines.contains(&format!("export SCAIKEY=\"{}\"\n", practice.base_url())), "{lines}");
        assert!(lines.contains(&format!("export APP_ID=\"{}\"\n", application.id)), "{lines}");
    }
}
