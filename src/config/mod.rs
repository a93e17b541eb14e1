//! hinomi.toml and targets.toml: strict raw types, then checked types.
