//! What a contact says, and what of it is shown without need.

use std::collections::BTreeMap;
use std::fmt;

use kernel::{Line, ResidentIdNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ContactPhone;

/// Name of a person (姓名).
pub type PersonName = Line<1, 50>;
/// Address in words (地址).
pub type Address = Line<2, 200>;

/// A field of a contact (字段).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactField {
    /// Name (姓名).
    Name,
    /// Phone (电话).
    Phone,
    /// Address (地址).
    Address,
    /// Resident id number (公民身份号码).
    IdNumber,
}

impl ContactField {
    /// Every field.
    pub const ALL: [Self; 4] = [Self::Name, Self::Phone, Self::Address, Self::IdNumber];

    /// Returns the name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::IdNumber => "id_number",
        }
    }

    /// Says whether contacts are looked up by it: then a keyed digest is kept beside it.
    #[must_use]
    pub const fn is_indexed(self) -> bool {
        matches!(self, Self::Phone | Self::IdNumber)
    }

    /// Hides all of a value but what tells one's own from another's.
    #[must_use]
    pub fn mask(self, value: &str) -> String {
        let letters: Vec<char> = value.chars().collect();
        let (head, tail) = match self {
            Self::Name => (1, 0),
            // +86 and the first three digits, the last four
            Self::Phone if value.len() == 14 => (6, 4),
            Self::Phone => (5, 2),
            // the street or estate lies behind
            Self::Address => (3, 0),
            Self::IdNumber => (2, 2),
        };
        // of a short value nothing at all may be left
        if letters.len() <= head + tail {
            return "*".repeat(letters.len().max(2));
        }
        let hidden = letters.len() - head - tail;
        let shown = letters.iter().enumerate().map(|(place, letter)| {
            if place < head || place >= head + hidden {
                *letter
            } else {
                '*'
            }
        });
        shown.collect()
    }
}

/// What a contact says, in clear.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Details(BTreeMap<ContactField, String>);

impl Details {
    /// Puts together what was given; the number of a resident with its check digit, the phone in E.164.
    #[must_use]
    pub fn new(
        name: Option<PersonName>,
        phone: Option<&ContactPhone>,
        address: Option<Address>,
        id_number: Option<&ResidentIdNumber>,
    ) -> Self {
        let fields = [
            (ContactField::Name, name.map(Line::into_string)),
            (
                ContactField::Phone,
                phone.map(|phone| phone.e164().to_owned()),
            ),
            (ContactField::Address, address.map(Line::into_string)),
            (
                ContactField::IdNumber,
                id_number.map(|number| number.reveal().to_owned()),
            ),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(field, value)| Some((field, value?)));
        Self(given.collect())
    }

    /// Says whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Walks what there is.
    pub fn iter(&self) -> impl Iterator<Item = (ContactField, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }

    /// Returns one field.
    #[must_use]
    pub fn get(&self, field: ContactField) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// Leaves nothing legible.
    #[must_use]
    pub fn masked(&self) -> Self {
        self.iter()
            .map(|(field, value)| (field, field.mask(value)))
            .collect()
    }

    /// Leaves these fields only.
    #[must_use]
    pub fn only(mut self, fields: &[ContactField]) -> Self {
        self.0.retain(|field, _| fields.contains(field));
        self
    }
}

impl FromIterator<(ContactField, String)> for Details {
    fn from_iter<I: IntoIterator<Item = (ContactField, String)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use proptest::prelude::*;

    use super::{ContactField, Details};

    #[test]
    fn a_mask_tells_ones_own_from_anothers_and_no_more() {
        for (field, value, masked) in [
            (ContactField::Name, "王小明", "王**"),
            (ContactField::Name, "王", "**"),
            (ContactField::Phone, "+8619900000001", "+86199****0001"),
            (ContactField::Phone, "+862780000000", "+8627******00"),
            (ContactField::Address, "某某街1号1栋101", "某某街*******"),
            (ContactField::Address, "某街", "**"),
            (
                ContactField::IdNumber,
                "99000019900101001X",
                "99**************1X",
            ),
        ] {
            assert_eq!(field.mask(value), masked);
        }
    }

    #[test]
    fn details_do_not_show() {
        let phone = "19900000001".parse().unwrap();
        let details = Details::new("王小明".parse().ok(), Some(&phone), None, None);
        let shown = format!("{details:?}");
        assert!(shown.contains("Phone") && !shown.contains("0000") && !shown.contains('王'));
        let only = details.only(&[ContactField::Phone]);
        assert_eq!(only.get(ContactField::Name), None);
        assert!(only.get(ContactField::Phone).is_some());
    }

    proptest! {
        #[test]
        fn a_mask_always_hides_something_and_keeps_the_length(value in "\\PC{2,60}", field in proptest::sample::select(ContactField::ALL.to_vec())) {
            let masked = field.mask(&value);
            let length = value.chars().count();
            prop_assert_eq!(masked.chars().count(), length.max(2));
            prop_assert!(masked.contains('*'));
        }
    }
}
