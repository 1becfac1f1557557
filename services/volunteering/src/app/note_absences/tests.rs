#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use kernel::Role;

use super::*;
use crate::app::testing::Bench;
use crate::app::{Check, OpenSignUp, Way, check, open_sign_up, show_shift_code};

#[tokio::test]
async fn shifts_where_nobody_checked_in_keep_no_others_waiting() {
    let bench = Bench::new().await;
    let staff = bench.caller(Role::CompoundDispatcher);
    let activity = bench.activity(&staff, "clean_up").await;
    let people = bench.volunteers(&staff, 2).await;
    let start = staff.now;
    let begins = [24, 27, 30, 33, 36];
    let mut shifts = Vec::new();
    for hours in begins {
        let shift = bench.shift(&staff, activity, (hours, 2)).await;
        for person in &people {
            let command = OpenSignUp {
                shift,
                position: 1,
                acknowledge: Vec::new(),
            };
            open_sign_up(&bench.app, person, None, &command)
                .await
                .unwrap();
        }
        shifts.push(shift);
    }
    for index in [2, 4] {
        let begin = start.plus(Duration::from_hours(begins[index]));
        bench.clock.set(begin);
        let code = show_shift_code(&bench.app, &bench.now(&staff), shifts[index]).await;
        let shown = Check {
            shift: shifts[index],
            way: Way::In,
            code: code.unwrap().code,
            point: None,
        };
        check(&bench.app, &bench.now(&people[0]), &shown)
            .await
            .unwrap();
    }
    bench.clock.set(start.plus(Duration::from_hours(38 + 24)));
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(note_all(&bench.app, 1).await.unwrap(), 2);
    assert_eq!(note_all(&bench.app, 1).await.unwrap(), 0);
}
