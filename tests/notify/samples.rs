//! Made-up letters: every kind of story, with hostile text in all captured places.

use hinomi::model::*;
use hinomi::notify::{Letter, Story};
use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Texts of one rule, as the detectors have them.
static RULE: Rule = Rule {
    id: "new-external-host",
    title: StaticWords { en: "script from an unknown host", ja: "未知のホストからのスクリプトの挿入" },
    why: StaticWords {
        en: "Whoever controls that host can run anything in your visitors' browsers.",
        ja: "そのホストの管理者は、閲覧者のブラウザで任意の処理を実行できます。",
    },
    first_step: StaticWords {
        en: "Look for the inserted tag in templates and in all pages that share them.",
        ja: "挿入されたタグを、テンプレートと、それを使うすべてのページで探してください。",
    },
};

pub(crate) fn rules(id: &str) -> Option<&'static Rule> {
    (id == RULE.id).then_some(&RULE)
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// What an attacker would like to see in a mail: header lines, markup, links, text that turns around.
pub(crate) const HOSTILE: &str = "<script src=\"//evil.example/g.js\"></script>\r\nBcc: all@victim.example\n\
                           <a href=\"http://evil.example/login\">\u{202e}click</a>\u{200b}\u{1b}[31m";

fn finding() -> Finding {
    Finding {
        rule: "new-external-host".into(),
        severity: Severity::High,
        confidence: Confidence::Firm,
        plane: Plane::Active,
        summary: Words::new("a script from evil.example was added", "evil.example からのスクリプトが追加されました"),
        evidence: HOSTILE.to_owned(),
        location: Some(Location { path: "html > body > script[3]".to_owned(), line: Some(412), column: Some(5) }),
        decoded: Some("document.write('<iframe src=http://drop.evil.example/in.cgi?8>')".to_owned()),
    }
}

pub(crate) fn target(id: &str) -> Target {
    Target {
        id: id.parse().expect("an id"),
        organisation: "example-city".parse().expect("an id"),
        url: "https://www.city.example/".parse().expect("a url"),
        interval: Duration::from_secs(300),
        enabled: true,
        policy: Policy::Follow,
        personas: vec![Persona::Desktop],
        masks: Vec::new(),
        contacts: Vec::new(),
        tags: vec!["municipality".into()],
    }
}

pub(crate) fn incident(number: u128) -> Incident {
    Incident {
        id: Uuid::from_u128(0x0193_5a00_0000_7000_8000_0000_0000_0000 + number),
        target: "example-city-top".parse().expect("an id"),
        persona: Persona::Desktop,
        kind: IncidentKind::Attack,
        state: IncidentState::Open,
        opened: at("2026-11-22T15:26:00Z"),
        seen: at("2026-11-22T15:31:02Z"),
        findings: vec![finding()],
        judgement: Judgement {
            verdict: Verdict::Alarm,
            because: vec![Words::new(
                "a firm sign of attack on the active plane",
                "動作面に確度の高い攻撃の兆候があります",
            )],
            despite: vec![Words::new("the rest of the page is unchanged", "ページのほかの部分は変わっていません")],
            certain: false,
            drift: None,
        },
        unseen: None,
        detail: None,
        excerpts: Vec::new(),
        evidence: Some(Digest::of("body")),
        alarmed_state: Some(Digest::of("state")),
        confirmed: Some(true),
        level: 1,
        escalate_at: None,
        clean: None,
        acknowledged: None,
        resolved: None,
        trail: Trail::default(),
    }
}

pub(crate) fn unseen(number: u128) -> Incident {
    Incident {
        kind: IncidentKind::Unseen,
        findings: Vec::new(),
        judgement: Judgement {
            verdict: Verdict::Unseen,
            because: Vec::new(),
            despite: Vec::new(),
            certain: true,
            drift: None,
        },
        unseen: Some(UnseenReason::ConnectTimeout),
        detail: Some("https://www.city.example/: connection timed out\r\nX: y".to_owned()),
        alarmed_state: None,
        confirmed: None,
        ..incident(number)
    }
}

pub(crate) fn proposal() -> Proposal {
    let url: url::Url = "https://www.city.example/".parse().expect("a url");
    Proposal {
        target: "example-city-top".parse().expect("an id"),
        persona: Persona::Desktop,
        snapshot: Snapshot {
            at: at("2026-11-22T20:00:00Z"),
            bytes: Digest::of("body"),
            size: 40_000,
            state: Digest::of("proposed"),
            head: Head {
                requested: url.clone(),
                final_url: url,
                status: 200,
                headers: Vec::new(),
                hops: Vec::new(),
                remote: None,
                certificate: None,
            },
            resources: Vec::new(),
        },
        judgement: Judgement {
            verdict: Verdict::Review,
            because: vec![Words::new(
                "an unapproved script of the same site",
                "承認されていない同一サイトのスクリプトです",
            )],
            despite: Vec::new(),
            certain: false,
            drift: None,
        },
        findings: Vec::new(),
        excerpts: Vec::new(),
        since: at("2026-11-22T18:00:00Z"),
        planned: Some("サイト改修(11/22〜23)".to_owned()),
        earlier: Vec::new(),
    }
}

fn story(event: Event) -> Story {
    Story {
        event,
        target: Some((target("example-city-top"), "例示市".to_owned())),
        incident: None,
        proposal: None,
        excerpts: Vec::new(),
    }
}

fn told(event: Event, incident: Incident) -> Story {
    let excerpt = Excerpt {
        kind: ChangeKind::Update,
        plane: Plane::Content,
        path: "html > body > div#main > p[2]".to_owned(),
        old: Some("お知らせ".to_owned()),
        new: Some(HOSTILE.to_owned()),
        parts: Vec::new(),
    };
    let part = |kind, text: &str| TextPart { kind, text: text.to_owned() };
    let year = Excerpt {
        path: "html > body > div#main > p[3]".to_owned(),
        old: Some("令和6年度の予算".to_owned()),
        new: Some("令和7年度の予算".to_owned()),
        parts: vec![
            part(PartKind::Equal, "令和"),
            part(PartKind::Delete, "6"),
            part(PartKind::Insert, "7"),
            part(PartKind::Equal, "年度の予算"),
        ],
        ..excerpt.clone()
    };
    Story { incident: Some(incident), excerpts: vec![excerpt, year], ..story(event) }
}

pub(crate) fn opened() -> Story {
    told(Event::Opened { incident: incident(1).id }, incident(1))
}

fn resolved() -> Story {
    let mut over = incident(1);
    over.state = IncidentState::Resolved;
    let at = at("2026-11-22T17:00:00Z");
    over.resolved = Some(Mark { by: "hinomi".to_owned(), at, reason: "three clean full fetches".to_owned() });
    over.acknowledged = Some(Mark { by: "Web担当 <web@city.example>".to_owned(), at, reason: String::new() });
    told(Event::Resolved { incident: over.id }, over)
}

fn review(id: &str) -> Story {
    let excerpt = Excerpt {
        kind: ChangeKind::Insert,
        plane: Plane::Active,
        path: "html > head > script[4]".to_owned(),
        old: None,
        new: Some("<script src=\"/js/menu.js?v=2\">".to_owned()),
        parts: Vec::new(),
    };
    Story {
        target: Some((target(id), "例示市".to_owned())),
        proposal: Some(proposal()),
        excerpts: vec![excerpt],
        ..story(Event::Review { target: id.parse().expect("an id"), persona: Persona::Desktop })
    }
}

/// A hundred sites at once: three alarms, the rest unseen.
pub(crate) fn storm() -> Vec<Story> {
    let one = |number: u128| {
        let id = format!("site-{number:03}");
        let about = if number < 3 { incident(100 + number) } else { unseen(100 + number) };
        let organisation = format!("例示{}局", number % 7);
        Story { target: Some((target(&id), organisation)), ..told(Event::Opened { incident: about.id }, about) }
    };
    (0..100).rev().map(one).collect()
}

fn operations(over: bool) -> Story {
    let words = Words::new(
        "The monitor has had no network since 19:20. Sites are not to blame; nothing is being compared.",
        "監視システムは19:20から通信できません。サイト側の問題ではありません。この間は比較が行われません。",
    );
    Story { target: None, ..story(Event::Operations { trouble: "monitor-offline".to_owned(), words, over }) }
}

/// Every kind of letter with its name.
pub(crate) fn kinds() -> Vec<(&'static str, Vec<Story>)> {
    let special = Event::Special {
        target: "example-city-top".parse().expect("an id"),
        name: "災害(大雨)".to_owned(),
        entered: true,
    };
    vec![
        ("opened", vec![opened()]),
        ("worse", vec![told(Event::Worse { incident: incident(1).id }, incident(1))]),
        ("escalated", vec![told(Event::Escalated { incident: incident(1).id, level: 2 }, incident(1))]),
        ("resolved", vec![resolved()]),
        ("unseen", vec![Story { excerpts: Vec::new(), ..told(Event::Opened { incident: unseen(2).id }, unseen(2)) }]),
        ("storm", storm()),
        ("digest", vec![review("example-city-top"), review("example-city-bosai")]),
        ("special", vec![story(special)]),
        ("operations", vec![operations(false)]),
        ("operations-over", vec![operations(true)]),
        ("test", vec![Story { target: None, ..story(Event::Test) }]),
    ]
}

pub(crate) fn receiver(channel: Channel, language: Language) -> Receiver {
    let (address, name) = match channel {
        Channel::Mail => ("web@city.example", "例示市 Web担当"),
        Channel::Webhook => ("default", "default"),
    };
    Receiver { channel, address: address.to_owned(), name: name.to_owned(), language }
}

pub(crate) fn letter(stories: Vec<Story>, channel: Channel, language: Language) -> Letter {
    Letter {
        id: Uuid::from_u128(0x0193_5a00_0000_7000_8000_0000_0000_ffff),
        receiver: receiver(channel, language),
        stories,
        references: Vec::new(),
        domain: "hinomi.example".to_owned(),
        operators: "watch@noc.example".to_owned(),
        chain_heads: Vec::new(),
        endings: Vec::new(),
        at: at("2026-11-22T15:32:00Z"),
    }
}

pub(crate) fn message(stories: Vec<Story>, channel: Channel) -> Message {
    hinomi::notify::write(&letter(stories, channel, Language::Japanese), &rules)
}
