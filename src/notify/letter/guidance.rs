//! What a letter asks its reader to do: first steps, whom to report to, how to answer.

use super::block::Block;
use super::pen::{Pen, line, shell};
use super::story::{Kind, kind, place, ranked};
use crate::model::{Channel, Digest, Finding, IncidentKind, Persona, display_line};
use crate::notify::Story;

/// Most stories whose commands are printed.
const MOST_COMMANDS: usize = 20;

/// Most approvals that are named before they end.
const MOST_ENDINGS: usize = 50;

/// The closing part of a letter, told once for all its stories.
pub(super) fn guidance(pen: &Pen, stories: &[&Story]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let alarms: Vec<&Story> = stories.iter().copied().filter(|story| kind(story).is_alarm()).collect();
    if !alarms.is_empty() {
        first_steps(pen, &alarms, &mut blocks);
        report(pen, &mut blocks);
    }
    if stories.iter().any(|story| kind(story) == Kind::Resolved) {
        blocks.push(Block::Heading(pen.say("What remains to be done", "残る対応")));
        blocks.push(Block::Bullets(after(pen)));
    }
    answer(pen, stories, &mut blocks);
    endings(pen, &mut blocks);
    chains(pen, &mut blocks);
    blocks.push(Block::Para(footer(pen, stories.iter().any(|story| story.target.is_some()))));
    blocks
}

fn first_steps<'a>(pen: &Pen<'a>, alarms: &[&'a Story], blocks: &mut Vec<Block>) {
    let mut steps = vec![
        pen.say(
            "Keep the evidence. Before anything is overwritten or deleted, copy the changed files (with their times) and the logs of web, FTP and CMS access and of logins to another place.",
            "証拠を残してください。上書きや削除をする前に、変更されたファイル(更新日時も)と、Web・FTP・CMSのアクセスログ、ログイン記録を別の場所へコピーします。",
        ),
        pen.say(
            "Do not just overwrite the page with a clean copy. While the way in is open, it will be defaced again, and the evidence is lost.",
            "元のファイルで上書きするだけで終わらせないでください。侵入経路が残っていれば再び改ざんされ、証拠も失われます。",
        ),
        pen.say(
            "If visitors may come to harm, take the page offline or show a maintenance page.",
            "閲覧者に被害が及ぶおそれがあるときは、ページの公開を止めるか、メンテナンス表示に切り替えてください。",
        ),
        pen.say(
            "Change the passwords and keys of FTP, CMS and server administration from a clean PC, not from the one that was used to update the site, and scan that one.",
            "FTP・CMS・サーバー管理のパスワードと鍵を、感染のない別のパソコンから変更してください。更新に使っていたパソコンはウイルス検査をしてください。",
        ),
    ];
    let findings: Vec<&'a Finding> = alarms
        .iter()
        .filter_map(|story| story.incident.as_ref())
        .flat_map(|incident| ranked(&incident.findings))
        .collect();
    steps.extend(pen.rule_texts(findings.into_iter(), |rule| rule.first_step, 5));
    blocks.push(Block::Heading(pen.say("First steps", "最初にすること")));
    blocks.push(Block::Steps(steps));
}

fn report(pen: &Pen, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(pen.say("Whom to report to (in Japan)", "報告・相談先")));
    blocks.push(Block::Bullets(vec![
        pen.say(
            "Police: the cybercrime desk of your prefecture's police (consultation by telephone: #9110)",
            "警察: 都道府県警察のサイバー犯罪相談窓口(警察相談専用電話 #9110)",
        ),
        pen.say(
            "JPCERT/CC: incident report, https://www.jpcert.or.jp/form/",
            "JPCERT/CC: インシデント報告 https://www.jpcert.or.jp/form/",
        ),
        pen.say(
            "IPA (Information-technology Promotion Agency): report of unauthorised access, and its security advice desk",
            "IPA(情報処理推進機構): 不正アクセスの届出、情報セキュリティ安心相談窓口",
        ),
        pen.say(
            "Government bodies: the National Cybersecurity Office (NCO). Local governments also follow the reporting rules of their prefecture and the Ministry of Internal Affairs and Communications",
            "政府機関等: 国家サイバー統括室(NCO)。地方公共団体は都道府県・総務省への報告の定めにも従ってください",
        ),
        pen.say(
            "If personal data may have leaked: the Personal Information Protection Commission",
            "個人情報が漏えいしたおそれがあるとき: 個人情報保護委員会",
        ),
    ]));
}

fn after(pen: &Pen) -> Vec<String> {
    vec![
        pen.say(
            "Find out how the attacker came in, and close that way; keep files and logs until this is clear.",
            "侵入経路を突き止めてふさいでください。それまでファイルとログを保存してください。",
        ),
        pen.say(
            "Look for other changed files and unknown accounts on the server.",
            "サーバー上のほかの改ざんや、見覚えのないアカウントがないかを確認してください。",
        ),
        pen.say(
            "If credentials have not been changed yet, change them now from a clean PC.",
            "パスワードや鍵をまだ変更していない場合は、感染のないパソコンから今すぐ変更してください。",
        ),
    ]
}

/// How to answer, with the commands by which the operators enter it.
fn answer(pen: &Pen, stories: &[&Story], blocks: &mut Vec<Block>) {
    let asked: Vec<&Story> = stories.iter().copied().filter(|story| is_asked(kind(story))).collect();
    if asked.is_empty() {
        return;
    }
    let operators = display_line(&pen.letter.operators);
    blocks.push(Block::Heading(pen.say("How to answer", "回答のしかた")));
    blocks.push(Block::Para(pen.say(
        format!("Reply to this mail or write to the operators, {operators}, with your name:"),
        format!("このメールに返信するか、運用者 {operators} へ、お名前を添えてお知らせください。"),
    )));
    blocks.push(Block::Bullets(answers(pen, &asked)));
    operators_part(pen, &asked, blocks);
}

/// What an owner may answer.
fn answers(pen: &Pen, asked: &[&Story]) -> Vec<String> {
    let any = |wanted: fn(Kind) -> bool| asked.iter().any(|story| wanted(kind(story)));
    let mut answers = Vec::new();
    if any(|kind| kind.is_alarm() || matches!(kind, Kind::Review | Kind::Special)) {
        answers.push(pen.say(
            "\"This was us\": with the reason. The operators enter your approval where one is needed.",
            "「自組織の変更です」: 変更の理由を添えてください。必要な場合は運用者が承認として記録します。",
        ));
        answers.push(pen.say(
            "\"This was not us\": also when you are in doubt. The operators treat it as an incident and help you.",
            "「心当たりがありません」: 迷う場合もこちらです。運用者がインシデントとして扱い、対応を支援します。",
        ));
    }
    if any(|kind| matches!(kind, Kind::Unseen | Kind::UnseenEscalated)) {
        answers.push(pen.say(
            "\"Maintenance until …\": when the page is down on purpose. The operators enter it, and until then \
             no more messages about it come.",
            "「…まで保守作業中です」: 意図した停止の場合です。運用者が登録し、その間は同じ通知を止めます。",
        ));
    }
    if asked.iter().any(|story| story.incident.is_some()) {
        answers.push(pen.say(
            "\"We look after it\": once it is acknowledged, no further contacts are told.",
            "「対応を始めました」: 確認済みとして記録すると、次の段階の連絡先への通知が止まります。",
        ));
    }
    answers
}

fn operators_part(pen: &Pen, asked: &[&Story], blocks: &mut Vec<Block>) {
    let mut lines = Vec::new();
    for story in asked.iter().take(MOST_COMMANDS) {
        commands(pen, story, asked.len() > 1, &mut lines);
    }
    if lines.is_empty() {
        return;
    }
    blocks.push(Block::Heading(pen.say("For the operators", "運用者の方へ")));
    blocks.append(&mut lines);
    if asked.len() > MOST_COMMANDS {
        blocks.push(Block::Para(pen.say(
            "The digests of the others: `hinomi baseline list`; their incidents: `hinomi incident list`.",
            "ほかの監視対象のダイジェストは hinomi baseline list、インシデントは hinomi incident list で確認できます。",
        )));
    }
}

const fn is_asked(kind: Kind) -> bool {
    kind.is_alarm() || matches!(kind, Kind::Unseen | Kind::UnseenEscalated | Kind::Review | Kind::Special)
}

/// The digest that an approval of what this story shows must name.
pub(super) fn digest(story: &Story) -> Option<Digest> {
    let alarmed = story.incident.as_ref().and_then(|incident| incident.alarmed_state);
    alarmed.or_else(|| story.proposal.as_ref().map(|proposal| proposal.snapshot.state))
}

/// Who answers: the receiver, as `NAME <mail>`. Operators enter the name of the owner who answered them.
fn who(pen: &Pen) -> String {
    let receiver = &pen.letter.receiver;
    let owner = receiver.channel == Channel::Mail && receiver.address != pen.letter.operators;
    if owner && !receiver.name.trim().is_empty() {
        shell(&format!("{} <{}>", receiver.name, receiver.address))
    } else {
        shell("NAME <mail>")
    }
}

/// Commands by which an answer is entered, each where it applies.
pub(super) struct Commands {
    /// "This was us".
    pub(super) approve: Option<String>,
    /// "This was not us".
    pub(super) reject: Option<String>,
    /// "We look after it".
    pub(super) acknowledge: Option<String>,
    /// "It is down on purpose".
    pub(super) silence: Option<String>,
}

/// The commands for one story.
pub(super) fn command_lines(pen: &Pen, story: &Story) -> Commands {
    let by = who(pen);
    let reason = shell(&pen.say("REASON", "理由"));
    let open = story.incident.as_ref().filter(|incident| incident.resolved.is_none());
    let persona = story.incident.as_ref().map(|incident| incident.persona);
    let persona = persona.or_else(|| story.proposal.as_ref().map(|proposal| proposal.persona)).unwrap_or_default();
    let persona =
        if persona == Persona::default() { String::new() } else { format!(" --persona {}", persona.as_str()) };
    let of = |command: &str| {
        let (target, _) = story.target.as_ref()?;
        Some(format!("hinomi {command} {}", target.id))
    };
    let tail = format!("--by {by} --reason {reason}");
    let unseen = open.filter(|incident| incident.kind == IncidentKind::Unseen);
    Commands {
        approve: digest(story)
            .and_then(|digest| Some(format!("{}{persona} --digest {digest} {tail}", of("baseline approve")?))),
        reject: story.proposal.as_ref().and_then(|proposal| {
            let digest = proposal.snapshot.state;
            Some(format!("{}{persona} --digest {digest} {tail}", of("baseline reject")?))
        }),
        acknowledge: open.map(|incident| format!("hinomi incident ack {} --by {by}", incident.id)),
        silence: unseen.and_then(|_| Some(format!("{} --for 2h {tail}", of("silence add --target")?))),
    }
}

fn commands(pen: &Pen, story: &Story, named: bool, blocks: &mut Vec<Block>) {
    let Commands { approve, reject, acknowledge, silence } = command_lines(pen, story);
    let alone = reject.is_none() && approve.is_some();
    let mut lines = Vec::new();
    let mut command = |label: String, line: Option<String>| {
        if let Some(line) = line {
            lines.push(Block::Para(label));
            lines.push(Block::Code(line));
        }
    };
    command(pen.say("\"This was us\":", "「自組織の変更です」のとき:"), approve);
    command(pen.say("\"This was not us\":", "「心当たりがありません」のとき:"), reject);
    let looks_after = if alone {
        pen.say("\"This was not us\" or \"we look after it\":", "「心当たりがありません」「対応を始めました」のとき:")
    } else {
        pen.say("\"We look after it\":", "「対応を始めました」のとき:")
    };
    command(looks_after, acknowledge);
    command(pen.say("\"Maintenance until …\":", "「…まで保守作業中です」のとき:"), silence);
    if let Some(place) = place(story).filter(|_| named && !lines.is_empty()) {
        blocks.push(Block::Sub(place));
    }
    blocks.append(&mut lines);
}

/// Approvals that end soon, so that nobody is surprised by being asked again.
fn endings(pen: &Pen, blocks: &mut Vec<Block>) {
    let endings = &pen.letter.endings;
    if endings.is_empty() {
        return;
    }
    blocks.push(Block::Heading(pen.say("Approvals that end soon", "まもなく期限が切れる承認")));
    blocks.push(Block::Para(pen.say(
        "When an approval ends, the page is compared as before, and you are asked to approve it again.",
        "期限が切れても比較は続きますが、ページを改めて承認していただくようお願いすることになります。",
    )));
    let shown = endings.iter().take(MOST_ENDINGS);
    let mut lines: Vec<String> = shown
        .map(|ending| {
            let (target, owner) = &ending.target;
            format!("{} {target}: {}", line(owner, 60), pen.time(ending.at))
        })
        .collect();
    if let Some(left) = endings.len().checked_sub(MOST_ENDINGS).filter(|left| *left > 0) {
        lines.push(pen.say(format!("… and {left} more"), format!("ほか{left}件")));
    }
    blocks.push(Block::Bullets(lines));
}

/// Heads of the approval chains, so that a cut or rewritten record is found.
fn chains(pen: &Pen, blocks: &mut Vec<Block>) {
    let heads = &pen.letter.chain_heads;
    if heads.is_empty() {
        return;
    }
    blocks.push(Block::Heading(pen.say("Heads of the record of approvals", "承認記録の末尾")));
    blocks.push(Block::Para(pen.say(
        "Keep this mail: `hinomi baseline verify` must show the same or longer chains.",
        "このメールを保存してください。hinomi baseline verify の結果は、これと同じか、これより長い記録でなければなりません。",
    )));
    blocks.push(Block::Bullets(heads.iter().take(5000).map(|head| line(head, 300)).collect()));
}

fn footer(pen: &Pen, quotes: bool) -> String {
    let operators = display_line(&pen.letter.operators);
    let ours = pen.say(
        format!("hinomi wrote this by itself on behalf of the operators ({operators})."),
        format!("このメールは、運用者({operators})のもとで火の見(hinomi)が自動で作成しました。"),
    );
    let defanged = pen.say(
        " Addresses taken from pages are made unclickable (hxxp, [.]); do not open them.",
        "ページから引用したアドレスは開けない形(hxxp、[.])にしてあります。開かないでください。",
    );
    if quotes { ours + &defanged } else { ours }
}
