//! Posts from a sheet: who is appointed where.

use std::collections::HashMap;

use kernel::{IdSourceExt, OrgCode, PostId, Version};
use problem::Message;
use sea_orm::ConnectionTrait;
use store::{StoreError, Tx};

use super::{App, Origin, ahead::Ahead, kept};
use crate::app::posts::STAFFING;
use crate::domain::history::Effective;
use crate::domain::import::{Answer, ImportRow, Outcome};
use crate::domain::kind;
use crate::domain::organisation::Organisation;
use crate::domain::post::{Post, PostState};
use crate::domain::sheet::{CellError, PostRow};
use crate::store::{delete_fresh_posts, hold, insert_posts, load_organisations, load_seated};

/// What rows would do.
pub(super) struct Plan {
    pub(super) answers: Vec<Answer>,
    posts: Vec<Post>,
    /// Where they are, as it was read.
    places: Vec<Organisation>,
}

impl Plan {
    pub(super) async fn make(
        app: &App,
        origin: &Origin<'_>,
        rows: &[&[String]],
        when: Effective,
        ahead: &mut Ahead,
        db: &impl ConnectionTrait,
    ) -> Result<Self, StoreError> {
        let rows: Vec<_> = rows.iter().map(|row| PostRow::read(row)).collect();
        let codes: Vec<OrgCode> = rows
            .iter()
            .flatten()
            .map(|row| row.org_code.clone())
            .collect();
        let mut places = HashMap::new();
        for place in load_organisations(db, &codes).await? {
            places.insert(place.code.clone(), place);
        }
        let mut wanted: Vec<Result<Post, Vec<CellError>>> = Vec::with_capacity(rows.len());
        for row in rows {
            wanted.push(row.and_then(|row| {
                let place = places.get(&row.org_code);
                appoint(app, origin, &row, place, when).map_err(|why| vec![why])
            }));
        }
        let seats: Vec<String> = wanted.iter().flatten().filter_map(Post::seat).collect();
        let unknown: Vec<String> = seats
            .into_iter()
            .filter(|seat| ahead.sought.insert(seat.clone()))
            .collect();
        for post in load_seated(db, &unknown).await? {
            ahead
                .seats
                .extend(post.seat().map(|seat| (seat, post.account)));
        }
        let mut plan = Self {
            answers: Vec::with_capacity(wanted.len()),
            posts: Vec::new(),
            places: places.into_values().collect(),
        };
        for post in wanted {
            let answer = match post {
                Ok(post) => plan.seat(post, ahead),
                Err(errors) => Answer::refused(errors),
            };
            plan.answers.push(answer);
        }
        plan.places
            .retain(|place| plan.posts.iter().any(|post| post.org_code == place.code));
        Ok(plan)
    }

    fn seat(&mut self, post: Post, ahead: &mut Ahead) -> Answer {
        let seat = post.seat().unwrap_or_default();
        match ahead.seats.get(&seat) {
            Some(account) if *account == post.account => Answer::plain(Outcome::Unchanged),
            Some(_) => {
                let why = Message::fixed("该岗位已有人", "the post is taken");
                Answer::refused(vec![CellError::at("account_id", &why)])
            }
            None => {
                ahead.seats.insert(seat, post.account);
                let answer = Answer::created(&post.id, post.version);
                self.posts.push(post);
                answer
            }
        }
    }

    pub(super) async fn write(self, tx: &Tx) -> Result<Vec<Answer>, StoreError> {
        hold(tx, &self.places.iter().collect::<Vec<_>>()).await?;
        insert_posts(tx, &self.posts).await?;
        Ok(self.answers)
    }
}

fn appoint(
    app: &App,
    origin: &Origin<'_>,
    row: &PostRow,
    place: Option<&Organisation>,
    when: Effective,
) -> Result<Post, CellError> {
    let place = place.filter(|place| !place.is_closed());
    let place = place.ok_or_else(|| super::no_place("org_code"))?;
    if !origin.holds_any(&STAFFING, &place.path) {
        return Err(super::out_of_scope("org_code"));
    }
    if !row.kind.places().contains(&place.kind) {
        let why = Message::new(
            format!("该岗位不设在{}", kind::title_of(place.kind)),
            "that post is not at such an organisation",
        );
        return Err(CellError::at("kind", &why));
    }
    let since = row.since.unwrap_or(when.on);
    if since > when.on {
        let why = Message::fixed("不能晚于今天", "must not be later than today");
        return Err(CellError::at("since", &why));
    }
    if row.term_until.is_some_and(|until| until < since) {
        let why = Message::fixed(
            "任期届满日不能早于任职日期",
            "the term cannot end before it begins",
        );
        return Err(CellError::at("term_until", &why));
    }
    Ok(Post {
        id: app.ids.next(),
        kind: row.kind,
        org_code: row.org_code.clone(),
        account: row.account,
        state: PostState::Appointed,
        since,
        term_until: row.term_until,
        left_because: None,
        version: Version::FIRST,
        created_at: when.now,
        updated_at: when.now,
    })
}

/// Takes rows back: what was entered by mistake goes without a trace in the posts.
pub(super) async fn take_back(
    origin: &Origin<'_>,
    rows: &[ImportRow],
    tx: &Tx,
) -> Result<Vec<Answer>, StoreError> {
    let place = |row: &ImportRow| Some(PostRow::read(&row.cells).ok()?.org_code);
    let own = super::staffed_by(origin, rows.iter().map(place).collect(), tx).await?;
    let posts: Vec<(PostId, Version)> = rows
        .iter()
        .zip(&own)
        .filter(|(_, own)| **own)
        .filter_map(|(row, _)| {
            let id = row.answer.subject.as_deref()?.parse().ok()?;
            Some((id, row.answer.version?))
        })
        .collect();
    let gone = delete_fresh_posts(tx, &posts).await?;
    let gone: Vec<String> = gone.iter().map(PostId::to_string).collect();
    let answers = rows
        .iter()
        .zip(&own)
        .map(|(row, own)| match &row.answer.subject {
            _ if !own => kept(row, &super::OUT_OF_SCOPE),
            Some(subject) if gone.contains(subject) => super::undone(row),
            _ => kept(row, &super::CHANGED_SINCE),
        });
    Ok(answers.collect())
}
