//! What nodes, fields and operators of a syntax tree are called here.

/// What a node is. Kinds that say nothing to the evaluator are left out of the tree or read as [`Kind::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Kind {
    /// Comments, punctuation: not kept.
    Skipped,
    /// Parentheses, `else`: replaced by what they hold.
    Through,
    Other,
    Error,
    Program,
    Expression,
    Variables,
    Variable,
    /// A function that stands as a statement.
    Declaration,
    Function,
    Arrow,
    Parameters,
    Block,
    If,
    For,
    ForIn,
    While,
    Do,
    Return,
    Throw,
    Try,
    Catch,
    Finally,
    Switch,
    SwitchBody,
    Case,
    Break,
    Continue,
    Labelled,
    Binary,
    Unary,
    Update,
    Assignment,
    Augmented,
    Ternary,
    Sequence,
    Call,
    New,
    Arguments,
    Member,
    Subscript,
    Name,
    Property,
    This,
    Text,
    Template,
    Substitution,
    Number,
    Pattern,
    True,
    False,
    Null,
    Undefined,
    Array,
    Object,
    Pair,
    Spread,
    Computed,
    Await,
    Import,
    Operator,
}

/// The role of a child in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Field {
    None,
    Name,
    Value,
    Left,
    Right,
    Operator,
    Argument,
    Function,
    Arguments,
    Constructor,
    Object,
    Property,
    Index,
    Condition,
    Consequence,
    Alternative,
    Initializer,
    Increment,
    Body,
    Parameters,
    Handler,
    Finalizer,
    Key,
    Label,
}

impl Kind {
    /// The kind of a node by the grammar's name of it.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "comment" | "html_comment" | "hash_bang_line" | "empty_statement" | "optional_chain"
            | "debugger_statement" => Self::Skipped,
            "parenthesized_expression" | "else_clause" => Self::Through,
            "ERROR" => Self::Error,
            "program" => Self::Program,
            "expression_statement" => Self::Expression,
            "variable_declaration" | "lexical_declaration" => Self::Variables,
            "variable_declarator" => Self::Variable,
            "function_declaration" | "generator_function_declaration" => Self::Declaration,
            "function_expression" | "method_definition" | "generator_function" => Self::Function,
            "arrow_function" => Self::Arrow,
            "formal_parameters" => Self::Parameters,
            "statement_block" => Self::Block,
            "if_statement" => Self::If,
            "for_statement" => Self::For,
            "for_in_statement" => Self::ForIn,
            "while_statement" => Self::While,
            "do_statement" => Self::Do,
            "return_statement" => Self::Return,
            "throw_statement" => Self::Throw,
            "try_statement" => Self::Try,
            "catch_clause" => Self::Catch,
            "finally_clause" => Self::Finally,
            "switch_statement" => Self::Switch,
            "switch_body" => Self::SwitchBody,
            "switch_case" | "switch_default" => Self::Case,
            "break_statement" => Self::Break,
            "continue_statement" => Self::Continue,
            "labeled_statement" => Self::Labelled,
            _ => Self::of_expression(name),
        }
    }

    fn of_expression(name: &str) -> Self {
        match name {
            "binary_expression" => Self::Binary,
            "unary_expression" => Self::Unary,
            "update_expression" => Self::Update,
            "assignment_expression" | "assignment_pattern" | "object_assignment_pattern" => Self::Assignment,
            "augmented_assignment_expression" => Self::Augmented,
            "ternary_expression" => Self::Ternary,
            "sequence_expression" => Self::Sequence,
            "call_expression" => Self::Call,
            "new_expression" => Self::New,
            "arguments" => Self::Arguments,
            "member_expression" => Self::Member,
            "subscript_expression" => Self::Subscript,
            "identifier"
            | "shorthand_property_identifier"
            | "shorthand_property_identifier_pattern"
            | "statement_identifier" => Self::Name,
            "property_identifier" | "private_property_identifier" => Self::Property,
            "this" => Self::This,
            "string" => Self::Text,
            "template_string" => Self::Template,
            "template_substitution" => Self::Substitution,
            "number" => Self::Number,
            "regex" => Self::Pattern,
            "true" => Self::True,
            "false" => Self::False,
            "null" => Self::Null,
            "undefined" => Self::Undefined,
            "array" | "array_pattern" => Self::Array,
            "object" | "object_pattern" => Self::Object,
            "pair" | "pair_pattern" => Self::Pair,
            "spread_element" | "rest_pattern" => Self::Spread,
            "computed_property_name" => Self::Computed,
            "await_expression" | "yield_expression" => Self::Await,
            "import" => Self::Import,
            _ => Self::Other,
        }
    }

    pub(in crate::script) const fn is_function(self) -> bool {
        matches!(self, Self::Declaration | Self::Function | Self::Arrow)
    }

    /// Whether what is inside is read from the source when it is wanted, and makes no nodes.
    pub(super) const fn is_leaf(self) -> bool {
        matches!(self, Self::Text | Self::Pattern | Self::Name | Self::Property | Self::Number | Self::Skipped)
    }
}

impl Field {
    /// The field of the grammar's name.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "name" => Self::Name,
            "value" => Self::Value,
            "left" => Self::Left,
            "right" => Self::Right,
            "operator" => Self::Operator,
            "argument" => Self::Argument,
            "function" => Self::Function,
            "arguments" => Self::Arguments,
            "constructor" => Self::Constructor,
            "object" | "object_pattern" => Self::Object,
            "property" => Self::Property,
            "index" => Self::Index,
            "condition" => Self::Condition,
            "consequence" => Self::Consequence,
            "alternative" => Self::Alternative,
            "initializer" => Self::Initializer,
            "increment" => Self::Increment,
            "body" => Self::Body,
            "parameters" | "parameter" => Self::Parameters,
            "handler" => Self::Handler,
            "finalizer" => Self::Finalizer,
            "key" => Self::Key,
            "label" => Self::Label,
            _ => Self::None,
        }
    }
}
