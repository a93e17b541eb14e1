//! The guarded way out: address classes, resolver, client, proxy, per-host courtesy.
