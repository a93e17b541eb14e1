//! `/metrics` in Prometheus' format: coverage per target and in all, outbox, incidents, signs of life.

use super::Site;
use crate::store::{Coverage, Result, Store as _};
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Of {
    target: String,
    persona: String,
}

type PerTarget = Family<Of, Gauge>;

/// All metrics, as they stand.
pub(super) async fn render(site: &Site, now: Timestamp) -> Result<String> {
    let day = now.saturating_sub(Duration::from_secs(86_400)).unwrap_or(now);
    let coverage = site.store.coverage(day, now).await?;
    let outbox = site.store.outbox(now).await?;
    let open = site.store.incidents(false, 100_000).await?;
    let waiting = site.store.proposals().await?.len();
    let mut registry = Registry::with_prefix("hinomi");
    let overdue = coverage.iter().filter(|row| row.next_due < now).count();
    let oldest = outbox.oldest.map_or(0, |at| now.duration_since(at).as_secs());
    let offline = site.world.outlook(|outlook| outlook.is_offline());
    let gauges = [
        ("targets", "Enabled targets times personas", coverage.len() as i64),
        ("targets_due", "Targets past their time", overdue as i64),
        ("targets_quarantined", "Targets set aside", coverage.iter().filter(|row| row.quarantined).count() as i64),
        ("checks_since_start", "Checks ended since the start", site.pulse.checks() as i64),
        ("stillness_seconds", "Seconds since scheduler and outbox moved", site.pulse.stillness(now).unwrap_or(-1)),
        ("incidents_open", "Open incidents", open.len() as i64),
        ("proposals_waiting", "Proposals that wait for a person", waiting as i64),
        ("outbox_waiting", "Notices and messages that wait", outbox.waiting as i64),
        ("outbox_oldest_seconds", "Age of the oldest of them", oldest),
        ("outbox_given_up", "Messages given up in the last seven days", outbox.given_up as i64),
        ("outbox_sent", "Messages sent in all", outbox.sent as i64),
        ("monitor_offline", "1 when the monitor itself seems to have no network", i64::from(offline)),
    ];
    for (name, help, value) in gauges {
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }
    add_coverage(&mut registry, &coverage);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = encode(&mut text, &registry);
    Ok(text)
}

fn add_coverage(registry: &mut Registry, coverage: &[Coverage]) {
    let (due, compared, last) = (PerTarget::default(), PerTarget::default(), PerTarget::default());
    for row in coverage {
        let of = Of { target: row.target.to_string(), persona: row.persona.as_str().to_owned() };
        due.get_or_create(&of).set(row.due as i64);
        compared.get_or_create(&of).set(row.compared as i64);
        last.get_or_create(&of).set(row.last.map_or(0, Timestamp::as_second));
    }
    let (all_due, all_compared) = coverage.iter().fold((0, 0), |(d, c), r| (d + r.due, c + r.compared.min(r.due)));
    let ratio: Gauge<f64, AtomicU64> = Gauge::default();
    ratio.set(if all_due == 0 { 1.0 } else { all_compared as f64 / all_due as f64 });
    registry.register("coverage_ratio", "Comparisons done against comparisons due, last 24 hours", ratio);
    registry.register("coverage_due", "Comparisons due in the last 24 hours", due);
    registry.register("coverage_compared", "Comparisons done in the last 24 hours", compared);
    registry.register("last_compared_timestamp_seconds", "When the page was last compared", last);
}
