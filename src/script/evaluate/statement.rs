//! Statements: what is known is followed, what is not known takes every way.

use super::Machine;
use super::block::is_of_block;
use super::value::{Done, Stop, Value};
use crate::script::syntax::{Field, Id, Kind};

/// Most turns of a loop that may have been left already.
const TURNS_AFTER_LEAVING: u32 = 16;

impl Machine {
    /// Runs one statement.
    pub(super) fn execute(&mut self, id: Id, scope: u32) -> Done {
        self.spend(1)?;
        if self.depth >= super::MAX_DEPTH {
            self.cut("depth");
            self.unknowns += 1;
            return Ok(());
        }
        self.depth += 1;
        let done = self.statement(id, scope);
        self.depth -= 1;
        done
    }

    fn statement(&mut self, id: Id, scope: u32) -> Done {
        match self.tree.kind(id) {
            Kind::Expression => {
                let Some(inner) = self.tree.nth(id, 0) else { return Ok(()) };
                // A text that grows is held by nobody else.
                self.last = Value::Undefined;
                self.last = self.evaluate(inner, scope)?;
                Ok(())
            }
            Kind::Variables => self.variables(id, scope),
            Kind::Block => self.block(id, scope),
            Kind::Program | Kind::Error | Kind::Finally => self.statements(id, scope),
            Kind::Variable => self.variable(id, scope, scope),
            Kind::Declaration => Ok(()),
            Kind::If => self.branch(id, scope),
            Kind::For => self.for_loop(id, scope),
            Kind::ForIn => self.for_each(id, scope),
            Kind::While => self.while_loop(id, scope),
            Kind::Do => self.do_loop(id, scope),
            Kind::Return | Kind::Throw => self.leave(id, scope),
            Kind::Try => self.attempt(id, scope),
            Kind::Switch => self.switch(id, scope),
            Kind::Break => Err(Stop::Broken(self.label(id))),
            Kind::Continue => Err(Stop::Continued(self.label(id))),
            Kind::Labelled => self.labelled(id, scope),
            _ => self.evaluate(id, scope).map(drop),
        }
    }

    /// Runs all children as statements.
    pub(super) fn statements(&mut self, id: Id, scope: u32) -> Done {
        for at in 0..self.tree.count(id) {
            if let Some(child) = self.tree.nth(id, at) {
                self.execute(child, scope)?;
            }
        }
        Ok(())
    }

    fn variables(&mut self, id: Id, scope: u32) -> Done {
        let place = if is_of_block(&self.tree, id) { scope } else { self.outside_blocks(scope) };
        for at in 0..self.tree.count(id) {
            match self.tree.nth(id, at) {
                Some(child) if self.tree.kind(child) == Kind::Variable => self.variable(child, scope, place)?,
                Some(child) => self.execute(child, scope)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Gives a name its first value; it is known in the scope that is its place.
    fn variable(&mut self, id: Id, scope: u32, place: u32) -> Done {
        let (name, value) = (self.tree.child(id, Field::Name), self.tree.child(id, Field::Value));
        let (Some(name), Some(value)) = (name, value) else { return Ok(()) };
        let value = self.evaluate(value, scope)?;
        self.bind(name, value, place, true)
    }

    /// Runs something that may not be reached: what leaves it is forgotten.
    pub(super) fn guess(&mut self, run: impl FnOnce(&mut Self) -> Done) -> Done {
        self.guesses += 1;
        self.unknowns += 1;
        let done = run(self);
        self.guesses -= 1;
        self.swallow(done)
    }

    /// Forgets what would leave, but for the end of the budget.
    fn swallow(&mut self, done: Done) -> Done {
        match done {
            Err(Stop::Spent) => Err(Stop::Spent),
            Err(Stop::Returned(value)) => {
                self.may_have_left = true;
                if let Some(kept) = self.returns.last_mut() {
                    kept.get_or_insert(value);
                }
                Ok(())
            }
            Err(Stop::Broken(_)) => {
                self.may_have_left = true;
                Ok(())
            }
            Ok(()) | Err(Stop::Thrown(_) | Stop::Continued(_)) => Ok(()),
        }
    }

    fn branch(&mut self, id: Id, scope: u32) -> Done {
        let Some(condition) = self.tree.child(id, Field::Condition) else { return Ok(()) };
        let value = self.evaluate(condition, scope)?;
        let yes = self.tree.child(id, Field::Consequence);
        let no = self.tree.child(id, Field::Alternative);
        match self.truth(&value) {
            Some(true) => yes.map_or(Ok(()), |yes| self.execute(yes, scope)),
            Some(false) => no.map_or(Ok(()), |no| self.execute(no, scope)),
            None => {
                for way in yes.into_iter().chain(no) {
                    self.guess(|machine| machine.execute(way, scope))?;
                }
                Ok(())
            }
        }
    }

    /// Runs a loop's body once; gives whether the loop goes on.
    fn turn(&mut self, body: Option<Id>, scope: u32, label: u32) -> Result<bool, Stop> {
        let Some(body) = body else { return Ok(true) };
        match self.execute(body, scope) {
            Err(Stop::Broken(0)) => Ok(false),
            Err(Stop::Broken(named)) if named == label => Ok(false),
            Err(Stop::Continued(0)) => Ok(true),
            Err(Stop::Continued(named)) if named == label => Ok(true),
            Err(stop) => Err(stop),
            Ok(()) => Ok(true),
        }
    }

    /// Runs a loop while its condition is known to hold; once when it is not known.
    fn turns(
        &mut self,
        condition: impl Fn(&mut Self) -> Result<Option<bool>, Stop>,
        body: impl Fn(&mut Self) -> Result<bool, Stop>,
    ) -> Done {
        let outside = std::mem::take(&mut self.may_have_left);
        let mut since_leaving = 0;
        let done = loop {
            match condition(self)? {
                Some(false) => break Ok(()),
                Some(true) => {
                    self.spend(1)?;
                    if !body(self)? {
                        break Ok(());
                    }
                }
                None => break self.guess(|machine| body(machine).map(drop)),
            }
            since_leaving += u32::from(self.may_have_left);
            if since_leaving > TURNS_AFTER_LEAVING {
                break Ok(());
            }
        };
        self.may_have_left = outside;
        done
    }

    /// Whether a condition holds; one that is not there does.
    fn holds(&mut self, condition: Option<Id>, scope: u32) -> Result<Option<bool>, Stop> {
        let Some(condition) = condition else { return Ok(Some(true)) };
        let value = self.evaluate(condition, scope)?;
        Ok(self.truth(&value))
    }

    fn for_loop(&mut self, id: Id, scope: u32) -> Done {
        match self.tree.child(id, Field::Initializer) {
            Some(first) if is_of_block(&self.tree, first) => self.within(scope, |machine, inner| {
                machine.execute(first, inner)?;
                machine.for_turns(id, inner)
            }),
            Some(first) => {
                self.execute(first, scope)?;
                self.for_turns(id, scope)
            }
            None => self.for_turns(id, scope),
        }
    }

    fn for_turns(&mut self, id: Id, scope: u32) -> Done {
        let condition = self.tree.child(id, Field::Condition).map(|id| self.bare(id));
        let (step, body) = (self.tree.child(id, Field::Increment), self.tree.child(id, Field::Body));
        if self.run_hot(id, (condition, body, step), scope)? {
            return Ok(());
        }
        let label = self.label_of(id);
        self.turns(
            |machine| machine.holds(condition, scope),
            |machine| {
                let goes_on = machine.turn(body, scope, label)?;
                if let (true, Some(step)) = (goes_on, step) {
                    machine.evaluate(step, scope)?;
                }
                Ok(goes_on)
            },
        )
    }

    /// The expression of an expression statement.
    fn bare(&self, id: Id) -> Id {
        match self.tree.kind(id) {
            Kind::Expression => self.tree.nth(id, 0).unwrap_or(id),
            _ => id,
        }
    }

    fn while_loop(&mut self, id: Id, scope: u32) -> Done {
        let (condition, body) = (self.tree.child(id, Field::Condition), self.tree.child(id, Field::Body));
        if self.run_hot(id, (condition, body, None), scope)? {
            return Ok(());
        }
        let label = self.label_of(id);
        self.turns(|machine| machine.holds(condition, scope), |machine| machine.turn(body, scope, label))
    }

    fn do_loop(&mut self, id: Id, scope: u32) -> Done {
        let body = self.tree.child(id, Field::Body);
        let label = self.label_of(id);
        if !self.turn(body, scope, label)? {
            return Ok(());
        }
        let condition = self.tree.child(id, Field::Condition);
        if self.holds(condition, scope)? != Some(true) {
            return Ok(());
        }
        self.turns(
            |_| Ok(Some(true)),
            |machine| Ok(machine.turn(body, scope, label)? && machine.holds(condition, scope)? == Some(true)),
        )
    }

    fn for_each(&mut self, id: Id, scope: u32) -> Done {
        let Some(left) = self.tree.child(id, Field::Left) else { return Ok(()) };
        let (from, to) = (self.tree.range(id).0, self.tree.range(left).0);
        self.spend(to.saturating_sub(from) as usize / 16)?;
        let before = self.tree.between(from, to).trim_end();
        let (own, declares) = (before.ends_with("let") || before.ends_with("const"), before.ends_with("var"));
        match own {
            true => self.within(scope, |machine, inner| machine.each_turn(id, inner, (left, inner, true))),
            false => {
                self.each_turn(id, scope, (left, if declares { self.outside_blocks(scope) } else { scope }, declares))
            }
        }
    }

    /// The turns of a loop over values or keys, with what each is given to.
    fn each_turn(&mut self, id: Id, scope: u32, (left, place, declares): (Id, u32, bool)) -> Done {
        let Some(right) = self.tree.child(id, Field::Right) else { return Ok(()) };
        let of = self.tree.child(id, Field::Operator).is_some_and(|id| self.tree.text(id) == "of");
        let over = self.evaluate(right, scope)?;
        let body = self.tree.child(id, Field::Body);
        let Some(values) = self.each(&over, of)? else {
            let unknown = self.unknown();
            self.bind(left, unknown, place, declares)?;
            return self.guess(|machine| machine.turn(body, scope, 0).map(drop));
        };
        let label = self.label_of(id);
        for value in values {
            self.bind(left, value, place, declares)?;
            if !self.turn(body, scope, label)? {
                break;
            }
        }
        Ok(())
    }

    fn leave(&mut self, id: Id, scope: u32) -> Done {
        let value = match self.tree.nth(id, 0) {
            Some(value) => self.evaluate(value, scope)?,
            None => Value::Undefined,
        };
        Err(if self.tree.kind(id) == Kind::Throw { Stop::Thrown(value) } else { Stop::Returned(value) })
    }

    /// A `try`: its handler is run for what is thrown, and as a guess when something in the body is not known.
    fn attempt(&mut self, id: Id, scope: u32) -> Done {
        let before = self.unknowns;
        let body = self.tree.child(id, Field::Body);
        let mut done = body.map_or(Ok(()), |body| self.execute(body, scope));
        if let Some(handler) = self.tree.child(id, Field::Handler) {
            done = match done {
                Err(Stop::Thrown(value)) => self.caught(handler, value, scope),
                Ok(()) if self.unknowns > before => {
                    self.guess(|machine| machine.caught(handler, Value::Unknown, scope))
                }
                other => other,
            };
        }
        if let Some(last) = self.tree.child(id, Field::Finalizer) {
            self.execute(last, scope)?;
        }
        done
    }

    fn caught(&mut self, handler: Id, value: Value, scope: u32) -> Done {
        let Some(body) = self.tree.child(handler, Field::Body) else { return Ok(()) };
        match self.tree.child(handler, Field::Parameters) {
            Some(name) => self.within(scope, |machine, inner| {
                machine.bind(name, value, inner, true)?;
                machine.execute(body, inner)
            }),
            None => self.execute(body, scope),
        }
    }

    /// A `switch`: from the case that fits; where that is not known, every case by itself.
    fn switch(&mut self, id: Id, scope: u32) -> Done {
        let (value, body) = (self.tree.child(id, Field::Value), self.tree.child(id, Field::Body));
        let (Some(value), Some(body)) = (value, body) else { return Ok(()) };
        let value = self.evaluate(value, scope)?;
        let cases: Vec<Id> = (0..self.tree.count(body)).filter_map(|at| self.tree.nth(body, at)).collect();
        let start = self.fitting(&value, &cases, scope)?;
        let Some(start) = start else {
            for case in cases {
                self.guess(|machine| machine.case(case, scope))?;
            }
            return Ok(());
        };
        for case in cases.into_iter().skip(start) {
            match self.case(case, scope) {
                Err(Stop::Broken(0)) => break,
                other => other?,
            }
        }
        Ok(())
    }

    /// The first case that fits, else the default one, else past the last; none when it is not known.
    fn fitting(&mut self, value: &Value, cases: &[Id], scope: u32) -> Result<Option<usize>, Stop> {
        let mut default = cases.len();
        for (at, case) in cases.iter().enumerate() {
            let Some(wanted) = self.tree.child(*case, Field::Value) else {
                default = at;
                continue;
            };
            let wanted = self.evaluate(wanted, scope)?;
            match self.same(value, &wanted) {
                Some(true) => return Ok(Some(at)),
                Some(false) => {}
                None => return Ok(None),
            }
        }
        Ok(Some(default))
    }

    fn case(&mut self, case: Id, scope: u32) -> Done {
        let value = self.tree.child(case, Field::Value);
        for at in 0..self.tree.count(case) {
            if let Some(child) = self.tree.nth(case, at).filter(|child| Some(*child) != value) {
                self.execute(child, scope)?;
            }
        }
        Ok(())
    }

    fn label(&self, id: Id) -> u32 {
        self.tree.child(id, Field::Label).map_or(0, |label| self.tree.symbol_of(label) + 1)
    }

    /// The label that the loop being run bears, when its statement stands directly under one.
    fn label_of(&self, id: Id) -> u32 {
        self.labels.last().filter(|(body, _)| *body == id).map_or(0, |(_, label)| *label)
    }

    fn labelled(&mut self, id: Id, scope: u32) -> Done {
        let label = self.label(id);
        let Some(body) = self.tree.child(id, Field::Body) else { return Ok(()) };
        self.labels.push((body, label));
        let done = self.execute(body, scope);
        self.labels.pop();
        match done {
            Err(Stop::Broken(named)) if named == label => Ok(()),
            other => other,
        }
    }
}
