//! Two pages to their difference, matched by structure and bounded.
