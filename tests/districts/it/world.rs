//! A platform with the operator's two machine accounts, a place in a cluster, and replicas of the operator.

use std::path::Path;

use auth::Grant;
use bus::AmqpConfig;
use chassis::Parts;
use identity::Identity;
use identity::bootstrap::{SeedAccount, seed_accounts};
use identity::domain::Password;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kernel::{OrgPath, Role};
use operator::crd::{Condition, District};
use operator::kube::Api;
use operator::kube::api::{Patch, PatchParams, PostParams};
use operator::{Health, LeaseConfig, MachineAccount, OperatorConfig, PlatformConfig};
use serde_json::{Value, json};
use testkit::{Caller, TestHost, eventually};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::place::{Place, object};

/// Code of the tests' district.
pub(crate) const CODE: &str = "420105000000";
/// Name of its resource.
pub(crate) const NAME: &str = "hanyang";
/// Its divisions.
pub(crate) const DIVISIONS: &str = "code,name,level,parent_code\n\
    420105002000,建桥街道,street,420105000000\n\
    420105002001,钟家村社区,community,420105002000\n\
    420105002002,西大街社区,community,420105002000\n";

const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    pub(crate) host: TestHost,
    pub(crate) place: Place,
    pub(crate) districts: Api<District>,
    pub(crate) secrets: Api<Secret>,
    pub(crate) maps: Api<ConfigMap>,
    platform: PlatformConfig,
}

/// A running operator.
pub(crate) struct Replica {
    pub(crate) health: Health,
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        let modules = [identity::MODULE, registry::MODULE, ticketing::MODULE];
        // administrators sign in by password alone: second factors are identity's own tests
        let sections = |_: &Path| json!({"identity": {"second_factor": {"required_roles": []}}});
        let host = TestHost::start_set(&modules, |_| {}, sections, Parts::default()).await;
        let identity = Identity::new(host.deps("identity")).unwrap();
        let seeds = vec![
            seed("system", Role::SystemAdmin),
            seed("security", Role::SecurityAdmin),
        ];
        seed_accounts(&identity, seeds).await.unwrap();
        let system = sign_in(&host, "system").await;
        let security = sign_in(&host, "security").await;
        let places = machine(
            &system,
            &security,
            "operator places",
            Role::PlatformOperator,
        )
        .await;
        let registrar = machine(&system, &security, "operator registrar", Role::SystemAdmin).await;
        let place = Place::new().await;
        let client = place.client("tests").await;
        let namespace = &place.namespace;
        Self {
            districts: Api::namespaced(client.clone(), namespace),
            secrets: Api::namespaced(client.clone(), namespace),
            maps: Api::namespaced(client, namespace),
            platform: PlatformConfig {
                url: host.url(),
                places,
                registrar,
                ..PlatformConfig::default()
            },
            host,
            place,
        }
    }

    /// Starts a replica as `user`.
    pub(crate) async fn operator(&self, user: &str) -> Replica {
        self.operator_of(user, self.platform.clone(), None).await
    }

    /// Starts a replica that knows a broker.
    pub(crate) async fn operator_on(&self, user: &str, broker: &AmqpConfig) -> Replica {
        let broker = Some(broker.clone());
        self.operator_of(user, self.platform.clone(), broker).await
    }

    /// Starts a replica that finds no platform.
    pub(crate) async fn lost_operator(&self, user: &str) -> Replica {
        let platform = PlatformConfig {
            // nobody listens there: port 9 is for discarding
            url: "http://127.0.0.1:9".to_owned(),
            ..self.platform.clone()
        };
        self.operator_of(user, platform, None).await
    }

    async fn operator_of(
        &self,
        user: &str,
        platform: PlatformConfig,
        broker: Option<AmqpConfig>,
    ) -> Replica {
        let config = OperatorConfig {
            namespace: self.place.namespace.clone(),
            resync_s: 1,
            lease: LeaseConfig {
                namespace: self.place.namespace.clone(),
                identity: user.to_owned(),
                duration_s: 2,
                ..LeaseConfig::default()
            },
            platform,
            broker,
            ..OperatorConfig::default()
        };
        let client = self.place.client(user).await;
        let (health, stop) = (Health::default(), CancellationToken::new());
        let (says, until) = (health.clone(), stop.clone());
        let running = tokio::spawn(async move {
            operator::run(client, config, says, until).await.unwrap();
        });
        Replica {
            health,
            stop,
            running,
        }
    }

    pub(crate) async fn declare(&self, more: Value) -> District {
        self.declare_as(NAME, more).await
    }

    async fn declare_as(&self, name: &str, more: Value) -> District {
        let mut spec = json!({"code": CODE, "name": "汉阳区"});
        let more = more.as_object().unwrap().clone();
        spec.as_object_mut().unwrap().extend(more);
        let district = object(json!({
            "apiVersion": "linli.city/v1alpha1", "kind": "District", "metadata": {"name": name}, "spec": spec,
        }));
        let manner = PostParams::default();
        self.districts.create(&manner, &district).await.unwrap()
    }

    /// Declares the same district once more, and waits until it is refused.
    pub(crate) async fn declares_again(&self) -> (District, Condition) {
        let first = self.districts.get(NAME).await.unwrap();
        let second = self.declare_as("again", json!({})).await;
        let age = |district: &District| {
            let meta = &district.metadata;
            (meta.creation_timestamp.clone(), meta.uid.clone())
        };
        let younger = if age(&first) < age(&second) {
            "again"
        } else {
            NAME
        };
        self.turns_at(younger, "Registered", "False").await
    }

    pub(crate) async fn change(&self, patch: Value) -> District {
        let manner = PatchParams::default();
        let patch = Patch::Merge(patch);
        self.districts.patch(NAME, &manner, &patch).await.unwrap()
    }

    pub(crate) async fn write_divisions(&self, text: &str) {
        self.write_map("divisions", &json!({"csv": text})).await;
    }

    pub(crate) async fn write_map(&self, name: &str, data: &Value) {
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data,
        });
        let manner = PatchParams::apply("tests").force();
        self.maps
            .patch(name, &manner, &Patch::Apply(map))
            .await
            .unwrap();
    }

    /// Waits until the district's condition `kind` has this status.
    pub(crate) async fn turns(&self, kind: &str, status: &str) -> (District, Condition) {
        self.turns_at(NAME, kind, status).await
    }

    async fn turns_at(&self, name: &str, kind: &str, status: &str) -> (District, Condition) {
        eventually(&format!("{kind} is {status}"), async || {
            let district = self.districts.get_opt(name).await.unwrap()?;
            let seen =
                district.status.as_ref()?.observed_generation == district.metadata.generation;
            let mut conditions = district.status.as_ref()?.conditions.iter();
            let found = conditions.find(|one| one.kind == kind && one.status == status);
            let found = found.filter(|_| seen)?.clone();
            Some((district, found))
        })
        .await
    }

    /// The machine account's id and secret, where the Secret is there.
    pub(crate) async fn credentials(&self) -> Option<(String, String)> {
        let secret = self
            .secrets
            .get_opt(&format!("{NAME}-machine"))
            .await
            .unwrap()?;
        let data = secret.data?;
        let text = |key: &str| String::from_utf8(data[key].0.clone()).unwrap();
        Some((text("client-id"), text("client-secret")))
    }

    /// Signs in as a machine account; none where its secret opens nothing.
    pub(crate) async fn as_machine(&self, (id, secret): &(String, String)) -> Option<Caller> {
        let nobody = self.host.anonymous();
        let request = nobody.request(reqwest::Method::POST, "/api/identity/v1/oauth/token");
        let form = "grant_type=client_credentials";
        let request = request.basic_auth(id, Some(secret)).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = nobody.send(request).await;
        let token = reply.body["access_token"].as_str()?.to_owned();
        Some(self.host.caller_with(nobody.account, token))
    }

    /// Someone of the city who reads the registry.
    pub(crate) async fn security(&self) -> Caller {
        sign_in(&self.host, "security").await
    }

    /// The operator's own account for places, as others may hold its role.
    pub(crate) async fn city(&self) -> Caller {
        let places = &self.platform.places;
        let secret = places.client_secret.reveal().to_owned();
        let pair = (places.client_id.clone(), secret);
        self.as_machine(&pair).await.unwrap()
    }

    pub(crate) async fn system(&self) -> Caller {
        sign_in(&self.host, "system").await
    }

    /// Codes of what is at or below the district.
    pub(crate) async fn units(&self) -> Vec<String> {
        let path = format!("/api/registry/v1/organisations?below={CODE}");
        let list = self.security().await.get(&path).await.expect(200);
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| item["code"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) async fn end(self, replicas: impl IntoIterator<Item = Replica>) {
        for replica in replicas {
            replica.stop.cancel();
            replica.running.await.ok();
        }
        self.place.leave().await;
        self.host.stop().await;
    }
}

fn seed(username: &str, role: Role) -> SeedAccount {
    SeedAccount {
        username: username.parse().unwrap(),
        display_name: username.parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
        grants: vec![Grant::new(role, OrgPath::parse("/").unwrap())],
    }
}

async fn sign_in(host: &TestHost, username: &str) -> Caller {
    let nobody = host.anonymous();
    let body = json!({"username": username, "password": PASSWORD});
    let tokens = nobody
        .post("/api/identity/v1/sessions", &body)
        .await
        .expect(200);
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    host.caller_with(nobody.account, token)
}

/// Registers a machine account and grants it a role for the whole city, as the README says.
async fn machine(system: &Caller, security: &Caller, name: &str, role: Role) -> MachineAccount {
    let body = json!({"name": name, "kind": "machine"});
    let made = system
        .post("/api/identity/v1/oauth/clients", &body)
        .await
        .expect(201);
    let account = made["account"].as_str().unwrap();
    let path = format!("/api/identity/v1/accounts/{account}/grants");
    let grant = json!({"role": role.as_str(), "org_path": "/"});
    security.post(&path, &grant).await.expect(201);
    MachineAccount {
        client_id: made["id"].as_str().unwrap().to_owned(),
        client_secret: made["client_secret"].as_str().unwrap().to_owned().into(),
    }
}
