//! Paths, verbs and bodies.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::State;
use super::answer::Refusal;
use super::apply::Manager;
use super::selector::Selector;
use super::store::{Change, Key, Resource};
use super::watch;

/// Where a path leads.
pub(super) struct Place {
    pub(super) resource: Resource,
    pub(super) namespace: String,
    name: Option<String>,
}

impl Place {
    /// Reads `/api/v1/…` or `/apis/<group>/<version>/…`; the second part is the sub-resource.
    pub(super) fn parse(path: &str) -> Option<(Self, &'static str)> {
        let mut parts = path.trim_matches('/').split('/');
        let group = match parts.next()? {
            "api" => String::new(),
            "apis" => parts.next()?.to_owned(),
            _ => return None,
        };
        let version = parts.next()?.to_owned();
        let mut plural = parts.next()?;
        let mut namespace = String::new();
        let mut rest: Vec<&str> = parts.collect();
        if plural == "namespaces" && rest.len() >= 2 {
            rest.remove(0).clone_into(&mut namespace);
            plural = rest.remove(0);
        }
        let (name, subresource) = match rest.as_slice() {
            [] => (None, ""),
            [name] => (Some((*name).to_owned()), ""),
            [name, "status"] => (Some((*name).to_owned()), "status"),
            _ => return None,
        };
        let resource = Resource {
            group,
            version,
            plural: plural.to_owned(),
        };
        let place = Self {
            resource,
            namespace,
            name,
        };
        Some((place, subresource))
    }

    pub(super) fn key(&self) -> Option<Key> {
        Some(self.key_named(self.name.clone()?))
    }

    fn key_named(&self, name: String) -> Key {
        Key {
            resource: self.resource.clone(),
            namespace: self.namespace.clone(),
            name,
        }
    }
}

/// Parameters of a query.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    fn of(request: &HttpRequest) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        Self(pairs.map(web::Query::into_inner).unwrap_or_default())
    }

    pub(super) fn get(&self, name: &str) -> &str {
        let mut pairs = self.0.iter();
        pairs
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "1")
    }

    pub(super) fn selector(&self) -> Selector {
        Selector {
            labels: self.get("labelSelector").to_owned(),
            fields: self.get("fieldSelector").to_owned(),
        }
    }
}

/// Answers any request.
pub(super) async fn handle(
    state: web::Data<State>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    answer(state, &request, &body).unwrap_or_else(|refusal| refusal.response())
}

fn answer(
    state: web::Data<State>,
    request: &HttpRequest,
    body: &[u8],
) -> Result<HttpResponse, Refusal> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let user = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let user = user.ok_or_else(Refusal::unauthorized)?.to_owned();
    if !state.spend(&user) {
        return Err(Refusal::unavailable());
    }
    if request.path() == "/version" {
        return Ok(HttpResponse::Ok().json(json!({"major": "1", "minor": "34"})));
    }
    let (place, subresource) =
        Place::parse(request.path()).ok_or_else(|| Refusal::not_found(request.path()))?;
    let query = Query::of(request);
    if query.is("watch") && *request.method() == Method::GET {
        return watch::open(state, &place, &query, user);
    }
    let name = if query.get("fieldManager").is_empty() {
        user
    } else {
        query.get("fieldManager").to_owned()
    };
    let media = header("content-type").unwrap_or_default();
    let manager = Manager {
        name,
        applies: media.starts_with("application/apply-patch"),
        subresource,
    };
    let store = &state.store;
    let Some(key) = place.key() else {
        return match *request.method() {
            Method::GET => Ok(list(&state, &place, &query)),
            Method::POST => create(&state, &place, &manager, body),
            _ => Err(Refusal::method()),
        };
    };
    let done = match *request.method() {
        Method::GET => store.get(&key)?,
        Method::PUT => store.change(&key, &manager, Change::Put(read(body)?))?.0,
        Method::DELETE => {
            let options = if body.is_empty() {
                Value::Null
            } else {
                read(body)?
            };
            store.delete(&key, &options["preconditions"])?
        }
        Method::PATCH => {
            let (object, made) = patch(&state, &key, &manager, media, &query, body)?;
            if made {
                return Ok(HttpResponse::Created().json(object));
            }
            object
        }
        _ => return Err(Refusal::method()),
    };
    Ok(HttpResponse::Ok().json(done))
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| Refusal::bad(error.to_string()))?;
    if value.is_object() || value.is_array() {
        Ok(value)
    } else {
        Err(Refusal::bad("no object"))
    }
}

fn list(state: &State, place: &Place, query: &Query) -> HttpResponse {
    let (items, version) = state
        .store
        .list(&place.resource, &place.namespace, &query.selector());
    let first = items.first();
    let api_version = first.map_or(json!("v1"), |item| item["apiVersion"].clone());
    let kind = first.and_then(|item| item["kind"].as_str()).unwrap_or("");
    HttpResponse::Ok().json(json!({
        "apiVersion": api_version,
        "kind": format!("{kind}List"),
        "metadata": {"resourceVersion": version.to_string()},
        "items": items,
    }))
}

fn create(
    state: &State,
    place: &Place,
    manager: &Manager,
    body: &[u8],
) -> Result<HttpResponse, Refusal> {
    let object = read(body)?;
    let meta = &object["metadata"];
    let name = meta["name"].as_str().filter(|name| !name.is_empty());
    let name = name.map(str::to_owned).or_else(|| {
        let prefix = meta["generateName"].as_str()?;
        Some(format!("{prefix}{:05x}", rand::random::<u32>() & 0xf_ffff))
    });
    let name = name.ok_or_else(|| Refusal::invalid("metadata.name: Required value"))?;
    let namespace = meta["namespace"].as_str().unwrap_or(&place.namespace);
    if namespace != place.namespace {
        return Err(Refusal::bad("the namespace is not that of the path"));
    }
    let made = state
        .store
        .create(&place.key_named(name), manager, object)?;
    Ok(HttpResponse::Created().json(made))
}

/// Patches; says whether the object had to be made.
fn patch(
    state: &State,
    key: &Key,
    manager: &Manager,
    media: &str,
    query: &Query,
    body: &[u8],
) -> Result<(Value, bool), Refusal> {
    let patch = read(body)?;
    let store = &state.store;
    let change = match media.split(';').next().unwrap_or_default() {
        "application/apply-patch+yaml" => Change::Apply(patch, query.is("force")),
        "application/merge-patch+json" | "application/strategic-merge-patch+json" => {
            let mut object = store.get(key)?;
            json_patch::merge(&mut object, &patch);
            // only a version that the patch itself names is checked
            if patch["metadata"]["resourceVersion"].is_null() {
                object["metadata"]["resourceVersion"] = Value::Null;
            }
            Change::Put(object)
        }
        "application/json-patch+json" => {
            let mut object = store.get(key)?;
            let steps: json_patch::Patch =
                serde_json::from_value(patch).map_err(|error| Refusal::bad(error.to_string()))?;
            let lost = |error: json_patch::PatchError| Refusal::invalid(error.to_string());
            let steps = with_absent_as_null(steps, &object);
            json_patch::patch(&mut object, &steps).map_err(lost)?;
            Change::Put(object)
        }
        _ => return Err(Refusal::media_type()),
    };
    store.change(key, manager, change)
}

/// The API server lets a test for `null` hold where there is nothing; RFC 6902 does not.
fn with_absent_as_null(steps: json_patch::Patch, object: &Value) -> json_patch::Patch {
    let holds = |step: &json_patch::PatchOperation| match step {
        json_patch::PatchOperation::Test(test) => {
            test.value.is_null() && object.pointer(test.path.as_str()).is_none()
        }
        _ => false,
    };
    json_patch::Patch(steps.0.into_iter().filter(|step| !holds(step)).collect())
}
