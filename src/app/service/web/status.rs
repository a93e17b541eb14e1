//! The plain status page: what needs a person, coverage, outbox. Everything captured is escaped and defanged.

use super::Site;
use crate::model::{Incident, IncidentKind, IncidentState, Proposal, Verdict, defang, display_text, japan_time};
use crate::store::{Coverage, Result, Store as _};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::time::Duration;

/// Rows of a table at most; the command line has them all.
const ROWS: usize = 200;

/// The page, as things stand.
pub(super) async fn render(site: &Site, now: Timestamp) -> Result<String> {
    let day = now.saturating_sub(Duration::from_secs(86_400)).unwrap_or(now);
    let coverage = site.store.coverage(day, now).await?;
    let outbox = site.store.outbox(now).await?;
    let incidents = site.store.incidents(false, ROWS as u32).await?;
    let proposals = site.store.proposals().await?;
    let offline = site.world.outlook(|outlook| outlook.is_offline());
    let (due, compared) = coverage.iter().fold((0, 0), |(d, c), row| (d + row.due, c + row.compared.min(row.due)));
    let share = if due == 0 { 100.0 } else { compared as f64 * 100.0 / due as f64 };
    let mut page = String::from(HEAD);
    let _ = write!(
        page,
        "<p>{} — 網羅率 / coverage {share:.2} % ({compared}/{due}), 監視対象 / targets {}, 送信待ち / outbox {}, \
         送信断念 / given up {}</p>",
        japan_time(now),
        coverage.len(),
        outbox.waiting,
        outbox.given_up
    );
    if offline {
        page.push_str("<p class=bad>監視システムがネットワークに接続できません / the monitor itself is offline</p>");
    }
    incident_table(&mut page, &incidents);
    proposal_table(&mut page, &proposals);
    coverage_table(&mut page, coverage);
    page.push_str("</body></html>\n");
    Ok(page)
}

const HEAD: &str = "<!doctype html><html lang=ja><head><meta charset=utf-8><title>火の見 hinomi</title>\
<meta name=viewport content=\"width=device-width\"><meta http-equiv=refresh content=30><style>\
body{font:15px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}\
table{border-collapse:collapse;width:100%;margin:0 0 2rem}td,th{text-align:left;padding:.3rem .6rem;\
border-bottom:1px solid #ddd;vertical-align:top}.bad{color:#b00020;font-weight:bold}.good{color:#1b5e20}\
code{font-size:.85em}</style></head><body><h1>火の見 <small>hinomi</small></h1>";

fn incident_table(page: &mut String, incidents: &[Incident]) {
    page.push_str("<h2>インシデント / Incidents</h2>");
    if incidents.is_empty() {
        page.push_str("<p class=good>ありません / none</p>");
        return;
    }
    page.push_str("<table><tr><th>発生 / since<th>対象 / target<th>状態 / state<th>内容 / what</tr>");
    for incident in incidents {
        let what = incident.judgement.because.first().map(|words| format!("{} / {}", words.ja, words.en));
        let what = what.as_deref().unwrap_or_default();
        row(page, "bad", &[&japan_time(incident.opened), incident.target.as_str(), &state(incident), what]);
    }
    page.push_str("</table>");
}

fn state(incident: &Incident) -> String {
    let (kind, kind_ja) = match incident.kind {
        IncidentKind::Attack => ("attack", "攻撃の疑い"),
        IncidentKind::Unseen => ("unseen", "観測不能"),
    };
    let (state, state_ja) = match incident.state {
        IncidentState::Open => ("open", "未対応"),
        IncidentState::Acknowledged => ("acknowledged", "対応中"),
        IncidentState::Resolved => ("resolved", "解決済み"),
    };
    format!("{kind_ja}・{state_ja} / {kind}, {state}")
}

fn proposal_table(page: &mut String, proposals: &[Proposal]) {
    let _ = write!(page, "<h2>承認待ち / Proposals ({})</h2>", proposals.len());
    if proposals.is_empty() {
        return;
    }
    page.push_str("<table><tr><th>から / since<th>対象 / target<th>判定 / verdict<th>digest</tr>");
    for proposal in proposals.iter().take(ROWS) {
        let digest = proposal.snapshot.state.to_string();
        let verdict = match proposal.judgement.verdict {
            Verdict::Alarm => "警報 / alarm",
            _ => "要確認 / review",
        };
        row(page, "", &[&japan_time(proposal.since), proposal.target.as_str(), verdict, &digest]);
    }
    page.push_str("</table>");
}

fn coverage_table(page: &mut String, mut coverage: Vec<Coverage>) {
    coverage.sort_by(|a, b| {
        let share = |row: &Coverage| if row.due == 0 { 1.0 } else { row.compared as f64 / row.due as f64 };
        share(a).total_cmp(&share(b)).then_with(|| a.target.cmp(&b.target))
    });
    page.push_str(
        "<h2>網羅率(直近24時間) / Coverage</h2><table><tr><th>対象 / target<th>比較 / compared<th>最終 / last<th></tr>",
    );
    for entry in coverage.iter().take(ROWS) {
        let share = format!("{}/{}", entry.compared, entry.due);
        let last = entry.last.map_or_else(|| "—".to_owned(), japan_time);
        let aside = if entry.quarantined { "隔離 / set aside" } else { "" };
        let target = format!("{} ({})", entry.target, entry.persona.as_str());
        row(page, if entry.quarantined { "bad" } else { "" }, &[&target, &share, &last, aside]);
    }
    page.push_str("</table>");
}

fn row(page: &mut String, class: &str, cells: &[&str]) {
    let _ = write!(page, "<tr class=\"{class}\">");
    for cell in cells {
        let _ = write!(page, "<td>{}", escaped(cell));
    }
    page.push_str("</tr>");
}

/// Captured text as it may stand in a page of ours.
fn escaped(text: &str) -> String {
    let safe = defang(&display_text(text));
    safe.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
