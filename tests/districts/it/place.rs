//! Where the tests' resources are: testkit's API server, or a real cluster.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use operator::crd::District;
use operator::kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use operator::kube::config::{KubeConfigOptions, Kubeconfig};
use operator::kube::runtime::wait::delete::delete_and_finalize;
use operator::kube::runtime::wait::{await_condition, conditions};
use operator::kube::{Api, Client, Config, CustomResourceExt, ResourceExt};
use serde_json::{Value, json};
use testkit::kubernetes::FakeCluster;

/// A namespace of one test's own.
pub(crate) struct Place {
    fake: Option<FakeCluster>,
    pub(crate) namespace: String,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let namespace = format!("linli-{:08x}", rand::random::<u32>());
        if std::env::var_os("LINLI_TEST_KUBECONFIG").is_none() {
            let fake = Some(FakeCluster::start());
            return Self { fake, namespace };
        }
        let place = Self {
            fake: None,
            namespace,
        };
        let client = place.client("admin").await;
        define(&client).await;
        let namespaces: Api<Namespace> = Api::all(client);
        let own = object(json!({"metadata": {"name": place.namespace}}));
        namespaces
            .create(&PostParams::default(), &own)
            .await
            .unwrap();
        place
    }

    /// A client as `user`; on a real cluster everybody is whom the kubeconfig names.
    pub(crate) async fn client(&self, user: &str) -> Client {
        let text = if let Some(fake) = &self.fake {
            fake.kubeconfig(user)
        } else {
            let path = std::env::var("LINLI_TEST_KUBECONFIG").unwrap();
            std::fs::read_to_string(path).unwrap()
        };
        let file = Kubeconfig::from_yaml(&text).unwrap();
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(file, &options);
        Client::try_from(config.await.unwrap()).unwrap()
    }

    /// Cuts a replica off from the cluster; says whether that can be done here.
    pub(crate) fn cut(&self, user: &str, cut: bool) -> bool {
        match &self.fake {
            Some(fake) => {
                fake.cut(user, cut);
                true
            }
            None => false,
        }
    }

    /// Cuts a replica off after so many requests; says whether that can be done here.
    pub(crate) fn cut_after(&self, user: &str, requests: usize) -> bool {
        if let Some(fake) = &self.fake {
            fake.cut_after(user, requests);
        }
        self.fake.is_some()
    }

    /// Whether a replica is cut off by now.
    pub(crate) fn is_cut(&self, user: &str) -> bool {
        self.fake.as_ref().is_some_and(|fake| fake.is_cut(user))
    }

    /// Lets testkit's API server forget the past.
    pub(crate) fn forget(&self) {
        if let Some(fake) = &self.fake {
            fake.forget();
        }
    }

    /// Whether it is a real cluster, which asks the schema.
    pub(crate) fn is_real(&self) -> bool {
        self.fake.is_none()
    }

    /// Deletes the namespace and waits until it is gone; the operators have stopped.
    pub(crate) async fn leave(self) {
        if self.fake.is_some() {
            return;
        }
        let client = self.client("admin").await;
        let districts: Api<District> = Api::namespaced(client.clone(), &self.namespace);
        // nobody is left who takes leave of them: their finalizer would keep the namespace for ever
        let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
        let manner = PatchParams::default();
        for district in districts.list(&ListParams::default()).await.unwrap() {
            let name = district.name_any();
            districts.patch(&name, &manner, &free).await.unwrap();
        }
        let namespaces: Api<Namespace> = Api::all(client);
        let how = DeleteParams::background();
        let gone = delete_and_finalize(namespaces, &self.namespace, &how);
        let gone = tokio::time::timeout(Duration::from_mins(3), gone).await;
        gone.expect("the namespace goes").unwrap();
    }
}

/// Applies the definition of this checkout so that a release of the chart can take it over: Helm refuses what does not
/// bear its marks. A definition that a release has made keeps the marks of that one.
async fn define(client: &Client) {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let name = District::crd_name();
    let present = definitions.get_opt(name).await.unwrap();
    let present = present.map(|found| found.annotations().clone());
    let present = present.unwrap_or_default();
    let mut wanted = District::crd();
    for key in [
        "meta.helm.sh/release-name",
        "meta.helm.sh/release-namespace",
    ] {
        let value = present.get(key).map_or("linli", String::as_str);
        let annotations = wanted.annotations_mut();
        annotations.insert(key.to_owned(), value.to_owned());
    }
    let labels = wanted.labels_mut();
    labels.insert("app.kubernetes.io/managed-by".to_owned(), "Helm".to_owned());
    let manner = PatchParams::apply("linli-tests").force();
    let wanted = Patch::Apply(wanted);
    definitions.patch(name, &manner, &wanted).await.unwrap();
    let there = await_condition(definitions, name, conditions::is_crd_established());
    there.await.unwrap();
}

/// An object out of JSON.
pub(crate) fn object<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}
