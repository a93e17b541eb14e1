//! The rules over their fixtures: a module a rule, named as its file in `src/detect/`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads sources and fixtures")]

mod completeness;
mod documentation;
mod harness;

mod bad_certificate;
mod base_changed;
mod defacement_phrase;
mod encoded_script;
mod event_handler_added;
mod form_target_changed;
mod hidden_frame;
mod hidden_links;
mod new_external_host;
mod offsite_redirect;
mod page_cut;
mod page_replaced;
mod script_in_text_element;
mod security_header_weakened;
mod server_side_script;
mod title_and_identity;
mod unapproved_active_change;
