//! Pages of lists.

use kernel::{Cursor, CursorError, OrgPath, TypedId};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::StoreError;

use crate::store::{PlaceList, list_in};

/// One page of a list and the cursor of the next one.
pub(crate) type Paged<T> = (Vec<T>, Option<String>);

/// What a caller asks of a list.
#[derive(Debug, Clone)]
pub(crate) struct PageWanted {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: usize,
}

impl PageWanted {
    /// Reads where the page begins.
    pub(super) fn after<I: DeserializeOwned>(
        &self,
        list: &'static str,
    ) -> Result<Option<I>, CursorError> {
        let cursor = self.cursor.as_deref();
        cursor
            .map(|cursor| Cursor::decode(list, cursor))
            .transpose()
    }

    /// How many rows tell whether there is a next page.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.limit)
            .unwrap_or(u64::MAX)
            .saturating_add(1)
    }

    /// Cuts a page; the next one begins behind the key of its last item.
    pub(super) fn cut<T, K: Serialize>(
        &self,
        list: &'static str,
        found: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Paged<T> {
        Cursor::cut(found, self.limit, |end| Cursor::encode(list, &key(end)))
    }

    /// Reads one page of the ids that a list of places holds.
    pub(super) async fn ids_at<I, E>(
        &self,
        db: &impl ConnectionTrait,
        (name, list): (&'static str, PlaceList),
        place: &OrgPath,
    ) -> Result<Paged<I>, E>
    where
        I: TypedId + Serialize + DeserializeOwned,
        E: From<CursorError> + From<StoreError>,
    {
        let after = self.after(name)?;
        let ids = list_in(db, list, place, after, self.rows()).await?;
        Ok(self.cut(name, ids, |id| *id))
    }
}
