//! Small image files and ways to send them.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use testkit::{Caller, Reply};

use crate::world::ORDERS;

/// What must not be served.
pub(crate) const SECRET: &[u8] = b"30.5928N 114.3055E";

/// A JPEG with EXIF, a comment and something behind its end.
pub(crate) fn jpeg() -> Vec<u8> {
    let exif = [b"Exif\0\0II\x2a\0\x08\0\0\0\0\0\0\0\0\0".as_slice(), SECRET].concat();
    [
        b"\xFF\xD8".to_vec(),
        segment(0xE0, b"JFIF\0\x01\x02\x00\x00\x48\x00\x48\x00\x00"),
        segment(0xE1, &exif),
        segment(0xFE, SECRET),
        segment(0xC0, b"\x08\x00\x10\x00\x20\x01\x01\x11\x00"),
        segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
        b"pixels\xFF\xD9".to_vec(),
        SECRET.to_vec(),
    ]
    .concat()
}

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).unwrap();
    [&[0xFF, marker], length.to_be_bytes().as_slice(), contents].concat()
}

/// The smallest PNG: one pixel.
pub(crate) fn png() -> Vec<u8> {
    let parts: [&[u8]; 4] = [
        b"\x89PNG\r\n\x1a\n",
        b"\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89",
        b"\0\0\0\x0bIDATx\x9cc`\0\x02\0\0\x05\0\x01z^\xab?",
        b"\0\0\0\0IEND\xaeB`\x82",
    ];
    parts.concat()
}

/// A form with one file under a name that says what it may not be.
pub(crate) fn form(name: &'static str, content: Vec<u8>) -> Form {
    Form::new().part(
        name,
        Part::bytes(content)
            .file_name("现场.jpg")
            .mime_str("image/jpeg")
            .unwrap(),
    )
}

/// Path of an order's photos.
pub(crate) fn path(order: &str) -> String {
    format!("{ORDERS}/{order}/attachments")
}

/// Sends a photo by form.
pub(crate) async fn upload(caller: &Caller, order: &str, content: Vec<u8>) -> Reply {
    let request = caller.request(Method::POST, &path(order));
    caller.send(request.multipart(form("file", content))).await
}

/// Sends a body as it is.
pub(crate) async fn upload_raw(
    caller: &Caller,
    order: &str,
    kind: &str,
    content: Vec<u8>,
) -> Reply {
    let request = caller.request(Method::POST, &path(order));
    caller
        .send(request.header("Content-Type", kind).body(content))
        .await
}

/// Reads a photo with its headers.
pub(crate) async fn download(
    caller: &Caller,
    url: &str,
) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let answer = caller.request(Method::GET, url).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

/// Tells whether bytes hold a part.
pub(crate) fn holds(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}
