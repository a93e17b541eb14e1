//! Blocks: names that `let`, `const` and `catch` make known in them alone.

use super::Machine;
use super::scope::Scope;
use super::value::{Done, Value};
use crate::script::syntax::{Field, Id, Kind, Tree};

/// Whether a declaration is one of `let` or `const`, not of `var`.
pub(super) fn is_of_block(tree: &Tree, id: Id) -> bool {
    tree.kind(id) == Kind::Variables && ["let", "const"].iter().any(|word| tree.text(id).starts_with(word))
}

/// The children of a block.
fn children(tree: &Tree, id: Id) -> impl Iterator<Item = Id> {
    (0..tree.count(id)).filter_map(move |at| tree.nth(id, at))
}

impl Machine {
    /// Runs a block; one that declares names of its own gets a scope of its own.
    pub(super) fn block(&mut self, id: Id, scope: u32) -> Done {
        // All of it is looked at, though little of it may be run.
        self.spend(self.tree.count(id) / 8)?;
        if !children(&self.tree, id).any(|child| is_of_block(&self.tree, child)) {
            return self.statements(id, scope);
        }
        self.within(scope, |machine, inner| {
            machine.make_known(id, inner, scope)?;
            machine.statements(id, inner)
        })
    }

    /// Runs something in a scope inside another; it goes with it, unless a function may still look into it.
    pub(super) fn within(&mut self, scope: u32, run: impl FnOnce(&mut Self, u32) -> Done) -> Done {
        self.spend(4)?;
        let made = self.functions;
        let inner = self.enter(Scope { parent: scope, arrow: true, block: true, ..Scope::top() });
        let done = run(self, inner);
        let is_last = self.scopes.len() == inner as usize + 1;
        // What was decoded and lies about is looked at in the end.
        let keeps = |value: &Value| matches!(value, Value::Text(text) if text.how.is_encoded());
        if is_last && self.functions == made && !self.scopes.last().is_some_and(|s| s.names.iter().any(|n| keeps(&n.1)))
        {
            self.scopes.pop();
        } else {
            self.make(192)?;
        }
        done
    }

    /// The scope around all blocks: of the function, or the global one.
    pub(super) fn outside_blocks(&self, from: u32) -> u32 {
        let mut at = from;
        while let Some(scope) = self.scopes.get(at as usize).filter(|scope| scope.block) {
            at = scope.parent;
        }
        at
    }

    /// Makes the names of a block known before its first statement runs. Its functions see them, and are known outside.
    fn make_known(&mut self, block: Id, inner: u32, outer: u32) -> Done {
        for at in 0..self.tree.count(block) {
            let Some(child) = self.tree.nth(block, at) else { continue };
            if is_of_block(&self.tree, child) {
                let names: Vec<Id> = children(&self.tree, child)
                    .filter_map(|variable| self.tree.child(variable, Field::Name))
                    .filter(|name| self.tree.kind(*name) == Kind::Name)
                    .collect();
                for name in names {
                    self.declare(self.tree.symbol_of(name), inner, Value::Undefined);
                }
            } else if let (Kind::Declaration, Some(name)) = (self.tree.kind(child), self.tree.child(child, Field::Name))
            {
                let function = self.closure(child, inner)?;
                self.assign(self.tree.symbol_of(name), outer, function);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    fn written(script: &str) -> String {
        let record = super::super::run(script, 400_000, std::rc::Rc::default());
        record.map(|record| record.markup.join("|")).unwrap_or_default()
    }

    #[test]
    fn names_of_a_block_end_with_it() {
        for script in [
            "let k='<b>';{let k='';}document.write(k)",
            "var k='<b>';{const k=1,j=2;}document.write(k)",
            "let i='<b>';for(let i=0;i<3;i++){}document.write(i)",
            "let i='<b>';for(let i=0;i<3;i++){let k=i;void k}document.write(i)",
            "let i='<b>';for(const i of [1,2]){}document.write(i)",
            "var e='<b>';try{throw 1}catch(e){e=2}document.write(e)",
            "function f(){var k='<b>';if(1){let k=2;}return k}document.write(f())",
            "function f(){{let j=1;var k='<b>';}return k}document.write(f())",
            "function f(){for(let j=0;j<2;j++){var k='<b>'}return k}document.write(f())",
            "function f(){{let k='<b>';function g(){return k}}return g()}document.write(f())",
            "var g;{let k='<b>';g=()=>k}document.write(g())",
            "let s='';for(let i=0,t='<b>';i<t.length;i++){let c=t.charAt(i);s+=c}document.write(s)",
            "let s='';for(let c of ['<','b','>'])s+=c;document.write(s)",
            "let s='',t=[60,98,62];for(let i=0;i<t.length;i++)s+=String.fromCharCode(t[i]);document.write(s)",
            "(function(){let a=['>','b','<'];{let b=a.reverse();document.write(b.join(''))}})()",
            "(function(a){{let c=this;document.write(arguments[0])}})('<b>')",
        ] {
            assert_eq!(written(script), "<b>", "{script}");
        }
    }
}
