//! Indicators of compromise: imported from files, and put in force.

use super::office::{Office, Places, settings};
use super::{inputs, signatures, wiring};
use crate::app::fault::{OrFault as _, fault};
use crate::config::{IndicatorFile, read_indicators};
use crate::detect;
use crate::model::words;
use crate::model::{FleetSites, Indicator, IndicatorKind, Indicators};
use crate::monitor::Knowledge;
use crate::store::{Sqlite, Store as _};
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;

/// Longest name of a source, in bytes.
const LONGEST_NAME: usize = 100;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedIndicators {
    /// The source they stand under.
    pub source: String,
    /// What the file held.
    pub file: IndicatorFile,
    /// Hosts of well-known services, which were not taken: a place on one of them would be.
    pub well_known: Vec<String>,
}

impl Office {
    /// Imports a file of indicators under the name of a source, in the place of what that source held.
    ///
    /// # Errors
    /// When the file cannot be read or holds no indicator, or the name cannot be used.
    pub async fn import_indicators(&self, path: &Path, source: Option<&str>) -> Result<ImportedIndicators> {
        let now = Timestamp::now();
        let bytes = inputs::bytes(path)?;
        let mut file = read_indicators(&bytes, now).or_fault(|| words!("{path}", "{path}", path = path.display()))?;
        let named = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = source.map_or(named, ToOwned::to_owned);
        if source.trim().is_empty() || source.len() > LONGEST_NAME || source.chars().any(char::is_control) {
            return Err(fault(words!(
                "--source: a name of one line and at most {LONGEST_NAME} bytes",
                "--source: 1行で{LONGEST_NAME}バイトまでの名前にしてください"
            )));
        }
        let is_service = |one: &Indicator| one.kind == IndicatorKind::Host && detect::is_well_known(&one.value);
        let well_known: Vec<String> =
            file.indicators.iter().filter(|one| is_service(one)).map(|one| one.value.clone()).collect();
        file.indicators.retain(|one| !is_service(one));
        let taken = file.indicators.iter().cloned().collect();
        self.store.put_indicators(source.clone(), taken, now).await?;
        Ok(ImportedIndicators { source, file, well_known })
    }

    /// The indicators that are in force now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn indicators(&self) -> Result<Indicators> {
        Ok(Indicators::new(self.store.indicators().await?, Timestamp::now()))
    }

    /// What is known beforehand: the indicators that are in force now, the signatures as they lie in their folder, and
    /// what the fleet has approved.
    ///
    /// # Errors
    /// When the store fails, or a signature cannot be used.
    pub async fn knowledge(&self) -> Result<Knowledge> {
        let fleet = fleet_sites(&self.store).await?.into();
        Ok(Knowledge { fleet, ..self.known_attacks().await? })
    }

    /// What is known of attacks alone: what others approved matters only beside an approved state.
    async fn known_attacks(&self) -> Result<Knowledge> {
        let signatures = signatures::in_force(&self.settings, self.language)?;
        Ok(Knowledge { indicators: self.indicators().await?.into(), signatures, ..Knowledge::default() })
    }
}

/// From which sites many organisations have approved something that acts.
///
/// # Errors
/// When the store fails.
pub(super) async fn fleet_sites(store: &Sqlite) -> Result<FleetSites> {
    let approved = store.approved_owners(detect::foreign_owner).await?;
    Ok(FleetSites::new(approved.into_iter().map(|(by, owner)| (by.to_string(), owner))))
}

/// What an installation knows of attacks beforehand; without a database there are no indicators.
///
/// # Errors
/// When the settings, the signatures or the database cannot be used.
pub async fn knowledge_at(places: &Places<'_>) -> Result<Knowledge> {
    let settings = settings(places)?;
    if wiring::paths(&settings).database.is_file() {
        return Office::open_store(places).await?.known_attacks().await;
    }
    Ok(Knowledge { signatures: signatures::in_force(&settings, places.language)?, ..Knowledge::default() })
}
