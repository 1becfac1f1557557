use std::sync::Arc;
use std::time::Duration;

use chassis::Parts;
use kernel::{Clock, SystemClock};
use reqwest::{Method, Response};
use serde_json::Value;
use testkit::{Caller, FrozenClock};

use crate::world::{INBOX, World, items};

const STREAM: &str = "/api/notifications/v1/stream";

/// A stream that is being read.
struct Stream {
    response: Response,
    text: String,
}

/// A message as the stream shows it.
struct Shown {
    id: String,
    data: Value,
}

impl Stream {
    async fn open(person: &Caller, last: Option<&str>) -> Self {
        let mut request = person.request(Method::GET, STREAM);
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let mut stream = Self {
            response: request.send().await.unwrap(),
            text: String::new(),
        };
        assert_eq!(stream.response.status(), 200);
        assert_eq!(
            stream.response.headers()["content-type"],
            "text/event-stream"
        );
        // the stream is open once it has greeted
        assert_eq!(
            stream.block().await.as_deref(),
            Some("retry: 3000\n: linli")
        );
        stream
    }

    /// The next block of lines; nothing when the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn message(&mut self) -> Shown {
        loop {
            let block = self.block().await.unwrap();
            let mut lines = block.lines();
            let Some(id) = lines.next().unwrap().strip_prefix("id: ") else {
                continue;
            };
            assert_eq!(lines.next(), Some("event: message"));
            let data = lines.next().unwrap().strip_prefix("data: ").unwrap();
            return Shown {
                id: id.to_owned(),
                data: serde_json::from_str(data).unwrap(),
            };
        }
    }
}

#[tokio::test]
async fn a_message_arrives_live_and_only_at_its_owner() {
    let world = World::start().await;
    let [person, other] = [world.person(), world.person()];
    world.give_task(&person).await;
    world.settle().await;
    let mut stream = Stream::open(&person, None).await;
    world.give_task(&other).await;
    world.give_task(&person).await;
    let shown = stream.message().await;
    let newest = items(&person).await.remove(0);
    assert_eq!(shown.data, newest);
    assert_eq!(shown.id, newest["id"].as_str().unwrap());
    world.give_task(&person).await;
    assert!(stream.message().await.id > shown.id);
    drop(stream);
    world.host.stop().await;
}

#[tokio::test]
async fn a_stream_continues_behind_the_last_message_received() {
    let world = World::start().await;
    let person = world.person();
    for _ in 0..3 {
        world.give_task(&person).await;
    }
    world.settle().await;
    let items = items(&person).await;
    let mut stream = Stream::open(&person, items[2]["id"].as_str()).await;
    assert_eq!(stream.message().await.data, items[1]);
    assert_eq!(stream.message().await.data, items[0]);
    drop(stream);
    let wrong = person
        .request(Method::GET, STREAM)
        .header("Last-Event-ID", "7");
    person.send(wrong).await.expect(400);
    world.host.stop().await;
}

#[tokio::test]
async fn an_account_has_five_streams_at_most() {
    let world = World::start().await;
    let [person, other] = [world.person(), world.person()];
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(Stream::open(&person, None).await);
    }
    let refused = person.get(STREAM).await;
    assert!(refused.headers.contains_key("retry-after"));
    let problem = refused.expect(429);
    assert_eq!(
        problem["type"],
        "https://linli.city/problems/too-many-streams"
    );
    let of_other = Stream::open(&other, None).await;
    drop((open, of_other));
    world.host.stop().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let clock = Arc::new(FrozenClock::at(SystemClock.now()));
    let parts = Parts {
        clock: clock.clone(),
        ..Parts::default()
    };
    let world = World::start_with(parts).await;
    let person = world.person();
    let mut stream = Stream::open(&person, None).await;
    clock.advance(Duration::from_mins(11));
    world.give_task(&person).await;
    assert_eq!(stream.block().await, None);
    person.get(INBOX).await.expect(401);
    world.host.stop().await;
}
