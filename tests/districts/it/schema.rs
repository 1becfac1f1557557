//! What the cluster refuses by the schema of the definition, before the operator sees it.

use operator::crd::District;
use operator::kube::api::{Patch, PatchParams, PostParams};
use operator::kube::{Api, Error};
use serde_json::{Value, json};

use crate::CODE;
use crate::place::{Place, object};

/// Declares a district that differs from a sound one.
async fn declare(districts: &Api<District>, name: &str, more: &Value) -> Result<District, Error> {
    let mut spec = json!({"code": CODE, "name": "汉阳区"});
    let more = more.as_object().unwrap().clone();
    spec.as_object_mut().unwrap().extend(more);
    let district = object(json!({
        "apiVersion": "linli.city/v1alpha1", "kind": "District", "metadata": {"name": name}, "spec": spec,
    }));
    districts.create(&PostParams::default(), &district).await
}

fn assert_refused(what: &str, answer: Result<District, Error>, said: &str) {
    let Err(Error::Api(refused)) = answer else {
        panic!("{what} is taken: {answer:?}");
    };
    assert_eq!(refused.code, 422, "{what}: {refused:?}");
    assert!(refused.message.contains(said), "{what}: {refused:?}");
}

#[tokio::test]
async fn a_real_cluster_refuses_what_makes_no_sense() {
    let place = Place::new().await;
    if !place.is_real() {
        eprintln!("skipped: testkit's API server asks no schema; set LINLI_TEST_KUBECONFIG");
        return;
    }
    let client = place.client("tests").await;
    let districts: Api<District> = Api::namespaced(client, &place.namespace);
    let account = "acc_00000000000000000000000000";
    let map = json!({"name": "divisions", "key": "csv"});
    let flow = json!({"name": "six-step", "configMap": map});
    for (what, more, said) in [
        (
            "a city's code",
            json!({"code": "420100000000"}),
            "spec.code",
        ),
        (
            "another city's parent",
            json!({"parentCode": "420200000000"}),
            "parentCode",
        ),
        (
            "an administrator twice",
            json!({"administrators": [account, account]}),
            "administrators",
        ),
        (
            "divisions from two places",
            json!({"divisions": {"configMap": map, "url": "http://files.linli.svc/a.csv"}}),
            "configMap 与 url",
        ),
        (
            "divisions from nowhere",
            json!({"divisions": {}}),
            "configMap 与 url",
        ),
        (
            "two calendars",
            json!({"calendar": {"configMap": map, "profile": "city"}}),
            "configMap 与 profile",
        ),
        (
            "a workflow twice",
            json!({"workflows": [flow, flow]}),
            "workflows",
        ),
    ] {
        let answer = declare(&districts, "refused", &more).await;
        assert_refused(what, answer, said);
    }
    let sound = json!({
        "parentCode": "420100000000", "administrators": [account], "divisions": {"configMap": map},
        "calendar": {"profile": "city"}, "slaProfile": "city", "workflows": [flow],
    });
    declare(&districts, "sound", &sound).await.unwrap();
    let other = Patch::Merge(json!({"spec": {"code": "420106000000"}}));
    let manner = PatchParams::default();
    let changed = districts.patch("sound", &manner, &other);
    assert_refused("another code", changed.await, "code 不可更改");
    place.leave().await;
}
