use crate::stage::Stage;
use crate::{COMPOUND, claim};

/// Open tasks of all audiences, as `/metrics` shows them once the job has counted.
async fn open_tasks(stage: &Stage) -> u64 {
    let deps = stage.host.deps("volunteering").clone();
    let service = (volunteering::MODULE.build)(deps).unwrap();
    let mut schedules = service.schedules().iter();
    let count = schedules.find(|schedule| schedule.name() == "count_standing");
    count.unwrap().run_once().await.unwrap();
    let metrics = stage.host.anonymous().metrics().await;
    let lines: Vec<&str> = metrics
        .lines()
        .filter(|line| line.starts_with("linli_tasks_open{"))
        .collect();
    assert!(!lines.is_empty(), "{metrics}");
    for line in &lines {
        assert!(line.contains("audience=\"") && line.contains("service=\"volunteering\""));
        assert!(!line.contains("tsk_") && !line.contains("acc_"), "{line}");
    }
    let values = lines.iter().map(|line| line.rsplit(' ').next().unwrap());
    values.map(|value| value.parse::<u64>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn open_tasks_are_counted_by_audience_until_somebody_takes_them() {
    let stage = Stage::start().await;
    let task = stage.offer(&stage.order(COMPOUND)).await;
    let _other = stage.offer(&stage.order(COMPOUND)).await;
    assert_eq!(open_tasks(&stage).await, 2);
    claim(&stage.volunteer(COMPOUND), &task).await.expect(200);
    assert_eq!(open_tasks(&stage).await, 1);
    stage.host.stop().await;
}
