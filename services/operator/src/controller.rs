//! The loop: watches, and works while it leads.

use std::sync::Arc;

use futures_util::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kernel::{Clock, SystemClock};
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::watcher::Config as Watch;
use kube::runtime::{Controller, Predicate, WatchStreamExt, controller, predicates, watcher};
use kube::{Api, Client, ResourceExt};
use tokio_util::sync::CancellationToken;

use crate::app::{Context, again, reconcile};
use crate::broker::Broker;
use crate::cluster::{Elector, News, content_changes};
use crate::config::OperatorConfig;
use crate::crd::{District, MANAGER};
use crate::health::Health;
use crate::platform::{Platform, PlatformError};

/// Runs one replica until `stop`: waits for its turn, then keeps the districts.
///
/// # Errors
/// TLS does not start.
pub async fn run(
    cluster: Client,
    config: OperatorConfig,
    health: Health,
    stop: CancellationToken,
) -> Result<(), PlatformError> {
    let platform = Platform::new(&config.platform)?;
    let identity = if config.lease.identity.is_empty() {
        format!("{MANAGER}-{:08x}", rand::random::<u32>())
    } else {
        config.lease.identity.clone()
    };
    let clock = || SystemClock.now();
    let elector = Elector::new(cluster.clone(), &config.lease, &identity, clock);
    let (config, identity) = (&config, identity.as_str());
    elector
        .lead(stop, |term| {
            let (cluster, platform) = (cluster.clone(), platform.clone());
            let health = health.clone();
            async move {
                let _leading = health.lead();
                keep_districts(cluster, platform, config.clone(), identity, term).await;
            }
        })
        .await;
    Ok(())
}

/// Keeps the districts until the term ends.
async fn keep_districts(
    cluster: Client,
    platform: Platform,
    config: OperatorConfig,
    identity: &str,
    term: CancellationToken,
) {
    let districts: Api<District> = within(&cluster, &config.namespace);
    let (reader, writer) = reflector::store();
    // what the operator writes itself, the status, is no reason to look again
    let told = predicates::generation
        .combine(predicates::annotations)
        .combine(predicates::finalizers);
    let changes = watcher(districts, Watch::default())
        .default_backoff()
        .reflect(writer)
        .applied_objects()
        .predicate_filter(told, predicates_config());
    let settings = controller::Config::default().concurrency(config.concurrency);
    let own = Watch::default().labels(&format!("app.kubernetes.io/managed-by={MANAGER}"));
    let maps: Api<ConfigMap> = within(&cluster, &config.namespace);
    let secrets: Api<Secret> = within(&cluster, &config.namespace);
    let maps = content_changes(watcher(maps, Watch::default()).default_backoff());
    let secrets = content_changes(watcher(secrets, own).default_backoff());
    let readers = reader.clone();
    let news = News::new(cluster.clone(), identity);
    let broker = config.broker.as_ref().map(Broker::start);
    let context = Arc::new(Context::new(
        (cluster, platform, broker),
        config,
        Arc::new(SystemClock),
        news,
        reader.clone(),
    ));
    Controller::for_stream(changes, reader)
        .with_config(settings)
        .owns_stream(secrets)
        .watches_stream(maps, move |map| readers_of(&readers, &map))
        .graceful_shutdown_on(term.cancelled_owned())
        .run(reconcile, again, Arc::clone(&context))
        .for_each(|done| async move {
            if let Err(error) = done {
                // a district that failed was logged with when it is tried again
                tracing::debug!(%error, "controller");
            }
        })
        .await;
    if let Some(broker) = &context.broker {
        broker.close().await;
    }
}

fn predicates_config() -> kube::runtime::PredicateConfig {
    kube::runtime::PredicateConfig::default()
}

fn within<K>(cluster: &Client, namespace: &str) -> Api<K>
where
    K: kube::Resource<Scope = kube::core::NamespaceResourceScope, DynamicType = ()>,
{
    if namespace.is_empty() {
        Api::all(cluster.clone())
    } else {
        Api::namespaced(cluster.clone(), namespace)
    }
}

/// Districts that are made of the ConfigMap.
fn readers_of(districts: &Store<District>, map: &ConfigMap) -> Vec<ObjectRef<District>> {
    let name = map.name_any();
    let reads = |district: &District| {
        district.namespace() == map.namespace() && district.spec.config_maps().contains(&name)
    };
    let found = districts.state().into_iter();
    let found = found.filter(|district| reads(district));
    found
        .map(|district| ObjectRef::from_obj(district.as_ref()))
        .collect()
}
