//! Files of divisions and messages, with bad lines, again, and dry.

use std::path::{Path, PathBuf};

use scenarios::order::{ORDERS, items};
use scenarios::{Installation, Output, Server, repository};
use serde_json::{Value, json};
use testkit::Caller;

const ORGANISATIONS: &str = "/api/registry/v1/organisations";

/// Rows of the real files that hold 7,900 divisions and 2,001 messages, when they lie beside the
/// repository; they are no part of it.
fn beside(path: &str) -> Option<PathBuf> {
    let file = repository::root().join("../shared/data").join(path);
    file.is_file().then_some(file)
}

struct Import {
    installation: Installation,
    server: Server,
    platform: Caller,
}

impl Import {
    async fn start() -> Self {
        let installation = Installation::new();
        let server = installation.start().await;
        let platform = server
            .sign_in(&installation.account("platform_operator"))
            .await;
        Self {
            installation,
            server,
            platform,
        }
    }

    fn write(&self, name: &str, text: &[u8]) -> PathBuf {
        let file = self.installation.folder().join(name);
        std::fs::write(&file, text).expect("it writes");
        file
    }

    async fn run(&self, kind: &str, file: &Path, more: &[&str]) -> (Output, Value) {
        let file = file.to_str().expect("a path");
        let mut arguments = vec!["import", kind];
        if kind == "sheet" {
            arguments.push("venues");
        }
        arguments.extend([file, "--json", "--server", self.server.url()]);
        if kind == "messages" {
            arguments.extend(["--org", "420105", "--channel", "12345"]);
        }
        arguments.extend(more);
        let output = self.installation.run(&arguments).await;
        let report = serde_json::from_str(&output.stdout).unwrap_or(Value::Null);
        (output, report)
    }

    /// Number of orders that the district has.
    async fn orders(&self) -> usize {
        self.walk(&format!("{ORDERS}?org_code=420105000000")).await
    }

    async fn walk(&self, list: &str) -> usize {
        let mut count = 0;
        let mut next = String::new();
        loop {
            let mark = if list.contains('?') { '&' } else { '?' };
            let page = self
                .platform
                .get(&format!("{list}{mark}limit=200{next}"))
                .await
                .expect(200);
            count += items(&page).len();
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return count,
            }
        }
    }

    async fn stop(self) {
        assert_eq!(self.server.interrupt().await.code(), Some(0));
    }
}

fn lines(report: &Value) -> Vec<u64> {
    let rows = report["bad_rows"]
        .as_array()
        .unwrap_or_else(|| panic!("a report: {report:#}"));
    rows.iter().filter_map(|row| row["line"].as_u64()).collect()
}

const DIVISIONS: &str = "code,name,level,parent_code\n\
    000000000000,测试区,district,\n\
    000000001000,测试街道,street,000000000000\n\
    0000000010011,十三位,community,000000001000\n\
    000000001001,测试社区,community,000000001000\n\
    000000001002,坏行\n\
    000000001003,\"带逗号,的社区\",community,000000001000\n";

#[tokio::test]
async fn divisions_are_imported_around_their_bad_lines() {
    let import = Import::start().await;
    // area code 420108 is free: the demo is 420105
    let text = DIVISIONS
        .replace("000000001", "420108001")
        .replace("000000000000", "420108000000");
    let file = import.write("divisions.csv", text.as_bytes());
    let (dry, report) = import.run("divisions", &file, &["--dry-run"]).await;
    assert_eq!(
        (dry.code, lines(&report)),
        (3, vec![4, 6]),
        "{}",
        dry.said()
    );
    import
        .platform
        .get(&format!("{ORGANISATIONS}/420108001001"))
        .await
        .expect(404);

    let (first, report) = import.run("divisions", &file, &[]).await;
    assert_eq!(
        (first.code, lines(&report)),
        (3, vec![4, 6]),
        "{}",
        first.said()
    );
    assert_eq!(report["outcomes"], json!({"created": 4}));
    let community = import
        .platform
        .get(&format!("{ORGANISATIONS}/420108001003"))
        .await
        .expect(200);
    assert_eq!(community["name"], "带逗号,的社区");
    let (second, report) = import.run("divisions", &file, &[]).await;
    assert_eq!(
        (second.code, &report["outcomes"]),
        (3, &json!({"unchanged": 4}))
    );

    let path = file.to_str().expect("a path");
    let told = ["import", "divisions", path, "--server", import.server.url()];
    let told = import.installation.run(&told).await;
    assert!(
        told.stdout.contains("line 4") && told.stdout.contains("line 6"),
        "{}",
        told.said()
    );
    import.stop().await;
}

#[tokio::test]
async fn messages_become_orders_around_their_bad_lines() {
    let import = Import::start().await;
    let mut text = "id,subject,body,sent_at\n\
        m-1,路灯不亮,路口的路灯坏了一周，请尽快修复。,2019-2-14 20:00:00\n\
        m-2,垃圾堆积,\"门前垃圾无人清运，\n气味很大。\",2019/02/14 08:05\n\
        m-3,日期坏了,内容,昨天\n\
        m-4,列数坏了,内容\n"
        .as_bytes()
        .to_vec();
    text.extend(b"m-5,\xff\xfe,x,2019-2-14 20:00:00\n");
    text.extend("m-6,关于政策的疑问,不知道该归哪里管的一件事。,2019-3-1 9:00:00\n".as_bytes());
    let file = import.write("messages.csv", &text);
    let (dry, report) = import.run("messages", &file, &["--dry-run"]).await;
    assert_eq!(
        (dry.code, lines(&report)),
        (3, vec![5, 6, 7]),
        "{}",
        dry.said()
    );
    assert_eq!(import.orders().await, 0);

    let (first, report) = import.run("messages", &file, &[]).await;
    assert_eq!(
        (first.code, lines(&report)),
        (3, vec![5, 6, 7]),
        "{}",
        first.said()
    );
    assert_eq!(report["outcomes"], json!({"created": 3}));
    assert_eq!(import.orders().await, 3);
    let (_, report) = import.run("messages", &file, &[]).await;
    assert_eq!(report["outcomes"], json!({"exists": 3}));
    assert_eq!(import.orders().await, 3);

    // each says why it is where it is
    let page = import
        .platform
        .get(&format!("{ORDERS}?org_code=420105000000"))
        .await
        .expect(200);
    for item in items(&page) {
        let order = scenarios::order::shown(&import.platform, item).await;
        assert_eq!(order["channel"], "12345");
        assert_ne!(order["category_reason"], Value::Null, "{order:#}");
        assert_ne!(order["routing_reason"], Value::Null, "{order:#}");
    }
    import.server.settled().await;
    import.stop().await;
}

#[tokio::test]
async fn a_sheet_is_tried_imported_and_taken_back() {
    let import = Import::start().await;
    let text = "org_code,name,capacity\n\
        420105011010,导入室,40\n\
        420105011010,坏行,许多\n\
        420105011777,别处,40\n\
        420105011010,第二室,20\n";
    let file = import.write("venues.csv", text.as_bytes());
    let list = "/api/registry/v1/venues?org_code=420105011010";
    let before = import.walk(list).await;
    let (dry, report) = import.run("sheet", &file, &["--dry-run"]).await;
    assert_eq!(
        (dry.code, lines(&report)),
        (3, vec![3, 4]),
        "{}",
        dry.said()
    );
    assert_eq!(import.walk(list).await, before);

    let (first, report) = import.run("sheet", &file, &[]).await;
    assert_eq!(
        (first.code, lines(&report)),
        (3, vec![3, 4]),
        "{}",
        first.said()
    );
    assert_eq!(report["outcomes"], json!({"created": 2}));
    assert_eq!(import.walk(list).await, before + 2);

    let id = report["id"].as_str().expect("it says its id");
    let undo = [
        "import",
        "undo",
        id,
        "--json",
        "--server",
        import.server.url(),
    ];
    let undone = import.installation.run(&undo).await;
    assert_eq!(undone.code, 0, "{}", undone.said());
    let report: Value = serde_json::from_str(&undone.stdout).expect("a report");
    assert_eq!(report["outcomes"], json!({"undone": 2}));
    assert_eq!(import.walk(list).await, before);
    // once
    let again = import.installation.run(&undo).await;
    assert_ne!(again.code, 0, "{}", again.said());
    import.stop().await;
}

#[tokio::test]
async fn a_file_that_is_no_such_table_is_refused() {
    let import = Import::start().await;
    let files: [(&str, &[u8]); 3] = [
        ("empty.csv", b""),
        ("other.csv", b"a,b,c\n1,2,3\n"),
        ("binary.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ];
    for (name, text) in files {
        let file = import.write(name, text);
        for kind in ["divisions", "messages"] {
            let (told, _) = import.run(kind, &file, &[]).await;
            assert_eq!(told.code, 2, "{kind} {name}: {}", told.said());
            assert!(!told.stderr.contains("panicked"), "{}", told.said());
        }
    }
    let (told, _) = import
        .run("messages", Path::new("not-there.csv"), &[])
        .await;
    assert_eq!(told.code, 2, "{}", told.said());
    let stopped = import.server.url().to_owned();
    let file = import.write(
        "divisions.csv",
        b"code,name,level,parent_code\n420108000000,x,district,\n",
    );
    let installation = import.installation;
    assert_eq!(import.server.interrupt().await.code(), Some(0));
    let file = file.to_str().expect("a path");
    let told = installation
        .run(&["import", "divisions", file, "--server", &stopped])
        .await;
    assert_eq!(told.code, 1, "{}", told.said());
}

#[tokio::test]
async fn a_whole_city_of_divisions_is_imported_in_one_go() {
    let Some(file) = beside("divisions/beijing-11.csv") else {
        return;
    };
    let import = Import::start().await;
    let before = import.walk(ORGANISATIONS).await;
    let (first, report) = import.run("divisions", &file, &[]).await;
    assert_eq!(
        (first.code, &report["outcomes"]),
        (0, &json!({"created": 7_900})),
        "{}",
        first.said()
    );
    assert_eq!(import.walk(ORGANISATIONS).await, before + 7_900);
    let (second, report) = import.run("divisions", &file, &[]).await;
    assert_eq!(
        (second.code, &report["outcomes"]),
        (0, &json!({"unchanged": 7_900})),
        "{}",
        second.said()
    );
    import.server.settled().await;
    import.stop().await;
}

#[tokio::test]
async fn two_thousand_messages_become_orders_and_none_is_dropped() {
    let Some(file) = beside("requests/messages.csv") else {
        return;
    };
    let import = Import::start().await;
    let (first, report) = import.run("messages", &file, &[]).await;
    assert_eq!(
        (first.code, &report["outcomes"]),
        (0, &json!({"created": 2_001})),
        "{}",
        first.said()
    );
    assert_eq!(import.orders().await, 2_001);
    let (second, report) = import.run("messages", &file, &[]).await;
    assert_eq!(
        (second.code, &report["outcomes"]),
        (0, &json!({"exists": 2_001})),
        "{}",
        second.said()
    );
    assert_eq!(import.orders().await, 2_001);
    import.server.settled().await;
    import.stop().await;
}
