//! Detectors: one rule a file, from a case to findings.
