//! The contact vault (联系信息库): the only place where contacts are sealed and opened.

use auth::Ctx;
use chassis::{Deps, StartError};
use kernel::{ContactId, Timestamp};
use problem::{Category, Fact, Kind};
use store::{StoreError, Tx};

use super::{Identity, chain};
use crate::config::IdentityConfig;
use crate::crypto::{DataKey, SealError, SealRing};
use crate::domain::{Contact, ContactField, Details, Exclusion};
use crate::store::contacts::{self, SealedContact, SealedField};
use crate::store::exclusions;

/// Why a contact cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    #[error("no such contact within the caller's reach")]
    ContactUnknown,
    #[error("the account of the token does not exist, or cannot be used any more")]
    CallerUnknown,
    #[error("the caller keeps out of this")]
    Conflicted,
    #[error("the person wants it used for nothing but storage")]
    Restricted,
    #[error("nothing is said")]
    Empty,
    #[error("the contact changed since the caller saw it")]
    Precondition,
    #[error("it is not opened at this place")]
    PlaceOutside,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for VaultError {
    fn fact(&self) -> Fact {
        match self {
            Self::ContactUnknown => Fact::new(
                Kind::NotFound,
                "contact-not-found",
                "没有这条联系信息",
                "there is no such contact",
            ),
            Self::CallerUnknown => Fact::new(
                Kind::Unauthenticated,
                "token-invalid",
                "访问令牌无效",
                "the access token is not valid",
            ),
            Self::Conflicted => Fact::new(
                Kind::Forbidden,
                "conflict-of-interest",
                "您已登记回避，不能查看",
                "you keep out of this by an exclusion",
            ),
            Self::Restricted => Fact::new(
                Kind::Forbidden,
                "contact-restricted",
                "本人已要求限制处理",
                "the person wants it used for nothing but storage",
            ),
            Self::Empty => Fact::new(
                Kind::Invalid,
                "contact-empty",
                "姓名、电话、地址、身份证号至少填一项",
                "give at least one of name, phone, address and id number",
            )
            .at("/phone"),
            Self::Precondition => Fact::new(
                Kind::Precondition,
                "version-changed",
                "联系信息已被修改，请刷新后重试",
                "the contact changed meanwhile; read it again",
            ),
            Self::PlaceOutside => Fact::new(
                Kind::Forbidden,
                "place-outside",
                "此范围不归您管理",
                "the place is not yours to work at",
            )
            .at("/org_path"),
            Self::Seal(error) => error.fact(),
            Self::Store(error) => error.fact(),
        }
    }
}

/// A contact and what it says, in clear or masked.
#[derive(Debug, Clone)]
pub(crate) struct ContactFacts {
    pub(crate) contact: Contact,
    pub(crate) details: Details,
}

impl ContactFacts {
    /// Leaves nothing legible.
    pub(crate) fn masked(self) -> Self {
        Self {
            details: self.details.masked(),
            ..self
        }
    }
}

fn context(id: ContactId) -> String {
    format!("contact:{id}")
}

/// Purpose of the keyed digest of a field.
fn purpose(field: ContactField) -> &'static str {
    match field {
        ContactField::Phone => "contact.phone",
        ContactField::IdNumber => "contact.id_number",
        ContactField::Name | ContactField::Address => "contact",
    }
}

impl Identity {
    /// Adds a sealing key to the key file; processes that start from now on seal with it.
    ///
    /// # Errors
    /// The configuration is wrong, or the file cannot be read or written.
    pub fn add_sealing_key(deps: &Deps) -> Result<(), StartError> {
        let config: IdentityConfig = deps.section("identity")?;
        SealRing::add_key(&config.seal_file(&deps.data_dir))
            .map_err(|error| StartError::Other(chain(&error)))
    }

    /// Seals a contact with a key of its own.
    pub(crate) fn seal_contact(
        &self,
        contact: Contact,
        details: &Details,
    ) -> Result<SealedContact, SealError> {
        let key = DataKey::generate(
            &self.seals,
            self.config.contacts.cipher,
            &context(contact.id),
        )?;
        let mut fields = Vec::new();
        for (field, value) in details.iter() {
            fields.push(SealedField {
                field,
                sealed: key.seal(field.as_str(), value)?,
                blind: field.is_indexed().then(|| self.blind(field, value)),
            });
        }
        Ok(SealedContact {
            contact,
            key: key.wrapped().to_vec(),
            fields,
        })
    }

    /// When a contact is forgotten that staff took in, or used last, at `now`.
    pub(crate) fn contact_end(&self, now: Timestamp) -> Timestamp {
        now.plus(self.config.contact_life())
    }

    /// Opens a contact.
    pub(crate) fn open_contact(&self, sealed: SealedContact) -> Result<ContactFacts, SealError> {
        let id = sealed.contact.id;
        let key = DataKey::open_sealed(&self.seals, &context(id), &sealed.key)?;
        let opened = sealed.fields.iter().map(|field| {
            let value = key.open(field.field.as_str(), &field.sealed)?;
            Ok((field.field, value))
        });
        Ok(ContactFacts {
            details: opened.collect::<Result<Details, SealError>>()?,
            contact: sealed.contact,
        })
    }

    /// Keyed digest under which a value is looked up.
    pub(crate) fn blind(&self, field: ContactField, value: &str) -> Vec<u8> {
        self.seals.index(purpose(field), value).to_vec()
    }

    /// What stands for personal data in the fingerprint of a request: the plain digest of a phone number
    /// would be found by trying them all.
    pub(crate) fn fingerprint(&self, details: &Details) -> Vec<[u8; 32]> {
        let digest = |(field, value): (ContactField, &str)| self.seals.index(field.as_str(), value);
        details.iter().map(digest).collect()
    }

    /// Seals anew what an older sealing key or another cipher than the configured one has sealed: of the
    /// first the keys of contacts only, of the other the contents too. Returns how many contacts.
    ///
    /// # Errors
    /// The store does not answer, or a key does not open; what was done before stays.
    pub async fn reseal_contacts(&self) -> Result<u64, ResealError> {
        let mut after = None;
        let mut done = 0;
        loop {
            let page = self.db.maintain("contact.reseal", async |tx| {
                let keys = contacts::list_keys(&tx, after, RESEALED_AT_ONCE).await?;
                let mut resealed = 0;
                for (id, key) in &keys {
                    resealed += u64::from(self.reseal_contact(&tx, *id, key).await?);
                }
                Ok::<_, ResealError>((keys.last().map(|(id, _)| *id), resealed))
            });
            let (last, resealed) = page.await?;
            done += resealed;
            if last.is_none() {
                return Ok(done);
            }
            after = last;
        }
    }
}

impl Identity {
    async fn reseal_contact(
        &self,
        tx: &Tx,
        id: ContactId,
        key: &[u8],
    ) -> Result<bool, ResealError> {
        if SealRing::cipher_of(key) == Some(self.config.contacts.cipher) {
            let anew = DataKey::reseal(&self.seals, &context(id), key);
            return match anew.map_err(|_| ResealError::NotOpened(id))? {
                Some(anew) => Ok(contacts::save_key(tx, id, key, anew).await?),
                None => Ok(false),
            };
        }
        let Some(before) = contacts::find(tx, id).await? else {
            return Ok(false);
        };
        let facts = self.open_contact(before);
        let facts = facts.map_err(|_| ResealError::NotOpened(id))?;
        let anew = self.seal_contact(facts.contact, &facts.details);
        let anew = anew.map_err(|_| ResealError::NotOpened(id))?;
        Ok(contacts::save_sealed(tx, &anew, key).await?)
    }
}

/// Contacts of one transaction.
const RESEALED_AT_ONCE: u64 = 500;

/// Why keys are not sealed anew.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// Its sealing key is missing in the key file, or the row was changed.
    #[error("the key of {0} does not open")]
    NotOpened(ContactId),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds a contact that lies within the caller's reach for this operation.
pub(crate) async fn within_reach(
    tx: &Tx,
    ctx: &Ctx,
    id: ContactId,
) -> Result<SealedContact, VaultError> {
    let sealed = contacts::find(tx, id).await?;
    let sealed = sealed.filter(|sealed| ctx.is_open_at(&sealed.contact.path));
    let sealed = sealed.ok_or(VaultError::ContactUnknown)?;
    let exclusions = exclusions::list(tx, ctx.principal.account).await?;
    if keeps_out(&exclusions, &sealed.contact) {
        return Err(VaultError::Conflicted);
    }
    if sealed.contact.restricted {
        return Err(VaultError::Restricted);
    }
    Ok(sealed)
}

/// Finds a contact within the caller's reach to work with: its time begins anew.
pub(crate) async fn for_use(
    tx: &Tx,
    app: &Identity,
    ctx: &Ctx,
    id: ContactId,
) -> Result<SealedContact, VaultError> {
    let sealed = within_reach(tx, ctx, id).await?;
    contacts::keep_until(tx, &sealed.contact, app.contact_end(ctx.now)).await?;
    Ok(sealed)
}

/// Finds a contact of the caller's own.
pub(crate) async fn own(tx: &Tx, ctx: &Ctx, id: ContactId) -> Result<SealedContact, VaultError> {
    let sealed = contacts::find(tx, id).await?;
    let own = |sealed: &SealedContact| sealed.contact.owner == Some(ctx.principal.account);
    sealed.filter(own).ok_or(VaultError::ContactUnknown)
}

/// Says whether somebody with these exclusions keeps out of whatever concerns a contact.
pub(crate) fn keeps_out(exclusions: &[Exclusion], contact: &Contact) -> bool {
    exclusions
        .iter()
        .any(|exclusion| exclusion.about.concerns(contact.owner, &contact.path))
}
