//! Orders with a point on the map get the grid that it lies in, and hot spots are those of grids.

use contracts::registry::{GridDrawn, OrgKind, OrganisationClosed, OrganisationEstablished};
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{AT_COMMUNITY, COMPOUND, ORDERS, World, matter, pointer};

const HOTSPOTS: &str = "/api/ticketing/v1/hotspots";
const COMMUNITY: &str = "420105011010";

/// Code of a grid of the community.
fn grid(number: u8) -> String {
    format!("{COMMUNITY}.G00{number}")
}

/// Tells of a square grid whose south-western corner is given.
async fn draw(world: &World, number: u8, (west, south): (f64, f64), size: f64) {
    let code = grid(number);
    let established = OrganisationEstablished {
        code: code.parse().unwrap(),
        path: format!("{AT_COMMUNITY}{code}/").parse().unwrap(),
        kind: OrgKind::Grid,
        name: format!("第{number}网格"),
    };
    world.tell(&code, &established).await;
    let (east, north) = (west + size, south + size);
    let drawn = GridDrawn {
        code: code.parse().unwrap(),
        rings: vec![vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]],
        area: size * size,
    };
    world.tell(&format!("grid:{code}"), &drawn).await;
}

async fn open(world: &World, category: &str, (lon, lat): (f64, f64)) {
    let mut body = matter("six-step");
    body["category"] = json!(category);
    body["location"] = json!({"lon": lon, "lat": lat});
    world.resident.post(ORDERS, &body).await.expect(201);
}

/// Hot spots: where, which category, how many.
async fn hot(world: &World, query: &str) -> Vec<(String, String, u64)> {
    let path = format!("{HOTSPOTS}?{query}");
    let found = world.operator.get(&path).await.expect(200);
    let items = found["items"].as_array().unwrap().iter();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items
        .map(|item| {
            let orders = item["orders"].as_u64().unwrap();
            (text(item, "org_name"), text(item, "category"), orders)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_spots_are_those_of_grids_and_of_the_place_where_no_grid_is() {
    let world = World::start().await;
    draw(&world, 1, (114.20, 30.50), 0.01).await;
    // within the first one: the smaller of both is meant
    draw(&world, 2, (114.202, 30.502), 0.002).await;
    for _ in 0..3 {
        open(&world, "0101", (114.208, 30.508)).await;
        open(&world, "0101", (114.203, 30.503)).await;
        open(&world, "0301", (114.3, 30.6)).await;
    }
    let filed =
        |category: &str, orders| vec![("江欣苑小区".to_owned(), category.to_owned(), orders)];
    // until the schedule has come to them they count where they were filed
    assert_eq!(hot(&world, "category=0101").await, filed("0101", 6));
    assert_eq!(world.run("locate_orders").await, 9);
    let of_grid = |number: u8| (format!("第{number}网格"), "0101".to_owned(), 3);
    assert_eq!(hot(&world, "category=01").await, [of_grid(1), of_grid(2)]);
    assert_eq!(hot(&world, "category=0301").await, filed("0301", 3));
    let within = format!("org_code={}", grid(2));
    assert_eq!(hot(&world, &within).await, [of_grid(2)]);
    assert_eq!(hot(&world, &format!("org_code={COMPOUND}")).await.len(), 3);

    // a grid that comes later takes the orders of these weeks along, one that was closed lets them go
    draw(&world, 3, (114.29, 30.59), 0.02).await;
    let closed = OrganisationClosed {
        code: grid(2).parse().unwrap(),
        successors: Vec::new(),
    };
    world.tell(&grid(2), &closed).await;
    assert_eq!(world.run("locate_orders").await, 9);
    let shown = hot(&world, "").await;
    assert!(
        shown.contains(&("第1网格".to_owned(), "0101".to_owned(), 6)),
        "{shown:?}"
    );
    assert!(
        shown.contains(&("第3网格".to_owned(), "0301".to_owned(), 3)),
        "{shown:?}"
    );
    assert_eq!(world.run("locate_orders").await, 0);
    world.host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_elsewhere_has_no_orders_of_this_place_and_wrong_filters_are_refused() {
    let world = World::start().await;
    let code = "420105011020.G001";
    let elsewhere = OrganisationEstablished {
        code: code.parse().unwrap(),
        path: format!("/420105000000/420105011000/420105011020/{code}/")
            .parse()
            .unwrap(),
        kind: OrgKind::Grid,
        name: "邻社区网格".to_owned(),
    };
    world.tell(code, &elsewhere).await;
    let ring = [[114.2, 30.5], [114.3, 30.5], [114.2, 30.6], [114.2, 30.5]];
    let mut drawn = GridDrawn {
        code: code.parse().unwrap(),
        rings: vec![ring.to_vec()],
        area: 1.0,
    };
    world.tell(&format!("grid:{code}"), &drawn).await;
    for _ in 0..3 {
        open(&world, "0101", (114.21, 30.51)).await;
    }
    assert_eq!(world.run("locate_orders").await, 3);
    assert_eq!(hot(&world, "").await[0].0, "江欣苑小区");
    // off the map again
    drawn.rings.clear();
    world.tell(&format!("grid:{code}"), &drawn).await;
    let wrong = format!("{HOTSPOTS}?category=0199");
    let refused = world.operator.get(&wrong).await.expect(422);
    assert_eq!(pointer(&refused), "/category");
    // whoever works elsewhere is told nothing of a grid
    let street = world
        .host
        .caller(&[(Role::StreetDispatcher, "/420105000000/420105012000/")]);
    let path = format!("{HOTSPOTS}?org_code={code}");
    street.get(&path).await.expect(403);
    world.host.stop().await;
}
