//! What identity keeps of people: a contact, requests to see it, guardians, a request about data.

use kernel::{Clock, Role, SystemClock};
use scenarios::order::text;
use serde_json::{Value, json};

use crate::world::{COMPOUND, World};

/// A number that nobody has.
pub(super) const PHONE: &str = "19900000001";

const API: &str = "/api/identity/v1";

/// Ids of real objects.
pub(super) struct Private {
    pub(super) contact: String,
    /// Waits for a decision.
    pub(super) reveal: String,
    /// Another one.
    pub(super) refused_reveal: String,
    pub(super) exclusion: String,
    /// Waits to be checked.
    pub(super) guardianship: String,
    /// Another one.
    pub(super) refused_guardianship: String,
    pub(super) request: String,
}

/// A contact in the compound.
pub(super) fn contact(confidential: bool) -> Value {
    json!({"org_path": COMPOUND, "phone": PHONE, "confidential": confidential})
}

/// A child who will be 14 in a year.
pub(super) fn claim(minor: &str) -> Value {
    let birthday = SystemClock
        .now()
        .plus(std::time::Duration::from_hours(24 * 365));
    json!({"minor": minor, "ends_at": birthday})
}

impl Private {
    pub(super) async fn make(world: &World, account: &str) -> Self {
        let resident = [(Role::Resident, COMPOUND)];
        let parent = world.person(&resident).await;
        let staff = world.host.caller(&[(Role::CommunityDispatcher, COMPOUND)]);
        let security = world.host.caller(&[(Role::SecurityAdmin, "/")]);
        let post = async |caller: &testkit::Caller, path: &str, body: Value| {
            let made = caller
                .post(&format!("{API}/{path}"), &body)
                .await
                .expect(201);
            text(&made, "id").to_owned()
        };
        let secret = post(&staff, "contacts", contact(true)).await;
        let reveals = format!("contacts/{secret}/reveals");
        let reason = json!({"fields": ["phone"], "reason": "回访核实"});
        let mut claims = Vec::new();
        for _ in 0..2 {
            let child = world.person(&resident).await.account.to_string();
            claims.push(post(&parent, "me/guardianships", claim(&child)).await);
        }
        let exclusions = format!("accounts/{account}/exclusions");
        let about = json!({"organisation": DISTRICT_OFFICE, "reason": "亲属任职"});
        let erase = json!({"kind": "erase", "detail": "请依法办理"});
        Self {
            contact: post(&staff, "contacts", contact(false)).await,
            reveal: post(&staff, &reveals, reason.clone()).await,
            refused_reveal: post(&staff, &reveals, reason).await,
            exclusion: post(&security, &exclusions, about).await,
            guardianship: claims.remove(0),
            refused_guardianship: claims.remove(0),
            request: post(&parent, "me/privacy-requests", erase).await,
        }
    }
}

/// An organisation that nothing else here is about.
const DISTRICT_OFFICE: &str = "420105000000.XF";
