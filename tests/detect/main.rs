//! The rules over their fixtures: a module a rule, named as its file in `src/detect/`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads sources and fixtures")]

mod completeness;
mod documentation;
mod families;
mod harness;
mod signatures;

mod analyst_signature;
mod bad_certificate;
mod base_changed;
mod clipboard_lure;
mod comment_sentinels;
mod conditional_redirect;
mod defacement_phrase;
mod encoded_script;
mod event_handler_added;
mod form_skimmer;
mod form_target_changed;
mod hidden_frame;
mod hidden_links;
mod host_in_indicator_list;
mod import_map_changed;
mod linked_resource_changed;
mod look_alike_host;
mod miner;
mod missing_integrity;
mod new_external_host;
mod offsite_redirect;
mod page_cut;
mod page_replaced;
mod pictures_replaced;
mod remembered;
mod script_appended;
mod script_in_text_element;
mod script_writes_hidden_frame;
mod security_header_weakened;
mod server_side_script;
mod service_worker_added;
mod title_and_identity;
mod unapproved_active_change;
mod wallet_or_chain_call;
