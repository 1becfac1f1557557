//! Accounts that identity knows: what somebody may give away, it looks up instead of believing a token.

use bus::{Envelope, EventMeta};
use contracts::identity::AccountGranted;
use kernel::{Clock, GrantId, IdSourceExt, OrgPath, Role, SystemClock, SystemIds, TypedId};
use scenarios::Running;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use store::StoreError;
use testkit::Caller;

/// Signs in an account that is kept with these grants, each a role and a path, and tells the others of them.
pub(crate) async fn caller(host: &Running, grants: &[(Role, &str)]) -> Caller {
    let caller = host.caller(grants);
    let db = host.database("identity").await;
    let account = caller.account;
    let kept: Result<(), StoreError> = db
        .write("test.known", async |tx| {
            let row = Query::insert()
                .into_table("account")
                .columns([
                    "id",
                    "username",
                    "display_name",
                    "password_hash",
                    "status",
                    "version",
                    "created_at",
                ])
                .values_panic([
                    account.uuid().into(),
                    format!("known-{}", account.uuid().simple()).into(),
                    "已知人员".into(),
                    "".into(),
                    "active".into(),
                    1_i64.into(),
                    0_i64.into(),
                ])
                .to_owned();
            tx.execute(&row).await?;
            for (role, path) in grants {
                let grant: GrantId = SystemIds::new().next();
                let row = Query::insert()
                    .into_table("account_grant")
                    .columns([
                        "id",
                        "account_id",
                        "role",
                        "org_path",
                        "categories",
                        "valid_from",
                        "created_at",
                        "told_at",
                    ])
                    .values_panic([
                        grant.uuid().into(),
                        account.uuid().into(),
                        role.to_string().into(),
                        (*path).into(),
                        "[]".into(),
                        0_i64.into(),
                        0_i64.into(),
                        0_i64.into(),
                    ])
                    .to_owned();
                tx.execute(&row).await?;
                let told = AccountGranted {
                    account_id: account,
                    grant_id: grant,
                    role: *role,
                    org_path: OrgPath::parse(path).expect("a path of the test"),
                };
                let meta = EventMeta {
                    id: SystemIds::new().next(),
                    subject: account.to_string(),
                    aggregate_version: 1,
                    time: SystemClock.now(),
                    district: String::new(),
                    actor: None,
                    correlation_id: "test".to_owned(),
                    causation_id: None,
                    traceparent: None,
                };
                bus::emit(&tx, vec![Envelope::new(meta, &told)]).await?;
            }
            Ok(())
        })
        .await;
    kept.expect("the account is kept");
    caller
}
