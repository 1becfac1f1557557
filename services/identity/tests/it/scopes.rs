//! What an application was let: to be told who somebody is, or to act for them.

use serde_json::{Value, json};
use testkit::Caller;

use crate::oauth::{OAUTH, asked, authorize, form, let_in_for, refresh, register};
use crate::{World, slug};

const IDENTITY: &str = "/api/identity/v1";

async fn told(caller: &Caller) -> Value {
    caller.get(&format!("{OAUTH}/userinfo")).await.expect(200)
}

#[tokio::test]
async fn an_application_that_may_not_act_is_told_who_somebody_is_and_no_more() {
    let world = World::start().await;
    let app = register(&world, "confidential").await;
    let other = register(&world, "machine").await;
    for (scope, named) in [
        ("openid offline_access", false),
        ("profile offline_access", true),
    ] {
        let tokens = let_in_for(&world, &app, "security", scope).await;
        let renewed = refresh(&world, &app, &tokens["refresh_token"])
            .await
            .expect(200);
        assert_eq!(renewed["scope"], scope);
        for tokens in [&tokens, &renewed] {
            let inside = world.caller(tokens).await;
            let about = told(&inside).await;
            assert_eq!(about["sub"], inside.account.to_string());
            assert_eq!(about.get("name").is_some(), named, "{scope}");
            assert_eq!(about.get("preferred_username").is_some(), named, "{scope}");
            let body = json!({"role": "grid_worker", "org_path": "/"});
            let grants = format!("{IDENTITY}/accounts/{}/grants", inside.account);
            for reply in [
                inside.get(&format!("{IDENTITY}/me")).await,
                inside.get(&format!("{IDENTITY}/me/sessions")).await,
                inside
                    .post(&format!("{IDENTITY}/me/data-exports"), &json!({}))
                    .await,
                inside.post(&grants, &body).await,
            ] {
                assert_eq!(slug(&reply, 401), "token-invalid");
            }
            let token = tokens["access_token"].as_str().unwrap();
            let shown = form(&world, "introspect", &other, &[("token", token)]).await;
            let shown = shown.expect(200);
            assert_eq!(
                (&shown["active"], &shown["scope"]),
                (&json!(true), &json!(scope))
            );
        }
    }
}

#[tokio::test]
async fn an_application_acts_where_it_was_registered_and_let_to() {
    let world = World::start().await;
    let app = register(&world, "public").await;
    let tokens = let_in_for(&world, &app, "worker", "offline_access act").await;
    let renewed = refresh(&world, &app, &tokens["refresh_token"])
        .await
        .expect(200);
    for tokens in [&tokens, &renewed] {
        let inside = world.caller(tokens).await;
        let me = inside.get(&format!("{IDENTITY}/me")).await.expect(200);
        assert_eq!(me["roles"], json!(["grid_worker"]));
    }
    // administrators do not act through what the system administrator registered
    for name in ["system", "security", "auditor"] {
        let tokens = let_in_for(&world, &app, name, "act").await;
        let inside = world.caller(&tokens).await;
        inside.get(&format!("{IDENTITY}/me")).await.expect(200);
        for list in ["accounts", "oauth/clients", "access-log"] {
            let reply = inside.get(&format!("{IDENTITY}/{list}")).await;
            assert_eq!(slug(&reply, 403), "role-missing", "{name} {list}");
        }
    }
    let system = world.sign_in("system").await;
    let clients = format!("{OAUTH}/clients");
    let body = json!({"name": "街道通", "kind": "public", "redirect_uris": [crate::oauth::BACK]});
    let made = system.post(&clients, &body).await.expect(201);
    assert_eq!(made["may_act"], false);
    let mut query = asked(&app);
    query.insert("client_id", made["id"].as_str().unwrap().to_owned());
    query.insert("scope", "openid act".to_owned());
    let worker = world.sign_in("worker").await;
    assert_eq!(authorize(&worker, &query).await["error"], "invalid_scope");
    let machine = json!({"name": "热线", "kind": "machine", "may_act": true});
    let refused = system.post(&clients, &machine).await;
    assert_eq!(slug(&refused, 422), "machine-for-people");
}
