//! The log: one line an event on stderr; what is shown is set by `HINOMI_LOG`.

use tracing_subscriber::EnvFilter;

/// A bad certificate is a finding, told in our own words; the verifier's errors beside it would only alarm.
const DEFAULT: &str = "info,hickory_resolver=error,rustls_platform_verifier=off";

/// Starts logging. Called twice, the second call does nothing.
pub(super) fn start() {
    let filter = EnvFilter::try_from_env("HINOMI_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let _ = match std::env::var("HINOMI_LOG_FORMAT").as_deref() {
        Ok("json") => builder.json().try_init(),
        _ => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
    };
}
