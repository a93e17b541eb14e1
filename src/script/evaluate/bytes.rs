//! Lists of bytes, and texts made of them.

use super::Machine;
use super::coerce::to_uint32;
use super::value::{How, Outcome, Text, Value};
use std::rc::Rc;

impl Machine {
    /// A function of the classes of bytes; none when the name is another.
    pub(super) fn call_on_bytes(&mut self, path: &Rc<str>, arguments: &[Value]) -> Option<Outcome> {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        let (class, method) = path.split_once('.').unwrap_or((path, ""));
        Some(match (class, method) {
            ("TextDecoder" | "TextEncoder", "") => Ok(Value::native(class)),
            ("TextDecoder", "decode") => self.text_of_bytes(&first),
            ("TextEncoder", "encode") => self.bytes_of_text(&first),
            ("Uint8Array" | "Uint8ClampedArray" | "Uint16Array" | "Uint32Array", "") => {
                self.new_bytes(arguments, &first)
            }
            ("Uint8Array" | "Uint16Array" | "Uint32Array", "of") => self.list(arguments.to_vec()),
            ("Uint8Array" | "Uint16Array" | "Uint32Array", "from") => self.list_from(&first, arguments.get(1)),
            _ => return None,
        })
    }

    /// As many noughts, or a copy of a list.
    fn new_bytes(&mut self, arguments: &[Value], first: &Value) -> Outcome {
        if self.heap.list(first).is_some() {
            return self.list_from(first, None);
        }
        let list = self.new_list(arguments.to_vec(), first)?;
        if let (Value::Number(_), Some(values)) = (first, self.heap.list_mut(&list)) {
            values.fill(Value::Number(0.0));
        }
        Ok(list)
    }

    fn text_of_bytes(&mut self, list: &Value) -> Outcome {
        let Some(values) = self.each(list, true)? else { return Ok(self.unknown()) };
        self.make(values.len() * 3)?;
        let mut bytes = Vec::with_capacity(values.len());
        for value in &values {
            let Some(number) = self.number_of(value) else { return Ok(self.unknown()) };
            bytes.push(to_uint32(number) as u8);
        }
        let text = Text::new(&String::from_utf8_lossy(&bytes)).by(How::CODES);
        self.run_of_codes(&text, bytes.len());
        Ok(Value::Text(text))
    }

    fn bytes_of_text(&mut self, value: &Value) -> Outcome {
        let bytes = self.string_of(value).into_bytes();
        self.list(bytes.into_iter().map(|byte| Value::Number(byte.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    fn written(script: &str) -> String {
        let record = super::super::run(script, 400_000, std::rc::Rc::default());
        record.map(|record| record.markup.join("|")).unwrap_or_default()
    }

    #[test]
    fn marks_between_letters_are_noise() {
        let letters: String = "<script src=//evil.example/a.js></script>".chars().map(|c| format!("{c}~")).collect();
        let script = format!("document.write('{letters}'.split('~').join(''))");
        let record = super::super::run(&script, 400_000, std::rc::Rc::default()).expect("a record");
        assert!(record.signs.iter().any(|(sign, _)| *sign == crate::model::ScriptSign::NoiseReplace), "{record:?}");
        let honest = "document.write('a b c d e'.split(' ').join(''));var n='1,234,567,890'.split(',').join('')";
        assert!(
            super::super::run(honest, 400_000, std::rc::Rc::default()).is_some_and(|record| record.signs.is_empty())
        );
    }

    #[test]
    fn bytes_are_decoded() {
        for script in [
            "document.write(new TextDecoder().decode(Uint8Array.from(atob('PGI+'),c=>c.charCodeAt(0))))",
            "var d=new TextDecoder('utf-8'),u=new Uint8Array(3);u[0]+=60;u[1]=98;u[2]=62;document.write(d.decode(u))",
            "document.write(new TextDecoder().decode(new Uint8Array([60,98,62])))",
            "document.write(new TextDecoder().decode(new TextEncoder().encode('<b>')))",
            "document.write(String.fromCharCode.apply(null,new Uint8Array([61,99,63]).map(x=>x-1)))",
        ] {
            assert_eq!(written(script), "<b>", "{script}");
        }
    }

    #[test]
    fn functions_keep_what_they_were_bound_to() {
        for script in [
            "var w=document.write.bind(document,'<b>');w()",
            "function f(a){document.write(a)}setTimeout(f.bind(null,'<b>'),1)",
            "function f(a,b){return a+b}document.write(f.bind(null,'<')('b>'))",
            "function f(){return this.x}document.write(f.bind({x:'<b>'})())",
            "var o={};Object.assign(o,{a:'<'},{b:'b>'});document.write(o.a+o.b)",
            "var o={a:'<',b:'b>'},p={...o,c:1};document.write(p.a+p.b)",
            "document.write([,'<b>'][1])",
            "var [,b]=['a','<b>'];document.write(b)",
            "document.write(['<i>',,'<b>'][2])",
            "document.write('<IFRX>'.replace(/\\bifrx\\b/i,'b'))",
        ] {
            assert_eq!(written(script), "<b>", "{script}");
        }
    }
}
