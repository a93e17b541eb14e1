//! The log: one line an event on stderr; what is shown is set by `HINOMI_LOG`.

use tracing_subscriber::EnvFilter;

/// Starts logging. Called twice, the second call does nothing.
pub(super) fn start() {
    let filter =
        EnvFilter::try_from_env("HINOMI_LOG").unwrap_or_else(|_| EnvFilter::new("info,hickory_resolver=error"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let _ = match std::env::var("HINOMI_LOG_FORMAT").as_deref() {
        Ok("json") => builder.json().try_init(),
        _ => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
    };
}
