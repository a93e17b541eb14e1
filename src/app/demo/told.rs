//! What the demo tells while it plays: lines of the timeline, and the sum at the end.

use crate::demo::Site;
use crate::model::{Verdict, Words};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A chapter begins.
    Chapter,
    /// Something worth knowing.
    Note,
    /// The owner updates a page.
    Update,
    /// Somebody attacks a page.
    Attack,
    /// hinomi checked a page.
    Check,
    /// A mail went out.
    Mail,
    /// A person decided something.
    Person,
}

impl Kind {
    /// Name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chapter => "chapter",
            Self::Note => "note",
            Self::Update => "update",
            Self::Attack => "attack",
            Self::Check => "check",
            Self::Mail => "mail",
            Self::Person => "person",
        }
    }
}

/// One line of the timeline.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: Kind,
    /// Whose page.
    pub site: Option<&'static Site>,
    /// Short name of the update or attack.
    pub name: Option<&'static str>,
    /// What happened, or why the verdict is what it is.
    pub what: Words,
    /// What hinomi said.
    pub verdict: Option<Verdict>,
    /// What it must say.
    pub expected: Option<Verdict>,
    /// The rules that spoke.
    pub rules: Vec<String>,
    /// The mail, when it lies in the folder.
    pub mail: Option<MailTold>,
}

/// A mail that went out.
#[derive(Debug, Clone)]
pub struct MailTold {
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Where it lies, when mails go into the folder.
    pub file: Option<PathBuf>,
    /// Seconds between the cause and the mail.
    pub seconds: f64,
}

impl Line {
    pub(super) fn new(kind: Kind, site: Option<&'static Site>, what: Words) -> Self {
        let at = Timestamp::now();
        Self { at, kind, site, name: None, what, verdict: None, expected: None, rules: Vec::new(), mail: None }
    }
}

/// What became of one attack.
#[derive(Debug, Clone)]
pub struct AttackTold {
    /// Whose page.
    pub site: &'static Site,
    /// Short name.
    pub name: &'static str,
    /// What was done.
    pub what: Words,
    /// What hinomi said.
    pub verdict: Verdict,
    /// What it must say.
    pub expected: Verdict,
    /// The rules that spoke.
    pub rules: Vec<String>,
    /// The owner's mail.
    pub mail: Option<MailTold>,
}

impl AttackTold {
    /// The verdict is the one it must be, and the owner was told.
    #[must_use]
    pub fn well(&self) -> bool {
        self.verdict == self.expected && self.mail.is_some()
    }
}

/// The sum.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Sites.
    pub sites: usize,
    /// Checks in all.
    pub checks: usize,
    /// Ordinary updates.
    pub updates: usize,
    /// Checks of ordinary rounds that alarmed.
    pub update_alarms: usize,
    /// Checks of ordinary rounds that asked a person.
    pub update_reviews: usize,
    /// The attacks.
    pub attacks: Vec<AttackTold>,
    /// What else did not go as it must.
    pub amiss: Vec<Words>,
    /// Mails in all.
    pub mails: u64,
}

impl Summary {
    /// Whether everything went as it must.
    #[must_use]
    pub fn well(&self) -> bool {
        self.update_alarms == 0 && self.amiss.is_empty() && self.attacks.iter().all(AttackTold::well)
    }
}

/// Where to look when the demo stays up.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The service's status page.
    pub service: SocketAddr,
    /// The made-up sites.
    pub sites: Vec<(&'static Site, SocketAddr)>,
    /// The folder.
    pub folder: PathBuf,
}
