//! Loops that only calculate, as decoders have them: planned once, run on plain numbers, several times as fast.
//!
//! Nothing is seen of it but the steps: a loop that turns out to do anything else, or to meet anything else than numbers,
//! is run from its beginning like any other.

mod plan;
#[cfg(test)]
mod tests;

pub(super) use plan::Plan;

use super::Machine;
use super::operator::{Operator, calculated};
use super::value::{How, Stop, Text, Value};
use crate::script::syntax::{Id, Symbol};
use plan::{Step, Term};
use std::rc::Rc;

/// How many nodes of a plan count for a step.
const NODES_PER_STEP: u32 = 4;
/// Longest list and longest text that a loop makes.
const MAX_LENGTH: usize = 100_000;

/// What a name stands for while the loop runs.
enum Slot {
    Undefined,
    Number(f64),
    List { list: Value, numbers: Vec<f64> },
    Text { text: Text, added: Vec<u16> },
}

/// Why a loop cannot be run on numbers.
struct Otherwise;

/// What ends a loop.
enum Ended {
    Done,
    Spent,
}

impl Machine {
    /// Runs a loop that only calculates; gives false, with nothing done, when it is another.
    pub(super) fn run_hot(
        &mut self,
        id: Id,
        (condition, body, step): (Option<Id>, Option<Id>, Option<Id>),
        scope: u32,
    ) -> Result<bool, Stop> {
        let Some(condition) = condition else { return Ok(false) };
        let known = match self.plans.get(&id) {
            Some(known) => known.clone(),
            None => {
                let made = plan::plan(&self.tree, condition, body, step).map(Rc::new);
                self.plans.insert(id, made.clone());
                made
            }
        };
        let Some(plan) = known else { return Ok(false) };
        let Some(mut slots) = self.slots(&plan, scope) else { return Ok(false) };
        let mut nodes = 0;
        let most = u64::from(self.steps) * u64::from(NODES_PER_STEP);
        let ended = run(&plan, &mut slots, &mut nodes, most);
        self.spend((nodes / u64::from(NODES_PER_STEP)) as usize)?;
        let Ok(ended) = ended else { return Ok(false) };
        self.keep_slots(&plan, slots, scope)?;
        match ended {
            Ended::Done => Ok(true),
            Ended::Spent => {
                self.spend(u32::MAX as usize)?;
                Ok(true)
            }
        }
    }

    /// What the names stand for, where it is nothing but numbers, lists of them and texts.
    fn slots(&mut self, plan: &Plan, scope: u32) -> Option<Vec<Slot>> {
        if self.is_language_changed() {
            return None;
        }
        let slots: Vec<Slot> = plan.names.iter().map(|name| self.slot(*name, scope)).collect::<Option<_>>()?;
        let lists: Vec<&Value> = slots
            .iter()
            .filter_map(|slot| if let Slot::List { list, .. } = slot { Some(list) } else { None })
            .collect();
        let apart = |(at, list): (usize, &&Value)| lists.iter().skip(at + 1).all(|other| !is_same(list, other));
        lists.iter().enumerate().all(apart).then_some(slots)
    }

    fn slot(&mut self, name: Symbol, scope: u32) -> Option<Slot> {
        match self.lookup(name, scope)? {
            Value::Undefined => Some(Slot::Undefined),
            Value::Number(number) => Some(Slot::Number(number)),
            Value::Text(text) if text.is_whole() => Some(Slot::Text { text, added: Vec::new() }),
            list @ Value::Item(_) => {
                let values = self.heap.list(&list)?;
                let number = |value: &Value| if let Value::Number(number) = value { Some(*number) } else { None };
                let numbers: Vec<f64> = values.iter().map(number).collect::<Option<_>>()?;
                self.charge(numbers.len() / 16);
                Some(Slot::List { list, numbers })
            }
            _ => None,
        }
    }

    /// Whether the script put something of its own in the place of what the loops call.
    fn is_language_changed(&mut self) -> bool {
        let string = self.tree.known("String");
        let taken = string.is_some_and(|symbol| self.global(symbol).is_some());
        taken || self.calls_changed
    }

    /// Gives the names what the loop made of them.
    fn keep_slots(&mut self, plan: &Plan, slots: Vec<Slot>, scope: u32) -> Result<(), Stop> {
        for ((name, set), slot) in plan.names.iter().zip(&plan.set).zip(slots) {
            match slot {
                Slot::Number(number) if *set => self.assign(*name, scope, Value::Number(number)),
                Slot::List { list, numbers } => {
                    self.make(numbers.len() * 8)?;
                    if let Some(values) = self.heap.list_mut(&list) {
                        values.clear();
                        values.extend(numbers.into_iter().map(Value::Number));
                    }
                }
                Slot::Text { text, added } if !added.is_empty() => {
                    let how = if added.len() > 1 { How::CODES | How::JOINED } else { How::CODES };
                    let sum = self.add(Value::Text(text), Value::Text(Text::of(added).by(how)))?;
                    self.assign(*name, scope, sum);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::Item(a), Value::Item(b)) if a == b)
}

/// Runs a loop to its end, or to the end of what it may cost.
fn run(plan: &Plan, slots: &mut [Slot], nodes: &mut u64, most: u64) -> Result<Ended, Otherwise> {
    let (operator, left, right) = &plan.test;
    loop {
        *nodes += u64::from(plan.cost);
        if *nodes > most {
            return Ok(Ended::Spent);
        }
        let (a, b) = (value(left, slots)?, value(right, slots)?);
        let order = a.partial_cmp(&b);
        if !order.is_some_and(|order| operator.fits(order)) {
            return Ok(Ended::Done);
        }
        for step in &plan.body {
            take(step, slots)?;
        }
    }
}

fn take(step: &Step, slots: &mut [Slot]) -> Result<(), Otherwise> {
    match step {
        Step::Set(name, term) => {
            let number = value(term, slots)?;
            match slots.get_mut(*name) {
                Some(slot @ (Slot::Number(_) | Slot::Undefined)) => *slot = Slot::Number(number),
                _ => return Err(Otherwise),
            }
        }
        Step::SetAt(name, index, term) => {
            let (index, number) = (place(value(index, slots)?)?, value(term, slots)?);
            let Some(Slot::List { numbers, .. }) = slots.get_mut(*name) else { return Err(Otherwise) };
            if index == numbers.len() && index < MAX_LENGTH {
                numbers.push(number);
            }
            *numbers.get_mut(index).ok_or(Otherwise)? = number;
        }
        Step::Append(name, term) => {
            let code = super::coerce::to_uint32(value(term, slots)?);
            match slots.get_mut(*name) {
                Some(Slot::Text { added, .. }) if added.len() < MAX_LENGTH => added.push(code as u16),
                _ => return Err(Otherwise),
            }
        }
    }
    Ok(())
}

fn value(term: &Term, slots: &[Slot]) -> Result<f64, Otherwise> {
    match term {
        Term::Number(number) => Ok(*number),
        Term::Name(name) => match slots.get(*name) {
            Some(Slot::Number(number)) => Ok(*number),
            _ => Err(Otherwise),
        },
        Term::At(list, index) => {
            let index = place(value(index, slots)?)?;
            let Some(Slot::List { numbers, .. }) = slots.get(*list) else { return Err(Otherwise) };
            numbers.get(index).copied().ok_or(Otherwise)
        }
        Term::Code(text, index) => {
            let index = place(value(index, slots)?)?;
            let Some(Slot::Text { text, added }) = slots.get(*text) else { return Err(Otherwise) };
            let unit = text.units.get(index).filter(|_| added.is_empty());
            unit.map(|unit| f64::from(*unit)).ok_or(Otherwise)
        }
        Term::Length(name) => match slots.get(*name) {
            Some(Slot::List { numbers, .. }) => Ok(numbers.len() as f64),
            Some(Slot::Text { text, added }) if added.is_empty() => Ok(text.len() as f64),
            _ => Err(Otherwise),
        },
        Term::Two(Operator::Add, a, b) => Ok(value(a, slots)? + value(b, slots)?),
        Term::Two(operator, a, b) => calculated(*operator, value(a, slots)?, value(b, slots)?).ok_or(Otherwise),
        Term::Negative(term) => Ok(-value(term, slots)?),
        Term::Inverse(term) => Ok(f64::from(!super::coerce::to_int32(value(term, slots)?))),
    }
}

/// A whole number as a place.
fn place(number: f64) -> Result<usize, Otherwise> {
    if number >= 0.0 && number < f64::from(u32::MAX) && number.fract() == 0.0 {
        Ok(number as usize)
    } else {
        Err(Otherwise)
    }
}
