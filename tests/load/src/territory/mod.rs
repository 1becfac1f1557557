//! A city to import: its divisions, and grids over them.

mod ground;

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use ground::Ground;

/// Districts, streets in each, communities in each of those: about as many as Beijing has.
const SHAPE: [u32; 3] = [16, 22, 21];

/// A city's divisions from the top down, as the API takes them, and its communities.
pub(crate) struct City {
    pub(crate) divisions: Vec<Value>,
    pub(crate) communities: Vec<String>,
}

impl City {
    /// A made-up one, with the codes of Beijing's numbering.
    pub(crate) fn made() -> Self {
        let mut city = Self {
            divisions: Vec::new(),
            communities: Vec::new(),
        };
        let [districts, streets, communities] = SHAPE;
        let top = "110100000000";
        city.add(top, "city", None);
        for district in 1..=districts {
            let district = format!("1101{district:02}");
            let district_code = format!("{district}000000");
            city.add(&district_code, "district", Some(top));
            for street in 1..=streets {
                let street = format!("{district}{street:03}");
                let street_code = format!("{street}000");
                city.add(&street_code, "street", Some(&district_code));
                for community in 1..=communities {
                    let code = format!("{street}{community:03}");
                    city.add(&code, "community", Some(&street_code));
                    city.communities.push(code);
                }
            }
        }
        city
    }

    /// One from a file with the columns `code,name,level,parent_code`.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        ensure!(
            lines.next() == Some("code,name,level,parent_code"),
            "{}: columns must be code,name,level,parent_code",
            file.display()
        );
        let mut city = Self {
            divisions: Vec::new(),
            communities: Vec::new(),
        };
        for (number, line) in (2..).zip(lines) {
            let [code, name, level, parent]: [&str; 4] = line
                .split(',')
                .collect::<Vec<_>>()
                .try_into()
                .map_err(|_| anyhow::anyhow!("line {number}: four columns are wanted"))?;
            let parent = Some(parent).filter(|parent| !parent.is_empty());
            city.divisions.push(division(code, name, level, parent));
            if level == "community" {
                city.communities.push(code.to_owned());
            }
        }
        ensure!(!city.communities.is_empty(), "no community in the file");
        Ok(city)
    }

    fn add(&mut self, code: &str, level: &str, parent: Option<&str>) {
        let name = format!("压测{code}");
        self.divisions.push(division(code, &name, level, parent));
    }

    /// So many grids, shared evenly by the communities, as GeoJSON features side by side.
    pub(crate) fn grids(&self, count: usize) -> Vec<Value> {
        let ground = Ground::of(count);
        let communities = self.communities.len();
        (0..count)
            .map(|place| {
                // neighbours belong together: a community has a row of cells
                let share = count.div_ceil(communities).max(1);
                let community = self.communities.get(place / share);
                let community = community.map_or("", String::as_str);
                json!({
                    "type": "Feature",
                    "properties": {
                        "code": format!("{community}.G{:03}", place % share + 1),
                        "name": format!("压测网格{place}"),
                        "households": 400,
                        "party_members": 25,
                    },
                    "geometry": {"type": "Polygon", "coordinates": [ground.cell(place)]},
                })
            })
            .collect()
    }

    /// A point within the grid with this number.
    pub(crate) fn point_in(count: usize, place: usize) -> [f64; 2] {
        Ground::of(count).middle(place)
    }
}

fn division(code: &str, name: &str, level: &str, parent: Option<&str>) -> Value {
    json!({"code": code, "name": name, "level": level, "parent_code": parent})
}
