//! A small bounded evaluator: it follows what a script would do with pure values, and knows the browser by name only.
//!
//! Nothing here reaches outside: no host objects, no input or output, no clock. Unknown conditions take both branches;
//! what is found before a budget ends is kept.

mod block;
mod bytes;
mod call;
mod coerce;
mod element;
mod expression;
mod function;
mod heap;
mod hoist;
mod host;
mod hot;
mod index;
mod list;
mod native;
mod object;
mod operator;
mod pattern;
mod record;
mod scope;
mod sink;
mod statement;
mod string;
mod substitute;
mod sweep;
mod target;
#[cfg(test)]
mod tests;
mod value;

pub(super) use record::Record;

use super::surroundings::Surroundings;
use super::syntax::{Id, Tree};
use crate::model::Looks;
use heap::Heap;
use scope::Scope;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use value::{Done, Stop, Value};

/// Why more is left out than any honest script does.
const ACTIONS: &str = "actions";
/// Most steps of one script with its layers: a table of strings that is mixed and turned takes some millions.
const MAX_STEPS: u32 = 3_600_000;
/// Steps that reading a byte of source counts for.
const STEPS_PER_SOURCE: u32 = 8;
/// Steps that a node of its tree counts for: there are sources with one for every second byte.
const STEPS_PER_NODE: usize = 30;
/// Steps for a script that hides nothing: some, and some for each byte.
const PLAIN_STEPS: u32 = 40_000;
const STEPS_PER_BYTE: u32 = 16;
/// Most bytes of all strings and lists that one script makes, whether it keeps them or not.
const MAX_MADE: usize = 40 << 20;
/// Deepest nesting of expressions, statements and calls together.
const MAX_DEPTH: u16 = 180;
/// Deepest nesting of the script's own calls.
const MAX_CALLS: u16 = 40;
/// Deepest nesting of code that makes code.
const MAX_LAYERS_DEEP: u16 = 8;
/// Most functions that are run though nothing seen calls them, and the steps for all of them.
const MAX_UNCALLED: usize = 400;
const UNCALLED_STEPS: u32 = 120_000;
/// How often the same function of the source is run by itself.
const MAX_APART: u8 = 3;
/// Most things on the heap with which functions are run a second time.
const MAX_AGAIN: u32 = 2_000;

/// A function or code that runs later.
#[derive(Debug)]
enum Later {
    Function(Value),
    /// One that gets jQuery.
    Ready(Value),
    Code(String),
}

/// The state of one evaluation.
pub(super) struct Machine {
    tree: Tree,
    heap: Heap,
    scopes: Vec<Scope>,
    globals: Vec<Option<Value>>,
    /// What the script added to the language's own objects, by path: `String.prototype.unpack`.
    extended: HashMap<String, Value>,
    /// What loops call that only calculate is among it.
    calls_changed: bool,
    literals: Vec<Option<expression::Literal>>,
    /// The operators by the symbols of their signs.
    operators: Vec<Option<(operator::Operator, Option<operator::Takes>)>>,
    /// The language's own by the symbols of their names.
    natives: Vec<Option<Value>>,
    /// Texts of one unit.
    singles: Vec<Option<Rc<Vec<u16>>>>,
    hoisted: HashMap<Id, Rc<hoist::Hoisted>>,
    /// Loops that only calculate; none for the others.
    plans: HashMap<Id, Option<Rc<hot::Plan>>>,
    steps: u32,
    /// Bytes that may still be made.
    room: usize,
    depth: u16,
    calls: u16,
    layers: u16,
    /// How many conditions around here are not known.
    guesses: u16,
    /// Labelled statements around here.
    labels: Vec<(Id, u32)>,
    /// Functions of the script that were made.
    functions: u32,
    /// Grows whenever something is not known.
    unknowns: u32,
    /// A `break` or `return` may have ended the loop or function already.
    may_have_left: bool,
    /// What a function may have given back already, a place for each that is entered.
    returns: Vec<Option<Value>>,
    /// What runs now waits for the visitor, or for a call that is not seen.
    waits: bool,
    /// Functions are run a second time.
    again: bool,
    looks: Looks,
    later: VecDeque<(Later, bool)>,
    /// The value of the last expression statement: what `eval` gives back.
    last: Value,
    /// Length of the script itself, in bytes.
    own_length: usize,
    /// The call that is being made, for evidence.
    at: Id,
    /// The sum that is being made, for evidence.
    at_sum: Id,
    patterns: HashMap<pattern::Key, Option<Rc<regex::Regex>>>,
    ran: HashSet<crate::model::Digest>,
    /// Functions that were made of text, by their source.
    compiled: HashMap<String, Id>,
    /// How often functions of the source were run by themselves.
    apart: HashMap<Id, u8>,
    record: Record,
    /// What the page around holds.
    around: Rc<Surroundings>,
}

/// The steps that a script may take. One that hides nothing is followed for a number in proportion to its length.
pub(super) fn budget(length: usize, hides: bool) -> u32 {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let most = MAX_STEPS.saturating_sub(length.saturating_mul(STEPS_PER_SOURCE)).max(PLAIN_STEPS);
    if hides { most } else { length.saturating_mul(STEPS_PER_BYTE).saturating_add(PLAIN_STEPS).min(most) }
}

/// Follows a script for so many steps; gives what was found. None when it cannot be parsed within the limits.
pub(super) fn run(script: &str, steps: u32, around: Rc<Surroundings>) -> Option<Record> {
    let mut machine = Machine { around, ..Machine::new() };
    let program = machine.parse(script)?;
    machine.steps = machine.steps.min(steps);
    machine.own_length = script.len();
    machine.follow(program);
    Some(machine.finish())
}

impl Machine {
    fn new() -> Self {
        Self {
            tree: Tree::default(),
            heap: Heap::default(),
            scopes: vec![Scope::top()],
            globals: Vec::new(),
            extended: HashMap::new(),
            calls_changed: false,
            literals: Vec::new(),
            operators: Vec::new(),
            natives: Vec::new(),
            singles: vec![None; 256],
            hoisted: HashMap::new(),
            plans: HashMap::new(),
            steps: MAX_STEPS,
            room: MAX_MADE,
            depth: 0,
            calls: 0,
            layers: 0,
            guesses: 0,
            labels: Vec::new(),
            functions: 0,
            unknowns: 0,
            may_have_left: false,
            returns: Vec::new(),
            waits: false,
            again: false,
            looks: Looks::NONE,
            later: VecDeque::new(),
            last: Value::Undefined,
            own_length: 0,
            at: 0,
            at_sum: 0,
            patterns: HashMap::new(),
            ran: HashSet::new(),
            compiled: HashMap::new(),
            apart: HashMap::new(),
            record: Record::default(),
            around: Rc::default(),
        }
    }

    /// The top level, then what runs by itself later, then what waits, then what nothing calls.
    fn follow(&mut self, program: Id) {
        let _ = self.program(program);
        self.run_later();
        let first = self.heap.len() as u32;
        self.run_each(|closure| !closure.entered);
        // What a handler keeps in a variable is sent by a timer that came too early the first time.
        if first <= MAX_AGAIN && self.looks.has(Looks::FIELDS) {
            self.apart.clear();
            self.again = true;
            self.run_each(|_| true);
        }
    }

    /// Runs a program's statements in the global scope.
    fn program(&mut self, program: Id) -> Done {
        self.hoist(program, scope::TOP)?;
        self.statements(program, scope::TOP)
    }

    fn run_later(&mut self) {
        for turn in 0..2_000_u32 {
            let scripts = self.record.written_scripts();
            self.later.extend(scripts.into_iter().map(|code| (Later::Code(code), false)));
            let ready = self.later.iter().position(|(_, waits)| !waits).or((!self.later.is_empty()).then_some(0));
            let Some((later, waits)) = ready.and_then(|at| self.later.remove(at)) else { return };
            if self.steps == 0 || turn == 1_999 {
                self.cut("steps");
                return;
            }
            self.waits = waits;
            let _ = match later {
                Later::Function(function) => self.run_first(&function, &Value::Unknown),
                Later::Ready(function) => self.run_first(&function, &Value::host("jQuery")),
                Later::Code(code) => self.code(&code, false).map(drop),
            };
        }
    }

    /// Functions that are run though nothing seen calls them now, each place of the source once, in the order of their
    /// making.
    fn run_each(&mut self, wanted: impl Fn(&heap::Closure) -> bool) {
        let mut left = UNCALLED_STEPS.min(self.steps / 2);
        let mut done = HashSet::new();
        let mut place = 0;
        while (place as usize) < self.heap.len() && done.len() < MAX_UNCALLED && left > 0 {
            let value = Value::Item(place);
            place += 1;
            let closure = self.heap.closure(&value).map(|(_, closure)| closure);
            if !closure.is_some_and(|closure| wanted(&closure) && done.insert(closure.node)) {
                continue;
            }
            self.waits = true;
            let given = left.min(self.steps).min(40_000);
            let kept = self.steps - given;
            self.steps = given;
            let _ = self.run_apart(&value, &Value::Unknown);
            self.run_later();
            left = left.saturating_sub(given - self.steps);
            self.steps += kept;
        }
        if (place as usize) < self.heap.len() {
            self.cut("functions");
        }
    }

    /// Runs a function that has not been entered yet.
    fn run_first(&mut self, function: &Value, first: &Value) -> Done {
        match self.heap.closure(function) {
            Some((_, closure)) if !closure.entered => self.run_apart(function, first),
            None if self.heap.enter_bound(function) => {
                self.call(function, &Value::Undefined, vec![first.clone()]).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Runs a function with arguments that are not known.
    fn run_apart(&mut self, function: &Value, first: &Value) -> Done {
        let Some((_, closure)) = self.heap.closure(function) else { return Ok(()) };
        // A timer that sets itself again makes a new function each time.
        let runs = self.apart.entry(closure.node).or_insert(0_u8);
        *runs = runs.saturating_add(1);
        if *runs > MAX_APART {
            return Ok(());
        }
        let mut arguments = vec![Value::Unknown; self.parameter_count(closure.node)];
        if let Some(argument) = arguments.first_mut() {
            *argument = first.clone();
        }
        let this = closure.home.map_or(Value::Unknown, Value::Item);
        self.call(function, &this, arguments).map(drop)
    }

    /// Takes steps off the budget.
    fn spend(&mut self, steps: usize) -> Done {
        self.steps = self.steps.saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
        if self.steps == 0 {
            self.cut("steps");
            return Err(Stop::Spent);
        }
        Ok(())
    }

    /// Takes steps off where no error can be given; the next step ends it.
    fn charge(&mut self, steps: usize) {
        self.steps = self.steps.saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
    }

    /// Adds a source to the tree, and takes off what its nodes cost; none when the parser's limits were hit.
    fn parse(&mut self, source: &str) -> Option<Id> {
        let before = self.tree.size();
        let program = self.tree.add(source);
        // Where the parser gave up, it has spent all it may.
        let nodes = if program.is_some() { self.tree.size() - before } else { source.len() };
        self.charge(nodes.saturating_mul(STEPS_PER_NODE));
        program
    }

    /// Takes the steps off that parsing a source costs by its length.
    fn spend_source(&mut self, length: usize) -> Done {
        self.spend(2_000 + length.saturating_mul(STEPS_PER_SOURCE as usize))
    }

    /// Takes bytes off what may be made, and the steps it takes to make them.
    fn make(&mut self, bytes: usize) -> Done {
        self.spend(1 + bytes / 64)?;
        if bytes > self.room {
            self.room = 0;
            self.steps = 0;
            self.cut("memory");
            return Err(Stop::Spent);
        }
        self.room -= bytes;
        Ok(())
    }

    /// Keeps the first reason why not everything was followed; that more was done than is noted outweighs others.
    fn cut(&mut self, reason: &'static str) {
        if reason == ACTIONS {
            self.record.cut = Some(reason);
        }
        self.record.cut.get_or_insert(reason);
    }

    /// Something that is not known.
    fn unknown(&mut self) -> Value {
        self.unknowns += 1;
        Value::Unknown
    }

    fn finish(mut self) -> Record {
        self.sweep();
        self.record.looks = self.looks;
        self.record.left = self.steps;
        self.record
    }
}
