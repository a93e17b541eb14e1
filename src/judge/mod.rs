//! Findings and context to a verdict, and what follows from it.
