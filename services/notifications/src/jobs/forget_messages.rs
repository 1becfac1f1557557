use std::sync::Arc;
use std::time::Duration;

use chassis::Schedule;
use store::StoreError;

use crate::app::App;
use crate::store::messages;

/// Batches of one run: what is left over waits for the next.
const BATCHES: usize = 20;

/// Removes messages that were read long ago.
pub(crate) fn schedule(app: &Arc<App>) -> Schedule {
    let app = Arc::clone(app);
    Schedule::new("forget_messages", Duration::from_mins(10), move || {
        let app = Arc::clone(&app);
        async move { Ok(forget(&app).await?) }
    })
}

/// Removes messages that were read long ago; returns how many.
pub(crate) async fn forget(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now().minus(app.config.keep_read());
    let mut gone = 0;
    for _ in 0..BATCHES {
        let batch = messages::forget_read(&app.db, before).await?;
        gone += batch;
        if batch == 0 {
            break;
        }
    }
    Ok(gone)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may")]
mod tests {
    use std::time::Duration;

    use super::forget;
    use crate::app::testing::{account, app, order, send};
    use crate::config::NotificationsConfig;
    use crate::store::messages;

    #[tokio::test]
    async fn only_messages_read_long_ago_go() {
        let (app, _folder) = app(NotificationsConfig::default()).await;
        let now = app.clock.now();
        let long_ago = now.minus(Duration::from_hours(181 * 24));
        let lately = now.minus(Duration::from_hours(179 * 24));
        for event in 0..3 {
            send(&app, event, order(1), account(1)).await;
        }
        let sent = messages::list_before(&app.db, account(1), false, None, 9)
            .await
            .unwrap();
        let [unread, late, old] = sent.as_slice() else {
            panic!("three were sent: {sent:?}");
        };
        for (message, at) in [(old, long_ago), (late, lately)] {
            let id = message.id;
            app.db
                .write("test", |tx| async move {
                    messages::mark_read(&tx, account(1), id, at).await
                })
                .await
                .unwrap();
        }
        assert_eq!(forget(&app).await.unwrap(), 1);
        let left = messages::list_before(&app.db, account(1), false, None, 9)
            .await
            .unwrap();
        let left: Vec<_> = left.iter().map(|message| message.id).collect();
        assert_eq!(left, [unread.id, late.id]);
        assert_eq!(
            messages::count_unread(&app.db, account(1)).await.unwrap(),
            1
        );
    }
}
