//! The `hinomi` command.

fn main() {}
