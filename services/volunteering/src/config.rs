//! Settings of the `volunteering` section.

use std::path::{Path, PathBuf};

use chassis::StartError;
use chassis::key_file::KeyFileError;
use serde::{Deserialize, Serialize};

use crate::signing::DocumentKey;

/// Settings of the `volunteering` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VolunteeringConfig {
    /// Address of the installation, `https://…`: the QR code of a certificate leads there. Without it the code holds the
    /// path alone.
    pub public_url: Option<String>,
    /// File of the key that signs certificates (PKCS#8, Ed25519); without it one is kept in the data folder.
    pub signing_key: Option<PathBuf>,
}

impl VolunteeringConfig {
    /// Checks the values.
    pub(crate) fn validate(&self) -> Result<(), StartError> {
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        if self.public_url.as_ref().is_none_or(web) {
            return Ok(());
        }
        let reason = "volunteering.public_url must be an http or https address";
        Err(StartError::Other(reason.to_owned()))
    }

    /// Opens the key that signs. Replicas that each have one of their own are fine: every public key that ever signed
    /// is published.
    pub(crate) fn document_key(&self, folder: &Path) -> Result<DocumentKey, KeyFileError> {
        match &self.signing_key {
            Some(named) => DocumentKey::load(named),
            None => DocumentKey::load_or_create(&folder.join("documents.pk8")),
        }
    }

    /// Returns the address at which anyone checks a certificate.
    pub(crate) fn page_of(&self, number: &str) -> String {
        let base = self.public_url.as_deref().unwrap_or_default();
        let base = base.trim_end_matches('/');
        format!("{base}/api/volunteering/v1/certificates/{number}/page")
    }
}
