use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::FakeCluster;

const MAPS: &str = "/api/v1/namespaces/linli/configmaps";
const DISTRICTS: &str = "/apis/linli.city/v1alpha1/namespaces/linli/districts";

struct User<'a> {
    cluster: &'a FakeCluster,
    name: &'a str,
    http: reqwest::Client,
}

impl<'a> User<'a> {
    fn new(cluster: &'a FakeCluster, name: &'a str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            cluster,
            name,
            http,
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.cluster.url());
        self.http.request(method, url).bearer_auth(self.name)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::GET, path)).await
    }

    async fn create(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(self.request(Method::DELETE, path)).await
    }

    async fn patch(&self, path: &str, media: &str, body: &Value) -> (u16, Value) {
        let request = self.request(Method::PATCH, path).body(body.to_string());
        let media = format!("application/{media}");
        self.send(request.header("content-type", media)).await
    }

    async fn apply(&self, path: &str, manager: &str, body: &Value) -> (u16, Value) {
        let path = format!("{path}?fieldManager={manager}");
        self.patch(&path, "apply-patch+yaml", body).await
    }

    async fn watch(&self, path: &str) -> Lines {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Lines {
            body: answer.bytes_stream().boxed(),
            read: String::new(),
        }
    }
}

struct Lines {
    body: futures_util::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    read: String,
}

impl Lines {
    /// The next event: its type and object; none when the watch has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((line, rest)) = self.read.split_once('\n') {
                let event: Value = serde_json::from_str(line).unwrap();
                self.read = rest.to_owned();
                let kind = event["type"].as_str().unwrap().to_owned();
                return Some((kind, event["object"].clone()));
            }
            let chunk = self.body.next().await?.ok()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn map(name: &str, data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

fn district(name: &str) -> Value {
    json!({
        "apiVersion": "linli.city/v1alpha1",
        "kind": "District",
        "metadata": {"name": name},
        "spec": {"code": "420105000000"},
    })
}

#[tokio::test]
async fn objects_are_made_read_changed_and_deleted_once() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    let (status, made) = me.create(MAPS, &map("a", &json!({"k": "1"}))).await;
    assert_eq!(status, 201);
    assert_eq!(made["metadata"]["namespace"], "linli");
    assert_eq!(made["metadata"]["generation"], 1);
    let (status, refused) = me.create(MAPS, &map("a", &json!({}))).await;
    assert_eq!((status, &refused["reason"]), (409, &json!("AlreadyExists")));
    let one = format!("{MAPS}/a");
    let mut changed = made.clone();
    changed["data"]["k"] = json!("2");
    assert_eq!(me.put(&one, &changed).await.0, 200);
    let (status, refused) = me.put(&one, &changed).await;
    assert_eq!(
        (status, &refused["reason"]),
        (409, &json!("Conflict")),
        "stale"
    );
    let found = me.get(&one).await.1;
    assert_eq!(found["data"]["k"], "2");
    // the same again is no change
    assert_eq!(me.put(&one, &found).await.1["metadata"], found["metadata"]);
    let stale = json!({"preconditions": {"resourceVersion": "1"}});
    let request = me.request(Method::DELETE, &one).json(&stale);
    assert_eq!(me.send(request).await.0, 409);
    assert_eq!(me.delete(&one).await.0, 200);
    assert_eq!(me.get(&one).await.0, 404);
    assert_eq!(me.put(&one, &map("a", &json!({}))).await.0, 404);
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    me.create(MAPS, &map("a", &json!({}))).await;
    let one = format!("{MAPS}/a");
    assert_eq!(me.get("/metrics").await.0, 404);
    assert_eq!(me.create(MAPS, &json!({"metadata": {}})).await.0, 422);
    assert_eq!(me.create(MAPS, &json!("text")).await.0, 400);
    assert_eq!(me.delete(MAPS).await.0, 405);
    assert_eq!(me.patch(&one, "json", &json!({})).await.0, 415);
    let elsewhere = json!({"metadata": {"name": "b", "namespace": "other"}});
    assert_eq!(me.create(MAPS, &elsewhere).await.0, 400);
    let versioned = json!({"metadata": {"name": "b", "resourceVersion": "1"}});
    assert_eq!(me.create(MAPS, &versioned).await.0, 400);
    let url = format!("{}{one}", cluster.url());
    let nobody = me.http.get(url).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    cluster.cut("me", true);
    assert_eq!(me.get(&one).await.0, 503);
    cluster.cut("me", false);
    assert_eq!(me.get(&one).await.0, 200);
}

#[tokio::test]
async fn lists_and_watches_show_what_they_select() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    for (name, colour) in [("a", "red"), ("b", "blue"), ("c", "red")] {
        let mut one = map(name, &json!({}));
        one["metadata"]["labels"] = json!({"colour": colour});
        me.create(MAPS, &one).await;
    }
    let names = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| item["metadata"]["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let red = me
        .get(&format!("{MAPS}?labelSelector=colour%3Dred"))
        .await
        .1;
    assert_eq!(names(&red), ["a", "c"]);
    let not_red = me
        .get(&format!("{MAPS}?labelSelector=colour!%3Dred,colour"))
        .await
        .1;
    assert_eq!(names(&not_red), ["b"]);
    let one = me
        .get(&format!("{MAPS}?fieldSelector=metadata.name%3Db"))
        .await
        .1;
    assert_eq!(names(&one), ["b"]);
    assert_eq!(names(&me.get("/api/v1/configmaps").await.1).len(), 3);
    let other = me.get("/api/v1/namespaces/other/configmaps").await.1;
    assert_eq!(names(&other).len(), 0);
    let mut all = me
        .watch(&format!("{MAPS}?watch=true&labelSelector=colour%3Dred"))
        .await;
    assert_eq!(all.next().await.unwrap().1["metadata"]["name"], "a");
    assert_eq!(all.next().await.unwrap().1["metadata"]["name"], "c");
    me.delete(&format!("{MAPS}/b")).await;
    me.delete(&format!("{MAPS}/c")).await;
    let (kind, gone) = all.next().await.unwrap();
    assert_eq!(
        (&*kind, &gone["metadata"]["name"]),
        ("DELETED", &json!("c"))
    );
}

#[tokio::test]
async fn a_watch_goes_on_from_a_version_and_marks_how_far_it_is() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    let list = me.get(MAPS).await.1;
    let from = list["metadata"]["resourceVersion"].as_str().unwrap();
    let path = format!("{MAPS}?watch=true&allowWatchBookmarks=true&resourceVersion={from}");
    let mut lines = me.watch(&path).await;
    let made = me.create(MAPS, &map("a", &json!({}))).await.1;
    assert_eq!(lines.next().await.unwrap(), ("ADDED".to_owned(), made));
    // something of another kind happens
    let other = me.create(DISTRICTS, &district("d")).await.1;
    let (kind, mark) = lines.next().await.unwrap();
    assert_eq!(kind, "BOOKMARK");
    assert_eq!(
        mark["metadata"]["resourceVersion"],
        other["metadata"]["resourceVersion"]
    );
    let old = me
        .watch(&format!("{MAPS}?watch=true&resourceVersion={from}"))
        .await;
    drop(old);
    cluster.forget();
    let (status, gone) = me.get(&path).await;
    assert_eq!((status, &gone["reason"]), (410, &json!("Expired")));
    // one that is up to date goes on
    me.delete(&format!("{MAPS}/a")).await;
    assert_eq!(lines.next().await.unwrap().0, "DELETED");
    let mut short = me
        .watch(&format!("{MAPS}?watch=true&timeoutSeconds=0"))
        .await;
    assert_eq!(short.next().await, None);
    cluster.cut("me", true);
    assert_eq!(lines.next().await, None, "cut off");
}

#[tokio::test]
async fn what_somebody_applies_is_theirs() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    let one = format!("{MAPS}/a");
    let applied = map("a", &json!({"mine": "1", "both": "x"}));
    assert_eq!(me.apply(&one, "ann", &applied).await.0, 201);
    let same = me.get(&one).await.1;
    let again = me.apply(&one, "ann", &applied).await;
    assert_eq!(again, (200, same), "nothing changed");
    // the same value may be applied by two
    let theirs = map("a", &json!({"theirs": "2", "both": "x"}));
    assert_eq!(me.apply(&one, "ben", &theirs).await.0, 200);
    let other = map("a", &json!({"mine": "3"}));
    let (status, refused) = me.apply(&one, "ben", &other).await;
    assert_eq!(status, 409);
    assert_eq!(refused["details"]["causes"][0]["field"], "f:data.f:mine");
    let forced = format!("{one}?force=true&fieldManager=ben");
    assert_eq!(me.patch(&forced, "apply-patch+yaml", &other).await.0, 200);
    let found = me.get(&one).await.1;
    // what ben leaves out is taken out, except what ann has as well
    assert_eq!(found["data"], json!({"mine": "3", "both": "x"}));
    assert_eq!(me.apply(&one, "ann", &map("a", &json!({}))).await.0, 200);
    assert_eq!(me.get(&one).await.1["data"], json!({"mine": "3"}));
    // any other way of writing takes the field, too
    let fourth = json!({"data": {"mine": "4"}});
    let path = format!("{one}?fieldManager=cat");
    assert_eq!(me.patch(&path, "merge-patch+json", &fourth).await.0, 200);
    assert_eq!(me.apply(&one, "ben", &other).await.0, 409);
    let managed = me.get(&one).await.1["metadata"]["managedFields"].clone();
    let cat = managed
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["manager"] == "cat");
    assert_eq!(cat.unwrap()["fieldsV1"], json!({"f:data": {"f:mine": {}}}));
    assert_eq!(cat.unwrap()["operation"], "Update");
}

#[tokio::test]
async fn status_and_wish_are_written_apart() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    let mut wanted = district("d");
    wanted["status"] = json!({"units": 7});
    let made = me.create(DISTRICTS, &wanted).await.1;
    assert!(made.get("status").is_none());
    let one = format!("{DISTRICTS}/d");
    let status = format!("{one}/status");
    let mut told = district("d");
    told["spec"]["code"] = json!("other");
    told["status"] = json!({"conditions": [{"type": "Ready", "status": "True"}]});
    assert_eq!(me.apply(&status, "op", &told).await.0, 200);
    let found = me.get(&one).await.1;
    assert_eq!(found["spec"]["code"], "420105000000");
    assert_eq!(found["metadata"]["generation"], 1);
    assert_eq!(found["status"]["conditions"][0]["status"], "True");
    // another's condition stays beside it
    told["status"] = json!({"conditions": [{"type": "Seen", "status": "True"}]});
    assert_eq!(me.apply(&status, "other", &told).await.0, 200);
    assert_eq!(
        me.get(&one).await.1["status"]["conditions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    told["status"] = json!({});
    assert_eq!(me.apply(&status, "other", &told).await.0, 200);
    let found = me.get(&one).await.1;
    assert_eq!(found["status"]["conditions"].as_array().unwrap().len(), 1);
    let mut changed = found.clone();
    changed["spec"]["name"] = json!("x");
    changed["status"] = json!({});
    let after = me.put(&one, &changed).await.1;
    assert_eq!(after["metadata"]["generation"], 2);
    assert_eq!(after["status"], found["status"]);
    assert_eq!(
        me.apply(&format!("{DISTRICTS}/none/status"), "op", &told)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn an_object_goes_when_its_finalizers_are_done_and_what_it_owned_with_it() {
    let cluster = FakeCluster::start();
    let me = User::new(&cluster, "me");
    let made = me.create(DISTRICTS, &district("d")).await.1;
    let one = format!("{DISTRICTS}/d");
    let add = json!([
        {"op": "test", "path": "/metadata/finalizers", "value": null},
        {"op": "add", "path": "/metadata/finalizers", "value": ["x/y"]},
    ]);
    assert_eq!(me.patch(&one, "json-patch+json", &add).await.0, 200);
    assert_eq!(
        me.patch(&one, "json-patch+json", &add).await.0,
        422,
        "no longer so"
    );
    let mut owned = map("owned", &json!({}));
    owned["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "linli.city/v1alpha1", "kind": "District", "name": "d", "uid": made["metadata"]["uid"],
    }]);
    me.create(MAPS, &owned).await;
    let leaving = me.delete(&one).await.1;
    assert!(leaving["metadata"]["deletionTimestamp"].is_string());
    assert_eq!(leaving["metadata"]["generation"], 2);
    assert_eq!(me.get(&one).await.0, 200);
    assert_eq!(
        cluster.object(&format!("{MAPS}/owned")).unwrap()["metadata"]["name"],
        "owned"
    );
    let done = json!([
        {"op": "test", "path": "/metadata/finalizers/0", "value": "x/y"},
        {"op": "remove", "path": "/metadata/finalizers/0"},
    ]);
    assert_eq!(me.patch(&one, "json-patch+json", &done).await.0, 200);
    assert_eq!(me.get(&one).await.0, 404);
    assert_eq!(cluster.object(&format!("{MAPS}/owned")), None);
}
