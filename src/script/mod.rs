//! What a script would do, found without running it.
