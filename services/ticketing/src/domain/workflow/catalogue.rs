//! The definitions at hand, by name and version.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::definition::Definition;
use super::load;
use super::problem::LoadError;

/// The definition files that are built in: name of the file and its text.
pub const BUNDLED: [(&str, &str); 10] = [
    (
        "workflows/five-order.toml",
        include_str!("../../../workflows/five-order.toml"),
    ),
    // for the orders that run by it
    (
        "workflows/earlier/six-step-1.toml",
        include_str!("../../../workflows/earlier/six-step-1.toml"),
    ),
    (
        "workflows/six-step.toml",
        include_str!("../../../workflows/six-step.toml"),
    ),
    (
        "workflows/three-order.toml",
        include_str!("../../../workflows/three-order.toml"),
    ),
    (
        "workflows/whistle.toml",
        include_str!("../../../workflows/whistle.toml"),
    ),
    (
        "workflows/red-property.toml",
        include_str!("../../../workflows/red-property.toml"),
    ),
    (
        "workflows/mediation.toml",
        include_str!("../../../workflows/mediation.toml"),
    ),
    (
        "workflows/secretary-project.toml",
        include_str!("../../../workflows/secretary-project.toml"),
    ),
    (
        "workflows/three-step.toml",
        include_str!("../../../workflows/three-step.toml"),
    ),
    (
        "workflows/agent-service.toml",
        include_str!("../../../workflows/agent-service.toml"),
    ),
];

/// All definitions, old versions included: an order keeps the one it began with.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    definitions: BTreeMap<(String, u32), Arc<Definition>>,
}

impl Catalogue {
    /// Loads the built-in definitions.
    pub fn bundled() -> Result<Self, LoadError> {
        let mut catalogue = Self::default();
        for (file, text) in BUNDLED {
            catalogue.insert(load::parse(file, text)?);
        }
        Ok(catalogue)
    }

    /// Adds a definition, or replaces the one of the same name and version.
    pub fn insert(&mut self, definition: Definition) {
        let key = (definition.name.clone(), definition.version);
        self.definitions.insert(key, Arc::new(definition));
    }

    /// Finds the definition of a running order.
    #[must_use]
    pub fn find(&self, name: &str, version: u32) -> Option<&Arc<Definition>> {
        self.definitions.get(&(name.to_owned(), version))
    }

    /// Finds the definition for a new order: the newest version.
    #[must_use]
    pub fn latest(&self, name: &str) -> Option<&Arc<Definition>> {
        let versions = (name.to_owned(), 0)..=(name.to_owned(), u32::MAX);
        self.definitions
            .range(versions)
            .next_back()
            .map(|(_, definition)| definition)
    }

    /// Walks all definitions by name and version.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.definitions.values()
    }
}
