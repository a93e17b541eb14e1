//! What one story tells: what it is about, what changed, why it matters.

use super::block::Block;
use super::pen::{Pen, line, passage, report};
use super::story::{Kind, headline, kind, place, ranked, top};
use crate::model::{ChangeKind, Event, Excerpt, Finding, Incident, Mark, PartKind, Proposal};
use crate::notify::Story;

/// How much of a story is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Findings and excerpts shown in full.
    pub(super) most: usize,
}

/// The blocks of one story.
pub(super) fn details(pen: &Pen, story: &Story, measure: Measure) -> Vec<Block> {
    let kind = kind(story);
    let label = pen.fixed(kind.label());
    let headline = headline(pen, story);
    let title = place(story).map_or_else(|| headline.clone(), |place| format!("{place}: {headline}"));
    let mut blocks =
        vec![Block::Title(pen.say(format!("[{label}] {title}"), format!("【{label}】{title}")), kind.tone())];
    blocks.push(Block::Para(lead(pen, story, kind)));
    blocks.push(Block::Facts(facts(pen, story)));
    let findings = story.incident.as_ref().map(|incident| incident.findings.as_slice());
    let findings =
        findings.or(story.proposal.as_ref().map(|proposal| proposal.findings.as_slice())).unwrap_or_default();
    if !matches!(kind, Kind::Resolved | Kind::UnseenResolved) {
        changed(pen, story, findings, measure, &mut blocks);
        reasons(pen, story, findings, &mut blocks);
    }
    blocks.retain(|block| !matches!(block, Block::Facts(facts) if facts.is_empty()));
    blocks
}

/// The first sentences.
fn lead(pen: &Pen, story: &Story, kind: Kind) -> String {
    let incident = story.incident.as_ref();
    match kind {
        Kind::Opened => pen.say(
            "This page shows signs of defacement: it changed without approval in a way that attacks do. Please begin with the first steps below.",
            "このページに改ざんの疑いがあります。承認されていない変更で、攻撃に見られる形をしています。まず下の「最初にすること」をご覧ください。",
        ),
        Kind::Worse => pen.say(
            "The incident we told you about has grown: there is something new that is worse, or in another place.",
            "お知らせ済みのインシデントに、より深刻な、または別の場所の新しい変更が見つかりました。",
        ),
        Kind::Escalated | Kind::UnseenEscalated => escalated(pen, &story.event),
        Kind::Resolved => resolved(pen, incident.and_then(|incident| incident.resolved.as_ref())),
        Kind::UnseenResolved => seen_again(pen, incident.and_then(|incident| incident.resolved.as_ref())),
        Kind::Unseen => pen.say(
            "This page could not be fetched or compared for some time, so a defacement would go unnoticed.",
            "このページをしばらく取得または比較できていません。この間に改ざんされても気づくことができません。",
        ),
        Kind::Review => pen.say(
            "This page changed, without a sign of attack. Please tell us whether the change is yours.",
            "このページが変わりました。攻撃の兆候はありません。貴組織による変更かどうかをお知らせください。",
        ),
        Kind::Special => pen.say(
            "A special page that was approved beforehand is shown now. If nobody of yours switched to it, please answer at once.",
            "事前に承認された特別ページが表示されています。切り替えた方がいない場合は、すぐにご連絡ください。",
        ),
        Kind::SpecialLeft => pen.say("The special page is no longer shown.", "特別ページの表示は終わりました。"),
        Kind::Operations | Kind::OperationsOver => match &story.event {
            Event::Operations { words, .. } => report(words.get(pen.language())),
            _ => String::new(),
        },
        Kind::Test => pen.say(
            "This message proves that alerts of hinomi reach you. Nothing happened and nothing needs to be done. If you did not expect it, tell the operators.",
            "このメールは、火の見からの通知が届くことを確かめるための訓練です。異常はなく、対応は不要です。心当たりのない場合は運用者へお知らせください。",
        ),
    }
}

fn escalated(pen: &Pen, event: &Event) -> String {
    let Event::Escalated { level, .. } = event else { return String::new() };
    pen.say(
        format!("Nobody has acknowledged this incident. You are told as a contact of level {level}."),
        format!("このインシデントは、まだどなたにも確認されていません。第{level}段階の連絡先としてお知らせします。"),
    )
}

fn resolved(pen: &Pen, mark: Option<&Mark>) -> String {
    match mark {
        Some(mark) if mark.by != "hinomi" => pen.say(
            format!("{} closed this incident.", line(&mark.by, 100)),
            format!("{} がこのインシデントを終了しました。", line(&mark.by, 100)),
        ),
        Some(mark) if mark.reason == "removed" => pen.say(
            "The page is no longer watched, so the incident was closed. Whether the page has recovered is not known.",
            "監視対象から外されたため、インシデントを終了しました。ページが元に戻ったかどうかは確認していません。",
        ),
        _ => pen.say(
            "The page equals an approved state again; several full fetches have shown it. \
             That it looks right does not mean that the way in is closed.",
            "ページは承認済みの状態に戻りました(全体の取得を繰り返して確認しました)。\
             表示が戻っても、侵入経路がふさがれたとは限りません。",
        ),
    }
}

fn seen_again(pen: &Pen, mark: Option<&Mark>) -> String {
    match mark {
        Some(mark) if mark.by != "hinomi" || mark.reason == "removed" => resolved(pen, Some(mark)),
        _ => pen.say("The page can be fetched and compared again.", "ページを再び取得し、比較できるようになりました。"),
    }
}

fn facts(pen: &Pen, story: &Story) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some((target, organisation)) = &story.target {
        facts.push((pen.say("Organisation", "組織"), line(organisation, 100)));
        facts.push((pen.say("Page", "ページ"), line(target.url.as_str(), 300)));
        facts.push((pen.say("Target", "監視対象"), target.id.to_string()));
    }
    if let Some(incident) = story.incident.as_ref().filter(|_| story.target.is_none()) {
        facts.push((pen.say("Target", "監視対象"), incident.target.to_string()));
    }
    if let Some(incident) = &story.incident {
        incident_facts(pen, incident, &mut facts);
    } else if let Some(proposal) = &story.proposal {
        proposal_facts(pen, proposal, &mut facts);
    }
    facts
}

fn incident_facts(pen: &Pen, incident: &Incident, facts: &mut Vec<(String, String)>) {
    let mut fact = |en: &str, ja: &str, value: String| facts.push((pen.say(en, ja), value));
    fact("Seen as", "閲覧者像", pen.persona(incident.persona).to_owned());
    fact("First seen", "最初の検知", pen.time(incident.opened));
    fact("Last seen", "最新の検知", pen.time(incident.seen));
    if let Some(reason) = incident.unseen {
        fact("Reason", "理由", pen.fixed(reason.words()).to_owned());
        fact("What to do", "対応", pen.fixed(reason.next_step()).to_owned());
    }
    if let Some(detail) = &incident.detail {
        fact("Technical detail", "技術的な詳細", line(detail, 300));
    }
    if let Some(finding) = top(&incident.findings) {
        fact("How bad", "深刻さ", pen.severity(finding.severity).to_owned());
        fact("How sure", "確度", pen.confidence(finding.confidence).to_owned());
        fact("Second look", "再確認", confirmed(pen, incident));
    }
    if let Some(mark) = &incident.acknowledged {
        fact("Acknowledged", "確認者", format!("{} ({})", line(&mark.by, 100), pen.time(mark.at)));
    }
    if let Some(mark) = &incident.resolved {
        let said = mark.by != "hinomi" && !mark.reason.is_empty();
        let reason = if said { format!(" ({})", line(&mark.reason, 300)) } else { String::new() };
        fact("Resolved", "終了", format!("{}{reason}", pen.time(mark.at)));
    }
    fact("Incident", "インシデント番号", incident.id.to_string());
}

fn confirmed(pen: &Pen, incident: &Incident) -> String {
    match (incident.confirmed, incident.judgement.certain) {
        (Some(true), _) => pen.say("the same came over a second, new connection", "別の新しい接続でも同じ内容を確認しました"),
        (Some(false), _) => pen.say(
            "it did not come a second time; some attacks are served only once to each address, so please look at the server",
            "2回目の取得では現れませんでした。同じアドレスには一度しか配信しない攻撃もあるため、サーバー側をご確認ください",
        ),
        (None, true) => pen.say("not needed: what was found is certain", "不要(検知内容が確実なため)"),
        (None, false) => pen.say("not known yet", "未確認"),
    }
}

fn proposal_facts(pen: &Pen, proposal: &Proposal, facts: &mut Vec<(String, String)>) {
    let mut fact = |en: &str, ja: &str, value: String| facts.push((pen.say(en, ja), value));
    fact("Seen as", "閲覧者像", pen.persona(proposal.persona).to_owned());
    fact("Waiting since", "承認待ちの始まり", pen.time(proposal.since));
    fact("State shown here", "この内容の取得", pen.time(proposal.snapshot.at));
    if let Some(planned) = &proposal.planned {
        fact("Announced as", "予定された変更", line(planned, 200));
    }
    fact("Digest", "ダイジェスト", proposal.snapshot.state.to_string());
}

/// What changed: findings, those that the page still shows first, then excerpts.
fn changed(pen: &Pen, story: &Story, findings: &[Finding], measure: Measure, blocks: &mut Vec<Block>) {
    let excerpts: &[Excerpt] = &story.excerpts;
    let is_gone = |finding: &Finding| story.incident.as_ref().is_some_and(|incident| incident.is_gone(finding));
    if findings.is_empty() && excerpts.is_empty() {
        return;
    }
    blocks.push(Block::Heading(pen.say("What changed", "何が変わったか")));
    let mut ordered = ranked(findings);
    ordered.sort_by_key(|finding| is_gone(finding));
    for finding in ordered.into_iter().take(measure.most) {
        finding_blocks(pen, finding, is_gone(finding), blocks);
    }
    for excerpt in excerpts.iter().take(measure.most) {
        blocks.push(Block::Sub(format!("{}: {}", happened(pen, excerpt.kind), line(&excerpt.path, 200))));
        let mut quote = |en: &str, ja: &str, text: &Option<String>| {
            if let Some(text) = text {
                blocks.push(Block::Quote(pen.say(en, ja), passage(text, 400)));
            }
        };
        quote("before", "変更前", &marked(excerpt, PartKind::Delete).or(excerpt.old.clone()));
        quote("now", "変更後", &marked(excerpt, PartKind::Insert).or(excerpt.new.clone()));
    }
    let left = (findings.len() + excerpts.len())
        .saturating_sub(findings.len().min(measure.most) + excerpts.len().min(measure.most));
    if left > 0 {
        blocks.push(Block::Para(pen.say(format!("… and {left} more."), format!("ほかに{left}件あります。"))));
    }
}

/// One side of a text with what differs in brackets; none where nothing is left of the old.
fn marked(excerpt: &Excerpt, side: PartKind) -> Option<String> {
    let shown = excerpt.parts.iter().filter(|part| part.kind == side || part.kind == PartKind::Equal);
    let text: String = shown
        .map(|part| match part.kind {
            PartKind::Equal => part.text.clone(),
            PartKind::Delete | PartKind::Insert => format!("【{}】", part.text),
        })
        .collect();
    (!text.is_empty()).then_some(text)
}

fn happened(pen: &Pen, kind: ChangeKind) -> String {
    match kind {
        ChangeKind::Insert => pen.say("Added", "追加"),
        ChangeKind::Delete => pen.say("Removed", "削除"),
        ChangeKind::Update => pen.say("Changed", "変更"),
        ChangeKind::Move => pen.say("Moved", "移動"),
    }
}

fn finding_blocks(pen: &Pen, finding: &Finding, is_gone: bool, blocks: &mut Vec<Block>) {
    blocks.push(Block::Sub(pen.rule_title(&finding.rule)));
    let mut facts = vec![(pen.say("What", "内容"), pen.words(&finding.summary, 400))];
    if let Some(location) = &finding.location {
        let path = line(&location.path, 200);
        let place = location.line.map_or_else(
            || path.clone(),
            |line| pen.say(format!("{path} (line {line})"), format!("{path} ({line}行目)")),
        );
        facts.push((pen.say("Place", "場所"), place));
    }
    if is_gone {
        facts.push((pen.say("Now", "現在"), pen.say("no longer on the page", "ページにはもうありません")));
    }
    facts.push((pen.say("How bad", "深刻さ"), pen.severity(finding.severity).to_owned()));
    facts.push((pen.say("How sure", "確度"), pen.confidence(finding.confidence).to_owned()));
    facts.push((pen.say("Rule", "ルール"), line(&finding.rule, 60)));
    blocks.push(Block::Facts(facts));
    if !finding.evidence.trim().is_empty() {
        blocks.push(Block::Quote(
            pen.say("seen in the page (made harmless)", "ページにあった内容(無害化済み)"),
            passage(&finding.evidence, 600),
        ));
    }
    if let Some(decoded) = &finding.decoded {
        blocks.push(Block::Quote(pen.say("decoded", "復号した内容"), passage(decoded, 600)));
    }
}

/// Why it matters, and what spoke for and against the verdict.
fn reasons<'a>(pen: &Pen<'a>, story: &'a Story, findings: &'a [Finding], blocks: &mut Vec<Block>) {
    let why = pen.rule_texts(ranked(findings).into_iter(), |rule| rule.why, 5);
    if !why.is_empty() {
        blocks.push(Block::Heading(pen.say("Why it matters", "なぜ問題か")));
        blocks.push(Block::Bullets(why));
    }
    let incident = story.incident.as_ref().map(|incident| &incident.judgement);
    let Some(judgement) = incident.or(story.proposal.as_ref().map(|proposal| &proposal.judgement)) else { return };
    let mut because: Vec<String> = judgement.because.iter().take(6).map(|words| pen.words(words, 300)).collect();
    because.extend(judgement.despite.iter().take(4).map(|words| {
        let words = pen.words(words, 300);
        pen.say(format!("(against it: {words})"), format!("(反対の材料: {words})"))
    }));
    if !because.is_empty() {
        blocks.push(Block::Heading(pen.say("Why hinomi says so", "判定の理由")));
        blocks.push(Block::Bullets(because));
    }
}
