//! Contacts and their sealed fields.

use kernel::{AccountId, ContactId, OrgPath, Timestamp, TypedId, Version};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use store::{StoreError, Tx, affected_one};
use uuid::Uuid;

use super::{corrupt, relocations};
use crate::domain::{Contact, ContactField};

mod row {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: kernel::ContactId,
        pub owner_id: Option<kernel::AccountId>,
        pub org_path: kernel::OrgPath,
        pub confidential: bool,
        pub sealed_key: Vec<u8>,
        pub version: kernel::Version,
        pub created_by: kernel::AccountId,
        pub created_at: kernel::Timestamp,
        pub restricted: bool,
        pub kept_until: Option<kernel::Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod field {
    #![expect(unreachable_pub, reason = "sea-orm's derives need public items")]

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact_field")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub contact_id: kernel::ContactId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub field: String,
        pub sealed: Vec<u8>,
        pub blind: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A field as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct SealedField {
    pub(crate) field: ContactField,
    pub(crate) sealed: Vec<u8>,
    /// Keyed digest, of fields by which contacts are looked up.
    pub(crate) blind: Option<Vec<u8>>,
}

/// A contact as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct SealedContact {
    pub(crate) contact: Contact,
    pub(crate) key: Vec<u8>,
    pub(crate) fields: Vec<SealedField>,
}

impl SealedContact {
    fn new(row: row::Model) -> Self {
        Self {
            contact: Contact {
                id: row.id,
                owner: row.owner_id,
                path: row.org_path,
                confidential: row.confidential,
                version: row.version,
                created_by: row.created_by,
                created_at: row.created_at,
                restricted: row.restricted,
                kept_until: row.kept_until,
            },
            key: row.sealed_key,
            fields: Vec::new(),
        }
    }
}

impl TryFrom<field::Model> for SealedField {
    type Error = StoreError;

    fn try_from(row: field::Model) -> Result<Self, StoreError> {
        let known = ContactField::ALL
            .into_iter()
            .find(|known| known.as_str() == row.field);
        Ok(Self {
            field: known.ok_or_else(|| corrupt("contact_field.field", &row.field))?,
            sealed: row.sealed,
            blind: row.blind,
        })
    }
}

/// Inserts a contact with its fields.
pub(crate) async fn insert(tx: &Tx, sealed: &SealedContact) -> Result<(), StoreError> {
    let contact = &sealed.contact;
    let row = row::ActiveModel {
        id: Set(contact.id),
        owner_id: Set(contact.owner),
        org_path: Set(contact.path.clone()),
        confidential: Set(contact.confidential),
        sealed_key: Set(sealed.key.clone()),
        version: Set(contact.version),
        created_by: Set(contact.created_by),
        created_at: Set(contact.created_at),
        restricted: Set(contact.restricted),
        kept_until: Set(contact.kept_until),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    insert_fields(tx, contact.id, &sealed.fields).await
}

async fn insert_fields(
    tx: &Tx,
    contact: ContactId,
    fields: &[SealedField],
) -> Result<(), StoreError> {
    let rows = fields.iter().map(|field| field::ActiveModel {
        contact_id: Set(contact),
        field: Set(field.field.as_str().to_owned()),
        sealed: Set(field.sealed.clone()),
        blind: Set(field.blind.clone()),
    });
    field::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Replaces content and settings of a contact that had the version `before`.
pub(crate) async fn replace(
    tx: &Tx,
    sealed: &SealedContact,
    before: Version,
) -> Result<(), StoreError> {
    let contact = &sealed.contact;
    let changed = row::ActiveModel {
        org_path: Set(contact.path.clone()),
        confidential: Set(contact.confidential),
        sealed_key: Set(sealed.key.clone()),
        version: Set(contact.version),
        ..Default::default()
    };
    store::save_over(
        tx,
        changed,
        row::Column::Id.eq(contact.id),
        row::Column::Version.eq(before),
    )
    .await?;
    delete_fields(tx, contact.id).await?;
    insert_fields(tx, contact.id, &sealed.fields).await
}

/// Deletes a contact, key and all.
pub(crate) async fn delete(tx: &Tx, id: ContactId) -> Result<(), StoreError> {
    delete_fields(tx, id).await?;
    let gone = row::Entity::delete_by_id(id).exec(tx).await?;
    affected_one(gone.rows_affected)
}

/// Deletes a contact that has this version, key and all; stale if it was changed meanwhile.
pub(crate) async fn delete_seen(tx: &Tx, id: ContactId, seen: Version) -> Result<(), StoreError> {
    let known = row::Entity::find_by_id(id)
        .filter(row::Column::Version.eq(seen))
        .lock_exclusive()
        .one(tx)
        .await?;
    if known.is_none() {
        return Err(StoreError::Stale);
    }
    delete(tx, id).await
}

/// Deletes all contacts of an account, keys and all.
pub(crate) async fn delete_of(tx: &Tx, owner: AccountId) -> Result<(), StoreError> {
    let ids: Vec<ContactId> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::OwnerId.eq(owner))
        .into_tuple()
        .all(tx)
        .await?;
    field::Entity::delete_many()
        .filter(field::Column::ContactId.is_in(ids))
        .exec(tx)
        .await?;
    row::Entity::delete_many()
        .filter(row::Column::OwnerId.eq(owner))
        .exec(tx)
        .await?;
    Ok(())
}

/// Leaves all contacts of an account for storage only, or no longer.
pub(crate) async fn set_restricted(
    tx: &Tx,
    owner: AccountId,
    restricted: bool,
) -> Result<(), StoreError> {
    row::Entity::update_many()
        .set(row::ActiveModel {
            restricted: Set(restricted),
            ..Default::default()
        })
        .filter(row::Column::OwnerId.eq(owner))
        .exec(tx)
        .await?;
    Ok(())
}

async fn delete_fields(tx: &Tx, id: ContactId) -> Result<(), StoreError> {
    field::Entity::delete_many()
        .filter(field::Column::ContactId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Finds a contact.
pub(crate) async fn find(tx: &Tx, id: ContactId) -> Result<Option<SealedContact>, StoreError> {
    let row = row::Entity::find_by_id(id).one(tx).await?;
    Ok(with_fields(tx, row.into_iter().collect()).await?.pop())
}

/// Lists the contacts of an account, oldest first.
pub(crate) async fn list_of(tx: &Tx, owner: AccountId) -> Result<Vec<SealedContact>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::Column::OwnerId.eq(owner))
        .order_by_asc(row::Column::Id)
        .all(tx)
        .await?;
    with_fields(tx, rows).await
}

/// Counts the contacts of an account.
pub(crate) async fn count_of(tx: &Tx, owner: AccountId) -> Result<u64, StoreError> {
    let own = row::Entity::find().filter(row::Column::OwnerId.eq(owner));
    Ok(own.count(tx).await?)
}

/// Lists some of the contacts with this keyed digest, newest first.
pub(crate) async fn list_by_blind(
    tx: &Tx,
    field: ContactField,
    blind: &[u8],
    limit: u64,
) -> Result<Vec<SealedContact>, StoreError> {
    let ids: Vec<ContactId> = field::Entity::find()
        .select_only()
        .column(field::Column::ContactId)
        .filter(field::Column::Field.eq(field.as_str()))
        .filter(field::Column::Blind.eq(blind))
        .order_by_desc(field::Column::ContactId)
        .limit(limit)
        .into_tuple()
        .all(tx)
        .await?;
    let rows = row::Entity::find()
        .filter(row::Column::Id.is_in(ids))
        .order_by_desc(row::Column::Id)
        .all(tx)
        .await?;
    with_fields(tx, rows).await
}

/// Lists the sealed keys of contacts behind `after`.
pub(crate) async fn list_keys(
    tx: &Tx,
    after: Option<ContactId>,
    limit: u64,
) -> Result<Vec<(ContactId, Vec<u8>)>, StoreError> {
    let mut page = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .column(row::Column::SealedKey)
        .order_by_asc(row::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        page = page.filter(row::Column::Id.gt(after));
    }
    Ok(page.into_tuple().all(tx).await?)
}

/// Saves a key that was sealed anew, unless the contact got another one meanwhile.
pub(crate) async fn save_key(
    tx: &Tx,
    id: ContactId,
    before: &[u8],
    key: Vec<u8>,
) -> Result<bool, StoreError> {
    let saved = row::Entity::update_many()
        .set(row::ActiveModel {
            sealed_key: Set(key),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::SealedKey.eq(before))
        .exec(tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Saves key and content that were sealed anew, unless the contact got another key meanwhile.
pub(crate) async fn save_sealed(
    tx: &Tx,
    anew: &SealedContact,
    before: &[u8],
) -> Result<bool, StoreError> {
    let id = anew.contact.id;
    if !save_key(tx, id, before, anew.key.clone()).await? {
        return Ok(false);
    }
    delete_fields(tx, id).await?;
    insert_fields(tx, id, &anew.fields).await?;
    Ok(true)
}

async fn with_fields(tx: &Tx, rows: Vec<row::Model>) -> Result<Vec<SealedContact>, StoreError> {
    let mut contacts: Vec<SealedContact> = rows.into_iter().map(SealedContact::new).collect();
    if contacts.is_empty() {
        return Ok(contacts);
    }
    let ids = contacts.iter().map(|sealed| sealed.contact.id);
    let fields = field::Entity::find()
        .filter(field::Column::ContactId.is_in(ids))
        .all(tx)
        .await?;
    for row in fields {
        let id = row.contact_id;
        let field = SealedField::try_from(row)?;
        let owner = contacts.iter_mut().find(|sealed| sealed.contact.id == id);
        if let Some(owner) = owner {
            owner.fields.push(field);
        }
    }
    Ok(contacts)
}

/// Lists contacts behind `after` with their places.
pub(super) async fn list_places(
    tx: &Tx,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<(Uuid, OrgPath)>, StoreError> {
    let (id, path) = (row::Column::Id, row::Column::OrgPath);
    relocations::places(tx, row::Entity::find(), id, path, (after, limit)).await
}

/// Gives a contact its new place.
pub(super) async fn relocate(tx: &Tx, id: ContactId, place: &OrgPath) -> Result<(), StoreError> {
    let id = (row::Column::Id, id.uuid());
    relocations::set_path::<row::Entity>(tx, id, row::Column::OrgPath, place).await
}

/// Lists some of the contacts whose time is over, the longest over first.
pub(crate) async fn list_over(
    tx: &Tx,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ContactId>, StoreError> {
    let over = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(row::Column::KeptUntil.lte(now))
        .order_by_asc(row::Column::KeptUntil)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX));
    Ok(over.into_tuple().all(tx).await?)
}

/// Keeps a contact that staff took in until then, if it would be forgotten sooner.
pub(crate) async fn keep_until(
    tx: &Tx,
    contact: &Contact,
    until: Timestamp,
) -> Result<(), StoreError> {
    if contact.kept_until.is_none_or(|kept| kept >= until) {
        return Ok(());
    }
    row::Entity::update_many()
        .set(row::ActiveModel {
            kept_until: Set(Some(until)),
            ..Default::default()
        })
        .filter(row::Column::Id.eq(contact.id))
        .exec(tx)
        .await?;
    Ok(())
}
