use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, Client};
use reqwest::Url;

use crate::crd::{ConfigMapKey, Divisions};

/// Longest text of division data, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Why there are no data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataProblem {
    /// The ConfigMap or its key is not there.
    #[error("没有 ConfigMap {0} 的键 {1} (no such ConfigMap or key)")]
    Missing(String, String),
    /// The ConfigMap is not there.
    #[error("没有 ConfigMap {0} (no such ConfigMap)")]
    NoMap(String),
    /// The address is not one that data may come from.
    #[error("地址不在允许之列 (host is not among operator.data_hosts)")]
    Host,
    /// The address answers with another status than 200.
    #[error("数据来源应答 {0} (the source answered)")]
    Status(u16),
    /// The text is too long or not UTF-8.
    #[error("数据过大或不是 UTF-8 (too long, or not UTF-8)")]
    Text,
    /// Neither ConfigMap nor address: refused by the schema already.
    #[error("没有数据来源 (no source)")]
    NoSource,
    /// The address is out of reach.
    #[error("数据来源连不上 (source out of reach)")]
    Unreachable(#[source] reqwest::Error),
    /// The cluster does not say.
    #[error("集群未应答 (the cluster did not answer)")]
    Cluster(#[source] kube::Error),
}

impl DataProblem {
    /// Whether it may be over by itself in a moment.
    #[must_use]
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Cluster(_) => true,
            Self::Status(status) => *status >= 500,
            _ => false,
        }
    }
}

/// Reads the text of the division data.
///
/// # Errors
/// See [`DataProblem`].
pub(crate) async fn read_data(
    client: &Client,
    namespace: &str,
    source: &Divisions,
    hosts: &[String],
) -> Result<String, DataProblem> {
    if let Some(wanted) = &source.config_map {
        return read_key(client, namespace, wanted).await;
    }
    let url = source.url.as_deref().ok_or(DataProblem::NoSource)?;
    let url = allowed(url, hosts).ok_or(DataProblem::Host)?;
    fetch(url).await
}

/// Reads the text of a key of a `ConfigMap`.
///
/// # Errors
/// See [`DataProblem`].
pub(crate) async fn read_key(
    client: &Client,
    namespace: &str,
    wanted: &ConfigMapKey,
) -> Result<String, DataProblem> {
    let missing = || DataProblem::Missing(wanted.name.clone(), wanted.key.clone());
    let mut texts = match read_map(client, namespace, &wanted.name).await {
        Err(DataProblem::NoMap(_)) => return Err(missing()),
        read => read?,
    };
    texts.remove(&wanted.key).ok_or_else(missing)
}

/// Reads all texts of a `ConfigMap`, by key.
///
/// # Errors
/// See [`DataProblem`].
pub(crate) async fn read_map(
    client: &Client,
    namespace: &str,
    name: &str,
) -> Result<BTreeMap<String, String>, DataProblem> {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let found = maps.get_opt(name).await.map_err(DataProblem::Cluster)?;
    let found = found.ok_or_else(|| DataProblem::NoMap(name.to_owned()))?;
    Ok(found.data.unwrap_or_default())
}

/// The address, where its host is one of `hosts`.
fn allowed(url: &str, hosts: &[String]) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let fits = hosts.iter().any(|allowed| {
        if allowed.starts_with('.') {
            host.len() > allowed.len() && host.ends_with(allowed.as_str())
        } else {
            host == allowed
        }
    });
    let plain = url.username().is_empty() && url.password().is_none();
    let web = matches!(url.scheme(), "http" | "https");
    (fits && plain && web).then_some(url)
}

async fn fetch(url: Url) -> Result<String, DataProblem> {
    // no redirects: they would lead around the list of hosts
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_mins(1))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build();
    let failed = |error: reqwest::Error| DataProblem::Unreachable(error.without_url());
    let request = http.map_err(failed)?.get(url);
    let mut answer = request.send().await.map_err(failed)?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(DataProblem::Status(answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(DataProblem::Text);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| DataProblem::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_come_from_the_cluster_only() {
        let hosts = [".svc".to_owned(), "data.example".to_owned()];
        for (url, fits) in [
            ("http://files.linli.svc/divisions.csv", true),
            ("https://files.linli.svc:8443/a", true),
            ("http://data.example/a", true),
            ("http://x.data.example/a", false),
            ("http://files.linli.svc.example/a", false),
            ("http://.svc/a", false),
            ("http://169.254.169.254/latest", false),
            ("http://me:pw@files.linli.svc/a", false),
            ("ftp://files.linli.svc/a", false),
            ("file:///etc/passwd", false),
            ("files.linli.svc", false),
        ] {
            assert_eq!(allowed(url, &hosts).is_some(), fits, "{url}");
        }
    }
}
