//! The demo district: made on the first start, found again on the next ones.

mod passwords;
mod world;

use std::collections::HashMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use auth::Grant;
use chassis::Deps;
use identity::Identity;
use identity::bootstrap::{self, SeedAccount, Seeded};
use identity::domain::Password;
use kernel::{OrgCode, OrgPath};
use registry::seed::{self, NewOrganisation};

use crate::client::{self, DemoAccount};
use world::World;

/// Tells what is going on.
pub(crate) type Say<'a> = &'a dyn Fn(&str);

/// What became of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demo {
    /// It was made now.
    Made,
    /// It was there, and its logins are in the data folder.
    There,
    /// The database has it; its logins were written somewhere else, or taken away.
    Elsewhere,
}

/// Makes the demo district unless it is there.
pub(crate) async fn seed(
    registry: &Deps,
    identity: &Deps,
    data: &Path,
    say: Say<'_>,
) -> anyhow::Result<Demo> {
    let file = data.join(client::ACCOUNTS_FILE);
    if file.exists() {
        return Ok(Demo::There);
    }
    let world = World::read()?;
    say("首次启动，正在建立示范区 (first start: making the demo district)");
    let divisions = seed::seed_divisions(registry, seed::HANYANG).await?;
    say(&format!(
        "  汉阳区区划 divisions: {}",
        divisions.created + divisions.unchanged
    ));
    let paths = organisations(registry, &world).await?;
    say(&format!("  组织 organisations: {}", paths.len()));
    // Passwords are on disk before the accounts are made: a start that is broken off in between
    // goes on with the same ones.
    let plan = file.with_extension("new");
    let (accounts, planned) = match client::read_accounts(&plan) {
        Ok(accounts) => (accounts, true),
        Err(_) => (world.accounts()?, false),
    };
    write_private(&plan, &serde_json::to_vec_pretty(&accounts)?)?;
    let existing = make_accounts(identity, &world, &paths, &accounts).await?;
    if existing && !planned {
        // their passwords are those of another plan
        std::fs::remove_file(&plan)?;
        say(
            "  示范账号已有，口令不在此数据目录 (the accounts are there, their passwords are elsewhere)",
        );
        return Ok(Demo::Elsewhere);
    }
    std::fs::rename(&plan, &file)?;
    say(&format!("  账号 accounts: {}", accounts.len()));
    Ok(Demo::Made)
}

async fn organisations(registry: &Deps, world: &World) -> anyhow::Result<HashMap<String, OrgPath>> {
    let mut paths = HashMap::new();
    for organisation in world.organisations() {
        let code: OrgCode = organisation.code.parse()?;
        let new = NewOrganisation {
            code: code.clone(),
            name: organisation.name.parse()?,
            kind: organisation.kind,
            parent_code: Some(organisation.parent.parse()?),
        };
        let path = seed::seed_organisation(registry, new).await?;
        for above in path.ancestors() {
            if let Some(code) = above.leaf() {
                paths.insert(code.to_string(), above);
            }
        }
        paths.insert(code.to_string(), path);
    }
    paths.insert("/".to_owned(), OrgPath::root());
    Ok(paths)
}

/// Tells whether some accounts were there before.
async fn make_accounts(
    identity: &Deps,
    world: &World,
    paths: &HashMap<String, OrgPath>,
    accounts: &[DemoAccount],
) -> anyhow::Result<bool> {
    let identity = Identity::new(identity)?;
    let mut seeds = Vec::with_capacity(accounts.len());
    for account in accounts {
        let scope = paths
            .get(&account.scope)
            .with_context(|| account.scope.clone())?;
        let roles = world.roles_of(account)?;
        seeds.push(SeedAccount {
            username: account.username.parse()?,
            display_name: account.name.parse()?,
            password: Password::new(account.password.clone()),
            grants: roles
                .into_iter()
                .map(|role| Grant::new(role, scope.clone()))
                .collect(),
        });
    }
    let seeded = bootstrap::seed_accounts(&identity, seeds).await?;
    Ok(seeded
        .iter()
        .any(|account| matches!(account, Seeded::Existing(_))))
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    Ok(())
}
