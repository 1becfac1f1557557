use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use auth::Ctx;
use futures_util::stream;
use kernel::MessageId;
use problem::{Failure, Kind, Locale, Message as Text};
use tokio::sync::mpsc;

use super::view::MessageView;
use crate::app::App;
use crate::app::feed::{Feed, Step};
use crate::domain::message::Message;

/// Frames that wait for a client; a client that takes none of them in time is cut off.
const WAITING: usize = 16;

/// Tells the client to come back after three seconds, and makes proxies send the headers on.
const HELLO: &str = "retry: 3000\n: linli\n\n";

/// 我的消息流，Server-Sent Events (the caller's messages as they come).
///
/// Each message comes as `event: message` with its id and the JSON of the list's items; a comment
/// shows every 15 s that the stream is alive. `Last-Event-ID` continues behind that message.
/// The stream ends with its token: refresh the session and open it again.
#[utoipa::path(
    operation_id = "follow_messages",
    tag = "inbox",
    params(("Last-Event-ID" = Option<MessageId>, Header, description = "最后收到的消息 / the last message received")),
    responses(
        (status = 200, description = "消息流 / the stream", body = String, content_type = "text/event-stream"),
        (status = 429, description = "同一账号的消息流过多 / too many streams of this account", body = problem::Problem, content_type = "application/problem+json"),
    ),
)]
#[get("/stream")]
pub(crate) async fn follow_messages(
    app: web::Data<App>,
    ctx: Ctx,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let after = last_event(request.headers())?;
    let token = bearer(request.headers());
    drop(request);
    let slot = app.streams.open(ctx.principal.account)?;
    let cut = Duration::from_millis(app.config.streams.cut_ms);
    let stop = app.stop.clone();
    let feed = Feed::open(app.into_inner(), slot, token, after).await?;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = pump(feed, ctx.locale, cut, sender) => {}
        }
    });
    let frames = stream::unfold(receiver, async |mut receiver| {
        let frame = receiver.recv().await?;
        Some((Ok::<Bytes, Infallible>(frame), receiver))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(frames))
}

/// Sends what comes until the client goes, takes nothing any more, or the token ends.
async fn pump(mut feed: Feed, locale: Locale, cut: Duration, client: mpsc::Sender<Bytes>) {
    let mut frame = Bytes::from_static(HELLO.as_bytes());
    loop {
        match tokio::time::timeout(cut, client.send(frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(_gone)) => return,
            Err(_elapsed) => {
                tracing::debug!("client of a stream takes nothing, cut off");
                return;
            }
        }
        let step = tokio::select! {
            biased;
            () = client.closed() => return,
            step = feed.next() => step,
        };
        frame = match step {
            Ok(Step::Messages(messages)) => frames(messages, locale),
            Ok(Step::Quiet) => Bytes::from_static(b":\n\n"),
            Ok(Step::Ended) => return,
            Err(error) => {
                // The client comes back and continues behind the last message it has.
                tracing::warn!(%error, "stream ended");
                return;
            }
        };
    }
}

fn frames(messages: Vec<Message>, locale: Locale) -> Bytes {
    let mut text = String::new();
    for message in messages {
        let view = MessageView::of(message, locale);
        // Strings, ids and a flag always serialise, and JSON has no line breaks of its own.
        let data = serde_json::to_string(&view).unwrap_or_default();
        let id = view.id;
        // Writing to a string never fails.
        let _ = write!(text, "id: {id}\nevent: message\ndata: {data}\n\n");
    }
    Bytes::from(text)
}

fn last_event(headers: &HeaderMap) -> Result<Option<MessageId>, Failure> {
    let Some(value) = headers
        .get("Last-Event-ID")
        .filter(|value| !value.is_empty())
    else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| {
        problem::quick(
            Kind::Malformed,
            "last-event-id-malformed",
            Text::new(
                "Last-Event-ID 须为消息编号",
                "Last-Event-ID must be the id of a message",
            ),
        )
    })
}

/// The token that `Ctx` has verified.
fn bearer(headers: &HeaderMap) -> String {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|text| text.split_once(' '))
        .map(|(_, token)| token.trim());
    token.unwrap_or_default().to_owned()
}
