//! Loops on plain numbers come to the same as loops that are followed step by step.

use crate::script::evaluate::{Record, run};
use proptest::prelude::*;
use std::rc::Rc;

const STEPS: u32 = 400_000;

fn record(script: &str) -> (Record, u32) {
    let mut machine = super::super::Machine { steps: STEPS, ..super::super::Machine::new() };
    let program = machine.parse(script).expect("a program");
    machine.follow(program);
    let planned = machine.plans.values().flatten().count() as u32;
    (machine.finish(), planned)
}

/// The same loop, once as it is, and once with something in it that does nothing but keeps it from being planned.
fn both(loops: impl Fn(&str) -> String) -> (String, String) {
    let written = |script: String| {
        let (record, planned) = record(&script);
        (record.markup.join("|"), planned)
    };
    let (hot, planned) = written(loops(""));
    assert!(planned > 0, "no plan for {}", loops(""));
    let (cold, none) = written(loops(";void 0"));
    assert_eq!(none, 0);
    (hot, cold)
}

#[test]
fn a_cipher_is_the_same_and_takes_a_fraction_of_the_steps() {
    let cipher = |more: &str| {
        format!(
            "var s=[],j=0,x,r='',k='key',t='abc\\u00e9defgh';for(var i=0;i<256;i++){{s[i]=i{more}}}\
             for(i=0;i<256;i++){{j=(j+s[i]+k['charCodeAt'](i%k['length']))%256,x=s[i],s[i]=s[j],s[j]=x{more}}}\
             i=0;j=0;for(var y=0;y<t.length;y++){{i=(i+1)%256;j=(j+s[i])%256;x=s[i];s[i]=s[j];s[j]=x;\
             r+=String.fromCharCode(t.charCodeAt(y)^s[(s[i]+s[j])%256]){more}}}document.write('='+escape(r)+s.join())"
        )
    };
    let (hot, cold) = both(cipher);
    assert!(hot.len() > 600, "{hot}");
    assert_eq!(hot, cold);
    let spent = |more: &str| {
        let least = |steps: u32| run(&cipher(more), steps, Rc::default()).is_some_and(|record| record.cut.is_none());
        (1..40).map(|thousands| thousands * 1_000).find(|steps| least(*steps)).unwrap_or(40_000)
    };
    assert!(spent("") * 2 < spent(";void 0"), "{} and {}", spent(""), spent(";void 0"));
}

#[test]
fn what_is_no_calculation_is_left_as_it_is() {
    for (script, wanted) in [
        ("var s=['a','b'],x;for(var i=0;i<2;i++){x=s[i]}document.write('='+x)", "=b"),
        ("var s=[1],x=7;for(var i=0;i<3;i++){x=s[i]}document.write('='+x)", "=undefined"),
        ("var t='ab',n=0;for(var i=0;i<3;i++){n=t.charCodeAt(i)}document.write('='+n)", "=NaN"),
        ("var r=1;for(var i=65;i<67;i++){r+=String.fromCharCode(i)}document.write('='+r)", "=1AB"),
        ("var s=[0,0],q=s;for(var i=0;i<2;i++){s[i]=i+1;q[i]=s[i]*2}document.write('='+s)", "=2,4"),
        ("var s=[],i=0;while(i<3){s[i]=i*i;i++}document.write('='+s)", "=0,1,4"),
        ("var s=[];for(var i=2;i>-1;i--){s[i]=i}document.write('='+s)", "=0,1,2"),
        (
            "String={fromCharCode:function(){return 'x'}};var r='';for(var i=0;i<2;i++){r+=String.fromCharCode(65)}document.write('='+r)",
            "=xx",
        ),
    ] {
        assert_eq!(record(script).0.markup.join("|"), wanted, "{script}");
    }
}

#[test]
fn a_loop_without_end_ends_with_the_budget() {
    for script in [
        "var s=0;for(var i=0;i<1e9;i++){s=(s+i*3)%256}document.write(s)",
        "var s=[];for(var i=0;i<1e9;i++){s[i]=i}document.write(s.length)",
        "var t='';for(var i=0;i<1e9;i++){t+=String.fromCharCode(i)}document.write(t.length)",
        "var i=0;while(i<1){i=i*1}document.write(i)",
    ] {
        let (record, planned) = record(script);
        assert_eq!((record.cut, planned), (Some("steps"), 1), "{script}");
        assert!(record.markup.is_empty(), "{script}");
    }
}

proptest! {
    #[test]
    fn any_calculation_comes_to_the_same(
        body in prop::collection::vec(prop::sample::select(vec![
            "j=(j+s[i%8])%16", "x=s[j]", "s[j]=x", "s[i]=j*2-1", "x=t.charCodeAt(i%5)", "j=x&15", "j=j^i", "x=-x", "x=~j",
            "r+=String.fromCharCode(x%90+33)", "j++", "j--", "x<<=1", "x=x>>>3|1", "x%=1000", "s[s.length]=i", "x=t['length']/2",
            "x=s[x]", "j=i-j", "r+=String['fromCharCode'](s[i%8]^i)", "j+=s.length", "x*=0.5",
        ]), 1..7),
        turns in 0_u32..24,
        step in prop::sample::select(vec!["i++", "i+=2", "i=i+1"]),
    ) {
        let body = body.join(";");
        let (hot, cold) = both(|more| format!(
            "var s=[3,1,4,1,5,9,2,6],t='hello',r='',j=2,x=0;for(var i=0;i<{turns};{step}){{{body}{more}}}\
             document.write('='+escape([i,j,x,s.join(),r].join('|')))"
        ));
        prop_assert_eq!(hot, cold);
    }
}
