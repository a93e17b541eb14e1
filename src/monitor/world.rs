//! What all checks share: registry, receivers, silences, spans of time, and the outlook on our own network.

use super::admission::Admission;
use super::knowledge::Knowledge;
use super::record_trouble::RecordTrouble;
use super::resources::Fleet;
use super::witness::Witnesses;
use crate::judge::{Directory, Outlook, Timing};
use crate::model::{FleetSites, Indicators, Receiver, Registry, Signatures};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use url::Url;

/// How the service behaves; the parts that a drill may shorten.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Spans behind incidents.
    pub timing: Timing,
    /// Wait before an alarm is confirmed by a second fetch.
    pub confirm_after: Duration,
    /// Longest time between two looks at what is due.
    pub tick: Duration,
    /// Checks at a time.
    pub workers: usize,
    /// Checks of one host at a time.
    pub per_host: u32,
    /// Whether intervals are jittered by up to a tenth.
    pub jitter: bool,
    /// Longest time one examination may take on its thread before it is given up as *unseen: internal error*.
    pub examine_within: Duration,
    /// Bytes of memory for the pages of all examinations at a time.
    pub examine_memory: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            timing: Timing::default(),
            confirm_after: Duration::from_secs(3),
            tick: Duration::from_secs(1),
            workers: 64,
            per_host: 2,
            jitter: true,
            examine_within: Duration::from_secs(30),
            examine_memory: 512_000_000,
        }
    }
}

/// What all checks share.
#[derive(Debug)]
pub struct World {
    registry: RwLock<Arc<Registry>>,
    /// Operators and webhook: told about every alarm and about hinomi itself.
    pub operators: Vec<Receiver>,
    /// How the service behaves.
    pub pace: Pace,
    /// Places and memory for examinations.
    pub(super) examining: Admission,
    /// Whom to ask whether it is the sites or us.
    pub(super) witnesses: Witnesses,
    /// What pages load, as the fleet saw it last.
    pub(super) resources: Fleet,
    knowledge: RwLock<Knowledge>,
    outlook: Mutex<Outlook>,
    /// Approved states that checks could not read; none before the first look at them.
    pub(super) record_trouble: tokio::sync::Mutex<Option<RecordTrouble>>,
}

impl World {
    /// A world with a registry and its operators.
    #[must_use]
    pub fn new(registry: Registry, operators: Vec<Receiver>, pace: Pace) -> Self {
        let registry = RwLock::new(Arc::new(registry));
        let examining = Admission::new(pace.examine_memory);
        let witnesses = Witnesses::new(Vec::new());
        let (outlook, record_trouble) = (Mutex::default(), tokio::sync::Mutex::default());
        let resources = Fleet::default();
        let knowledge = RwLock::default();
        Self { registry, operators, pace, examining, witnesses, resources, knowledge, outlook, record_trouble }
    }

    /// The same with pages of others that are asked for when many hosts fail.
    #[must_use]
    pub fn with_witnesses(self, pages: Vec<Url>) -> Self {
        Self { witnesses: Witnesses::new(pages), ..self }
    }

    /// The registry as it stands.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new registry in place.
    pub fn set_registry(&self, registry: Registry) {
        *self.registry.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(registry);
    }

    /// The indicators and signatures that are in force.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge {
        self.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other indicators and signatures in force.
    pub fn set_knowledge(&self, knowledge: Knowledge) {
        *self.knowledge.write().unwrap_or_else(PoisonError::into_inner) = knowledge;
    }

    /// Puts another count of what the fleet approved in force.
    pub fn set_fleet_sites(&self, fleet: FleetSites) {
        self.knowledge.write().unwrap_or_else(PoisonError::into_inner).fleet = Arc::new(fleet);
    }

    /// Puts other indicators in force.
    pub fn set_indicators(&self, indicators: Indicators) {
        self.knowledge.write().unwrap_or_else(PoisonError::into_inner).indicators = Arc::new(indicators);
    }

    /// Puts other signatures in force.
    pub fn set_signatures(&self, signatures: Arc<dyn Signatures>) {
        self.knowledge.write().unwrap_or_else(PoisonError::into_inner).signatures = signatures;
    }

    /// Who may be told, under a registry.
    #[must_use]
    pub fn directory<'a>(&'a self, registry: &'a Registry) -> Directory<'a> {
        Directory { registry, operators: &self.operators }
    }

    /// Looks at, or changes, the outlook on our own network.
    pub fn outlook<T>(&self, look: impl FnOnce(&mut Outlook) -> T) -> T {
        look(&mut self.outlook.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
