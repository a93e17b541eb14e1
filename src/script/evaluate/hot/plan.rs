//! Plans of loops that only calculate: what their sources say, where it is nothing but numbers, lists of numbers and codes.

use crate::script::evaluate::operator::Operator;
use crate::script::syntax::{Field, Id, Kind, Symbol, Tree};

/// Most nodes of one loop that is planned.
const MAX_COST: u32 = 200;
/// Deepest nesting of an expression that is planned.
const MAX_DEEP: u8 = 12;

/// A number that is calculated. Names are places in [`Plan::names`].
#[derive(Debug)]
pub(super) enum Term {
    Number(f64),
    Name(usize),
    /// `list[index]`.
    At(usize, Box<Term>),
    /// `text.charCodeAt(index)`.
    Code(usize, Box<Term>),
    /// `x.length`.
    Length(usize),
    Two(Operator, Box<Term>, Box<Term>),
    Negative(Box<Term>),
    Inverse(Box<Term>),
}

/// Something that is done.
#[derive(Debug)]
pub(super) enum Step {
    /// `name = term`.
    Set(usize, Term),
    /// `list[index] = term`.
    SetAt(usize, Term, Term),
    /// `text += String.fromCharCode(term)`.
    Append(usize, Term),
}

/// One loop.
#[derive(Debug)]
pub(in crate::script::evaluate) struct Plan {
    pub(super) names: Vec<Symbol>,
    /// Which of them get a value of their own.
    pub(super) set: Vec<bool>,
    /// It goes on while this operator holds between these.
    pub(super) test: (Operator, Term, Term),
    pub(super) body: Vec<Step>,
    /// Nodes of one turn: what it costs.
    pub(super) cost: u32,
}

/// Makes the plan of a loop, of its condition, body and step; none when it does anything else than calculate.
pub(super) fn plan(tree: &Tree, condition: Id, body: Option<Id>, step: Option<Id>) -> Option<Plan> {
    let mut maker = Maker { tree, names: Vec::new(), set: Vec::new(), cost: 1, deep: 0 };
    let test = maker.test(condition)?;
    let mut steps = Vec::new();
    for part in [body, step].into_iter().flatten() {
        maker.steps(part, &mut steps)?;
    }
    let Maker { names, set, cost, .. } = maker;
    (!steps.is_empty()).then_some(Plan { names, set, test, body: steps, cost })
}

struct Maker<'a> {
    tree: &'a Tree,
    names: Vec<Symbol>,
    set: Vec<bool>,
    cost: u32,
    deep: u8,
}

impl Maker<'_> {
    fn test(&mut self, condition: Id) -> Option<(Operator, Term, Term)> {
        let (operator, left, right) = self.two(condition)?;
        let compares = matches!(operator, Operator::Less | Operator::More | Operator::AtMost | Operator::AtLeast);
        compares.then_some((operator, left, right))
    }

    fn two(&mut self, id: Id) -> Option<(Operator, Term, Term)> {
        if self.tree.kind(id) != Kind::Binary {
            return None;
        }
        let operator = Operator::of(self.tree.text(self.tree.child(id, Field::Operator)?));
        let left = self.term(self.tree.child(id, Field::Left)?)?;
        let right = self.term(self.tree.child(id, Field::Right)?)?;
        Some((operator, left, right))
    }

    /// What a statement or expression does, whose value nobody takes.
    fn steps(&mut self, id: Id, steps: &mut Vec<Step>) -> Option<()> {
        match self.tree.kind(id) {
            Kind::Block | Kind::Expression | Kind::Sequence => {
                (0..self.tree.count(id)).try_for_each(|at| self.steps(self.tree.nth(id, at)?, steps))
            }
            Kind::Assignment => {
                let step = self.assigned(id)?;
                steps.push(step);
                Some(())
            }
            Kind::Augmented => {
                let step = self.augmented(id)?;
                steps.push(step);
                Some(())
            }
            Kind::Update => {
                let step = self.updated(id)?;
                steps.push(step);
                Some(())
            }
            _ => None,
        }
    }

    fn assigned(&mut self, id: Id) -> Option<Step> {
        let (left, right) = (self.tree.child(id, Field::Left)?, self.tree.child(id, Field::Right)?);
        match self.tree.kind(left) {
            Kind::Name => {
                let term = self.term(right)?;
                Some(Step::Set(self.target(left), term))
            }
            Kind::Subscript => {
                let list = self.name_in(left)?;
                let index = self.term(self.tree.child(left, Field::Index)?)?;
                Some(Step::SetAt(list, index, self.term(right)?))
            }
            _ => None,
        }
    }

    fn augmented(&mut self, id: Id) -> Option<Step> {
        let (left, right) = (self.tree.child(id, Field::Left)?, self.tree.child(id, Field::Right)?);
        let operator = Operator::of(self.tree.text(self.tree.child(id, Field::Operator)?));
        if self.tree.kind(left) != Kind::Name {
            return None;
        }
        if let (Operator::Add, Some(code)) = (operator, self.letter(right)) {
            return Some(Step::Append(self.target(left), code));
        }
        let term = self.term(right)?;
        let name = self.target(left);
        calculates(operator).then(|| Step::Set(name, Term::Two(operator, Term::Name(name).into(), term.into())))
    }

    fn updated(&mut self, id: Id) -> Option<Step> {
        let name = self.tree.child(id, Field::Argument).filter(|id| self.tree.kind(*id) == Kind::Name)?;
        let operator = match self.tree.text(self.tree.child(id, Field::Operator)?) {
            "++" => Operator::Add,
            "--" => Operator::Subtract,
            _ => return None,
        };
        let name = self.target(name);
        Some(Step::Set(name, Term::Two(operator, Term::Name(name).into(), Term::Number(1.0).into())))
    }

    /// The code of `String.fromCharCode(code)`.
    fn letter(&mut self, id: Id) -> Option<Term> {
        let (object, argument) = self.call(id, "fromCharCode")?;
        (self.tree.text(object) == "String").then(|| self.term(argument)).flatten()
    }

    /// The object and the only argument of a call of a method.
    fn call(&self, id: Id, method: &str) -> Option<(Id, Id)> {
        let function = self.tree.child(id, Field::Function).filter(|_| self.tree.kind(id) == Kind::Call)?;
        let arguments = self.tree.child(id, Field::Arguments).filter(|id| self.tree.count(*id) == 1)?;
        let object = self.tree.child(function, Field::Object)?;
        (self.member(function)? == method).then_some((object, self.tree.nth(arguments, 0)?))
    }

    /// The name of a member: `a.name`, `a['name']`.
    fn member(&self, id: Id) -> Option<&str> {
        match self.tree.kind(id) {
            Kind::Member => Some(self.tree.text(self.tree.child(id, Field::Property)?)),
            Kind::Subscript => {
                let index = self.tree.child(id, Field::Index).filter(|id| self.tree.kind(*id) == Kind::Text)?;
                Some(self.tree.text(index).trim_matches(['\'', '"']))
            }
            _ => None,
        }
    }

    fn term(&mut self, id: Id) -> Option<Term> {
        self.cost += 1;
        self.deep += 1;
        let fits = self.cost <= MAX_COST && self.deep <= MAX_DEEP;
        let term = if fits { self.term_of(id) } else { None };
        self.deep -= 1;
        term
    }

    fn term_of(&mut self, id: Id) -> Option<Term> {
        match self.tree.kind(id) {
            Kind::Number => super::super::coerce::number_literal(self.tree.text(id)).map(Term::Number),
            Kind::Name => Some(Term::Name(self.place(id))),
            Kind::Binary => {
                let (operator, left, right) = self.two(id)?;
                calculates(operator).then(|| Term::Two(operator, left.into(), right.into()))
            }
            Kind::Unary => {
                let term = self.term(self.tree.child(id, Field::Argument)?)?;
                match self.tree.text(self.tree.child(id, Field::Operator)?) {
                    "-" => Some(Term::Negative(term.into())),
                    "~" => Some(Term::Inverse(term.into())),
                    _ => None,
                }
            }
            Kind::Call => {
                let (object, argument) = self.call(id, "charCodeAt")?;
                let text = self.tree.kind(object) == Kind::Name;
                let index = self.term(argument)?;
                text.then(|| Term::Code(self.place(object), index.into()))
            }
            Kind::Member | Kind::Subscript if self.member(id) == Some("length") => {
                Some(Term::Length(self.name_in(id)?))
            }
            Kind::Subscript => {
                let list = self.name_in(id)?;
                Some(Term::At(list, self.term(self.tree.child(id, Field::Index)?)?.into()))
            }
            _ => None,
        }
    }

    /// The place of the name whose member this is.
    fn name_in(&mut self, member: Id) -> Option<usize> {
        let object = self.tree.child(member, Field::Object).filter(|id| self.tree.kind(*id) == Kind::Name)?;
        Some(self.place(object))
    }

    fn target(&mut self, name: Id) -> usize {
        let place = self.place(name);
        if let Some(set) = self.set.get_mut(place) {
            *set = true;
        }
        place
    }

    fn place(&mut self, name: Id) -> usize {
        let symbol = self.tree.symbol_of(name);
        self.names.iter().position(|known| *known == symbol).unwrap_or_else(|| {
            self.names.push(symbol);
            self.set.push(false);
            self.names.len() - 1
        })
    }
}

/// Whether an operator makes a number of two.
const fn calculates(operator: Operator) -> bool {
    use Operator::*;
    matches!(
        operator,
        Add | Subtract
            | Multiply
            | Divide
            | Remainder
            | BitAnd
            | BitOr
            | BitXor
            | ShiftLeft
            | ShiftRight
            | ShiftUnsigned
    )
}
