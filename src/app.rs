//! Wiring: the only file that names concrete adapters.
