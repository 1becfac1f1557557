use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use crate::crd::{District, Hotline, MANAGER};
use crate::secret::Secret;

/// Key of the `client_id`.
pub(crate) const CLIENT_ID: &str = "client-id";
/// Key of the secret.
pub(crate) const CLIENT_SECRET: &str = "client-secret";

/// Why a Secret does not do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretProblem {
    /// It is there and somebody else's: it would go away with the district.
    #[error("Secret {0} 已存在且不属于本资源 (exists and is not this resource's)")]
    Taken(String),
    /// It is not there, or lacks a key.
    #[error("Secret {0} 不存在或缺少键 (missing, or lacks a key): {1}")]
    Incomplete(String, String),
    /// The cluster does not say.
    #[error("集群未应答 (the cluster did not answer)")]
    Cluster(#[from] kube::Error),
}

/// Secrets of one district.
pub(crate) struct Secrets<'a> {
    api: Api<KubeSecret>,
    district: &'a District,
}

impl<'a> Secrets<'a> {
    /// Those in the district's namespace.
    #[must_use]
    pub(crate) fn of(client: &Client, district: &'a District) -> Self {
        let namespace = district.namespace().unwrap_or_default();
        Self {
            api: Api::namespaced(client.clone(), &namespace),
            district,
        }
    }

    /// Reads the machine account's id and secret, where both are there.
    ///
    /// # Errors
    /// The Secret is somebody else's, or the cluster does not say.
    pub(crate) async fn credentials(
        &self,
        name: &str,
    ) -> Result<Option<(String, Secret)>, SecretProblem> {
        let Some(found) = self.api.get_opt(name).await? else {
            return Ok(None);
        };
        let own = self.district.meta().uid.as_deref();
        let mut owners = found.owner_references().iter();
        if !owners.any(|owner| Some(owner.uid.as_str()) == own) {
            return Err(SecretProblem::Taken(name.to_owned()));
        }
        let data = found.data.unwrap_or_default();
        let text = |key| {
            let ByteString(bytes) = data.get(key)?;
            String::from_utf8(bytes.clone()).ok()
        };
        let pair = text(CLIENT_ID).zip(text(CLIENT_SECRET));
        Ok(pair.map(|(id, secret)| (id, Secret::from(secret))))
    }

    /// Writes the machine account's id and secret (server-side apply). The Secret goes away with the district.
    ///
    /// # Errors
    /// The cluster refuses.
    pub(crate) async fn write(
        &self,
        name: &str,
        client_id: &str,
        secret: &Secret,
    ) -> Result<(), SecretProblem> {
        let owner = self.district.controller_owner_ref(&());
        let wanted = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name,
                "labels": {
                    "app.kubernetes.io/managed-by": MANAGER,
                    "linli.city/district": self.district.spec.code,
                },
                "ownerReferences": owner.into_iter().collect::<Vec<_>>(),
            },
            "type": "Opaque",
            "data": {
                CLIENT_ID: ByteString(client_id.as_bytes().to_vec()),
                CLIENT_SECRET: ByteString(secret.reveal().as_bytes().to_vec()),
            },
        });
        let manner = PatchParams::apply(MANAGER).force();
        self.api
            .patch(name, &manner, &Patch::Apply(&wanted))
            .await?;
        Ok(())
    }

    /// Checks that the hotline's Secret has its keys.
    ///
    /// # Errors
    /// It has not.
    pub(crate) async fn check_hotline(&self, hotline: &Hotline) -> Result<(), SecretProblem> {
        let name = &hotline.secret_name;
        let found = self.api.get_opt(name).await?;
        let data = found.and_then(|secret| secret.data).unwrap_or_default();
        let there = |key: &&str| data.get(*key).is_some_and(|value| !value.0.is_empty());
        let missing: Vec<&str> = Hotline::KEYS
            .into_iter()
            .filter(|key| !there(key))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(SecretProblem::Incomplete(name.clone(), missing.join(", ")))
    }
}
