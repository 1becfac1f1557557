//! The definitions at hand, by name and version.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::definition::Definition;
use super::district::{self, Override};
use super::load;
use super::problem::LoadError;

/// The definition files that are built in: name of the file and its text.
pub const BUNDLED: [(&str, &str); 23] = [
    (
        "workflows/five-order.toml",
        include_str!("../../../workflows/five-order.toml"),
    ),
    // for the orders that run by them
    (
        "workflows/earlier/five-order-1.toml",
        include_str!("../../../workflows/earlier/five-order-1.toml"),
    ),
    (
        "workflows/earlier/six-step-1.toml",
        include_str!("../../../workflows/earlier/six-step-1.toml"),
    ),
    (
        "workflows/earlier/six-step-2.toml",
        include_str!("../../../workflows/earlier/six-step-2.toml"),
    ),
    (
        "workflows/earlier/six-step-3.toml",
        include_str!("../../../workflows/earlier/six-step-3.toml"),
    ),
    (
        "workflows/earlier/whistle-1.toml",
        include_str!("../../../workflows/earlier/whistle-1.toml"),
    ),
    (
        "workflows/earlier/agent-service-1.toml",
        include_str!("../../../workflows/earlier/agent-service-1.toml"),
    ),
    (
        "workflows/earlier/five-order-2.toml",
        include_str!("../../../workflows/earlier/five-order-2.toml"),
    ),
    (
        "workflows/earlier/red-property-1.toml",
        include_str!("../../../workflows/earlier/red-property-1.toml"),
    ),
    (
        "workflows/earlier/secretary-project-1.toml",
        include_str!("../../../workflows/earlier/secretary-project-1.toml"),
    ),
    (
        "workflows/earlier/six-step-4.toml",
        include_str!("../../../workflows/earlier/six-step-4.toml"),
    ),
    (
        "workflows/earlier/three-step-1.toml",
        include_str!("../../../workflows/earlier/three-step-1.toml"),
    ),
    (
        "workflows/earlier/whistle-2.toml",
        include_str!("../../../workflows/earlier/whistle-2.toml"),
    ),
    (
        "workflows/earlier/mediation-1.toml",
        include_str!("../../../workflows/earlier/mediation-1.toml"),
    ),
    (
        "workflows/earlier/whistle-3.toml",
        include_str!("../../../workflows/earlier/whistle-3.toml"),
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
    /// What the definitions were read from, to apply what districts do otherwise.
    files: BTreeMap<(String, u32), (String, String)>,
    /// What districts have made of them: it grows while the service runs.
    published: Arc<RwLock<Published>>,
}

/// What districts have made of the definitions.
#[derive(Debug, Default)]
struct Published {
    /// Kept to the end of the process, as the files are: orders go on by any version that ever was.
    versions: BTreeMap<(String, u32), &'static Arc<Definition>>,
    /// The newest version of a workflow in a district.
    newest: BTreeMap<(String, String), u32>,
}

impl Catalogue {
    /// Loads the built-in definitions.
    pub fn bundled() -> Result<Self, LoadError> {
        let mut catalogue = Self::default();
        for (file, text) in BUNDLED {
            catalogue.insert_file(file, text)?;
        }
        Ok(catalogue)
    }

    /// Reads a definition file and adds it.
    ///
    /// # Errors
    /// The file is refused.
    pub fn insert_file(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let definition = load::parse(file, text)?;
        let key = (definition.name.clone(), definition.version);
        self.files.insert(key, (file.to_owned(), text.to_owned()));
        self.insert(definition);
        Ok(())
    }

    /// Makes of a definition what a district does otherwise; nothing where there is no such file.
    ///
    /// # Errors
    /// What becomes of it is refused.
    pub fn overridden(
        &self,
        (name, base): (&str, u32),
        changes: &Override,
        version: u32,
    ) -> Result<Option<Definition>, LoadError> {
        let Some((file, text)) = self.files.get(&(name.to_owned(), base)) else {
            return Ok(None);
        };
        district::apply((file, text), changes, version).map(Some)
    }

    /// Adds what a district has made of a definition; the same once more changes nothing.
    pub fn publish(&self, district: &str, definition: Definition) {
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let (name, version) = (definition.name.clone(), definition.version);
        let newest = published
            .newest
            .entry((name.clone(), district.to_owned()))
            .or_default();
        *newest = version.max(*newest);
        published
            .versions
            .entry((name, version))
            .or_insert_with(|| Box::leak(Box::new(Arc::new(definition))));
    }

    /// Tells whether a version of a district is known.
    #[must_use]
    pub fn knows(&self, name: &str, version: u32) -> bool {
        self.find(name, version).is_some()
    }

    /// Finds the definition for a new order of a district: its own where it has one.
    #[must_use]
    pub fn latest_in(&self, name: &str, district: &str) -> Option<&Arc<Definition>> {
        let own = {
            let published = self
                .published
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            let key = (name.to_owned(), district.to_owned());
            published.newest.get(&key).copied()
        };
        own.and_then(|version| self.find(name, version))
            .or_else(|| self.latest(name))
    }

    /// Adds a definition, or replaces the one of the same name and version.
    pub fn insert(&mut self, definition: Definition) {
        let key = (definition.name.clone(), definition.version);
        self.definitions.insert(key, Arc::new(definition));
    }

    /// Finds the definition of a running order.
    #[must_use]
    pub fn find(&self, name: &str, version: u32) -> Option<&Arc<Definition>> {
        let key = (name.to_owned(), version);
        self.definitions.get(&key).or_else(|| {
            let published = self
                .published
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            published.versions.get(&key).copied()
        })
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
