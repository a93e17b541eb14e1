//! Names that a function or program declares, made known before its first statement runs.

use super::Machine;
use super::block::is_of_block;
use super::value::{Done, Value};
use crate::script::syntax::{Field, Id, Kind, Symbol, Tree};
use std::rc::Rc;

/// The `var`s and functions of a body.
#[derive(Debug, Default)]
pub(super) struct Hoisted {
    names: Vec<Symbol>,
    functions: Vec<(Symbol, Id)>,
}

impl Hoisted {
    /// Looks through a body, not into the functions in it.
    fn of(tree: &Tree, body: Id) -> Self {
        let mut found = Self::default();
        let mut open = vec![body];
        while let Some(id) = open.pop() {
            for at in (0..tree.count(id)).rev() {
                let Some(child) = tree.nth(id, at) else { continue };
                match tree.kind(child) {
                    Kind::Declaration => found.function(tree, child),
                    kind if kind.is_function() => {}
                    // The names of a block are made known when it is entered.
                    Kind::Variables if id != body && is_of_block(tree, child) => {
                        open.extend((0..tree.count(child)).rev().filter_map(|at| tree.nth(child, at)));
                    }
                    Kind::Variable => {
                        found.variable(tree, child);
                        open.push(child);
                    }
                    _ if tree.count(child) > 0 => open.push(child),
                    _ => {}
                }
            }
        }
        found.functions.reverse();
        found
    }

    fn function(&mut self, tree: &Tree, id: Id) {
        if let Some(name) = tree.child(id, Field::Name) {
            self.functions.push((tree.symbol_of(name), id));
        }
    }

    fn variable(&mut self, tree: &Tree, id: Id) {
        if let Some(name) = tree.child(id, Field::Name).filter(|name| tree.kind(*name) == Kind::Name) {
            self.names.push(tree.symbol_of(name));
        }
    }
}

impl Machine {
    /// Makes the names of a body known in a scope.
    pub(super) fn hoist(&mut self, body: Id, scope: u32) -> Done {
        let hoisted = match self.hoisted.get(&body) {
            Some(known) => Rc::clone(known),
            None => {
                let found = Rc::new(Hoisted::of(&self.tree, body));
                self.hoisted.insert(body, Rc::clone(&found));
                found
            }
        };
        self.spend(hoisted.names.len() + hoisted.functions.len())?;
        for (symbol, id) in &hoisted.functions {
            let function = self.closure(*id, scope)?;
            self.declare(*symbol, scope, Value::Undefined);
            self.assign(*symbol, scope, function);
        }
        hoisted.names.iter().for_each(|symbol| self.declare(*symbol, scope, Value::Undefined));
        Ok(())
    }
}
