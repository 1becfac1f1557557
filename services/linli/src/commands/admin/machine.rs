use std::fmt::Write as _;

use anyhow::Context;
use identity::Identity;
use identity::bootstrap::{MadeMachine, NewMachine, make_machines};
use identity::domain::ClientName;
use kernel::{Role, TextError};
use serde_json::{Value, json};

use super::{Settings, open};
use crate::outcome::Stop;

/// The operator's accounts: key of the Secret, name, role. They are two because the system administrator holds no
/// other role.
const MACHINES: [(&str, &str, Role); 2] = [
    ("places", "operator places", Role::PlatformOperator),
    ("registrar", "operator registrar", Role::SystemAdmin),
];

/// Makes the machine accounts of the controller of districts, and prints what opens them.
pub(super) async fn run(
    settings: &Settings,
    secret: Option<&str>,
    renew: bool,
    json: bool,
) -> anyhow::Result<()> {
    let wanted = MACHINES.map(|(_, name, role)| {
        let name: Result<ClientName, TextError> = name.parse();
        name.map(|name| NewMachine { name, role })
    });
    let wanted: Result<Vec<_>, _> = wanted.into_iter().collect();
    let offline = open(settings).await?;
    let identity = Identity::new(offline.deps("identity").context("identity")?)?;
    let made = make_machines(&identity, &wanted?, renew).await;
    offline.close().await;
    let made = made.map_err(|error| Stop::Failed(error.to_string()))?;
    let text = match secret {
        Some(name) => manifest(name, &made),
        None if json => document(&made).to_string(),
        None => table(&made),
    };
    println!("{}", text.trim_end());
    Ok(())
}

/// A Secret as the chart's `operator.secretName` expects it. Ids and secrets are letters, digits, `-` and `_`.
fn manifest(name: &str, made: &[MadeMachine]) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ntype: Opaque\nstringData:\n"
    );
    for ((key, ..), made) in MACHINES.iter().zip(made) {
        // writing to a string cannot fail
        let _ = writeln!(text, "  {key}-id: \"{}\"", made.client);
        let _ = writeln!(text, "  {key}-secret: \"{}\"", made.secret);
    }
    text
}

fn document(made: &[MadeMachine]) -> Value {
    let machines = made.iter().map(|made| {
        json!({
            "name": made.name,
            "role": made.role,
            "account": made.account,
            "client_id": made.client,
            "client_secret": made.secret,
        })
    });
    json!({"machines": machines.collect::<Vec<_>>()})
}

fn table(made: &[MadeMachine]) -> String {
    let mut text = "密钥只显示这一次 (the secrets are shown this once)\n".to_owned();
    for made in made {
        let _ = writeln!(
            text,
            "{} ({}) {}",
            made.name.as_str(),
            made.role,
            made.account
        );
        let _ = writeln!(text, "  client_id:     {}", made.client);
        let _ = writeln!(text, "  client_secret: {}", made.secret);
    }
    text
}
