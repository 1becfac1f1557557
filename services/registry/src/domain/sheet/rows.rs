use contracts::registry::OrgKind;
use jiff::civil::Date;
use kernel::{AccountId, DivisionCode, DivisionLevel, Line, Named, OrgCode, Uscc};
use problem::Message;

use super::columns::Resource;
use super::content::SheetRow;
use super::value::{CellError, Cells, count, one_of};
use crate::domain::grid::Duty;
use crate::domain::kind;
use crate::domain::post::PostKind;

/// Most households or people that a grid may say to have.
const MOST_COUNTED: u32 = 10_000_000;
/// Most people that a venue holds.
const MOST_PEOPLE: u32 = 100_000;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrganisationRow {
    pub(crate) code: OrgCode,
    pub(crate) name: Line<1, 100>,
    pub(crate) kind: OrgKind,
    pub(crate) parent_code: Option<OrgCode>,
    pub(crate) uscc: Option<Uscc>,
}

/// What is known of a grid beside its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GridRow {
    pub(crate) code: OrgCode,
    pub(crate) households: Option<u32>,
    pub(crate) party_members: Option<u32>,
    pub(crate) duties: Vec<Duty>,
}

/// Somebody at a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostRow {
    pub(crate) org_code: OrgCode,
    pub(crate) kind: PostKind,
    pub(crate) account: AccountId,
    pub(crate) since: Option<Date>,
    pub(crate) term_until: Option<Date>,
}

/// A place that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VenueRow {
    pub(crate) org_code: OrgCode,
    pub(crate) name: Line<1, 100>,
    pub(crate) capacity: u32,
}

/// Row of a resource.
trait Row: Sized {
    const RESOURCE: Resource;

    /// Reads the cells; nothing where one that must be there is not, which the cells then tell.
    fn of(cells: &mut Cells<'_>) -> Option<Self>;

    /// What no other row of the file may be about.
    fn key(&self) -> String;

    /// How far down the tree it lies: what lies above comes first.
    fn depth(&self) -> usize {
        0
    }
}

/// What is known of a row that is right by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    /// What no other row of the file may be about.
    pub(crate) key: String,
    /// How far down the tree it lies: what lies above comes first.
    pub(crate) depth: usize,
}

/// Checks a row by itself, whatever is stored.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn check(resource: Resource, row: &SheetRow) -> Result<Checked, Vec<CellError>> {
    let checked = match resource {
        Resource::Organisations => checked::<OrganisationRow>(&row.cells),
        Resource::Grids => checked::<GridRow>(&row.cells),
        Resource::Posts => checked::<PostRow>(&row.cells),
        Resource::Venues => checked::<VenueRow>(&row.cells),
    };
    if !row.ragged {
        return checked;
    }
    let mut errors = checked.err().unwrap_or_default();
    errors.push(CellError::of_row(&Message::fixed(
        "单元格多于表头的列",
        "there are more cells than columns in the header",
    )));
    Err(errors)
}

fn checked<R: Row>(cells: &[String]) -> Result<Checked, Vec<CellError>> {
    read::<R>(cells).map(|row| Checked {
        key: row.key(),
        depth: row.depth(),
    })
}

fn read<R: Row>(cells: &[String]) -> Result<R, Vec<CellError>> {
    let mut cells = Cells::new(R::RESOURCE.columns(), cells);
    let row = R::of(&mut cells);
    match row {
        Some(row) if cells.errors.is_empty() => Ok(row),
        _ => Err(cells.errors),
    }
}

impl Row for OrganisationRow {
    const RESOURCE: Resource = Resource::Organisations;

    fn of(cells: &mut Cells<'_>) -> Option<Self> {
        let (code, name) = (cells.must("code"), cells.must("name"));
        let kind = cells.must_be("kind", |text| one_of(text, kind::title_of));
        let (parent_code, uscc) = (cells.may("parent_code"), cells.may("uscc"));
        Some(Self {
            code: code?,
            name: name?,
            kind: kind?,
            parent_code,
            uscc,
        })
    }

    fn key(&self) -> String {
        self.code.to_string()
    }

    fn depth(&self) -> usize {
        match self.code.as_str().parse::<DivisionCode>() {
            Ok(area) => match area.level() {
                DivisionLevel::Street => 2,
                DivisionLevel::Community => 3,
                DivisionLevel::District => 1,
                _ => 0,
            },
            Err(_) => 3 + self.code.as_str().matches('.').count(),
        }
    }
}

impl Row for GridRow {
    const RESOURCE: Resource = Resource::Grids;

    fn of(cells: &mut Cells<'_>) -> Option<Self> {
        let code = cells.must("code");
        let counted = |text: &str| count(text, 0, MOST_COUNTED);
        let households = cells.may_be("households", counted);
        let party_members = cells.may_be("party_members", counted);
        let duties = cells.may_be("duties", duties);
        Some(Self {
            code: code?,
            households,
            party_members,
            duties: duties.unwrap_or_default(),
        })
    }

    fn key(&self) -> String {
        self.code.to_string()
    }
}

fn duties(text: &str) -> Result<Vec<Duty>, Message> {
    let mut duties = Vec::new();
    let parts = text.split(['、', '；', ';', '，', ',']);
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        duties.push(one_of(part, title_of_duty)?);
    }
    duties.sort_unstable();
    duties.dedup();
    Ok(duties)
}

impl Row for PostRow {
    const RESOURCE: Resource = Resource::Posts;

    fn of(cells: &mut Cells<'_>) -> Option<Self> {
        let (org_code, account) = (cells.must("org_code"), cells.must("account_id"));
        let kind = cells.must_be("kind", |text| one_of(text, title_of_post));
        let (since, term_until) = (cells.may_be("since", day), cells.may_be("term_until", day));
        Some(Self {
            org_code: org_code?,
            kind: kind?,
            account: account?,
            since,
            term_until,
        })
    }

    fn key(&self) -> String {
        format!("{} {} {}", self.org_code, self.kind.name(), self.account)
    }
}

/// Reads a day: 2026-11-22, 2026/11/22, 2026年11月22日.
fn day(text: &str) -> Result<Date, Message> {
    let text = text
        .trim_end_matches('日')
        .replace(['年', '月', '/', '.'], "-");
    let mut parts = text.split('-').map(|part| part.parse::<i16>().ok());
    let date = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) => {
            let (month, day) = (i8::try_from(month), i8::try_from(day));
            match (month, day) {
                (Ok(month), Ok(day)) if (1900..=2199).contains(&year) => {
                    Date::new(year, month, day).ok()
                }
                _ => None,
            }
        }
        _ => None,
    };
    date.ok_or_else(|| Message::fixed("不是日期", "is no day"))
}

impl Row for VenueRow {
    const RESOURCE: Resource = Resource::Venues;

    fn of(cells: &mut Cells<'_>) -> Option<Self> {
        let (org_code, name) = (cells.must("org_code"), cells.must("name"));
        let capacity = cells.must_be("capacity", |text| count(text, 1, MOST_PEOPLE));
        Some(Self {
            org_code: org_code?,
            name: name?,
            capacity: capacity?,
        })
    }

    fn key(&self) -> String {
        format!("{} {}", self.org_code, self.name)
    }
}

macro_rules! rows {
    ($($row:ty),+) => {$(
        impl $row {
            /// Reads a row that was checked.
            ///
            /// # Errors
            /// Everything that is wrong with it.
            pub(crate) fn read(cells: &[String]) -> Result<Self, Vec<CellError>> {
                read(cells)
            }
        }
    )+};
}

rows!(OrganisationRow, GridRow, PostRow, VenueRow);

/// Title of a duty.
pub(crate) fn title_of_duty(duty: Duty) -> &'static str {
    match duty {
        Duty::Party => "党建",
        Duty::PublicOrder => "综治",
        Duty::Police => "公安",
        Duty::MarketSupervision => "市场监管",
        Duty::UrbanManagement => "城市管理",
        Duty::FireSafety => "消防安全",
        Duty::Environment => "生态环境",
        Duty::CivilAffairs => "民政",
        Duty::Emergency => "应急管理",
        Duty::Health => "卫生健康",
    }
}

/// Title of a post.
pub(crate) fn title_of_post(post: PostKind) -> &'static str {
    match post {
        PostKind::StreetChief => "街长",
        PostKind::LaneChief => "路巷长",
        PostKind::GridChief => "网格长",
        PostKind::BuildingChief => "楼栋长",
        PostKind::UnitChief => "单元长",
        PostKind::GridSecretary => "网格党组织书记",
        PostKind::GridWorker => "专职网格员",
        PostKind::PartTimeGridWorker => "兼职网格员",
        PostKind::PartTimeMember => "兼职委员",
        PostKind::Contact => "包保联系点领导",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use jiff::civil::date;
    use kernel::Named;
    use proptest::prelude::*;

    use super::{GridRow, OrganisationRow, PostRow, Resource, SheetRow, VenueRow, check, day};
    use crate::domain::grid::Duty;

    fn cells(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn wrong(resource: Resource, texts: &[&str]) -> Vec<String> {
        let row = SheetRow {
            line: 2,
            cells: cells(texts),
            ragged: false,
        };
        let errors = check(resource, &row).err().unwrap_or_default();
        let columns = errors.into_iter().map(|error| error.column);
        columns.map(Option::unwrap_or_default).collect()
    }

    #[test]
    fn everything_wrong_with_a_row_is_told_with_its_column() {
        for (resource, texts, columns) in [
            (
                Resource::Organisations,
                vec!["x", "", "planet", "1", "2"],
                vec!["code", "name", "kind", "parent_code", "uscc"],
            ),
            (
                Resource::Grids,
                vec!["", "-1", "1.5", "党建、唱歌"],
                vec!["code", "households", "party_members", "duties"],
            ),
            (
                Resource::Posts,
                vec!["420105011010", "king", "acc_1", "2026-02-30", "明天"],
                vec!["account_id", "kind", "since", "term_until"],
            ),
            (
                Resource::Venues,
                vec!["420105011010", "a\nb", "0"],
                vec!["name", "capacity"],
            ),
            (
                Resource::Venues,
                vec![],
                vec!["org_code", "name", "capacity"],
            ),
        ] {
            assert_eq!(wrong(resource, &texts), columns, "{resource:?}");
        }
        let ragged = SheetRow {
            line: 2,
            cells: cells(&["420105011010", "会议室", "4"]),
            ragged: true,
        };
        assert_eq!(check(Resource::Venues, &ragged).unwrap_err().len(), 1);
    }

    #[test]
    fn titles_and_names_are_the_same() {
        let row = |kind: &str| {
            OrganisationRow::read(&cells(&["420105011010.X01", "小区", kind, "420105011010"]))
        };
        assert_eq!(row("compound").unwrap(), row("小区").unwrap());
        assert_eq!(row("街道").unwrap().kind, row("乡镇").unwrap().kind);
        let grid = GridRow::read(&cells(&["420105011010.G001", "", "", "综治；party、党建"]));
        assert_eq!(grid.unwrap().duties, [Duty::Party, Duty::PublicOrder]);
        let account = "acc_01jcgb2r00e8arc5tmvkbzqy7x";
        let post = |kind: &str| PostRow::read(&cells(&["420105011010.G001", kind, account]));
        assert_eq!(post("grid_chief").unwrap(), post("网格长").unwrap());
        let venue = VenueRow::read(&cells(&["420105011010", "会议室", "40"]));
        assert_eq!(venue.unwrap().capacity, 40);
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in ["2026-01-31", "2026/1/31", "2026年1月31日", "2026.01.31"] {
            assert_eq!(day(text).unwrap(), date(2026, 1, 31), "{text}");
        }
        for text in ["2026-1", "1-1-1", "2026-13-01", "46000", "2026-01-31-1"] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(texts in prop::collection::vec(".{0,40}", 0..8)) {
            for resource in Resource::ALL.iter().copied() {
                let row = SheetRow { line: 1, cells: texts.clone(), ragged: false };
                if let Err(errors) = check(resource, &row) {
                    prop_assert!(!errors.is_empty());
                }
            }
        }
    }
}
