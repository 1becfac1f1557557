//! Steps of an order through the public API.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use testkit::{Caller, Reply, eventually};

/// Orders.
pub const ORDERS: &str = "/api/ticketing/v1/orders";
/// Publications.
pub const PUBLICATIONS: &str = "/api/ticketing/v1/publications";
/// Statistics.
pub const STATISTICS: &str = "/api/ticketing/v1/statistics";
/// Tasks.
pub const TASKS: &str = "/api/volunteering/v1/tasks";
/// The caller's messages.
pub const INBOX: &str = "/api/notifications/v1/inbox";

/// Code of the demo's compound.
pub const COMPOUND: &str = "420105011010.X01";
/// Code of the demo's department.
pub const DEPARTMENT: &str = "420105000000.CG";

/// Words in the metadata of [`photo`], which nobody may get to see.
pub const SECRET_IN_PHOTO: &str = "taken at the requester's door";

/// A five-order request in the compound.
pub fn five_order(title: &str) -> Value {
    json!({
        "workflow": "five-order",
        "title": title,
        "content": "楼道里的照明灯坏了几天，晚上出入不便，希望尽快修好。",
        "org_code": COMPOUND,
    })
}

/// A six-step report in the compound.
pub fn six_step(title: &str) -> Value {
    json!({
        "workflow": "six-step",
        "title": title,
        "content": "小区东门外路口的垃圾堆积，影响通行，请安排清运。",
        "org_code": COMPOUND,
        "location": {"lon": 114.17, "lat": 30.52},
    })
}

/// A text member of an answer.
#[track_caller]
pub fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no text {member} in {value:#}"))
}

/// The items of a page.
#[track_caller]
pub fn items(page: &Value) -> &Vec<Value> {
    page["items"]
        .as_array()
        .unwrap_or_else(|| panic!("no items in {page:#}"))
}

/// Opens an order.
pub async fn open(caller: &Caller, body: &Value) -> Value {
    caller.post(ORDERS, body).await.expect(201)
}

/// Address of an order.
pub fn path(order: &Value) -> String {
    format!("{ORDERS}/{}", text(order, "id"))
}

/// The order as `caller` sees it now.
pub async fn shown(caller: &Caller, order: &Value) -> Value {
    caller.get(&path(order)).await.expect(200)
}

/// Takes an action on an order.
pub async fn act(caller: &Caller, order: &Value, action: &str, body: Value) -> Reply {
    caller
        .post(&format!("{}/actions/{action}", path(order)), &body)
        .await
}

/// Whether the order offers an action to whoever read it.
pub fn offers(order: &Value, action: &str) -> bool {
    let actions = order["actions"]
        .as_array()
        .expect("actions come with the order");
    actions.iter().any(|offer| offer["name"] == action)
}

/// Waits until the task of the order is open to `caller`; its id.
pub async fn task(caller: &Caller, order: &Value) -> String {
    let list = format!("{TASKS}?order_id={}", text(order, "id"));
    eventually("the task is open", async || {
        let page = caller.get(&list).await.expect(200);
        items(&page).first().map(|task| text(task, "id").to_owned())
    })
    .await
}

/// Takes the task of the order and waits until the order knows.
pub async fn claim(caller: &Caller, order: &Value) -> Value {
    let task = task(caller, order).await;
    caller
        .post(&format!("{TASKS}/{task}/claim"), &json!({}))
        .await
        .expect(200);
    eventually("the order is the volunteer's", async || {
        let reply = caller.get(&path(order)).await;
        (reply.status == 200 && offers(&reply.body, "handle")).then_some(reply.body)
    })
    .await
}

/// Uploads a file to the order.
pub async fn upload(caller: &Caller, order: &Value, name: &str, content: Vec<u8>) -> Reply {
    let part = Part::bytes(content).file_name(name.to_owned());
    let form = Form::new().part("file", part);
    let address = format!("{}/attachments", path(order));
    caller
        .send(caller.request(Method::POST, &address).multipart(form))
        .await
}

/// Uploads a photo, then reports the handling.
pub async fn handle(caller: &Caller, order: &Value) -> Value {
    upload(caller, order, "after.png", photo())
        .await
        .expect(201);
    act(caller, order, "handle", json!({"note": "更换了灯泡。"}))
        .await
        .expect(200)
}

/// Lets all who may judge do so until the review is over; the order as the last of them saw it.
pub async fn review(people: &[&Caller], order: &Value, score: u32, solved: bool) -> Value {
    for person in people {
        let reply = person.get(&path(order)).await;
        if reply.status == 200 && offers(&reply.body, "review") {
            let vote = json!({"score": score, "solved": solved});
            let after = act(person, order, "review", vote).await.expect(200);
            if after["state"] != "reviewing" {
                return after;
            }
        }
    }
    panic!("no quorum among {} people", people.len())
}

pub use crate::settled::settled;

/// A small PNG with words in its metadata.
pub fn photo() -> Vec<u8> {
    // One grey pixel behind its filter byte, deflated.
    photo_of(&[0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1])
}

/// A PNG of about so many bytes.
pub fn large_photo(bytes: usize) -> Vec<u8> {
    photo_of(&vec![0x55; bytes])
}

fn photo_of(pixels: &[u8]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    chunk(
        &mut png,
        *b"tEXt",
        format!("Comment\0{SECRET_IN_PHOTO}").as_bytes(),
    );
    chunk(&mut png, *b"IDAT", pixels);
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("chunks are small");
    png.extend(length.to_be_bytes());
    let checked: Vec<u8> = kind.iter().chain(data).copied().collect();
    png.extend(&checked);
    png.extend(crc32(&checked).to_be_bytes());
}

/// CRC of PNG chunks (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
