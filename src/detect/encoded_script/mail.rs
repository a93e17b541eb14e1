//! Mail addresses that are hidden from robots, not from people.

use crate::model::{ScriptReport, ScriptSign, Sink};

/// Longest script that does nothing but show an address, in bytes.
const SHORT: usize = 1_500;

/// Whether everything that was decoded is a mail address, or a link to one.
pub(super) fn is_mail(report: &ScriptReport) -> bool {
    !report.layers.is_empty() && report.layers.iter().all(|layer| shows_mail(&layer.text))
}

fn shows_mail(text: &str) -> bool {
    const ACTS: [&str; 8] = ["<script", "<iframe", "<object", "<embed", "//", "(", "javascript:", " on"];
    let lower = text.to_ascii_lowercase();
    let mail = lower.contains("mailto:") || lower.contains('@');
    mail && lower.len() < 600 && !ACTS.iter().any(|word| lower.contains(word))
}

/// Whether a short script writes nothing but letters that are a link to a mail address when each is turned by thirteen,
/// as plug-ins of content systems do.
pub(super) fn is_turned(signs: &[&(ScriptSign, String)], report: &ScriptReport, code: &str) -> bool {
    let only = matches!(signs, [(ScriptSign::CharMapper, _)]) && report.layers.is_empty() && report.urls.is_empty();
    let writes = report.sinks.iter().all(|sink| *sink == Sink::Write);
    if !(only && writes) || code.len() > SHORT {
        return false;
    }
    let literals = literals(code);
    let turned: Vec<_> = literals.iter().filter(|literal| literal.len() >= 8).map(|literal| turn(literal)).collect();
    literals.len() <= 8
        && turned.iter().any(|text| text.contains("mailto:"))
        && turned.iter().all(|text| shows_mail(text))
}

/// The string literals of a short script.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(char, String)> = None;
    let mut escaped = false;
    for c in code.chars() {
        match &mut open {
            Some((_, text)) if escaped => {
                text.push(c);
                escaped = false;
            }
            Some(_) if c == '\\' => escaped = true,
            Some((quote, _)) if *quote == c => found.extend(open.take().map(|(_, text)| text)),
            Some((_, text)) => text.push(c),
            None if matches!(c, '\'' | '"' | '`') => open = Some((c, String::new())),
            None => {}
        }
    }
    found
}

/// Each Latin letter turned by thirteen.
fn turn(text: &str) -> String {
    let turned = |c: char, base: u8| char::from((c as u8 - base + 13) % 26 + base);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turned(c, b'a'),
            'A'..='Z' => turned(c, b'A'),
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layer;

    fn report(layers: &[&str]) -> ScriptReport {
        let layers = layers.iter().map(|text| Layer { how: "unescape".into(), text: (*text).to_owned() });
        ScriptReport { layers: layers.collect(), ..ScriptReport::default() }
    }

    #[test]
    fn only_mail_is_mail() {
        assert!(is_mail(&report(&["<a href=\"mailto:web@city.example\">web@city.example</a>"])));
        assert!(!is_mail(&report(&[])));
        for decoy in [
            "<a href='mailto:a@b.example'><script>x</script>",
            "mailto:a@b.example;location='//evil.example'",
            "eval(mailto@x)",
            "no address",
        ] {
            assert!(!is_mail(&report(&[decoy])), "{decoy}");
        }
        assert!(!is_mail(&report(&["a@b.example", "document.title=1"])));
    }

    #[test]
    fn letters_turned_by_thirteen() {
        let sign = (ScriptSign::CharMapper, String::new());
        let report = ScriptReport { sinks: vec![Sink::Write], ..ScriptReport::default() };
        let is = |code: &str| is_turned(&[&sign], &report, code);
        assert!(is("var a='<n uers=\"znvygb:vasb@gbja.rknzcyr\">z</n>';document.write(a)"));
        assert!(!is("var a='<fpevcg fep=\"//rivy.rknzcyr/k.wf\">';document.write(a)"));
        assert!(!is("var a='znvygb:vasb@gbja.rknzcyr',b='<fpevcg fep=\"//rivy.rknzcyr/k.wf\">';document.write(b)"));
    }
}
