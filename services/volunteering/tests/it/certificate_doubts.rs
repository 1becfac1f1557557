//! What a certificate says is so when it is signed, and its holder decides on nothing of it.

use kernel::Role;
use serde_json::{Value, json};

use crate::certificates::{announce, check, served, week};
use crate::service::{API, Service};
use crate::{COMPOUND, problem};

#[tokio::test]
async fn whose_certificate_it_is_neither_reads_nor_answers_objections() {
    let service = Service::start().await;
    // a volunteer who runs the place
    let holder = service.caller(&[(Role::CompoundDispatcher, COMPOUND)]);
    let holder = service.enrol(holder).await;
    let id = served(&service, &holder).await;
    let announced = announce(&service, &id).await;
    let one = format!("{API}/certificates/{}", announced["id"].as_str().unwrap());
    let objections = format!("{one}/objections");
    let neighbour = service.caller(&[(Role::Resident, COMPOUND)]);
    let why = json!({"reason": "当天下雨，活动提前结束"});
    neighbour.post(&objections, &why).await.expect(204);
    for refused in [
        holder.get(&objections).await,
        holder.post(&format!("{objections}/dismiss"), &why).await,
        holder.post(&format!("{one}/revoke"), &why).await,
    ] {
        assert_eq!(problem(&refused.expect(403)), "own-certificate");
    }
    assert_eq!(week(&service).await, 0);
    let shown = service.staff.get(&objections).await.expect(200);
    assert_eq!(shown["items"][0]["answer"], Value::Null);
    service
        .staff
        .post(&format!("{objections}/dismiss"), &why)
        .await
        .expect(200);
    service.stage.host.stop().await;
}

#[tokio::test]
async fn nothing_is_signed_over_hours_that_were_refused_meanwhile() {
    let service = Service::start().await;
    let (volunteer, other) = (service.volunteer().await, service.volunteer().await);
    let id = served(&service, &volunteer).await;
    let announced = announce(&service, &id).await;
    let refuse = json!({"verdict": "refuse", "reason": "未到场"});
    service.judge(&volunteer, &refuse).await;
    assert_eq!(week(&service).await, 0);
    let number = &announced["number"];
    let known = check(&service, number).await;
    assert_eq!(known["good"], json!(false));
    let mine = format!("{API}/me/certificates");
    let mine = volunteer.get(&mine).await.expect(200);
    assert_eq!(mine["items"][0]["state"], json!("revoked"));
    let certificate = announced["id"].as_str().unwrap();
    assert_eq!(service.stage.heard_of(certificate, 1).await, ["revoked"]);
    let notices = format!("{API}/certificates?org_path={COMPOUND}");
    let shown = other.get(&notices).await.expect(200);
    assert!(crate::ids(&shown).is_empty());
    let document = format!("{API}/certificates/{}/document", number.as_str().unwrap());
    let refused = volunteer.get(&document).await.expect(409);
    assert_eq!(problem(&refused), "no-document");
    assert_eq!(service.run("issue_certificates").await, 0);
    service.stage.host.stop().await;
}
