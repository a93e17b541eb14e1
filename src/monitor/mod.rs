//! The service: asks the store what is due, runs checks, sends the outbox, watches itself.
