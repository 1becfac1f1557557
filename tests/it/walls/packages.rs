//! What `cargo metadata` says.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::OnceLock;

use scenarios::repository;
use serde_json::Value;

use super::assert_none;

/// Packages of the workspace.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let text = cargo(
            &["metadata", "--format-version", "1"],
            &["--offline", "--no-deps"],
        );
        serde_json::from_str(&text).expect("cargo writes JSON")
    })
}

fn cargo(command: &[&str], flags: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut cargo = Command::new(cargo);
    let output = cargo
        .args(command)
        .args(flags)
        .current_dir(repository::root())
        .output();
    let output = output.expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo writes text")
}

/// One package of the workspace.
struct Member<'a> {
    name: &'a str,
    /// Its folder from the root.
    folder: String,
    /// Names of what it depends on, for any purpose.
    needs: BTreeSet<&'a str>,
}

impl Member<'_> {
    /// What lies within a service's folder is a part of that service, pure and without a way in.
    fn is_service(&self) -> bool {
        let name = self.folder.strip_prefix("services/");
        name.is_some_and(|name| !name.contains('/'))
    }
}

fn members() -> Vec<Member<'static>> {
    let metadata = metadata();
    let root = metadata["workspace_root"].as_str().expect("a root");
    let inside = list(&metadata["workspace_members"]);
    let packages = list(&metadata["packages"])
        .iter()
        .filter(|package| inside.contains(&package["id"]));
    let members = packages.map(|package| {
        let manifest = package["manifest_path"].as_str().expect("a path");
        let folder = manifest
            .strip_prefix(root)
            .and_then(|path| path.strip_suffix("/Cargo.toml"));
        let needs = list(&package["dependencies"])
            .iter()
            .filter_map(|need| need["name"].as_str());
        Member {
            name: package["name"].as_str().expect("a name"),
            folder: folder
                .expect("members lie below the root")
                .trim_start_matches('/')
                .to_owned(),
            needs: needs.collect(),
        }
    });
    members.collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).expect("a list")
}

#[test]
fn services_never_depend_on_one_another() {
    let members = members();
    let services: BTreeSet<&str> = members
        .iter()
        .filter(|member| member.is_service())
        .map(|member| member.name)
        .collect();
    assert!(services.len() >= 6, "{services:?}");
    let mut found = Vec::new();
    for member in members
        .iter()
        .filter(|member| !["linli", "scenarios", "load", "districts"].contains(&member.name))
    {
        let others = member
            .needs
            .iter()
            .filter(|need| services.contains(*need) && **need != member.name);
        found.extend(others.map(|other| format!("{} needs {other}", member.name)));
    }
    assert_none(&found, "services never depend on one another");
}

#[test]
fn shared_crates_point_in_one_direction() {
    let order = [
        "kernel",
        "problem",
        "tables",
        "contracts",
        "store",
        "bus",
        "exclusions",
        "auth",
        "chassis",
        "testkit",
    ];
    let place = |name: &str| order.iter().position(|known| *known == name);
    let mut found = Vec::new();
    for member in members()
        .iter()
        .filter(|member| member.folder.starts_with("shared/"))
    {
        let own = place(member.name).unwrap_or_else(|| panic!("{} has no place", member.name));
        let above = member
            .needs
            .iter()
            .filter(|need| place(need).is_some_and(|other| other > own));
        // tests of a shared crate may use testkit
        let above = above.filter(|need| **need != "testkit");
        found.extend(above.map(|other| format!("{} needs {other}", member.name)));
    }
    assert_none(&found, "shared crates depend on those before them only");
}

#[test]
fn the_controller_is_the_only_one_that_knows_kube() {
    let found: Vec<String> = members()
        .iter()
        .filter(|member| member.name != "operator" && member.needs.contains("kube"))
        .map(|member| member.name.to_owned())
        .collect();
    assert_none(&found, "kube stays in operator");
}

#[test]
fn every_crate_has_a_readme() {
    let root = repository::root();
    let found: Vec<String> = members()
        .into_iter()
        .filter(|member| !root.join(&member.folder).join("README.md").is_file())
        .map(|member| member.folder)
        .collect();
    assert_none(&found, "every crate has a README.md");
}

#[test]
fn dependencies_are_named_once_in_the_workspace() {
    let mut found = Vec::new();
    for member in members() {
        let manifest = repository::read(&format!("{}/Cargo.toml", member.folder));
        let own = manifest.lines().enumerate().filter(|(_, line)| {
            let version = line.split_once('=').map(|(_, value)| value.trim());
            version.is_some_and(|value| {
                value.starts_with("{ version") || value.starts_with("{version")
            })
        });
        found.extend(own.map(|(index, line)| format!("{}:{}: {line}", member.folder, index + 1)));
    }
    assert_none(&found, "versions stand in the root Cargo.toml");
}

/// Names of everything that is built into the program, tests and build scripts excepted; `cargo
/// metadata` names what some feature could bring in besides.
fn built_in() -> BTreeSet<String> {
    let flags = [
        "--offline",
        "--package",
        "linli",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    let tree = cargo(&["tree", "--format", "{p}"], &flags);
    let names = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

#[test]
fn there_is_one_crypto_backend() {
    let built_in = built_in();
    assert!(built_in.contains("aws-lc-rs"), "the tree was not read");
    let others = [
        "ring",
        "openssl",
        "openssl-sys",
        "native-tls",
        "boring",
        "mbedtls",
    ];
    let found: Vec<String> = others
        .into_iter()
        .filter(|name| built_in.contains(*name))
        .map(str::to_owned)
        .collect();
    assert_none(&found, "aws-lc-rs is the one crypto backend");
}
